"""One connection, its transactions, and which places are understood."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from camscan.errors import InventoryError
from camscan.inventory import schema
from camscan.inventory.database import Database


def rows(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(schema.raw)).scalar_one()


def add(database: Database, digest: bytes) -> None:
    with database.write() as connection:
        connection.execute(database.insert_new(schema.raw).values(digest=digest, bytes=b""))


def add_and_fail(database: Database) -> None:
    with database.write() as connection:
        connection.execute(database.insert_new(schema.raw).values(digest=b"1", bytes=b""))
        connection.exec_driver_sql("DELETE FROM absent")


@pytest.mark.parametrize(
    "target",
    [
        "mysql://user:hunter2@host/db",
        "postgresql+asyncpg://user:hunter2@host/db",
        "sqlite://",
        "sqlite:///x.db?mode=memory",
        "http://user:hunter2@host/",
        "://",
    ],
)
def test_places_that_are_not_understood_are_refused_without_their_password(target: str) -> None:
    with pytest.raises(InventoryError, match="--inventory") as caught:
        Database.open(target, create=True)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_server_that_is_not_there_is_a_sentence_without_its_password(scheme: str, tmp_path: Path) -> None:
    with pytest.raises(InventoryError) as caught:
        Database.open(f"{scheme}://user:hunter2@/db?host={tmp_path}", create=True)
    assert "hunter2" not in str(caught.value)
    assert str(caught.value).startswith("postgresql+psycopg://user:***@")


def test_a_path_and_its_url_are_one_file(tmp_path: Path) -> None:
    path = tmp_path / "camscan.db"
    for target in (path, str(path), f"sqlite:///{path}"):
        database = Database.open(target, create=True)
        assert database.where == str(path)
        database.close()


def test_a_home_folder_may_be_written_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    Database.open("~/camscan.db", create=True).close()
    assert (tmp_path / "camscan.db").exists()


def test_sqlite_is_set_to_lose_nothing(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "camscan.db", create=True)
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000, "trusted_schema": 0}
    with database.read() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in expected}
    database.close()
    assert found == expected


def test_foreign_keys_hold(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "camscan.db", create=True)
    with pytest.raises(InventoryError, match="FOREIGN KEY"), database.write() as connection:
        connection.execute(sa.insert(schema.done).values(scan_id=999, ip="10.1.0.1"))
    database.close()


def test_a_transaction_that_fails_writes_nothing_and_the_next_one_works(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "camscan.db", create=True)
    with pytest.raises(InventoryError, match="no such table"):
        add_and_fail(database)
    assert rows(database) == 0
    add(database, b"2")
    add(database, b"2")
    assert rows(database) == 1
    database.close()


def test_a_second_process_waits_for_the_first(tmp_path: Path) -> None:
    one = Database.open(tmp_path / "camscan.db", create=True)
    two = Database.open(tmp_path / "camscan.db", create=True)
    writing, waited = threading.Event(), threading.Event()

    def second() -> None:
        writing.wait()
        waited.set()
        add(two, b"two")

    thread = threading.Thread(target=second)
    thread.start()
    with one.write() as connection:
        writing.set()
        waited.wait()
        connection.execute(one.insert_new(schema.raw).values(digest=b"one", bytes=b""))
        assert rows_seen_by(two) == 0
    thread.join()
    assert rows(one) == rows(two) == 2
    one.close()
    two.close()


def rows_seen_by(database: Database) -> int:
    """What another process sees in the file meanwhile, by a connection of its own."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(database.where)) as other:
        found: int = other.execute("SELECT count(*) FROM raw").fetchone()[0]
    return found


def test_a_lock_that_is_never_given_back_is_a_sentence(tmp_path: Path) -> None:
    one = Database.open(tmp_path / "camscan.db", create=True)
    two = Database.open(tmp_path / "camscan.db", create=True)
    with two.read() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    with one.write(), pytest.raises(InventoryError, match="keeps it locked"):
        add(two, b"two")
    one.close()
    two.close()


def test_files_are_those_that_exist(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "camscan.db", create=True)
    assert [path.name for path in database.files()] == ["camscan.db", "camscan.db-wal", "camscan.db-shm"]
    database.close()
    assert [path.name for path in database.files()] == ["camscan.db"]


def test_one_transaction_does_not_hide_in_another(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "camscan.db", create=True)
    with database.write(), pytest.raises(RuntimeError, match="within a transaction"):
        rows(database)
    add(database, b"1")
    assert rows(database) == 1
    database.close()


def test_an_interruption_while_a_transaction_ends_does_not_stop_the_next(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "camscan.db", create=True)
    database._connection.begin()
    database._connection.execute(database.insert_new(schema.raw).values(digest=b"lost", bytes=b""))
    add(database, b"kept")
    driver = database._connection.connection.driver_connection
    assert driver is not None
    driver.execute("BEGIN IMMEDIATE")
    add(database, b"kept too")
    assert rows(database) == 2
    database.close()
