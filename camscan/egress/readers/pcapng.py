"""pcapng (datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng): sections, interfaces, enhanced and simple packets."""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Generic

from camscan.egress.flow import Item
from camscan.egress.known import Known
from camscan.egress.link import ETHERNET, LINKS, unsupported
from camscan.egress.look import Look, Told_co
from camscan.egress.packets import Packets
from camscan.egress.readers.pcap import CUT_OFF, LYING
from camscan.egress.readers.shape import Reader
from camscan.egress.sieve import SAMPLE, Sieve, key_of
from camscan.egress.source import InputError, Source, Tally

SECTION = b"\x0a\x0d\x0d\x0a"
_ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_INTERFACE, _SIMPLE, _ENHANCED = 1, 3, 6
_RESOLUTION = 9

BLOCK_LIMIT = 4 * 1024 * 1024
"""Bytes of one block; a packet is at most 256 KiB, and name tables are small."""

_MARGIN = 96
"""Bytes of a block that the quick look may touch."""


def _recognises(head: bytes) -> bool:
    return head[:4] == SECTION and head[8:12] in _ORDERS


@dataclass(slots=True)
class _Section:
    """The interfaces of a section as (link type, seconds per unit of time), and its byte order."""

    order: str
    interfaces: list[tuple[int, float]]


def _read(source: Source, known: Known) -> Iterator[Item]:
    return each(source, Packets(known, source.tally))


def each(source: Source, look: Look[Told_co]) -> Iterator[Told_co]:
    """What ``look`` tells of each packet of the capture. Raises InputError."""
    reading = _Blocks(source.tally, look)
    yield from reading.all(source.chunks())
    yield from look.finish()
    if not source.tally.records and reading.refused:
        raise InputError(unsupported(reading.refused))


class _Blocks(Generic[Told_co]):
    """Walks over the blocks of a file."""

    def __init__(self, tally: Tally, packets: Look[Told_co]) -> None:
        self._tally = tally
        self._packets = packets
        self._section = _Section("<", [])
        self._sieve = Sieve()
        self._number = 0
        self.refused = 0

    def all(self, chunks: Iterator[bytes]) -> Iterator[Told_co]:
        """Every item of the file. Written for speed, as in pcap.py."""
        buffer, final, position, end = b"", False, 0, 0
        dull, tally = self._sieve.dull, self._tally
        while not final:
            more = next(chunks, b"")
            final = not more
            buffer, position = buffer[position:end] + more, 0
            end = len(buffer)
            buffer += bytes(_MARGIN)
            look = Struct(self._section.order + "II12xI").unpack_from
            while position + 12 <= end:
                kind, size, captured = look(buffer, position)
                if buffer[position : position + 4] == SECTION:
                    size = self._length(buffer, position)
                if size % 4 or not 12 <= size <= BLOCK_LIMIT:
                    tally.skip(LYING)
                    return
                if position + size > end:
                    break
                if (
                    dull
                    and kind == _ENHANCED
                    and captured <= size - 32
                    and key_of(buffer, position + 28) in dull
                    and (self._number + 1) % SAMPLE
                ):
                    self._number += 1
                    tally.records += 1
                    position += size
                    continue
                block = buffer[position : position + size]
                if block[:4] == SECTION:
                    self._section = _Section(_ORDERS.get(block[8:12], "<"), [])
                    look = Struct(self._section.order + "II12xI").unpack_from
                else:
                    yield from self._block(kind, block)
                position += size
        if position < end:
            tally.skip(CUT_OFF)

    @staticmethod
    def _length(buffer: bytes, position: int) -> int:
        """Length of a section header, in the byte order that it brings itself."""
        order = _ORDERS.get(buffer[position + 8 : position + 12], "<")
        return int.from_bytes(buffer[position + 4 : position + 8], "little" if order == "<" else "big")

    def _block(self, kind: int, block: bytes) -> Iterator[Told_co]:
        order = self._section.order
        if kind == _INTERFACE and len(block) >= 20:
            link = Struct(order + "H").unpack_from(block, 8)[0]
            self._section.interfaces.append((link, _resolution(block, order)))
        elif kind == _ENHANCED and len(block) >= 32:
            interface, high, low, captured = Struct(order + "IIII").unpack_from(block, 8)
            yield from self._packet(interface, high << 32 | low, block[28 : 28 + captured], captured <= len(block) - 32)
        elif kind == _SIMPLE and len(block) >= 16:
            # A simple packet has no time; it cannot stand on a time line.
            self._number += 1
            self._tally.skip("a packet without a time")

    def _packet(self, interface: int, time: int, frame: bytes, whole: bool) -> Iterator[Told_co]:  # noqa: FBT001 - private
        self._number += 1
        if interface >= len(self._section.interfaces):
            self._tally.skip("a packet of an interface that the file does not describe")
            return
        if not whole:
            self._tally.skip("a packet's length is impossible")
            return
        link, unit = self._section.interfaces[interface]
        locate = LINKS.get(link)
        if locate is None:
            self.refused = link
            self._tally.skip(f"link type {link} is not read")
            return
        self._tally.records += 1
        yield from self._packets.packet(time * unit, frame, *locate(frame), self._number)
        if self._packets.dull and link == ETHERNET:
            self._sieve.add(key_of(frame, 0))
        if self._packets.addresses_changed():
            self._sieve.dull.clear()


def _resolution(block: bytes, order: str) -> float:
    """if_tsresol: a negative power of ten, or of two where the top bit is set; microseconds without it."""
    at, two = 16, Struct(order + "HH").unpack_from
    while at + 4 <= len(block) - 4:
        code, size = two(block, at)
        if code == 0:
            break
        if code == _RESOLUTION and size == 1:
            value = block[at + 4]
            return 2.0 ** -(value & 0x7F) if value & 0x80 else 10.0**-value
        at += 4 + (size + 3) // 4 * 4
    return 1e-6


PCAPNG = Reader("pcapng", _recognises, _read, binds=True)
