"""Tamper-evident, append-only record of what was sent and what was refused.

One JSON object a line: ``seq`` counts from 1, ``prev`` is the hash of the line before, ``hash`` is the SHA-256 of
``prev`` and the line's canonical JSON. A changed, removed or reordered line breaks the chain. A cut-off end does
not, so the newest hash (the head) is also kept in the inventory and printed in every report.
"""

import getpass
import json
import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Self

from filelock import FileLock, Timeout

from camscan.errors import AuditError

GENESIS = "0" * 64
"""``prev`` of the first line."""

_LONGEST_LINE = 1 << 20

_Record = dict[str, object]


def _digest(prev: str, record: _Record) -> str:
    body = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(f"{prev}{body}".encode()).hexdigest()


class AuditLog:
    """The open log. Only one process writes at a time; ``append`` returns only after the line is on the disk."""

    def __init__(self, file: IO[bytes], lock: FileLock, seq: int, head: str, path: Path) -> None:
        self._file, self._lock, self._seq, self.head, self.path = file, lock, seq, head, path
        self._order = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Continues the log at ``path``, or begins it.

        Raises AuditError where it cannot be written, another camscan is writing, or its last line does not hold.
        """
        lock = FileLock(f"{path}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise AuditError(f"Another camscan is writing {path}. Wait until it has ended.") from None
        except OSError as error:
            raise AuditError(f"{path} cannot be written: {error.strerror}. Nothing was sent.") from None
        try:
            seq, head = _end_of(path)
            file = path.open("ab")
        except OSError as error:
            lock.release()
            raise AuditError(f"{path} cannot be written: {error.strerror}. Nothing was sent.") from None
        except AuditError:
            lock.release()
            raise
        return cls(file, lock, seq, head, path)

    def append(self, event: str, **data: object) -> str:
        """Writes one line to the disk and returns the new head. Raises AuditError where that fails."""
        with self._order:
            record: _Record = {
                "seq": self._seq + 1,
                "prev": self.head,
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "event": event,
                **data,
            }
            digest = _digest(self.head, record)
            line = json.dumps({**record, "hash": digest}, separators=(",", ":"), ensure_ascii=True) + "\n"
            try:
                self._file.write(line.encode())
                self._file.flush()
                os.fsync(self._file.fileno())
            except (OSError, ValueError) as error:
                raise AuditError(f"{self.path} cannot be written ({error}). Nothing further is sent.") from None
            self._seq, self.head = self._seq + 1, digest
            return digest

    def close(self) -> None:
        """Ends writing and lets other processes write."""
        self._file.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


def who() -> str:
    """Name of the operating system's user who runs this, as recorded when a scan starts."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def _end_of(path: Path) -> tuple[int, str]:
    if not path.exists() or path.stat().st_size == 0:
        return 0, GENESIS
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LONGEST_LINE))
        last = file.read().rstrip(b"\n").rpartition(b"\n")[2]
    try:
        record = json.loads(last)
        digest = record.pop("hash")
        if _digest(record["prev"], record) != digest:
            raise ValueError("hash")  # noqa: TRY301 - one refusal for every way a line can be wrong
        return int(record["seq"]), str(digest)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise AuditError(
            f"The last line of {path} is damaged, so it cannot be continued. Nothing was sent.\n"
            f"  Run `camscan audit verify`, keep the file as evidence, and rename it; a new one is begun."
        ) from None


@dataclass(frozen=True, slots=True)
class Verification:
    """Result of reading a whole log. ``broken_at`` is the first line that does not hold, or None."""

    lines: int
    head: str
    broken_at: int | None
    reason: str

    @property
    def holds(self) -> bool:
        """Whether every line holds."""
        return self.broken_at is None


def verify(path: Path, head: str | None = None) -> Verification:
    """Reads the log at ``path`` from the start. With ``head`` (the hash printed in a report or kept in the
    inventory) the chain must contain it, which shows whether the end was cut off. Raises AuditError where the
    file cannot be read.
    """
    prev, count, met = GENESIS, 0, head in (None, GENESIS)
    try:
        with path.open("rb") as file:
            for count, line in enumerate(file, start=1):
                reason, digest = _check(line, count, prev)
                if reason:
                    return Verification(count, prev, count, reason)
                prev = digest
                met = met or digest == head
    except FileNotFoundError:
        raise AuditError(f"There is no audit log {path}. A scan writes one beside the scope file.") from None
    except OSError as error:
        raise AuditError(f"{path} cannot be read: {error.strerror}.") from None
    if not met:
        return Verification(count, prev, count + 1, "lines that once ended with the given head are missing at the end")
    return Verification(count, prev, None, "")


def _check(line: bytes, number: int, prev: str) -> tuple[str, str]:
    try:
        record = json.loads(line)
        digest = record.pop("hash")
        seq, before = record["seq"], record["prev"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return "the line is not a whole record", ""
    if seq != number:
        return f"the line counts itself as {seq}: lines were removed or reordered before it", ""
    if before != prev:
        return "the line does not follow the one before it", ""
    if _digest(before, record) != digest:
        return "the line was changed after it was written", ""
    return "", str(digest)
