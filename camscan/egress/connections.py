"""Packets to connections: who started, what came of it, how much went each way. Bounded, whatever the capture holds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from math import inf

from camscan.egress.contacts import DAY
from camscan.egress.flow import Direction, Flow, Mark, Outcome

OPEN_LIMIT = 100_000
"""Connections open at once; past it the oldest quarter is closed."""

PATIENCE = 60.0
"""Seconds for which a connection may still be answered before a cut tells of it."""

IDLE = {"tcp": 7_200.0}
OTHERWISE_IDLE = 600.0
"""Seconds of silence after which a cut closes a connection: what home routers and firewalls do (RFC 5382, REQ-5; RFC
4787, REQ-5)."""

SYN, RST, ACK, FIN = 0x02, 0x04, 0x10, 0x01
"""TCP flags (RFC 9293, 3.1)."""

PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmp"}
"""Names of the IP protocols that are told apart (IANA); others go by their numbers."""

SERVED = frozenset({554, 1935, 3389, 5000, 5060, 5061, 5222, 5228, 8000, 8080, 8443, 8554, 8883, 9000, 34567, 37777})
"""Ports above 1023 that cameras or well-known services listen on: where no SYN was seen, they tell the server."""


@dataclass(slots=True)
class Packet:
    """One packet of a known device, seen from that device. ``sent`` says whether the device sent it."""

    at: float
    device: str
    peer: str
    protocol: str
    own_port: int
    peer_port: int
    sent: bool
    size: int
    flags: int
    record: int


@dataclass(slots=True)
class _Open:
    first: float
    last: float
    record: int
    by_device: bool | None
    out: int = 0
    back: int = 0
    answered: bool = False
    refused: bool = False
    carried_on: bool = False
    name: str = ""
    marks: set[Mark] = field(default_factory=set)

    @property
    def silent(self) -> bool:
        """Whether nothing came since the last cut."""
        return not self.out and not self.back

    def after_cut(self) -> "_Open":
        """What stays open once everything so far was told."""
        return _Open(inf, self.last, 0, self.by_device, answered=self.answered, refused=self.refused, carried_on=True)


Key = tuple[str, str, str, int, int]


class Connections:
    """The connections that are open. ``packet`` and ``finish`` yield those that ended."""

    def __init__(self) -> None:
        self._open: dict[Key, _Open] = {}

    def packet(self, packet: Packet, mark: Mark | None = None, name: str = "") -> Iterator[Flow]:
        """Adds a packet with what its payload showed."""
        key = (packet.device, packet.peer, packet.protocol, packet.own_port, packet.peer_port)
        now = self._open.get(key)
        begins = packet.protocol == "tcp" and packet.flags & (SYN | ACK) == SYN
        if now is not None and begins and (now.answered or now.refused):
            yield from self._ended(key)
            now = None
        elif now is not None and int(packet.at // DAY) != int(now.last // DAY) and not now.silent:
            # So that a volume is counted on the day it was sent.
            yield from self._ended(key)
            now = self._open[key] = now.after_cut()
        if now is None:
            if len(self._open) >= OPEN_LIMIT:
                yield from self._oldest()
            now = self._open[key] = _Open(packet.at, packet.at, packet.record, _starter(packet))
        _add(now, packet)
        if mark is not None:
            now.marks.add(mark)
        now.name = now.name or name

    def denied(self, key: Key) -> None:
        """An ICMP message said that the packets of a connection were not delivered."""
        now = self._open.get(key)
        if now is not None:
            now.refused = True

    def finish(self) -> Iterator[Flow]:
        """Everything that is still open."""
        while self._open:
            yield from self._ended(next(iter(self._open)))

    def cut(self, at: float, *, anew: bool) -> Iterator[Flow]:
        """What all that is open at ``at`` did since the last cut. It stays open unless it has long been silent. What
        it does later is the same connection's, or with ``anew`` one more of the stretch of time that begins now. What
        began less than PATIENCE ago and is not answered is left for the next cut."""
        for key, now in list(self._open.items()):
            if not now.answered and not now.refused and at - min(now.first, now.last) < PATIENCE:
                continue
            yield from self._ended(key)
            if at - now.last < IDLE.get(key[2], OTHERWISE_IDLE):
                # At the end of the table, where what came last stands: the oldest are closed first when it is full.
                stays = self._open[key] = now.after_cut()
                stays.carried_on = not anew

    def _oldest(self) -> Iterator[Flow]:
        for key in list(islice(self._open, OPEN_LIMIT // 4)):
            yield from self._ended(key)

    def _ended(self, key: Key) -> Iterator[Flow]:
        now = self._open.pop(key)
        if not now.silent:
            yield self._flow(key, now)

    @staticmethod
    def _flow(key: Key, now: _Open) -> Flow:
        device, peer, protocol, own_port, peer_port = key
        direction = {True: Direction.OUT, False: Direction.IN, None: Direction.UNKNOWN}[now.by_device]
        port = own_port if direction is Direction.IN else peer_port
        outcome = Outcome.ALLOWED if now.answered else Outcome.DENIED if now.refused else Outcome.UNANSWERED
        return Flow(
            device=device,
            peer=peer,
            protocol=protocol,
            port=port if protocol in ("tcp", "udp") else None,
            direction=direction,
            outcome=outcome,
            first=now.first,
            last=now.last,
            record=now.record,
            bytes_out=now.out,
            bytes_in=now.back,
            connections=0 if now.carried_on else 1,
            name=now.name,
            marks=frozenset(now.marks),
        )


def _starter(packet: Packet) -> bool | None:
    """Whether the device started it; None where the first packet seen does not tell."""
    if packet.protocol == "tcp":
        if packet.flags & SYN:
            return packet.sent is not bool(packet.flags & ACK)
        return by_ports(packet.own_port, packet.peer_port)
    if packet.protocol == "udp":
        told = by_ports(packet.own_port, packet.peer_port)
        return packet.sent if told is None or not _low(packet) else told
    return packet.sent is not bool(packet.flags & ACK)


def _low(packet: Packet) -> bool:
    return min(packet.own_port, packet.peer_port) < 1024


def by_ports(own: int, peer: int) -> bool | None:
    """Whether the device is the client, by the ports alone."""
    own_serves, peer_serves = own < 1024 or own in SERVED, peer < 1024 or peer in SERVED
    return None if own_serves == peer_serves else peer_serves


def _add(now: _Open, packet: Packet) -> None:
    now.last = max(now.last, packet.at)
    now.first = min(now.first, packet.at)
    now.record = now.record or packet.record
    if packet.sent:
        now.out += packet.size
    else:
        now.back += packet.size
    by_starter = now.by_device is None or packet.sent == now.by_device
    if packet.protocol == "tcp":
        if packet.flags & RST and not by_starter:
            now.refused = now.refused or not now.answered
        elif not packet.flags & (SYN | RST) or (packet.flags & ACK and not packet.flags & RST):
            # Data or a bare ACK from either side shows that both shook hands, even if only one side was captured.
            now.answered = True
    elif not by_starter or now.by_device is None:
        now.answered = True
