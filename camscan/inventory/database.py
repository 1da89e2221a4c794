"""One connection to the inventory's database, and its transactions."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import URL, Connection, Engine, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from camscan.errors import InventoryError
from camscan.inventory import schema, sqlite_file, upgrade
from camscan.inventory.failures import translated

_CONNECT_SECONDS = 10

_LOCK_NUMBER = 0x63616D73
"""Key of the PostgreSQL advisory lock that lets one camscan write at a time."""


class _RehearsedError(Exception):
    """Ends a transaction of which nothing is to be kept."""


class Database:
    """Holds one connection from ``open`` to ``close``; threads take turns on it.

    ``where`` names it in messages, without a password.
    """

    def __init__(self, engine: Engine, where: str) -> None:
        self.where = where
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._turn = threading.RLock()
        self._engine = engine
        self._inside = self._writing = False
        if self.is_sqlite:
            event.listen(engine, "begin", self._begin_sqlite)
        with translated(where):
            self._connection = engine.connect()

    @classmethod
    def open(cls, target: str | Path, *, create: bool) -> "Database":
        """The database at a path or URL, at the newest migration. Raises InventoryError."""
        url = _url_of(target)
        return (
            cls._open_sqlite(url, create=create) if isinstance(url, Path) else cls._open_postgresql(url, create=create)
        )

    @classmethod
    def _open_sqlite(cls, path: Path, *, create: bool) -> "Database":
        sqlite_file.prepare(path, create=create)
        engine = sa.create_engine("sqlite+pysqlite://", creator=lambda: sqlite_file.connect(path), poolclass=StaticPool)
        database = cls(engine, str(path))
        database._bring_up_to_date(path, create=True)
        return database

    @classmethod
    def _open_postgresql(cls, url: URL, *, create: bool) -> "Database":
        where = url.render_as_string(hide_password=True)
        try:
            engine = sa.create_engine(
                url, poolclass=StaticPool, connect_args={"connect_timeout": _CONNECT_SECONDS}, hide_parameters=True
            )
        except ImportError:
            raise InventoryError(
                f"{where}: PostgreSQL needs one more part: python -m pip install 'camscan[postgresql]'"
            ) from None
        database = cls(engine, where)
        database._bring_up_to_date(None, create=create)
        return database

    def _bring_up_to_date(self, file: Path | None, *, create: bool) -> None:
        try:
            with self.read() as connection:
                revision = upgrade.revision_of(connection)
            if revision == schema.HEAD:
                return
            if revision is None and not create:
                sqlite_file.refuse_missing(self.where)
            if revision is not None and file is not None:
                upgrade.copy_before(file, revision)
            with self.write() as connection:
                upgrade.upgrade(connection, self.where)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A short transaction that sees one state of the database. Raises InventoryError."""
        with self._transaction(writing=False) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that excludes other writers; when it ends without an error, it is on the disk.

        Raises InventoryError; then nothing of it was written.
        """
        with self._transaction(writing=True) as connection:
            if not self.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_NUMBER)))
            yield connection

    @contextmanager
    def rehearsal(self) -> Iterator[Connection]:
        """As ``write``, but nothing of it stays written. Raises InventoryError."""
        with suppress(_RehearsedError), self.write() as connection:
            yield connection
            raise _RehearsedError

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Connection]:
        with self._turn, translated(self.where):
            if self._inside:
                raise RuntimeError("a transaction within a transaction")
            if self._connection.in_transaction():
                self._connection.rollback()  # an interruption (Ctrl-C) struck while the last one ended
            self._inside, self._writing = True, writing
            try:
                with self._connection.begin():
                    yield self._connection
            finally:
                self._inside = False

    def insert_new(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An INSERT that passes over rows that are there already."""
        if self.is_sqlite:
            return sqlite.insert(table).on_conflict_do_nothing()
        return postgresql.insert(table).on_conflict_do_nothing()

    def files(self) -> tuple[Path, ...]:
        """The SQLite file and its side files, as far as they exist."""
        if not self.is_sqlite:
            return ()
        names = (self.where + end for end in ("", "-wal", "-shm"))
        return tuple(path for path in map(Path, names) if path.exists())

    def check(self) -> None:
        """Reads a whole SQLite file and raises InventoryError where it is damaged."""
        if self.is_sqlite:
            with self.read() as connection:
                answer = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            sqlite_file.refuse_damaged(self.where, answer)

    def wipe(self) -> None:
        """Rewrites the database, so that what was deleted from it is no longer in its files. Takes a while, and room
        for a second copy. Raises InventoryError where another program reads it; the next call finishes it then."""
        if self.is_sqlite:
            # In memory, the whole file would have to fit there. The log has the old pages, too.
            self._run_apart("PRAGMA temp_store = FILE", "VACUUM", "PRAGMA temp_store = MEMORY")
            self._run_apart("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            self._run_apart(*(f'VACUUM (FULL, ANALYZE) "{one.name}"' for one in schema.metadata.sorted_tables))

    def _run_apart(self, *statements: str) -> None:
        """Runs statements that may not stand in a transaction."""
        with self._turn, translated(self.where):
            driver: Any = self._connection.connection.driver_connection
            if self._inside:
                raise RuntimeError("a transaction is open")
            self._connection.rollback()
            if not self.is_sqlite:
                driver.autocommit = True
            try:
                for statement in statements:
                    cursor = driver.execute(statement)
                    # The first column of a checkpoint's answer is "busy" (sqlite.org/pragma.html).
                    if "checkpoint" in statement and cursor.fetchone()[0]:
                        raise InventoryError(
                            f"{self.where}: another program reads it, so what was deleted is still in its files.\n"
                            "  Close that program, then run `camscan inventory forget --wipe`."
                        )
            finally:
                if not self.is_sqlite:
                    driver.autocommit = False

    def close(self) -> None:
        """Closes the connection. What was written stays written, with or without this."""
        with self._turn:
            self._connection.close()
            self._engine.dispose()

    def _begin_sqlite(self, connection: Connection) -> None:
        driver = connection.connection.driver_connection
        if driver is not None and driver.in_transaction:
            driver.rollback()  # as above, one layer below
        connection.exec_driver_sql("BEGIN IMMEDIATE" if self._writing else "BEGIN")


def _url_of(target: str | Path) -> Path | URL:
    text = str(target)
    if isinstance(target, Path) or "://" not in text:
        return Path(text).expanduser().absolute()
    try:
        url = sa.make_url(text)
    except (ArgumentError, ValueError):
        raise InventoryError("--inventory: this is not a database URL. Write postgresql://user@server/name.") from None
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername in ("sqlite", "sqlite+pysqlite") and url.database and not url.query:
        return Path(url.database).expanduser().absolute()
    raise InventoryError(
        f"--inventory: {url.drivername[:40]} is not supported. Give a file name, or postgresql://user@server/name."
    )
