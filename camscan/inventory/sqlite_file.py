"""The inventory as one SQLite file: what is refused before it is opened, and how it is opened.

Refused, and left as they are: a file that is not ours, is damaged, or was written by a newer camscan; a folder
that cannot be written; a network drive.
"""

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

from camscan.errors import InventoryError
from camscan.inventory.failures import translated
from camscan.inventory.network_drive import network_drive
from camscan.inventory.schema import APPLICATION_ID, KNOWN, VERSION_TABLE

BUSY_SECONDS = 30.0
"""How long one process waits for another's write."""

CHECKED_BYTES = 32 * 1024 * 1024
"""A file up to this size is checked whole when it is opened (0.1 s); a larger one when a scan begins."""

_MAGIC = b"SQLite format 3\x00"


def prepare(path: Path, *, create: bool) -> None:
    """Makes sure that ``path`` is an inventory of ours, or an empty file that is to become one.

    Raises InventoryError otherwise. A file is created only where there was none and ``create`` is set, readable by
    its owner alone: it tells where the cameras are.
    """
    folder = path.parent
    if not folder.is_dir():
        raise InventoryError(f"{path}: there is no folder {folder}. Make it first, or name another with --inventory.")
    kind = network_drive(folder)
    if kind is not None:
        raise InventoryError(
            f"{path}: this folder is on a network drive ({kind}), where SQLite files get damaged.\n"
            "  Keep the inventory on a disk of this machine, or use PostgreSQL: --inventory postgresql://..."
        )
    if path.exists():
        if not path.is_file():
            raise InventoryError(f"{path}: this is not a file. Name another with --inventory.")
        if path.stat().st_size:
            _check(path)
        elif not create:
            refuse_missing(str(path))
    elif not create:
        refuse_missing(str(path))
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise InventoryError(f"{path}: the file, or its folder, may not be written to. camscan needs both.")
    if not path.exists():
        _create(path)


def refuse_missing(where: str) -> NoReturn:
    """Raises InventoryError for a place with no inventory, where none is to be made."""
    raise InventoryError(f"{where}: there is no inventory here yet. `camscan scan` makes one; --inventory names one.")


def _create(path: Path) -> None:
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    except FileExistsError:
        return  # another process was quicker; both go on with its file
    except OSError as error:
        raise InventoryError(f"{path}: the file cannot be made: {error.strerror}.") from None
    os.close(handle)
    if sys.platform != "win32" and os.geteuid() == 0:
        # Under sudo the file belongs to whom the folder belongs to, who will want to read it tomorrow.
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def _check(path: Path) -> None:
    """Reads what is there through a door that cannot write."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise InventoryError(f"{path}: the file cannot be read: {error.strerror}.") from None
    if not head.startswith(_MAGIC) or int.from_bytes(head[68:72]) != APPLICATION_ID:
        raise InventoryError(
            f"{path}: this is not an inventory of camscan. Nothing was changed in it. Name another with --inventory."
        )
    log = path.with_name(path.name + "-wal")
    # Without a log nothing can be pending, and an immutable file leaves no side files behind.
    mode = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
    with translated(str(path)), closing(sqlite3.connect(uri(path, mode), uri=True, timeout=BUSY_SECONDS)) as database:
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if VERSION_TABLE in tables:
            versions = database.execute(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 - a constant of ours
            refuse_newer(str(path), [row[0] for row in versions])
        if path.stat().st_size <= CHECKED_BYTES:
            refuse_damaged(str(path), database.execute("PRAGMA quick_check(1)").fetchone()[0])


def refuse_newer(where: str, versions: list[str]) -> None:
    """Raises InventoryError where a database is at a revision that this camscan does not know."""
    unknown = [version for version in versions if version not in KNOWN]
    if unknown:
        raise InventoryError(
            f"{where}: a newer camscan wrote this inventory (revision {unknown[0][:40]!r}, this one knows up to "
            f"{KNOWN[-1]!r}).\n  Nothing was changed in it. Update camscan, or name another with --inventory."
        )


def refuse_damaged(where: str, answer: str) -> None:
    """Raises InventoryError where the ``answer`` to SQLite's own check is not "ok"."""
    if answer != "ok":
        raise InventoryError(f"{where}: the file is damaged ({answer[:200]}). Restore a copy, or begin a new one.")


def uri(path: Path, mode: str) -> str:
    """``path`` as SQLite wants it with parameters (sqlite.org/uri.html)."""
    return f"file:{quote(path.absolute().as_posix(), safe='/:')}?{mode}"


def connect(path: Path) -> sqlite3.Connection:
    """The one connection to an inventory that ``prepare`` has let pass. Transactions are the caller's own.

    Everything it will need is open when this returns, so it goes on working after the process has given up root.
    """
    database = sqlite3.connect(
        uri(path, "mode=rw"), uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        if database.execute("PRAGMA page_count").fetchone()[0] == 0:
            # While there is no log, this reaches the file's own header, by which it is known from now on.
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        _refuse_without_log(path, database.execute("PRAGMA journal_mode = WAL").fetchone()[0])
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
        database.execute("PRAGMA secure_delete = ON")  # what the owner forgets is overwritten with zeros
        database.execute("PRAGMA temp_store = MEMORY")
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA cell_size_check = ON")
        database.execute("BEGIN IMMEDIATE")  # opens the log and its index
        database.execute("COMMIT")
    except BaseException:
        database.close()
        raise
    return database


def _refuse_without_log(path: Path, mode: str) -> None:
    if mode != "wal":
        raise InventoryError(f"{path}: SQLite cannot keep its write-ahead log here. Is this a network drive?")
