"""What is refused, and left as it is."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from inventory_makers import MAC_A, Estate, start

from camscan.errors import InventoryError
from camscan.inventory import Inventory, sqlite_file
from camscan.inventory.schema import APPLICATION_ID


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """An inventory with something in it."""
    path = tmp_path / "camscan.db"
    with Inventory.open(path) as inventory:
        estate = Estate(inventory)
        for _ in range(3):
            estate.scan(*((f"10.1.0.{n}", ("http.title", f"camera {n}"), ("arp.mac", MAC_A)) for n in range(60)))
    return path


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(path: Path, *, match: str, create: bool = True) -> None:
    """Asserts that opening is refused, and that the folder is as it was."""
    before = snapshot(path.parent)
    with pytest.raises(InventoryError, match=match):
        Inventory.open(path, create=create)
    after = snapshot(path.parent)
    after.pop(path.name + "-shm", None)  # an index of the log that SQLite makes for its readers
    before.pop(path.name + "-shm", None)
    assert after == before


def test_a_new_file_is_ours_and_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "camscan.db"
    Inventory.open(path).close()
    head = path.read_bytes()[:100]
    assert int.from_bytes(head[68:72]) == APPLICATION_ID
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600


def test_without_create_nothing_is_made(tmp_path: Path) -> None:
    refused(tmp_path / "camscan.db", match="no inventory here yet", create=False)
    (tmp_path / "empty.db").touch()
    refused(tmp_path / "empty.db", match="no inventory here yet", create=False)


def test_an_empty_file_becomes_an_inventory(tmp_path: Path) -> None:
    (tmp_path / "camscan.db").touch()
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        assert inventory.scans() == ()


@pytest.mark.parametrize(
    "content",
    [b"\x00" * 5000, b"some notes of mine\n", b"SQLite format 3\x00", b"SQLite format 3\x00" + b"\xff" * 5000],
)
def test_a_file_that_is_not_ours(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "camscan.db"
    path.write_bytes(content)
    refused(path, match="not an inventory of camscan")


def test_another_programs_database(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE moz_places (id)")
        database.commit()
    refused(path, match="not an inventory of camscan")


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="not a file"):
        Inventory.open(tmp_path)
    with pytest.raises(InventoryError, match="there is no folder"):
        Inventory.open(tmp_path / "absent" / "camscan.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("version", ["9998", "9999", "x" * 200])
def test_an_inventory_of_a_newer_camscan(made: Path, version: str) -> None:
    with closing(sqlite3.connect(made)) as database:
        database.execute("UPDATE camscan_version SET version_num = ?", [version])
        database.commit()
    refused(made, match="a newer camscan wrote this inventory")


def test_a_newer_one_that_was_killed_keeps_its_log(made: Path) -> None:
    code = """
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("UPDATE camscan_version SET version_num = '9998'")
database.commit()
os._exit(9)
"""
    subprocess.run([sys.executable, "-c", code, str(made)], check=False)
    assert made.with_name("camscan.db-wal").stat().st_size
    refused(made, match="a newer camscan wrote this inventory")


@pytest.mark.parametrize("size", [100, 4096, 8192, 20_000])
def test_a_file_that_was_cut_off(made: Path, size: int) -> None:
    os.truncate(made, size)
    refused(made, match="damaged")


def test_a_file_with_damaged_pages(made: Path) -> None:
    content = bytearray(made.read_bytes())
    for page in range(2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 200] = b"\xaa" * 200
    made.write_bytes(content)
    refused(made, match="damaged")


def test_a_large_damaged_file_is_refused_before_a_scan_adds_to_it(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(made.read_bytes())
    content[-4096:] = b"\xaa" * 4096
    made.write_bytes(content)
    monkeypatch.setattr(sqlite_file, "CHECKED_BYTES", 0)
    with Inventory.open(made) as inventory, pytest.raises(InventoryError, match="damaged"):
        inventory.begin_scan(start())


def test_a_log_that_was_cut_off_loses_at_most_its_end(made: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    with Inventory.open(made) as inventory:
        Estate(inventory).scan(*((f"10.1.1.{n}", ("http.title", "later")) for n in range(20)))
        for end in ("", "-wal"):
            shutil.copy(f"{made}{end}", copy / f"camscan.db{end}")
    log = copy / "camscan.db-wal"
    os.truncate(log, log.stat().st_size * 2 // 3)
    with Inventory.open(copy / "camscan.db") as inventory:
        assert 60 <= len(list(inventory.hosts())) < 80
        inventory._database.check()


AS_NOBODY = """
import os, sys
from pathlib import Path
import camscan.inventory.sqlite_file as sqlite_file
from camscan.errors import InventoryError
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
try:
    sqlite_file.prepare(Path(sys.argv[1]), create=True)
except InventoryError as error:
    print(error)
"""


def told_to_nobody(path: Path) -> str:
    """What an ordinary user is told who wants to open ``path``."""
    done = subprocess.run([sys.executable, "-c", AS_NOBODY, str(path)], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="folders are protected in another way on Windows")
def test_a_folder_that_may_not_be_written(made: Path) -> None:
    # pytest's own folders are closed to other users.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "camscan.db"
        shutil.copy(made, path)
        path.chmod(0o644)
        folder.chmod(0o555)
        before = snapshot(folder)
        assert "may not be written to" in told_to_nobody(path)
        assert "may not be written to" in told_to_nobody(folder / "new.db")
        path.chmod(0o000)
        assert "cannot be read" in told_to_nobody(path)
        path.chmod(0o644)
        assert snapshot(folder) == before
        folder.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can make files for another user")
def test_under_sudo_a_new_file_belongs_to_the_folders_owner(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        Estate(inventory).scan(("10.1.0.20",))
        assert {path.stat().st_uid for path in inventory.files()} == {65534}


def test_a_file_name_with_odd_characters(tmp_path: Path) -> None:
    path = tmp_path / "100% caméra?#&.db"
    with Inventory.open(path) as inventory:
        assert inventory.scans() == ()
    assert path.stat().st_size
