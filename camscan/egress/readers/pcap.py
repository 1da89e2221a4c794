"""pcap (datatracker.ietf.org/doc/draft-ietf-opsawg-pcap): both byte orders, microseconds and nanoseconds."""

from collections.abc import Iterator
from struct import Struct
from typing import Generic

from camscan.egress.flow import Item
from camscan.egress.known import Known
from camscan.egress.link import ETHERNET, LINKS, unsupported
from camscan.egress.look import Look, Told_co
from camscan.egress.packets import Packets
from camscan.egress.readers.shape import Reader
from camscan.egress.sieve import SAMPLE, Sieve, key_of
from camscan.egress.source import InputError, Source, Tally

_MAGICS = {
    b"\xd4\xc3\xb2\xa1": ("<", 1e-6),
    b"\xa1\xb2\xc3\xd4": (">", 1e-6),
    b"\x4d\x3c\xb2\xa1": ("<", 1e-9),
    b"\xa1\xb2\x3c\x4d": (">", 1e-9),
}

PACKET_LIMIT = 262_144
"""Bytes of one packet: libpcap's own limit (MAXIMUM_SNAPLEN)."""

_MARGIN = 80
"""Bytes of a record that the quick look may touch."""

LYING = "a packet's length is impossible; what follows it cannot be read"
CUT_OFF = "the last packet is cut off"


def _recognises(head: bytes) -> bool:
    return head[:4] in _MAGICS


def _read(source: Source, known: Known) -> Iterator[Item]:
    return each(source, Packets(known, source.tally))


def each(source: Source, look: Look[Told_co]) -> Iterator[Told_co]:
    """What ``look`` tells of each packet of the capture. Raises InputError."""
    chunks = source.chunks()
    buffer = next(chunks, b"")
    if len(buffer) < 24:
        raise InputError("it ends within the header of a pcap file")
    order, unit = _MAGICS[buffer[:4]]
    # The upper bits tell of a frame check sequence (draft, 4).
    link = Struct(order + "I").unpack_from(buffer, 20)[0] & 0x0FFF_FFFF
    if link not in LINKS:
        raise InputError(unsupported(link))
    walk = _Walk(order, unit, link, look, source.tally)
    buffer = buffer[24:]
    for more in chunks:
        yield from walk.over(buffer, len(buffer) - _MARGIN)
        buffer = walk.rest(buffer, more)
    end = len(buffer)
    yield from walk.over(buffer + bytes(_MARGIN), end - 15, end)
    walk.finish(end)
    yield from look.finish()


class _Walk(Generic[Told_co]):
    """Goes from record to record. ``position`` is where the next one begins in the buffer at hand."""

    def __init__(self, order: str, unit: float, link: int, packets: Look[Told_co], tally: Tally) -> None:
        # The record's length; ethertype and IHL; addresses and ports: all that the quick look needs, at once.
        self._look = Struct(order + "8xI16x3s11x12s").unpack_from
        self._head = Struct(order + "III").unpack_from
        self._unit = unit
        self._link = link
        self._packets = packets
        self._tally = tally
        self._sieve = Sieve()
        self._lost = False
        self.position = 0
        self.number = 0

    def over(self, buffer: bytes, stop: int, end: int | None = None) -> Iterator[Told_co]:
        """The records that begin before ``stop`` and end before ``end`` (the buffer's, unless given). Written for
        speed: nearly all packets of a camera network are passed over after one look (sieve.py)."""
        look, dull = self._look, self._sieve.dull
        position, number = self.position, self.number
        end = len(buffer) if end is None else end
        while position < stop:
            size, kind, key = look(buffer, position)
            if kind != b"\x08\x00\x45" and dull:
                key = key_of(buffer, position + 16)
            number += 1
            if key in dull and number % SAMPLE and size <= PACKET_LIMIT:
                position += size + 16
                continue
            after = position + 16 + size
            if size > PACKET_LIMIT or after > end:
                number -= 1
                self._lost = self._lost or size > PACKET_LIMIT
                break
            yield from self._packet(buffer, position, size, number)
            position = after
        self.position, self.number = position, number

    def _packet(self, buffer: bytes, position: int, size: int, number: int) -> Iterator[Told_co]:
        frame = buffer[position + 16 : position + 16 + size]
        seconds, fraction, _ = self._head(buffer, position)
        yield from self._packets.packet(seconds + fraction * self._unit, frame, *LINKS[self._link](frame), number)
        if self._packets.dull and self._link == ETHERNET:
            self._sieve.add(key_of(frame, 0))
        if self._packets.addresses_changed():
            self._sieve.dull.clear()

    def rest(self, buffer: bytes, more: bytes) -> bytes:
        """What is left of ``buffer``, and ``more`` after it; nothing once the way through the records is lost."""
        if self._lost:
            return b""
        over = self.position - len(buffer)
        kept = buffer[self.position :] + more if over <= 0 else more[over:]
        self.position = max(over - len(more), 0)
        return kept

    def finish(self, end: int) -> None:
        """Counts what was read, and what was not."""
        if self._lost:
            self._tally.skip(LYING)
        elif self.position != end:
            self._tally.skip(CUT_OFF)
            self.number -= self.position > end
        self._tally.records += self.number


PCAP = Reader("pcap", _recognises, _read, binds=True)
