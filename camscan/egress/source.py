"""One input: a file or standard input, plain, .gz or .zst, told by its first bytes and never by its name."""

import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import BinaryIO, Protocol, Self

import zstandard

from camscan.errors import UsageError

HEAD = 64 * 1024
"""Bytes by which a format is recognised."""

LINE_LIMIT = 64 * 1024
"""Bytes of one line of a log; a longer one is skipped."""

CHUNK = 128 * 1024
"""Bytes read at once: memory of this size is used again, where more is asked of the system anew each time."""

ZSTD_WINDOW = 128 * 1024 * 1024
"""Largest window of a zstd frame that is unpacked: what ``zstd --long`` makes by default."""

LONG_LINE = "line longer than 64 KiB"
BROKEN_PACKING = "the compressed data ends early or is damaged"


class InputError(UsageError):
    """An input that cannot be used at all. The message is one sentence, without the name of the file."""


@dataclass(slots=True)
class Tally:
    """What was read of one input. ``other`` counts lines of other programs in the same log; ``skipped`` counts
    damaged records by reason; ``notes`` are our own sentences; ``inside`` says whether any record names an address of
    the inside, without which nothing can be attributed; ``answers`` says whether lookups in it come with their
    answers; ``kind`` is the format, which a reader may set more exactly."""

    records: int = 0
    other: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    inside: bool = False
    answers: bool = True
    kind: str = ""

    def skip(self, reason: str, count: int = 1) -> None:
        """Counts records that could not be used."""
        self.skipped[reason] += count

    def add(self, other: "Tally") -> None:
        """Adds what another reader counted in the same input."""
        self.records += other.records
        self.other += other.other
        self.skipped.update(other.skipped)
        self.inside = self.inside or other.inside
        for sentence in other.notes:
            self.note(sentence)

    def note(self, sentence: str) -> None:
        """Adds a sentence, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)


class Stream(Protocol):
    """What a source reads from."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end."""
        ...


@dataclass(slots=True)
class Source:
    """An opened input. ``written`` is when it was last changed, for the year that a syslog line leaves out;
    ``zone`` is that of times without one."""

    name: str
    written: datetime
    tally: Tally
    zone: tzinfo = UTC
    _stream: Stream = field(default_factory=io.BytesIO)
    _head: bytes = b""
    _opened: list[BinaryIO] = field(default_factory=list)
    _shown: Iterable[tuple[int, bytes]] | None = None

    @classmethod
    def open(cls, path: Path, tally: Tally, *, stdin: BinaryIO | None = None, zone: tzinfo = UTC) -> Self:
        """Opens ``path``, or ``stdin`` where it is given. Raises InputError."""
        try:
            raw: BinaryIO = stdin if stdin is not None else path.open("rb", buffering=0)
            written = datetime.now(UTC) if stdin is not None else datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError as error:
            raise InputError(f"it cannot be read: {error.strerror}") from None
        source = cls(str(path), written, tally, zone, raw, _opened=[] if stdin is not None else [raw])
        source._unpack()
        return source

    def _unpack(self) -> None:
        """Takes off one layer of packing after another; two are common (a rotated .gz in a .zst backup)."""
        for _ in range(2):
            self._head = self._fill(b"")
            stream = io.BufferedReader(_Again(self._head, self._stream), CHUNK)
            if self._head.startswith(b"\x1f\x8b"):
                self._stream = gzip.GzipFile(fileobj=stream)
            elif self._head.startswith(b"\x28\xb5\x2f\xfd"):
                unpacker = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW)
                self._stream = unpacker.stream_reader(stream, read_across_frames=True)
            else:
                return
        self._head = self._fill(b"")

    def _fill(self, start: bytes) -> bytes:
        while len(start) < HEAD:
            more = self._read(HEAD - len(start))
            if not more:
                break
            start += more
        return start

    def _read(self, size: int) -> bytes:
        try:
            return self._stream.read(size) or b""
        except (OSError, EOFError, zlib.error, zstandard.ZstdError):
            self.tally.skip(BROKEN_PACKING)
            self._stream = io.BytesIO()
            return b""

    @property
    def head(self) -> bytes:
        """The first bytes, unpacked, up to HEAD."""
        return self._head

    def chunks(self) -> Iterator[bytes]:
        """The whole input in pieces of at most CHUNK bytes (the first: HEAD). Can be gone through once."""
        if self._head:
            yield self._head
        while chunk := self._read(CHUNK):
            yield chunk

    def pieces(self) -> Iterator[bytes]:
        """The whole input in pieces of whole lines, each with its end; the last may lack it. Of a line that does not
        end in a piece and is over LINE_LIMIT only the end is given; it is counted as skipped."""
        rest, dropping = b"", False
        for chunk in self.chunks():
            cut = chunk.rfind(b"\n") + 1
            if dropping and not cut:
                continue
            start = chunk.find(b"\n") if dropping else 0
            if cut:
                yield b"".join((rest, memoryview(chunk)[start:cut]))
                rest, dropping = chunk[cut:], False
            else:
                rest += chunk
            if len(rest) > LINE_LIMIT:
                rest, dropping = b"", True
                self.tally.skip(LONG_LINE)
        if rest:
            yield rest

    def split(self, piece: bytes) -> list[bytes]:
        """The lines of a piece, without their ends. One over LINE_LIMIT is counted as skipped and empty."""
        lines = piece.split(b"\n")
        if not lines[-1]:
            del lines[-1]
        if max(map(len, lines), default=0) > LINE_LIMIT:
            for place, line in enumerate(lines):
                if len(line) > LINE_LIMIT:
                    lines[place] = b""
                    self.tally.skip(LONG_LINE)
        return lines

    def batches(self) -> Iterator[tuple[int, list[bytes]]]:
        """(number of the first line, lines without their ends) a piece at a time."""
        number = 1
        for piece in self.pieces():
            lines = self.split(piece)
            yield number, lines
            number += len(lines)

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """(number from 1, line without its end) of every line that is not blank. Lines over LINE_LIMIT are counted as
        skipped and left out."""
        if self._shown is not None:
            yield from self._shown
            return
        for first, lines in self.batches():
            for number, line in enumerate(lines, first):
                if line and (stripped := line.rstrip(b"\r")):
                    yield number, stripped

    def showing(self, lines: Iterable[tuple[int, bytes]], tally: Tally) -> "Source":
        """This input as if it had but these lines, counted in ``tally``."""
        return Source(self.name, self.written, tally, self.zone, _head=self._head, _shown=lines)

    def close(self) -> None:
        """Closes what ``open`` opened."""
        for stream in self._opened:
            stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Again(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, stream: Stream) -> None:
        self._head = head
        self._rest = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # RawIOBase gives a writable buffer
        data = self._head[: len(view)] or self._rest.read(len(view)) or b""
        self._head = self._head[len(view) :]
        view[: len(data)] = data
        return len(data)
