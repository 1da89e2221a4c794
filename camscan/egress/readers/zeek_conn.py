"""The rows of a conn.log, which come by the million: like ones are added up before they become a Flow.

Rows are gone through line by line, or, in large logs, a block at a time by DuckDB (engine.py). Both end in the same
groups.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from camscan.egress.addresses import canonical_text
from camscan.egress.clock import LATEST, NO_TIME
from camscan.egress.contacts import DAY
from camscan.egress.flow import Direction, Flow, Outcome
from camscan.egress.known import Known
from camscan.egress.readers import zeek
from camscan.egress.readers.sides import port_of, sides
from camscan.egress.source import Source

if TYPE_CHECKING:
    from camscan.egress.engine import Group

COLUMNS = "another number of columns than the header names"

GROUPS = 200_000
"""Groups of like connections held while a conn.log is read; past it they are handed on."""

_FIELDS = {
    "time": "ts", "duration": "duration", "source": "id.orig_h", "destination": "id.resp_h", "port": "id.resp_p",
    "protocol": "proto", "state": "conn_state", "sent": "orig_bytes", "received": "resp_bytes",
}  # fmt: skip
"""Zeek's names of the columns that are used."""

_UNSET = ("-", "(empty)", "")

_Key = tuple[bytes, bytes, bytes, bytes, bytes, float, int, int]
"""Both ends, protocol, port, state, UTC day, and whose turn it was at either end."""


class _Group:
    """Connections that are alike in all but time and volume."""

    __slots__ = ("connections", "first", "got", "last", "record", "sent")

    def __init__(self, record: int, first: float) -> None:
        self.record = record
        self.connections = 0
        self.first = self.last = first
        self.sent: int | None = None
        self.got: int | None = None

    def add(self, connections: int, first: float, last: float, sent: int | None, got: int | None) -> None:
        """Adds connections that came later in the log."""
        self.connections += connections
        self.first = min(self.first, first)
        self.last = max(self.last, last)
        if sent is not None:
            self.sent = sent if self.sent is None else self.sent + sent
        if got is not None:
            self.got = got if self.got is None else self.got + got


class Connections:
    """What the rows of one header add up to. ``fields`` are its names."""

    def __init__(self, source: Source, known: Known, fields: list[str]) -> None:
        self._tally = source.tally
        self._known = known
        self._places: dict[bytes, bool] = {}
        self._turns: dict[bytes, tuple[float, ...]] = {}
        self._groups: dict[_Key, _Group] = {}
        self.fields = fields
        place = {name: number for number, name in enumerate(fields)}
        self.columns: Mapping[str, int | None] = {name: place.get(field) for name, field in _FIELDS.items()}
        self._ends = place["id.orig_h"], place["id.resp_h"]
        # A field that was left out of the log is read from one past the row, where _row puts an unset one.
        self._what = place.get("proto", -1), place.get("id.resp_p", -1), place["conn_state"]
        self._figures = place["ts"], place.get("duration", -1), place.get("orig_bytes", -1), place.get("resp_bytes", -1)
        self._tally.kind = "zeek-conn"

    @property
    def full(self) -> bool:
        """Whether so much is held that it should be handed on."""
        return len(self._groups) > GROUPS

    def rows(self, first: int, lines: list[bytes]) -> None:
        """Takes in lines. Written for speed: of a row that concerns nobody known only the addresses are looked at."""
        tally, places, number = self._tally, self._places, first - 1
        orig, resp = self._ends
        enough = max(orig, resp) + 1
        rows = 0
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
            rows += 1
            mine, theirs = places.get(starter), places.get(other)
            if mine is None:
                mine = self._place(starter)
            if theirs is None:
                theirs = self._place(other)
            if mine or theirs:
                rows -= not self._row(line, number)
        tally.records += rows

    def _row(self, line: bytes, number: int) -> bool:
        """Adds the row of a known device; whether it could be read."""
        parts = line.rstrip(b"\r").split(b"\t")
        if len(parts) != len(self.fields):
            self._tally.skip(COLUMNS)
            return False
        time, duration, sent, got = self._figures
        try:
            at = float(parts[time])
        except ValueError:
            at = -1.0
        if not 0 <= at <= LATEST:
            self._tally.skip(NO_TIME)
            return False
        parts.append(b"-")
        orig, resp = self._ends
        proto, port, state = self._what
        mine, theirs = (self._turn(parts[orig], at), self._turn(parts[resp], at)) if self._turns else (0, 0)
        key = (parts[orig], parts[resp], parts[proto], parts[port], parts[state], at / DAY // 1, mine, theirs)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(number, at)
        group.add(1, at, at + _seconds(parts[duration]), _bytes(parts[sent]), _bytes(parts[got]))
        return True

    def _place(self, address: bytes) -> bool:
        """Whether an address is that of a known device."""
        if len(self._places) > 500_000:
            self._places.clear()
        written = address.decode("latin-1")
        text = canonical_text(written) if written.isprintable() and " " not in written else ""
        found = self._places[address] = self._known.knows(text)
        self._tally.inside = self._tally.inside or found
        if found and (turns := self._known.turns(text)):
            self._turns[address] = turns
        return found

    def _turn(self, address: bytes, at: float) -> int:
        """How often the address had changed hands by then."""
        return bisect_right(self._turns.get(address, ()), at)

    def add(self, first: int, lines: int, groups: "Iterable[Group]") -> None:
        """Takes in what the engine found in so many lines; ``first`` is the number of the first of them."""
        self._tally.records += lines
        for one in groups:
            self._tally.inside = True
            ends = _text(one.source), _text(one.destination), _text(one.protocol), _text(one.port), _text(one.state)
            key = (*ends, one.day, one.source_turn or 0, one.destination_turn or 0)
            group = self._groups.get(key)
            if group is None:
                group = self._groups[key] = _Group(first + one.record - 1, one.began)
            group.add(one.connections, one.began, one.ended, one.bytes_sent, one.bytes_received)

    def flows(self) -> Iterator[Flow]:
        """What is held, as flows; then nothing is."""
        for key, group in self._groups.items():
            starter, other, proto, port, state = (part.decode("latin-1") for part in key[:5])
            state = "OTH" if state in _UNSET else state
            for device, peer, direction in sides(self._known, self._tally, starter, other):
                out = direction is Direction.OUT
                yield Flow(
                    device=device,
                    peer=peer,
                    protocol="unknown" if proto in _UNSET else proto,
                    port=port_of(port),
                    direction=Direction.UNKNOWN if state in zeek.UNSTARTED else direction,
                    outcome=zeek.STATES.get(state, Outcome.ALLOWED),
                    first=group.first,
                    last=group.last,
                    record=group.record,
                    bytes_out=group.sent if out else group.got,
                    bytes_in=group.got if out else group.sent,
                    connections=group.connections,
                )
        self._groups.clear()


def _seconds(value: bytes) -> float:
    """A duration, 0 where it is unset or none."""
    try:
        seconds = float(value)
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds < 1e9 else 0.0


def _bytes(value: bytes) -> int | None:
    """A number of bytes, or None for anything else."""
    return int(value) if value.isdigit() and len(value) <= 18 else None


def _text(value: str | None) -> bytes:
    """A field as the lines have it: DuckDB takes an empty one for none."""
    return (value or "").encode()
