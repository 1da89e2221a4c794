"""What the database says, in words that help. Everything it raises leaves the inventory as InventoryError."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from camscan.errors import InventoryError, InventoryFullError
from camscan.safe.text import neutralise


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raises InventoryError, with a sentence that names the inventory ``where``, for any error of the database."""
    try:
        yield
    except DBAPIError as error:
        cause = error.orig
        raise explained(where, cause if isinstance(cause, Exception) else error) from error
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise explained(where, error) from error


def explained(where: str, error: Exception) -> InventoryError:
    """The InventoryError for an ``error`` of sqlite3 or psycopg."""
    code = getattr(error, "sqlite_errorname", "") or getattr(error, "sqlstate", "") or ""
    for start, kind, sentence in _SENTENCES:
        if code.startswith(start):
            return kind(f"{where}: {sentence}")
    return InventoryError(f"{where}: the database says: {neutralise(' '.join(str(error).split()))}")


_FULL = "The disk is full. What was saved before is kept; make room and begin anew; a scan goes on with `--resume`."
_SENTENCES: tuple[tuple[str, type[InventoryError], str], ...] = (
    # SQLite's result codes (sqlite.org/rescode.html), then PostgreSQL's (its manual, appendix A).
    ("SQLITE_FULL", InventoryFullError, _FULL),
    ("SQLITE_NOTADB", InventoryError, "This is not an inventory of camscan. Nothing was changed in it."),
    ("SQLITE_CORRUPT", InventoryError, "The file is damaged. Restore a copy of it, or begin a new one elsewhere."),
    ("SQLITE_BUSY", InventoryError, "Another program keeps it locked. Close that program, then try again."),
    ("SQLITE_READONLY", InventoryError, "The file, or its folder, may not be written to. camscan needs both."),
    ("SQLITE_CANTOPEN", InventoryError, "The file cannot be opened. May you read and write it and its folder?"),
    ("SQLITE_IOERR", InventoryError, "The disk failed to read or write. What was saved before is kept."),
    ("53100", InventoryFullError, _FULL),
    ("28", InventoryError, "The database server does not accept this user or password."),
    ("3D", InventoryError, "There is no such database on the server. Create it first: createdb camscan"),
    ("42501", InventoryError, "This user may not do that in the database. camscan needs to create and fill tables."),
    ("25006", InventoryError, "The database may only be read from here. camscan needs to write to it."),
)
