"""Migrations: forward, whole or not at all, after a copy."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from inventory_makers import Estate

from camscan.errors import InventoryError
from camscan.inventory import Inventory, schema, sqlite_file, upgrade

TOMORROW = "9998"
NEXT = '''"""A migration of tomorrow."""
import sqlalchemy as sa
from alembic import op

revision = "{after}"
down_revision = "{before}"


def upgrade() -> None:
    op.add_column("device", sa.Column("nickname", sa.Text()))
    {more}
'''


@pytest.fixture
def future(tmp_path: Path) -> Path:
    """The next migration, of a camscan of the future, beside today's."""
    folder = tmp_path / "migrations"
    shutil.copytree(upgrade.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    following = folder / "versions" / f"v{TOMORROW}_next.py"
    following.write_text(migration())
    return following


def migration(more: str = "") -> str:
    return NEXT.format(before=schema.KNOWN[-1], after=TOMORROW, more=more)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An inventory of today, with a device in it."""
    path = tmp_path / "camscan.db"
    with Inventory.open(path) as inventory:
        Estate(inventory).scan(("10.1.0.20", ("http.title", "x")))
    return path


def come(future: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, this process is the camscan of the future."""
    monkeypatch.setattr(upgrade, "MIGRATIONS", future.parent.parent)
    monkeypatch.setattr(schema, "HEAD", TOMORROW)
    monkeypatch.setattr(sqlite_file, "KNOWN", (*schema.KNOWN, TOMORROW))


def columns(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as database:
        return {row[1] for row in database.execute("PRAGMA table_info(device)")}


def test_the_tables_are_what_the_migrations_make(tmp_path: Path) -> None:
    with (
        Inventory.open(tmp_path / "camscan.db") as inventory,
        inventory._database.read() as connection,
    ):
        context = MigrationContext.configure(
            connection, opts={"version_table": schema.VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, schema.metadata) == []


def test_every_migration_is_known_and_in_line() -> None:
    config = Config()
    config.set_main_option("script_location", str(upgrade.MIGRATIONS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [schema.HEAD]
    assert tuple(reversed([one.revision for one in script.walk_revisions()])) == schema.KNOWN


def test_the_migrations_are_inside_the_package() -> None:
    inside = files("camscan.inventory") / "migrations"
    assert (inside / "env.py").is_file()
    assert [one.name for one in sorted((inside / "versions").iterdir(), key=str) if one.name.startswith("v0")] == [
        "v0001_first.py",
        "v0002_conclusion.py",
        "v0003_software.py",
        "v0004_inputs.py",
    ]


def test_an_old_inventory_is_brought_up_to_date_after_a_copy(
    old: Path, future: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    come(future, monkeypatch)
    with Inventory.open(old, create=False) as inventory:
        assert [str(one.ip) for one in inventory.hosts()] == ["10.1.0.20"]
    copy = old.with_name("camscan.db.before-migration-0004")
    assert "nickname" in columns(old)
    assert "nickname" not in columns(copy)
    if sys.platform != "win32":
        assert copy.stat().st_mode & 0o777 == 0o600
    assert not list(old.parent.glob("*.part"))
    Inventory.open(old).close()  # and only once


def test_what_only_the_log_held_is_in_the_copy(old: Path, future: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = """
import os, sys
from ipaddress import ip_address
sys.path.insert(0, sys.argv[2])
from inventory_makers import Estate
from camscan.inventory import Inventory
Estate(Inventory.open(sys.argv[1])).scan(("10.1.0.99", ("http.title", "late")))
os._exit(9)
"""
    subprocess.run([sys.executable, "-c", code, str(old), str(Path(__file__).parent)], check=False)
    assert old.with_name("camscan.db-wal").stat().st_size
    come(future, monkeypatch)
    Inventory.open(old).close()
    with closing(sqlite3.connect(old.with_name("camscan.db.before-migration-0004"))) as copy:
        assert copy.execute("SELECT count(*) FROM device WHERE ip = '10.1.0.99'").fetchone() == (1,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_migration_that_fails_changes_nothing(old: Path, future: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    future.write_text(migration('op.execute("INSERT INTO no_such_table VALUES (1)")'))
    come(future, monkeypatch)
    with pytest.raises(InventoryError, match="no such table"):
        Inventory.open(old)
    assert "nickname" not in columns(old)
    monkeypatch.undo()
    with Inventory.open(old) as inventory:
        assert [str(one.ip) for one in inventory.hosts()] == ["10.1.0.20"]


def test_without_room_for_a_copy_nothing_is_changed(old: Path, future: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    come(future, monkeypatch)
    old.with_name("camscan.db.before-migration-0004.part").mkdir()
    with pytest.raises(InventoryError, match="needs a copy before"):
        Inventory.open(old)
    assert "nickname" not in columns(old)


def test_todays_camscan_refuses_tomorrows_inventory(old: Path, future: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    come(future, monkeypatch)
    Inventory.open(old).close()
    monkeypatch.undo()
    before = old.read_bytes()
    with pytest.raises(InventoryError, match="a newer camscan"):
        Inventory.open(old)
    assert old.read_bytes() == before


def test_a_creation_that_was_cut_short_is_made_good(tmp_path: Path) -> None:
    path = tmp_path / "camscan.db"
    path.touch()
    sqlite_file.connect(path).close()
    assert path.stat().st_size  # a header of ours, and no table yet
    with Inventory.open(path) as inventory:
        assert inventory.scans() == ()


def test_several_processes_may_make_it_at_once(tmp_path: Path) -> None:
    code = "import sys; from camscan.inventory import Inventory; Inventory.open(sys.argv[1]).close()"
    path = tmp_path / "camscan.db"
    started = [subprocess.Popen([sys.executable, "-c", code, str(path)], stderr=subprocess.PIPE) for _ in range(4)]
    said = [process.communicate(timeout=60)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0, 0], said
    with Inventory.open(path, create=False) as inventory:
        assert inventory.scans() == ()
    assert [one.name for one in tmp_path.iterdir()] == ["camscan.db"]


def test_an_inventory_of_the_first_version_gains_room_for_conclusions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "camscan.db"
    first = tmp_path / "first"
    shutil.copytree(
        upgrade.MIGRATIONS, first, ignore=shutil.ignore_patterns("__pycache__", "v0002*", "v0003*", "v0004*")
    )
    with monkeypatch.context() as past:
        past.setattr(upgrade, "MIGRATIONS", first)
        past.setattr(schema, "HEAD", "0001")
        past.setattr("camscan.inventory.saving.doubt", lambda *_: None)  # there were no conclusions to doubt
        with Inventory.open(path) as inventory:
            Estate(inventory).scan(("10.1.0.20", ("http.title", "x")))
    with Inventory.open(path, create=False) as inventory:
        assert inventory.conclusions() == {}
        assert [str(one.ip) for one in inventory.hosts()] == ["10.1.0.20"]
