"""Zeek's own form: tab-separated, with the names of the fields in ``#fields``."""

from collections.abc import Iterator

from camscan.egress.addresses import canonical_text
from camscan.egress.clock import LATEST, NO_TIME, Clock
from camscan.egress.contacts import DAY
from camscan.egress.flow import Direction, Flow, Item, Outcome
from camscan.egress.known import Known
from camscan.egress.readers import zeek
from camscan.egress.readers.shape import Reader
from camscan.egress.readers.sides import port_of, sides
from camscan.egress.source import InputError, Source
from camscan.errors import ParseError

COLUMNS = "another number of columns than the header names"
NO_FIELDS = "its #fields are not those of a conn, dns or ssl log of Zeek"

_GROUPS = 200_000
"""Groups of like connections held while a conn.log is read; past it they are handed on."""

_UNSET = ("-", "(empty)")


def _recognises(head: bytes) -> bool:
    return head.startswith(b"#separator") or (head.startswith(b"#") and b"\n#fields\t" in head)


def _read(source: Source, known: Known) -> Iterator[Item]:
    reading = _Reading(source, known)
    for first, lines in source.batches():
        yield from reading.batch(first, lines)
    yield from reading.finish()


class _Reading:
    """Follows the headers: rotated logs that were put together bring theirs again, perhaps another one."""

    def __init__(self, source: Source, known: Known) -> None:
        self._source = source
        self._known = known
        self._clock = Clock(source)
        self._fields: list[str] = []
        self._kind: str | None = None
        self._connections: _Connections | None = None

    def batch(self, first: int, lines: list[bytes]) -> Iterator[Item]:
        """What these lines tell; the first of them has the number ``first``."""
        start = 0
        # Headers are few: the lines between two of them are gone through at once.
        for place in [place for place, line in enumerate(lines) if line[:8] == b"#fields\t"]:
            yield from self._rows(first + start, lines[start:place])
            yield from self._header(lines[place].rstrip(b"\r").decode("latin-1").split("\t")[1:])
            start = place + 1
        yield from self._rows(first + start, lines[start:] if start else lines)

    def _header(self, fields: list[str]) -> Iterator[Item]:
        yield from self.finish()
        self._fields, self._kind = fields, zeek.kind_of(set(fields))
        if self._kind is None:
            raise InputError(NO_FIELDS)
        self._connections = _Connections(self._source, self._known, fields) if self._kind == "conn" else None

    def finish(self) -> Iterator[Item]:
        """What is still held; the end of a log."""
        if self._connections is not None:
            yield from self._connections.flows()

    def _rows(self, first: int, lines: list[bytes]) -> Iterator[Item]:
        if self._connections is not None:
            yield from self._connections.rows(first, lines)
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


class _Connections:
    """A conn.log, whose rows come by the million: like ones are added up before they become a Flow."""

    def __init__(self, source: Source, known: Known, fields: list[str]) -> None:
        self._source = source
        self._known = known
        self._places: dict[bytes, bool] = {}
        self._groups: dict[tuple[bytes, bytes, bytes, bytes, bytes, float], list[float]] = {}
        place = {name: number for number, name in enumerate(fields)}
        self._width = len(fields)
        self._ends = place["ts"], place["id.orig_h"], place["id.resp_h"]
        # A field that was left out of the log is read from one past the row, where _row puts an unset one.
        self._what = place.get("proto", -1), place.get("id.resp_p", -1), place["conn_state"]
        self._sizes = place.get("duration", -1), place.get("orig_bytes", -1), place.get("resp_bytes", -1)

    def rows(self, first: int, lines: list[bytes]) -> Iterator[Item]:
        """Takes in rows. Written for speed: of a row that concerns no known device only the addresses are looked at."""
        tally, places, number = self._source.tally, self._places, first - 1
        _, orig, resp = self._ends
        enough = max(orig, resp) + 1
        tally.kind = "zeek-conn"
        count = 0
        for line in lines:
            number += 1
            parts = line.split(b"\t", enough)
            try:
                starter, other = parts[orig], parts[resp]
            except IndexError:
                if line[:1] not in (b"#", b"", b"\r"):
                    tally.skip(COLUMNS)
                continue
            if line[:1] == b"#":
                continue
            count += 1
            mine, theirs = places.get(starter), places.get(other)
            if mine is None:
                mine = self._place(starter)
            if theirs is None:
                theirs = self._place(other)
            if mine or theirs:
                count -= not self._row(line, number)
        tally.records += count
        if len(self._groups) > _GROUPS:
            yield from self.flows()

    def _row(self, line: bytes, number: int) -> bool:
        """Adds the row of a known device; whether it could be read."""
        parts = line.rstrip(b"\r").split(b"\t")
        if len(parts) != self._width:
            self._source.tally.skip(COLUMNS)
            return False
        try:
            at = float(parts[self._ends[0]])
        except ValueError:
            at = -1.0
        if not 0 <= at <= LATEST:
            self._source.tally.skip(NO_TIME)
            return False
        parts.append(b"-")
        self._add(parts, at, number)
        return True

    def _place(self, address: bytes) -> bool:
        """Whether an address is that of a known device."""
        if len(self._places) > 500_000:
            self._places.clear()
        text = canonical_text(address.decode("latin-1"))
        found = self._places[address] = self._known.knows(text)
        self._source.tally.inside = self._source.tally.inside or found
        return found

    def _add(self, parts: list[bytes], at: float, number: int) -> None:
        """Adds a row to its group: the same ends, service, fate, and UTC day."""
        _, orig, resp = self._ends
        proto, port, state = self._what
        duration, sent, got = self._sizes
        key = (parts[orig], parts[resp], parts[proto], parts[port], parts[state], at // DAY)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = [0, at, at, number, 0, 0]
        group[0] += 1
        group[1] = min(group[1], at)
        if (end := at + _figure(parts[duration])) > group[2]:
            group[2] = end
        group[4] += _figure(parts[sent])
        group[5] += _figure(parts[got])

    def flows(self) -> Iterator[Item]:
        """The groups so far, as flows."""
        for key, (count, first, last, number, sent, got) in self._groups.items():
            starter, other, proto, port, state = (part.decode("latin-1") for part in key[:5])
            for device, peer, direction in sides(self._known, self._source.tally, starter, other):
                out = direction is Direction.OUT
                yield Flow(
                    device=device,
                    peer=peer,
                    protocol="unknown" if proto == "-" else proto,
                    port=port_of(port),
                    direction=Direction.UNKNOWN if state in zeek.UNSTARTED else direction,
                    outcome=zeek.STATES.get(state, Outcome.ALLOWED),
                    first=first,
                    last=last,
                    record=int(number),
                    bytes_out=int(sent if out else got),
                    bytes_in=int(got if out else sent),
                    connections=int(count),
                )
        self._groups.clear()


def _figure(value: bytes) -> float:
    """A number, 0 where it is unset or none."""
    try:
        figure = float(value)
    except ValueError:
        return 0
    return figure if 0 <= figure < 1e18 else 0


ZEEK_TSV = Reader("zeek", _recognises, _read)
