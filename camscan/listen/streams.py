"""TCP as it is overheard: which side answers in what, and whether both sides of a conversation were heard.

Segments are taken in their order; what comes again is passed over, and a hole ends the answer that it is in. Only the
beginning of a stream is looked at, and only so many streams at once.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from camscan.egress.network import Packet
from camscan.listen.answers import Speech, complete, is_hidden, is_private, is_request, speech_of

FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10

STREAMS = 8_192
"""Connections followed at once; of more, those are let go that were silent longest."""

BUFFERED = 16 * 1024 * 1024
"""Bytes of unfinished answers kept at once."""

PATIENCE = 24
"""Segments of one direction that may tell nothing before the rest is passed over."""

ANSWERS = {Speech.HTTP: 2, Speech.RTSP: 5, Speech.TLS: 1}
"""Answers of one connection that are read: a camera says the same to each question."""

_MODULUS = 1 << 32


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one end of a connection was heard to say. ``sender`` is packed. ``proven``: the other end acknowledged it,
    and it acknowledged the other. Without ``speech`` it only took part, at ``port`` where it accepted the
    connection, else at 0."""

    sender: bytes
    port: int
    at: float
    mac: bytes
    record: int
    proven: bool
    speech: Speech | None = None
    raw: bytes = b""
    private: bool = True
    whole: bool = True


class _Segment(NamedTuple):
    at: float
    mac: bytes
    record: int
    flags: int
    sequence: int
    acknowledged: int
    payload: bytes
    missing: int


@dataclass(slots=True)
class _End:
    """One end of a connection. ``first`` and ``next`` are sequence numbers; ``acked`` says that the other end has
    acknowledged something of what was heard from here; ``idle`` counts segments that told nothing."""

    address: bytes
    port: int
    first: int | None = None
    next: int = 0
    acked: bool = False
    accepted: bool = False
    closed: bool = False
    told: bool = False
    idle: int = 0
    answers: int = 0
    speech: Speech | None = None
    buffer: bytearray = field(default_factory=bytearray)
    begun: _Segment | None = None


@dataclass(slots=True)
class _Connection:
    """``asked``: a plain question was heard; ``private``: one with credentials, or another kind of one; ``over``: no
    more answers are read."""

    ends: tuple[_End, _End]
    asked: bool = False
    private: bool = False
    over: bool = False
    waiting: list[Spoken] = field(default_factory=list)

    @property
    def proven(self) -> bool:
        return self.ends[0].acked and self.ends[1].acked

    @property
    def held(self) -> int:
        return sum(len(end.buffer) for end in self.ends) + sum(len(one.raw) for one in self.waiting)


class Streams:
    """Follows connections. ``told`` is given what the ends say."""

    def __init__(self, told: Callable[[Spoken], None]) -> None:
        self._told = told
        self._connections: OrderedDict[tuple[bytes, bytes], _Connection] = OrderedDict()
        self._held = 0
        self.let_go = 0
        """Connections that were let go before their answers were whole, for want of room."""
        self.hidden = 0
        """Certificates that were encrypted, as TLS 1.3 has it."""

    def segment(self, at: float, packet: Packet, mac: bytes, record: int) -> bool:
        """One segment of at least 20 bytes. Returns whether more of this direction may be passed over."""
        body = packet.body
        start = (body[12] >> 4) * 4
        if packet.offset or start < 20 or start > len(body) + packet.missing:
            return False
        sequence, acknowledged = int.from_bytes(body[4:8], "big"), int.from_bytes(body[8:12], "big")
        segment = _Segment(at, mac, record, body[13], sequence, acknowledged, body[start:], packet.missing)
        one, two = packet.source + body[0:2], packet.target + body[2:4]
        key = (one, two) if one < two else (two, one)
        connection = self._connection(key, segment, side=one > two)
        before = connection.held
        end = connection.ends[one > two]
        self._take(connection, end, connection.ends[one < two], segment)
        self._held += connection.held - before
        if segment.flags & RST or all(side.closed for side in connection.ends):
            self._end(key)
        self._make_room()
        return connection.over and (connection.proven or end.idle > 4 * PATIENCE)

    def _connection(self, key: tuple[bytes, bytes], segment: _Segment, *, side: bool) -> _Connection:
        """The connection of a segment, a new one where it begins one with ports that were in use before."""
        connection = self._connections.get(key)
        if connection is not None and segment.flags & (SYN | ACK) == SYN:
            first = connection.ends[side].first
            if first is not None and first != segment.sequence:
                self._end(key)
                connection = None
        if connection is None:
            one, two = (_End(part[:-2], int.from_bytes(part[-2:], "big")) for part in key)
            connection = self._connections[key] = _Connection((one, two))
        self._connections.move_to_end(key)
        return connection

    def _take(self, connection: _Connection, end: _End, other: _End, segment: _Segment) -> None:
        flags, payload = segment.flags, segment.payload
        length = len(payload) + segment.missing + bool(flags & SYN) + bool(flags & FIN)
        fresh = self._place(connection, end, segment.sequence, length)
        end.accepted = end.accepted or flags & (SYN | ACK) == SYN | ACK
        end.closed = end.closed or bool(flags & FIN)
        if flags & ACK and other.first is not None and not other.acked:
            acknowledged = (segment.acknowledged - other.first) % _MODULUS
            other.acked = 0 < acknowledged <= (other.next - other.first) % _MODULUS
        end.idle += 1
        if fresh and payload and not connection.over:
            self._payload(connection, end, segment)
        if connection.proven:
            for spoken in connection.waiting:
                self._told(replace(spoken, proven=True))
            connection.waiting.clear()
            if not end.told:
                end.told = True
                port = end.port if end.accepted else 0
                self._told(Spoken(end.address, port, segment.at, segment.mac, segment.record, proven=True))

    def _place(self, connection: _Connection, end: _End, sequence: int, length: int) -> bool:
        """Whether a segment tells what was not heard before. A hole before it ends the answer that it is in."""
        if end.first is None:
            end.first = end.next = sequence
        ahead = (sequence - end.next) % _MODULUS
        if ahead >= _MODULUS // 2:
            return False
        if ahead:
            self._finish(connection, end, whole=False)
        end.next = (sequence + length) % _MODULUS
        return True

    def _payload(self, connection: _Connection, end: _End, segment: _Segment) -> None:
        if not end.buffer:
            speech = speech_of(segment.payload)
            if speech is None:
                if is_request(segment.payload):
                    connection.asked = True
                    connection.private = connection.private or is_private(segment.payload)
                connection.over = end.idle > PATIENCE
                return
            end.speech, end.begun = speech, segment
        end.buffer += segment.payload
        private = connection.private or not connection.asked
        if end.speech is not None and complete(end.speech, bytes(end.buffer), private=private):
            self._finish(connection, end, whole=True)
        elif segment.missing:
            self._finish(connection, end, whole=False)

    def _finish(self, connection: _Connection, end: _End, *, whole: bool) -> None:
        """Tells an answer that is over, or keeps it until both sides have been heard."""
        if not end.buffer or end.speech is None or end.begun is None:
            return
        raw, begun = bytes(end.buffer), end.begun
        end.buffer.clear()
        end.answers += 1
        end.idle = 0
        connection.over = end.answers >= ANSWERS[end.speech]
        if end.speech is Speech.TLS:
            self.hidden += is_hidden(raw)
        private = connection.private or not connection.asked
        spoken = Spoken(
            end.address, end.port, begun.at, begun.mac, begun.record, connection.proven, end.speech, raw, private, whole
        )
        if connection.proven:
            self._told(spoken)
        else:
            connection.waiting.append(spoken)

    def _end(self, key: tuple[bytes, bytes]) -> None:
        connection = self._connections.pop(key)
        self._held -= connection.held
        for end in connection.ends:
            self._finish(connection, end, whole=False)
        for spoken in connection.waiting:
            self._told(spoken)

    def _make_room(self) -> None:
        while len(self._connections) > STREAMS or self._held > BUFFERED:
            key, connection = next(iter(self._connections.items()))
            self.let_go += connection.held > 0
            self._end(key)

    def finish(self) -> None:
        """Tells what is left at the end."""
        for key in list(self._connections):
            self._end(key)
