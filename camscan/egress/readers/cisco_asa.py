"""Cisco ASA's and Firepower Threat Defense's syslog (cisco.com, "ASA Series Syslog Messages": 302013 to 302016, 106023,
106100; document 116149 for who began a connection). The volume is told as one sum of both ways, so it is not used.
"""

from collections.abc import Iterator
from typing import NamedTuple

from camscan.egress.clock import Clock
from camscan.egress.flow import Direction, Flow, Item, Outcome
from camscan.egress.known import Known
from camscan.egress.readers import packet, syslog
from camscan.egress.readers.shape import Reader
from camscan.egress.readers.sides import port_of, sides
from camscan.egress.source import Source
from camscan.errors import ParseError
from camscan.safe.pattern import compile_bytes, compile_text

NO_FORM = "a message that has not the form of its number"
OPEN_LIMIT = 100_000
"""Connections remembered until their end is logged; past it the oldest is told without its end."""

_MESSAGE = compile_bytes(rb"%(?:ASA|FTD)-(?:[a-z]+-)?\d-(\d{6}): ?")
_NUMBERS = frozenset({b"302013", b"302014", b"302015", b"302016", b"106023", b"106100"})

_EXTRA = r"(?: ?\([^)]*\))*"
"""The translated address and the user, both in brackets."""

_PAIR = rf"for [^:]+: ?([^/ ]+)/(\d+){_EXTRA} to [^:]+: ?([^/ ]+)/(\d+)(?:\D|$)"
_BUILT = compile_text(rf"^Built (inbound|outbound) (?:Probe )?(TCP|UDP) connection (\d+) {_PAIR}")
_TEARDOWN = compile_text(
    rf"^Teardown (?:Probe )?(TCP|UDP) connection (\d+) {_PAIR}.*?duration (\d+):(\d\d):(\d\d) bytes (\d+)(.*)"
)
_DENY = compile_text(
    rf"^Deny (?:protocol )?(\w+) src [^:]+:([^/ ]+)(?:/(\d+))?{_EXTRA} dst [^:]+:([^/ ]+)(?:/(\d+))?{_EXTRA} "
)
_LISTED = compile_text(
    rf"^access-list \S+ (permitted|denied|est-allowed) (\w+) [^/ ]+/([^( ]+)\((\d+)\){_EXTRA} -> "
    rf"[^/ ]+/([^( ]+)\((\d+)\){_EXTRA} hit-cnt (\d+)"
)


class _Built(NamedTuple):
    """A connection: who began it (None: not told), to whom, and the service's port."""

    protocol: str
    starter: str
    other: str
    port: int | None
    at: float
    number: int


def _recognises(head: bytes) -> bool:
    return any(found.group(1) in _NUMBERS for line in head.split(b"\n")[:500] if (found := _MESSAGE.search(line)))


def _read(source: Source, known: Known) -> Iterator[Item]:
    clock, tally, reading = Clock(source), source.tally, _Reading(source, known)
    for number, line in source.lines():
        found = _MESSAGE.search(line)
        kind = (found.group(1) or b"").decode() if found is not None else ""
        if found is None or kind not in _READS:
            tally.other += bool(line.strip())
            continue
        text = line[found.end() :].decode("utf-8", "replace")
        try:
            at = clock.read(syslog.time_of(line[: found.start()].decode("utf-8", "replace")))
            flows = _READS[kind](reading, text, at, number)
        except ParseError as error:
            tally.skip(str(error))
            continue
        tally.records += 1
        yield from flows
    yield from reading.finish()


class _Reading:
    """Joins the end of a connection with its beginning, which alone tells who began it."""

    def __init__(self, source: Source, known: Known) -> None:
        self._source = source
        self._known = known
        self._open: dict[str, _Built] = {}
        self._connections = False

    def built(self, text: str, at: float, number: int) -> Iterator[Flow]:
        """302013, 302015: remembered until the end."""
        found = _BUILT.search(text)
        if found is None:
            raise ParseError(NO_FORM)
        way, protocol, key, first, first_port, second, second_port = (found.group(part) or "" for part in range(1, 8))
        self._connections = True
        # An inbound connection is told from its beginner's side, an outbound one from the other's.
        if way == "outbound":
            first, second, second_port = second, first, first_port
        flows: Iterator[Flow] = iter(())
        if key in self._open:
            flows = self._flow(self._open.pop(key), Outcome.ALLOWED)
        elif len(self._open) >= OPEN_LIMIT:
            flows = self._flow(self._open.pop(next(iter(self._open))), Outcome.ALLOWED)
        self._open[key] = _Built(protocol.lower(), first, second, port_of(second_port), at, number)
        return flows

    def teardown(self, text: str, at: float, number: int) -> Iterator[Flow]:
        """302014, 302016: the connection is told with what became of it."""
        found = _TEARDOWN.search(text)
        if found is None:
            raise ParseError(NO_FORM)
        protocol, key, first, first_port, second, second_port = (found.group(part) or "" for part in range(1, 7))
        hours, minutes, seconds, size = (int((found.group(part) or "0")[-9:]) for part in range(7, 11))
        reason = found.group(11) or ""
        outcome = Outcome.ALLOWED
        if "SYN Timeout" in reason:
            outcome = Outcome.UNANSWERED
        elif size == 0 and "Reset" in reason:
            outcome = Outcome.DENIED
        built = self._open.pop(key, None)
        if built is not None:
            return self._flow(built, outcome, at)
        began = max(at - hours * 3600 - minutes * 60 - seconds, 0.0)
        ends = (first, port_of(first_port)), (second, port_of(second_port))
        return self._beheaded(protocol.lower(), ends, (began, at, number), outcome)

    def denied(self, text: str, at: float, number: int) -> Iterator[Flow]:
        """106023: a packet that a list did not let through."""
        found = _DENY.search(text)
        if found is None:
            raise ParseError(NO_FORM)
        protocol, own, own_port, other, other_port = (found.group(part) or "" for part in range(1, 6))
        logged = _logged(protocol, (own, own_port), (other, other_port), Outcome.DENIED, 1)
        return packet.flows(logged, at, number, self._source, self._known)

    def listed(self, text: str, at: float, number: int) -> Iterator[Flow]:
        """106100: packets that a list let through or not. Those let through are counted by 302013 and 302015 too."""
        found = _LISTED.search(text)
        if found is None:
            raise ParseError(NO_FORM)
        what, protocol, own, own_port, other, other_port, hits = (found.group(part) or "" for part in range(1, 8))
        outcome = Outcome.DENIED if what == "denied" else Outcome.ALLOWED
        count = 0 if what != "denied" and self._connections else int(hits[-9:])
        logged = _logged(protocol, (own, own_port), (other, other_port), outcome, count)
        if what == "est-allowed":
            logged = logged._replace(began=False)
        return packet.flows(logged, at, number, self._source, self._known)

    def finish(self) -> Iterator[Flow]:
        """Connections whose end was not logged."""
        for built in self._open.values():
            yield from self._flow(built, Outcome.ALLOWED)

    def _flow(self, built: _Built, outcome: Outcome, last: float = 0.0) -> Iterator[Flow]:
        for device, peer, direction in sides(self._known, self._source.tally, built.starter, built.other):
            yield Flow(
                device, peer, built.protocol, built.port, direction, outcome,
                built.at, max(last, built.at), built.number,
            )  # fmt: skip

    def _beheaded(
        self,
        protocol: str,
        ends: tuple[tuple[str, int | None], tuple[str, int | None]],
        when: tuple[float, float, int],
        outcome: Outcome,
    ) -> Iterator[Flow]:
        """A connection whose beginning was not logged: who began it is not known."""
        (first, first_port), (second, second_port) = ends
        for device, peer, direction in sides(self._known, self._source.tally, first, second):
            port = second_port if direction is Direction.OUT else first_port
            yield Flow(device, peer, protocol, port, Direction.UNKNOWN, outcome, *when)


def _logged(
    protocol: str, own: tuple[str, str], other: tuple[str, str], outcome: Outcome, connections: int
) -> packet.Logged:
    name = protocol.lower()
    ported = name in ("tcp", "udp")
    own_port, other_port = (port_of(port) if ported else None for _, port in (own, other))
    return packet.Logged(
        source=own[0],
        source_port=own_port,
        target=other[0],
        target_port=other_port,
        protocol=name,
        outcome=outcome,
        began=name != "udp" or not packet.looks_answered(own_port, other_port),
        connections=connections,
    )


_READS = {
    "302013": _Reading.built,
    "302015": _Reading.built,
    "302014": _Reading.teardown,
    "302016": _Reading.teardown,
    "106023": _Reading.denied,
    "106100": _Reading.listed,
}


def _claims(line: bytes) -> bool:
    return b"%ASA-" in line or b"%FTD-" in line


CISCO_ASA = Reader("cisco-asa", _recognises, _read, claims=_claims)
