"""The one door to DuckDB, which reads large logs: a block of rows comes in, its groups come out (sql/contacts.sql).

It sees one block at a time, in memory that is a file to it (memfd_create(2)). It may open nothing else: no network, no
extension, no other path, no file to spill to. Of a block it either gives every row its place or gives no answer at all,
and then the block is read line by line; so it is never asked what to do with a damaged row.
"""

import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import pairwise
from math import inf
from string import Template
from typing import Any, NamedTuple, Self

import duckdb  # noqa: TID251 - this is the door

from camscan.egress.known import Known

BLOCK = 64 * 1024 * 1024
"""Bytes that are asked about at once."""

THREADS = 4
"""Blocks that are looked at at once, at most; fewer where there are fewer processors."""

MEMORY = "256MB"
"""What DuckDB may hold, besides the buffers of its CSV reader."""

_ODD_PIECES = 64
"""Pieces to be read line by line that may wait for the blocks before them."""

_END = b"#end"
"""The source of a row that is added to each block. Its number tells whether every line before it became one row."""

_ODD = (
    r"(contains({0}, ':') AND (regexp_matches({0}, '[^0-9a-f:]|(^|:)0[0-9a-f]|(^|:)0:0(:|$)|::0(:|$)|(^|:)0::')"
    r" OR (contains({0}, '::') AND regexp_matches({0}, '^([^:]*:){{7}}'))))"
)
"""An IPv6 address that may not be in the canonical spelling (RFC 5952): another character than its digits, a zero in
front, zeros beside one another or beside ``::``, or ``::`` for less than two groups."""

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": "1",  # each block has a thread of ours
    "memory_limit": MEMORY,
    "temp_directory": "",
    "disabled_optimizers": "build_side_probe_side",  # it takes the log for the smaller side of a join
    "enable_external_file_cache": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
}


class Group(NamedTuple):
    """A row of sql/contacts.sql. ``record`` is counted from the block's first line, which is 1."""

    record: int
    source: str
    destination: str
    protocol: str
    port: str
    state: str
    day: float
    source_turn: int | None
    destination_turn: int | None
    connections: int
    began: float
    ended: float
    bytes_sent: int | None
    bytes_received: int | None


class _Asked(NamedTuple):
    """A block that is waited for."""

    block: "Block"
    slot: "_Slot | None" = None
    answer: "Future[list[Group] | None] | None" = None


class Block:
    """Lines of a log, in memory that is a file to the engine, or at hand where it is not asked about. ``lines`` and
    ``size`` (in bytes) count what is in the file."""

    def __init__(self, file: int | None = None, piece: bytes = b"") -> None:
        self.lines = 0
        self.size = 0
        self._file = file
        self._piece = piece
        self._sizes: list[int] = []
        self._colons = False
        self._open_end = False

    @property
    def colons(self) -> bool:
        """Whether there may be IPv6 in it."""
        return self._colons

    def put(self, piece: bytes) -> None:
        """Adds a piece of whole lines; only the last one may lack its end."""
        self._write(piece)
        self._sizes.append(len(piece))
        self.size += len(piece)
        self._open_end = not piece.endswith(b"\n")
        self.lines += piece.count(b"\n") + self._open_end
        self._colons = self._colons or b":" in piece

    def end(self, line: bytes) -> None:
        """Puts a line after all others that is none of them."""
        self._write(b"\n" * self._open_end + line)
        if self._file is not None:
            os.ftruncate(self._file, os.lseek(self._file, 0, os.SEEK_CUR))

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left and self._file is not None:
            left = left[os.write(self._file, left) :]

    def pieces(self) -> Iterator[bytes]:
        """What was put in."""
        if self._file is None:
            yield self._piece
            return
        os.lseek(self._file, 0, os.SEEK_SET)
        for size in self._sizes:
            yield os.read(self._file, size)


def _plain(piece: bytes) -> bool:
    """Whether there is nothing in it that DuckDB might read otherwise than it would be line by line."""
    return piece.isascii() and not any(mark in piece for mark in (b"#", b"\r", b"\0", b"%"))


@dataclass(slots=True)
class _Slot:
    """Memory for one block, and a connection that sees it."""

    file: int
    connection: duckdb.DuckDBPyConnection
    colons: bool | None = None

    def block(self) -> Block:
        """An empty block, in the place of what was there."""
        os.lseek(self.file, 0, os.SEEK_SET)
        return Block(self.file)


@dataclass
class Engine:
    """Asks of the rows of a log which known devices were in contact with whom.

    ``columns`` gives the place of each column of sql/zeek_conn.sql (time, duration, source, ...), None for one that the
    log has not; ``width`` is the number of columns. Where it cannot be started, it answers nothing.
    """

    known: Known
    columns: Mapping[str, int | None]
    width: int
    _free: list[_Slot] = field(default_factory=list)
    _waiting: deque[_Asked] = field(default_factory=deque)
    _held: ExitStack = field(default_factory=ExitStack)
    _pool: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        with suppress(duckdb.Error, OSError), ExitStack() as stack:
            self._open(stack)
            self._held = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._held.close()

    def _open(self, stack: ExitStack) -> None:
        if sys.platform != "linux":
            # Memory that is a file to it is Linux's.
            return
        threads = min(len(os.sched_getaffinity(0)), THREADS)
        database = stack.enter_context(duckdb.connect(":memory:", config=_CONFIG))
        slots = []
        for _ in range(threads + 1):
            file = os.memfd_create("camscan-rows")
            stack.callback(os.close, file)
            slots.append(_Slot(file, stack.enter_context(database.cursor())))
        database.execute("SET allowed_paths = ?", [[_path(slot.file) for slot in slots]])
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")
        database.execute("CREATE TABLE known (address VARCHAR, since DOUBLE, until DOUBLE, turn INTEGER)")
        rows = [list(column) for column in zip(*_known_rows(self.known), strict=True)]
        database.execute("INSERT INTO known SELECT unnest(?), unnest(?), unnest(?), unnest(?)", rows)
        self._pool = stack.enter_context(ThreadPoolExecutor(threads))
        self._free = slots

    def answers(self, pieces: Iterable[bytes]) -> Iterator[tuple[Block, list[Group] | None]]:
        """The pieces (of whole lines) as blocks, in their order, each with its groups in the order of their records, or
        with None where it has to be read line by line. A block is gone when the next one is asked for."""
        slot, block = None, Block()
        for piece in pieces:
            plain = self._pool is not None and _plain(piece)
            if plain:
                if slot is None:
                    while not self._free:
                        yield from self._oldest()
                    slot = self._free.pop()
                    block = slot.block()
                block.put(piece)
            if slot is not None and (block.size >= BLOCK or not plain):
                self._waiting.append(self._ask(slot, block))
                slot = None
            if not plain:
                # It stands alone, so that little is read line by line.
                self._waiting.append(_Asked(Block(piece=piece)))
                while len(self._waiting) > _ODD_PIECES:
                    yield from self._oldest()
        if slot is not None:
            self._waiting.append(self._ask(slot, block))
        while self._waiting:
            yield from self._oldest()

    def _ask(self, slot: _Slot, block: Block) -> _Asked:
        return _Asked(block, slot, self._pool.submit(self._answer, slot, block) if self._pool is not None else None)

    def _oldest(self) -> Iterator[tuple[Block, list[Group] | None]]:
        block, slot, answer = self._waiting.popleft()
        yield block, answer.result() if answer is not None else None
        if slot is not None:
            self._free.append(slot)

    def _answer(self, slot: _Slot, block: Block) -> list[Group] | None:
        try:
            block.end(
                b"\t".join(_END if place == self.columns["source"] else b"0" for place in range(self.width)) + b"\n"
            )
            if slot.colons is not block.colons:
                slot.connection.execute(f"CREATE OR REPLACE TEMP VIEW flows AS {self._view(slot.file, block.colons)}")
                slot.colons = block.colons
            rows = slot.connection.execute(_sql("contacts.sql")).fetchall()
        except (duckdb.Error, OSError):
            return None
        return _checked(rows, block.lines)

    def _view(self, file: int, colons: bool) -> str:  # noqa: FBT001 - a mere fact of the block
        names = {name: "'-'" if place is None else f"c{place}" for name, place in self.columns.items()}
        odd = " OR ".join(_ODD.format(name) for name in ("source", "destination")) if colons else "FALSE"
        columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(self.width))
        return Template(_sql("zeek_conn.sql")).substitute(names, path=_path(file), columns=columns, odd=odd)


def _path(file: int) -> str:
    return f"/proc/self/fd/{file}"


def _sql(name: str) -> str:
    return files("camscan.egress").joinpath("sql", name).read_text(encoding="utf-8")


def _known_rows(known: Known) -> Iterator[tuple[str, float, float, int]]:
    """The table ``known`` of sql/contacts.sql, and the row that marks the end of a block."""
    yield _END.decode(), -inf, inf, 0
    for address in known.addresses() or ():
        for number, (since, until) in enumerate(pairwise((-inf, *known.turns(address), inf))):
            yield address, since, until, number


def _checked(rows: Sequence[tuple[Any, ...]], lines: int) -> list[Group] | None:
    """The groups, where each of so many lines became one row, in its place and whole; None otherwise."""
    groups = sorted((Group(*row) for row in rows), key=lambda group: group.record)
    if (
        not groups
        or groups[-1].source != _END.decode()
        or groups[-1].record != lines + 1
        or groups[-1].connections != 1
    ):
        return None
    groups.pop()
    return None if any(group.day is None for group in groups) else groups
