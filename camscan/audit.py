"""Tamper-evident, append-only record of what was sent and what was refused.

One JSON object a line: ``seq`` counts from 1, ``prev`` is the hash of the line before, ``hash`` is the SHA-256 of
``prev`` and the line's canonical JSON. A changed, removed or reordered line breaks the chain. A cut-off end does
not, so the newest hash (the head) is also kept in the inventory and printed in every report.
"""

import contextlib
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


def _line(record: _Record, digest: str) -> bytes:
    return (json.dumps({**record, "hash": digest}, separators=(",", ":"), ensure_ascii=True) + "\n").encode()


class AuditLog:
    """The open log. Only one process writes at a time; ``append`` returns only after the line is on the disk."""

    def __init__(self, file: IO[bytes], lock: FileLock, seq: int, head: str, path: Path) -> None:
        self._file, self._lock, self._seq, self.head, self.path = file, lock, seq, head, path
        self._order = threading.Lock()
        self._failure = ""

    @classmethod
    def open(cls, path: Path) -> Self:
        """Continues the log at ``path``, or begins it.

        A last line that was never finished (the process was killed while writing it) was never acted on: it is
        taken out, and a line with its length and hash says so. Raises AuditError where the log cannot be written,
        another camscan is writing, or its last line does not hold.
        """
        lock = FileLock(f"{path}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise AuditError(f"Another camscan is writing {path}. Wait until it has ended.") from None
        except OSError as error:
            raise AuditError(f"{path} cannot be written: {error.strerror}. Nothing was sent.") from None
        try:
            unfinished = _take_unfinished(path)
            seq, head = _end_of(path)
            file = path.open("ab")
        except OSError as error:
            lock.release()
            raise AuditError(f"{path} cannot be written: {error.strerror}. Nothing was sent.") from None
        except AuditError:
            lock.release()
            raise
        log = cls(file, lock, seq, head, path)
        if unfinished:
            log.append("unfinished-line", length=len(unfinished), sha256=sha256(unfinished).hexdigest())
        return log

    def append(self, event: str, **data: object) -> str:
        """Writes one line to the disk and returns the new head. Raises AuditError where that fails, and from then
        on: half a line may be in the file, and nothing can follow it until the log is opened anew."""
        with self._order:
            if self._failure:
                raise AuditError(self._failure)
            record: _Record = {
                "seq": self._seq + 1,
                "prev": self.head,
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "event": event,
                **data,
            }
            digest = _digest(self.head, record)
            try:
                self._file.write(_line(record, digest))
                self._file.flush()
                os.fsync(self._file.fileno())
            except (OSError, ValueError) as error:
                self._failure = f"{self.path} cannot be written ({error}). Nothing further is sent."
                raise AuditError(self._failure) from None
            self._seq, self.head = self._seq + 1, digest
            return digest

    def close(self) -> None:
        """Ends writing and lets other processes write."""
        try:
            with contextlib.suppress(OSError):  # what could not be written was said when it was tried
                self._file.close()
        finally:
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


def _take_unfinished(path: Path) -> bytes:
    """Cuts a last line without its end off and returns it; a whole line that only lacks its end gets one."""
    if not path.exists() or path.stat().st_size == 0:
        return b""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _LONGEST_LINE))
        last = file.read().rpartition(b"\n")[2]
        if not last:
            return b""
        if _check(last + b"\n", None, None)[0] == "":
            file.write(b"\n")
            return b""
        file.truncate(size - len(last))
        os.fsync(file.fileno())
    return last


def _end_of(path: Path) -> tuple[int, str]:
    if not path.exists() or path.stat().st_size == 0:
        return 0, GENESIS
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LONGEST_LINE))
        last = file.read().rstrip(b"\n").rpartition(b"\n")[2]
    reason, digest = _check(last + b"\n", None, None)
    if reason:
        raise AuditError(
            f"The last line of {path} is damaged, so it cannot be continued. Nothing was sent.\n"
            f"  Run `camscan audit verify`, keep the file as evidence, and rename it; a new one is begun."
        )
    return int(json.loads(last)["seq"]), digest


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


def _check(line: bytes, number: int | None, prev: str | None) -> tuple[str, str]:
    """Why a line does not hold (empty: it does), and its hash. Without ``number`` and ``prev`` it is checked alone."""
    try:
        record = json.loads(line)
        digest = record.pop("hash")
        seq, before = record["seq"], record["prev"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "the line is not a whole record", ""
    if number is not None and seq != number:
        return f"the line counts itself as {seq}: lines were removed or reordered before it", ""
    if prev is not None and before != prev:
        return "the line does not follow the one before it", ""
    # The bytes too, for JSON can say the same thing in many ways, and show one value while meaning another.
    if not isinstance(seq, int) or _digest(str(before), record) != digest or _line(record, digest) != line:
        return "the line was changed after it was written", ""
    return "", str(digest)
