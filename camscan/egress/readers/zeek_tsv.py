"""Zeek's own form: tab-separated, with the names of the fields in ``#fields``."""

from collections.abc import Iterator

from camscan.egress.addresses import canonical_text
from camscan.egress.clock import NO_TIME, Clock
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
    clock = Clock(source)
    lines = source.lines()
    kind, fields = None, []
    for number, line in lines:
        if line.startswith(b"#"):
            # Rotated logs that were put together bring their header again, perhaps another one.
            if line.startswith(b"#fields\t"):
                fields = line.decode("latin-1").split("\t")[1:]
                kind = zeek.kind_of(set(fields))
                if kind == "conn":
                    yield from _Connections(source, known, fields).read(lines)
                    return
            continue
        if kind is None:
            raise InputError(NO_FIELDS)
        values = line.decode("utf-8", "replace").split("\t")
        if len(values) != len(fields):
            source.tally.skip(COLUMNS)
            continue
        row = {name: value for name, value in zip(fields, values, strict=True) if value not in _UNSET}
        try:
            yield from zeek.items(kind, row, number, source, clock, known)
        except ParseError as error:
            source.tally.skip(str(error))
        except KeyError:
            source.tally.skip("a field that is needed is unset")
    if kind is None:
        raise InputError(NO_FIELDS)


class _Connections:
    """A conn.log, whose rows come by the million: like ones are added up before they become a Flow."""

    def __init__(self, source: Source, known: Known, fields: list[str]) -> None:
        self._source = source
        self._known = known
        self._places: dict[bytes, bool] = {}
        self._groups: dict[tuple[bytes, ...], list[float]] = {}
        self._set(fields)

    def _set(self, fields: list[str]) -> None:
        if zeek.kind_of(set(fields)) != "conn":
            raise InputError(NO_FIELDS)
        place = {name: number for number, name in enumerate(fields)}
        self._width = len(fields)
        self._ends = place["ts"], place["id.orig_h"], place["id.resp_h"]
        self._what = place.get("proto", -1), place.get("id.resp_p", -1), place["conn_state"]
        self._sizes = place.get("duration", -1), place.get("orig_bytes", -1), place.get("resp_bytes", -1)

    def read(self, lines: Iterator[tuple[int, bytes]]) -> Iterator[Item]:
        """Every connection of a known device."""
        tally, places = self._source.tally, self._places
        tally.kind = "zeek-conn"
        time, orig, resp = self._ends
        for number, line in lines:
            parts = line.split(b"\t")
            if len(parts) != self._width or line[:1] == b"#":
                if line.startswith(b"#fields\t"):
                    yield from self._flows()
                    self._set(line.decode("latin-1").split("\t")[1:])
                    time, orig, resp = self._ends
                elif not line.startswith(b"#"):
                    tally.skip(COLUMNS)
                continue
            tally.records += 1
            starter, other = parts[orig], parts[resp]
            mine, theirs = places.get(starter), places.get(other)
            if mine is None:
                mine = self._place(starter)
            if theirs is None:
                theirs = self._place(other)
            if mine or theirs:
                try:
                    self._add(parts, float(parts[time]), number)
                except ValueError:
                    tally.records -= 1
                    tally.skip(NO_TIME)
                if len(self._groups) > _GROUPS:
                    yield from self._flows()
        yield from self._flows()

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
        duration, sent, got = (_figure(parts, place) for place in self._sizes)
        key = (parts[orig], parts[resp], _at(parts, proto), _at(parts, port), parts[state], b"%d" % (at // DAY))
        group = self._groups.get(key)
        if group is None:
            self._groups[key] = [1, at, at + duration, number, sent, got]
            return
        group[0] += 1
        group[1] = min(group[1], at)
        group[2] = max(group[2], at + duration)
        group[4] += sent
        group[5] += got

    def _flows(self) -> Iterator[Item]:
        """The groups so far, as flows."""
        for key, (count, first, last, number, sent, got) in self._groups.items():
            starter, other, proto, port, state, _ = (part.decode("latin-1") for part in key)
            for device, peer, direction in sides(self._known, self._source.tally, starter, other):
                out = direction is Direction.OUT
                yield Flow(
                    device=device,
                    peer=peer,
                    protocol=proto or "unknown",
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


def _at(parts: list[bytes], place: int) -> bytes:
    return parts[place] if place >= 0 else b""


def _figure(parts: list[bytes], place: int) -> float:
    """A number, 0 where it is unset or none."""
    value = parts[place] if place >= 0 else b"-"
    if value == b"-":
        return 0
    try:
        figure = float(value)
    except ValueError:
        return 0
    return figure if 0 <= figure < 1e18 else 0


ZEEK_TSV = Reader("zeek", _recognises, _read)
