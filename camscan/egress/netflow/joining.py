"""Records to connections: exporters tell of each direction by itself, and of a long connection again and again.

Who began is what the record tells, else who sent a SYN without an ACK, else a well-known port, else whose packets
came first. Two exporters on one path, or one that counts packets as they come in and as they go out, tell the same
packets twice; they count once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from camscan.egress.connections import ACK, FIN, OPEN_LIMIT, PROTOCOLS, RST, SYN, Key, by_ports
from camscan.egress.contacts import DAY
from camscan.egress.ends import as_each_sees
from camscan.egress.flow import Direction, Flow, Outcome
from camscan.egress.known import Known
from camscan.egress.netflow.exported import Exported

EXPORTERS = 1_000
"""Exporters of which it is remembered that they tell of both directions."""

WELL_KNOWN = 1024
"""Ports below are those of services (RFC 6335)."""

SLACK = 1.0
"""Seconds by which the clocks of two exporters may differ; some tell times in whole seconds."""

_ECHOES = frozenset({8, 128})
_ECHO_REPLIES = frozenset({0, 129})
"""ICMP types (RFC 792, RFC 4443)."""


@dataclass(slots=True)
class _Way:
    """What went in one direction. ``octets`` holds earlier records, ``newest`` the one from ``since`` to ``until``."""

    first: float
    last: float
    since: float
    until: float
    octets: int | None = None
    newest: int | None = None
    flags: int | None = None

    def add(self, first: float, last: float, octets: int | None, flags: int | None) -> None:
        if self._told_before(first, last):
            self.newest = _larger(self.newest, octets)
        else:
            self.octets, self.newest = _sum(self.octets, self.newest), octets
            self.since, self.until = first, last
        self.first, self.last = min(self.first, first), max(self.last, last)
        if flags is not None:
            self.flags = (self.flags or 0) | flags

    def _told_before(self, first: float, last: float) -> bool:
        """Whether a record is of the same packets as the newest one: at the same time, or while that lasted."""
        if abs(first - self.since) < SLACK and abs(last - self.until) < SLACK:
            return True
        return first < self.until - SLACK and last > self.since + SLACK

    @property
    def total(self) -> int | None:
        return _sum(self.octets, self.newest)


@dataclass(slots=True)
class _Open:
    """A connection. ``out`` went from the device, ``back`` to it."""

    exporter: str
    record: int
    first: float
    last: float
    out: _Way | None = None
    back: _Way | None = None
    by_device: bool | None = None
    both: bool = False
    denied: bool = False
    passed: bool = False
    sampled: bool = False
    carried_on: bool = False


class Joining:
    """The connections that are open. ``add`` and ``finish`` yield those that ended."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._open: dict[Key, _Open] = {}
        self._both: set[str] = set()

    def add(self, one: Exported) -> Iterator[Flow]:
        """Adds a record of a known device."""
        mine, theirs = self._known.knows(one.source), self._known.knows(one.target)
        if not (mine or theirs) or not _is_traffic(one):
            return
        # Of two known devices always the same one is the device, so that both directions are one connection.
        sent = mine and (not theirs or one.source < one.target)
        ports = one.source_port or 0, one.target_port or 0
        device, peer = (one.source, one.target) if sent else (one.target, one.source)
        own, other = ports if sent else ports[::-1]
        protocol = PROTOCOLS.get(one.protocol, str(one.protocol) if one.protocol >= 0 else "unknown")
        key = (device, peer, protocol, own, other)
        now = self._open.get(key)
        if now is not None and (_anew(now, one, sent=sent) or int(one.first // DAY) != int(now.first // DAY)):
            ended = self._open.pop(key)
            yield from self._flows(key, ended)
            now = None
            if not _anew(ended, one, sent=sent):
                # So that a volume is counted on the day it was sent.
                now = self._start(key, one)
                now.carried_on, now.passed = True, _answered(ended)
                now.by_device = _by_device(key, ended, both=self._counts_both(ended))
        if now is None:
            if len(self._open) >= OPEN_LIMIT:
                for old in list(islice(self._open, OPEN_LIMIT // 4)):
                    yield from self._flows(old, self._open.pop(old))
            now = self._start(key, one)
        self._take(now, one, sent=sent)

    def finish(self) -> Iterator[Flow]:
        """Everything that is still open."""
        while self._open:
            key, now = next(iter(self._open.items()))
            del self._open[key]
            yield from self._flows(key, now)

    def _start(self, key: Key, one: Exported) -> _Open:
        now = self._open[key] = _Open(one.exporter, one.record, one.first, one.last)
        return now

    def _take(self, now: _Open, one: Exported, *, sent: bool) -> None:
        now.first, now.last = min(now.first, one.first), max(now.last, one.last)
        now.denied = now.denied or one.denied
        now.passed = now.passed or (one.event and not one.denied)
        now.sampled = now.sampled or one.sampled > 1
        now.both = now.both or one.both
        if one.by_source is not None:
            now.by_device = one.by_source is sent
        elif one.icmp is not None and one.icmp >> 8 in _ECHOES:
            now.by_device = sent
        _add(now, one, one.octets, one.flags, out=sent)
        if one.back_octets is not None:
            _add(now, one, one.back_octets, one.back_flags, out=not sent)
        if now.out is not None and now.back is not None and not one.both and len(self._both) < EXPORTERS:
            self._both.add(one.exporter)

    def _flows(self, key: Key, now: _Open) -> Iterator[Flow]:
        device, peer, protocol, own, other = key
        by_device = _by_device(key, now, both=self._counts_both(now))
        direction = {True: Direction.OUT, False: Direction.IN, None: Direction.UNKNOWN}[by_device]
        port = own if direction is Direction.IN else other
        flow = Flow(
            device=device,
            peer=peer,
            protocol=protocol,
            port=port or None,
            direction=direction,
            outcome=self._outcome(now, by_device),
            first=now.first,
            last=now.last,
            record=now.record,
            bytes_out=self._octets(now, now.out),
            bytes_in=self._octets(now, now.back),
            connections=0 if now.carried_on else 1,
        )
        yield from as_each_sees(flow, self._known)

    def _counts_both(self, now: _Open) -> bool:
        return now.both or now.exporter in self._both

    def _octets(self, now: _Open, way: _Way | None) -> int | None:
        """Bytes of one direction: None where the other direction may just not have been exported."""
        if way is not None:
            return way.total
        return 0 if self._counts_both(now) and not now.passed else None

    def _outcome(self, now: _Open, by_device: bool | None) -> Outcome:  # noqa: FBT001 - private
        if now.denied:
            return Outcome.DENIED
        if now.passed:
            return Outcome.ALLOWED
        begun, answer = (now.back, now.out) if by_device is False else (now.out, now.back)
        if begun is not None and answer is not None:
            refused = _reset(answer) and (begun.flags or 0) & SYN
            return Outcome.DENIED if refused else Outcome.ALLOWED
        only = begun or answer
        if only is None or _reset(only):
            return Outcome.UNKNOWN
        if (only.flags or 0) & ACK or (by_device is not None and begun is None):
            return Outcome.ALLOWED
        # That no answer was exported says something only where answers are exported, and every packet counts.
        told = bool(only.flags) or self._counts_both(now)
        return Outcome.UNANSWERED if told and by_device is not None and not now.sampled else Outcome.UNKNOWN


def _reset(way: _Way) -> bool:
    """Whether a TCP connection was broken off in this direction, without any sign that it had been made."""
    return (way.flags or 0) & (SYN | FIN | RST) == RST


def _is_traffic(one: Exported) -> bool:
    """Whether a record tells of a connection: ICMP messages other than pings do not."""
    return one.icmp is None or one.icmp >> 8 in _ECHOES or one.icmp >> 8 in _ECHO_REPLIES


def _anew(now: _Open, one: Exported, *, sent: bool) -> bool:
    """Whether a record begins a connection, although there is one between the same ports already."""
    if one.begins:
        return True
    way = now.out if sent else now.back
    if way is None or one.flags is None or not one.flags & SYN or one.first < way.last - SLACK:
        return False
    # A SYN that is sent again, because there was no answer, is the same attempt.
    return now.out is not None and now.back is not None and one.first > way.first + SLACK


def _add(now: _Open, one: Exported, octets: int | None, flags: int | None, *, out: bool) -> None:
    way = now.out if out else now.back
    if way is None:
        way = _Way(one.first, one.last, one.first, one.last, newest=octets, flags=flags)
        if out:
            now.out = way
        else:
            now.back = way
        return
    way.add(one.first, one.last, octets, flags)


def _answered(now: _Open) -> bool:
    return now.passed or (now.out is not None and now.back is not None)


def _by_device(key: Key, now: _Open, *, both: bool) -> bool | None:
    """Whether the device began; None where nothing tells. ``both`` says that its exporter tells of answers too."""
    if now.by_device is not None:
        return now.by_device
    _, _, protocol, own, other = key
    bare = [way is not None and (way.flags or 0) & (SYN | ACK) == SYN for way in (now.out, now.back)]
    if bare[0] is not bare[1]:
        return bare[0]
    told = by_ports(own, other) if protocol == "tcp" else _by_service(own, other)
    if told is not None or now.sampled or protocol == "icmp":
        return told
    return _by_time(now, protocol, both=both)


def _by_service(own: int, other: int) -> bool | None:
    """Whether the device is the client, where one side has the port of a service."""
    return None if (own < WELL_KNOWN) == (other < WELL_KNOWN) else other < WELL_KNOWN


def _by_time(now: _Open, protocol: str, *, both: bool) -> bool | None:
    """Whether the device sent the first packet."""
    if protocol == "tcp" and not _made_here(now):
        return None  # it had been made before: whose packets came first in these records says nothing
    if now.out is not None and now.back is not None:
        return None if now.out.first == now.back.first else now.out.first < now.back.first
    return now.out is not None if both else None


def _made_here(now: _Open) -> bool:
    """Whether both sides of a TCP connection are seen to begin."""
    return bool(now.out and now.back and (now.out.flags or 0) & (now.back.flags or 0) & SYN)


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


def _larger(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else max(one, other)
