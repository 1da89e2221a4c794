"""DNS messages out of TCP segments (RFC 7766, 8; RFC 1035, 4.2.2): each has its length before it, in two bytes.

Segments are put in order within a bound. Where the beginning of a connection or a segment was not captured, only those
that hold nothing but whole messages are read until the next beginning: in all others no message's start is known.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from camscan.egress.connections import FIN, RST, SYN

STREAMS = 2_000
"""Directions of connections followed at once; past it the one that was silent longest is let go."""

HELD = 8 * 1024 * 1024
"""Bytes waiting for others, of all connections together; past it the longest silent ones are let go."""

AHEAD = 65_537
"""Bytes by which a segment may come early: one message of the largest size. A larger gap is a loss."""

SHORTEST = 12
"""Bytes of a DNS header; a shorter message is none."""

LOST = "DNS over TCP: a segment is not in the capture"
NO_LENGTH = "DNS over TCP: an impossible length"

_MODULUS = 1 << 32


@dataclass(slots=True)
class _Stream:
    """One direction. ``following`` is the sequence number awaited, None while no message's start is known."""

    following: int | None = None
    waiting: bytearray = field(default_factory=bytearray)
    early: dict[int, bytes] = field(default_factory=dict)

    @property
    def held(self) -> int:
        return len(self.waiting) + sum(map(len, self.early.values()))

    def lose(self) -> None:
        """Lets go of everything: the start of the next message is not known."""
        self.following = None
        self.waiting.clear()
        self.early.clear()


class DnsStreams:
    """Takes the segments of DNS connections and gives the messages in them. ``lost`` holds the reasons for which some
    could not be read, until they are taken."""

    def __init__(self) -> None:
        self._streams: dict[Hashable, _Stream] = {}
        self._held = 0
        self.lost: list[str] = []

    def segment(self, key: Hashable, number: int, flags: int, content: bytes, *, cut: bool) -> Iterator[bytes]:
        """The messages that ``content`` completes. ``key`` is that of the connection's direction, ``number`` the
        segment's sequence number; ``cut`` says that the capture has not all of it."""
        stream = self._streams.pop(key, None) or _Stream()
        self._held -= stream.held
        if flags & SYN:
            stream.lose()
            number = (number + 1) % _MODULUS
            stream.following = number
        if content:
            yield from self._messages(stream, number, content)
        if cut and content:
            self._lose(stream, LOST)
        if not flags & (FIN | RST) or stream.early:
            self._streams[key] = stream  # as the newest
            self._held += stream.held
        while self._streams and (len(self._streams) > STREAMS or self._held > HELD):
            self._held -= self._streams.pop(next(iter(self._streams))).held

    def _lose(self, stream: _Stream, why: str) -> None:
        stream.lose()
        self.lost.append(why)

    def _messages(self, stream: _Stream, number: int, content: bytes) -> Iterator[bytes]:
        if stream.following is None:
            whole = _whole(content)
            if whole:
                stream.following = (number + len(content)) % _MODULUS
                yield from whole
            return
        if not self._take(stream, number, content):
            return
        while len(stream.waiting) >= 2:
            size = int.from_bytes(stream.waiting[:2], "big")
            if size < SHORTEST:
                self._lose(stream, NO_LENGTH)
            elif len(stream.waiting) < size + 2:
                return
            else:
                yield bytes(stream.waiting[2 : size + 2])
                del stream.waiting[: size + 2]

    def _take(self, stream: _Stream, number: int, content: bytes) -> bool:
        """Adds a segment to what was there in order; False where it must wait, or was there before."""
        following = stream.following or 0
        ahead = (number - following) % _MODULUS
        if ahead >= _MODULUS // 2:  # it begins before: sent again, whole or in part
            content = content[_MODULUS - ahead :]
            ahead = 0
        if not content:
            return False
        if ahead:
            if ahead > AHEAD or sum(map(len, stream.early.values())) + len(content) > AHEAD:
                self._lose(stream, LOST)
            elif len(content) > len(stream.early.get(number, b"")):
                stream.early[number] = content
            return False
        stream.waiting += content
        stream.following = (following + len(content)) % _MODULUS
        for start in sorted(stream.early, key=lambda one: (one - following) % _MODULUS):
            over = (stream.following - start) % _MODULUS
            if over >= _MODULUS // 2:
                break
            more = stream.early.pop(start)[over:]
            stream.waiting += more
            stream.following = (stream.following + len(more)) % _MODULUS
        return True


def _whole(content: bytes) -> list[bytes]:
    """The messages that fill a segment exactly; none where they do not."""
    found: list[bytes] = []
    at = 0
    while at + 2 <= len(content):
        size = int.from_bytes(content[at : at + 2], "big")
        if size < SHORTEST:
            return []
        found.append(content[at + 2 : at + 2 + size])
        at += 2 + size
    return found if at == len(content) else []
