"""Brings a database to the newest migration: forward only, all of it in one transaction, after a copy."""

import os
import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from camscan.errors import InventoryError
from camscan.inventory import schema
from camscan.inventory.failures import translated
from camscan.inventory.sqlite_file import refuse_newer

MIGRATIONS = Path(__file__).with_name("migrations")


def revision_of(connection: Connection) -> str | None:
    """The migration a database is at, or None for an empty one."""
    if not sa.inspect(connection).has_table(schema.VERSION_TABLE):
        return None
    found = connection.execute(sa.text(f"SELECT version_num FROM {schema.VERSION_TABLE}"))  # noqa: S608 - a constant
    return found.scalars().one_or_none()


def upgrade(connection: Connection, where: str) -> None:
    """Runs what migrations are missing, within the caller's transaction, which excludes every other writer.

    Raises InventoryError, and leaves the database as it was, where that fails, where a newer camscan wrote it, or
    where it holds another program's tables.
    """
    revision = revision_of(connection)
    if revision == schema.HEAD:
        return
    if revision is not None:
        refuse_newer(where, [revision])
    elif foreign := sorted(set(sa.inspect(connection).get_table_names()) & set(schema.metadata.tables)):
        raise InventoryError(
            f"{where}: another program keeps a table named {foreign[0]!r} here. Give camscan a database of its own."
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def copy_before(path: Path, revision: str) -> Path:
    """A whole copy of the SQLite file ``path``, made beside it before it is migrated from ``revision``.

    Raises InventoryError where there is no room for it.
    """
    copy = path.with_name(f"{path.name}.before-migration-{revision}")
    draft = copy.with_name(copy.name + ".part")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        with (
            translated(str(draft)),
            closing(sqlite3.connect(path)) as source,
            closing(sqlite3.connect(draft)) as target,
        ):
            source.backup(target)
        if sys.platform != "win32":
            owner = path.stat()
            if os.geteuid() == 0:
                os.chown(draft, owner.st_uid, owner.st_gid)
        draft.replace(copy)
    except OSError as error:
        raise InventoryError(f"{path}: it needs a copy before it is brought up to date: {error.strerror}.") from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return copy
