"""Every error of a database becomes one sentence."""

import sqlite3

import pytest
import sqlalchemy as sa

from camscan.errors import InventoryError, InventoryFullError
from camscan.inventory.failures import explained, translated


class FakeSqlite(sqlite3.OperationalError):
    def __init__(self, name: str) -> None:
        super().__init__("what SQLite says")
        self.sqlite_errorname = name


class FakePostgresql(Exception):  # noqa: N818 - it only has to look like one of psycopg's
    def __init__(self, state: str) -> None:
        super().__init__("what PostgreSQL says")
        self.sqlstate = state


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (FakeSqlite("SQLITE_FULL"), InventoryFullError, "disk is full"),
        (FakeSqlite("SQLITE_CORRUPT_INDEX"), InventoryError, "damaged"),
        (FakeSqlite("SQLITE_NOTADB"), InventoryError, "not an inventory"),
        (FakeSqlite("SQLITE_BUSY"), InventoryError, "locked"),
        (FakeSqlite("SQLITE_READONLY_DIRECTORY"), InventoryError, "may not be written"),
        (FakeSqlite("SQLITE_CANTOPEN"), InventoryError, "cannot be opened"),
        (FakeSqlite("SQLITE_IOERR_WRITE"), InventoryError, "disk failed"),
        (FakePostgresql("53100"), InventoryFullError, "disk is full"),
        (FakePostgresql("28P01"), InventoryError, "does not accept"),
        (FakePostgresql("3D000"), InventoryError, "no such database"),
        (FakePostgresql("42501"), InventoryError, "may not do that"),
        (FakePostgresql("25006"), InventoryError, "only be read"),
        (FakePostgresql("XX000"), InventoryError, "the database says: what PostgreSQL says"),
        (ValueError("refused\n\tIs it running?"), InventoryError, r"refused Is it running\?"),
        (ValueError("bad \x1b[2J text"), InventoryError, r"bad \\x1b\[2J text"),
    ],
)
def test_each_failure_has_its_sentence(error: Exception, kind: type[InventoryError], words: str) -> None:
    found = explained("camscan.db", error)
    assert type(found) is kind
    with pytest.raises(kind, match=rf"camscan\.db: .*{words}"):
        raise found


def test_a_full_disk_has_an_exit_code_of_its_own() -> None:
    assert InventoryFullError.exit_code == 4
    assert InventoryError.exit_code == 2


def test_errors_are_translated_at_the_door() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection, pytest.raises(InventoryError, match="no such table"), translated("x"):
        connection.exec_driver_sql("SELECT * FROM absent")
    with pytest.raises(InventoryError, match="locked"), translated("x"):
        raise FakeSqlite("SQLITE_BUSY")


def test_what_is_no_error_of_the_database_passes() -> None:
    with pytest.raises(KeyboardInterrupt), translated("x"):
        raise KeyboardInterrupt
    with pytest.raises(InventoryError, match=r"^as it is$"), translated("x"):
        raise InventoryError("as it is")
