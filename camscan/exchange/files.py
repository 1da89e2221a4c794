"""Output files that are either the old one or the new one, never half of it."""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from camscan.errors import UsageError


@contextmanager
def write_atomically(path: Path, mode: int = 0o666) -> Iterator[TextIO]:
    """A UTF-8 text file to write to, which takes the place of ``path`` when the block ends without an error.

    Until then ``path`` is as it was; after an error, too. A new file has the permissions ``mode``, less the umask. A
    pipe or a device is written to directly. Line ends are the writer's own. Raises UsageError where the file cannot be
    written.
    """
    if path.exists() and not path.is_file():
        with _explained(path), path.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        return
    target = path.resolve()
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with _explained(path):
            handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
            with open(handle, "w", encoding="utf-8", newline="") as stream:  # noqa: PTH123 - of a handle, not of a path
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(target)
        _sync_folder(target.parent)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path}: this file cannot be written: {error.strerror}.") from None


def _sync_folder(folder: Path) -> None:
    """Makes the new name last through a power cut, where the system allows it."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
