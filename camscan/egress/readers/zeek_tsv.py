"""Zeek's own form: tab-separated, with the names of the fields in ``#fields``."""

from collections.abc import Iterator

from camscan.egress.clock import Clock
from camscan.egress.flow import Item
from camscan.egress.known import Known
from camscan.egress.readers import zeek
from camscan.egress.readers.shape import Reader
from camscan.egress.readers.zeek_conn import COLUMNS, Connections
from camscan.egress.source import InputError, Source
from camscan.errors import ParseError

NO_FIELDS = "its #fields are not those of a conn, dns or ssl log of Zeek"

SMALL = 32 * 1024 * 1024
"""Bytes of a conn.log that are gone through line by line before DuckDB is started, which takes about as long."""

_UNSET = ("-", "(empty)")


def _recognises(head: bytes) -> bool:
    return head.startswith(b"#separator") or (head.startswith(b"#") and b"\n#fields\t" in head)


def _read(source: Source, known: Known) -> Iterator[Item]:
    reading = _Reading(source, known)
    pieces, number, size = source.pieces(), 1, 0
    for piece in pieces:
        lines = source.split(piece)
        yield from reading.lines(number, lines)
        number += len(lines)
        size += len(piece)
        if size > SMALL and reading.connections is not None and known.addresses() is not None:
            yield from reading.rest(number, pieces)
    yield from reading.finish()


class _Reading:
    """Follows the headers: rotated logs that were put together bring theirs again, perhaps another one."""

    def __init__(self, source: Source, known: Known) -> None:
        self._source = source
        self._known = known
        self._clock = Clock(source)
        self._fields: list[str] = []
        self._kind: str | None = None
        self.connections: Connections | None = None

    def lines(self, first: int, lines: list[bytes]) -> Iterator[Item]:
        """What these lines tell; the first of them has the number ``first``."""
        start = 0
        # Headers are few: the lines between two of them are gone through at once.
        for place in [place for place, line in enumerate(lines) if line[:8] == b"#fields\t"]:
            yield from self._rows(first + start, lines[start:place])
            yield from self._header(lines[place].rstrip(b"\r").decode("latin-1").split("\t")[1:])
            start = place + 1
        yield from self._rows(first + start, lines[start:] if start else lines)

    def rest(self, number: int, pieces: Iterator[bytes]) -> Iterator[Item]:
        """What the rest of a large conn.log tells, from line ``number`` on, with DuckDB where it can be asked."""
        from camscan.egress.engine import Engine

        held = self.connections
        if held is None:
            return
        with Engine(self._known, held.columns, len(held.fields)) as engine:
            for block, groups in engine.answers(pieces):
                if groups is not None and self.connections is held:
                    held.add(number, block.lines, groups)
                    number += block.lines
                    if held.full:
                        yield from held.flows()
                    continue
                for piece in block.pieces():
                    lines = self._source.split(piece)
                    yield from self.lines(number, lines)
                    number += len(lines)

    def _header(self, fields: list[str]) -> Iterator[Item]:
        if fields == self._fields:
            return
        yield from self.finish()
        self._fields, self._kind = fields, zeek.kind_of(set(fields))
        if self._kind is None:
            raise InputError(NO_FIELDS)
        self.connections = Connections(self._source, self._known, fields) if self._kind == "conn" else None

    def finish(self) -> Iterator[Item]:
        """What is still held; the end of a log."""
        if self.connections is not None:
            yield from self.connections.flows()

    def _rows(self, first: int, lines: list[bytes]) -> Iterator[Item]:
        if self.connections is not None:
            self.connections.rows(first, lines)
            if self.connections.full:
                yield from self.connections.flows()
            return
        for number, line in enumerate(lines, first):
            if line[:1] not in (b"#", b"", b"\r"):
                yield from self._row(number, line.rstrip(b"\r").decode("utf-8", "replace").split("\t"))

    def _row(self, number: int, values: list[str]) -> Iterator[Item]:
        tally = self._source.tally
        if self._kind is None:
            raise InputError(NO_FIELDS)
        if len(values) != len(self._fields):
            tally.skip(COLUMNS)
            return
        row = {name: value for name, value in zip(self._fields, values, strict=True) if value not in _UNSET}
        try:
            yield from zeek.items(self._kind, row, number, self._source, self._clock, self._known)
        except ParseError as error:
            tally.skip(str(error))
        except KeyError:
            tally.skip("a field that is needed is unset")


ZEEK_TSV = Reader("zeek", _recognises, _read)
