"""Files of nfcapd and nfdump 1.7: layout 2 (github.com/phaag/nfdump, nffileV2.h), in both byte orders, however their
blocks are packed. Older and newer layouts are refused with the command that converts them."""

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from camscan.egress.addresses import CACHE
from camscan.egress.clock import IMPOSSIBLE_TIME, LATEST
from camscan.egress.flow import Item
from camscan.egress.known import Known
from camscan.egress.netflow.decoder import Ends, text_of
from camscan.egress.netflow.joining import Joining
from camscan.egress.netflow.nfrecord import HEAD, SAMPLED, Layout, NfRecord, mac_of
from camscan.egress.netflow.unpacking import DAMAGED, LIMIT, UNPACKERS
from camscan.egress.readers.pcap import LYING
from camscan.egress.readers.shape import Reader
from camscan.egress.source import InputError, Source, Tally
from camscan.errors import ParseError
from camscan.safe.mac import mac_address

LAYOUT = 2
CONVERT = "nfdump -r FILE -o csv > FILE.csv"
OTHER_LAYOUT = f"it is a file of another version of nfdump than 1.7; this converts it: {CONVERT}"
OTHER_RECORDS = "a record of another version of nfdump than 1.7"
CUT_OFF = "the last block is cut off"

_ORDERS = {b"\x0c\xa5": "<", b"\xa5\x0c": ">"}
_FILE_HEAD, _BLOCK_HEAD = 40, 12
_RECORDS, _FLOW = 3, 11
_LEGACY = frozenset({1, 2, 5, 6, 10, 16})
"""Record types that hold flows in other versions (id.h): 1.6's, and the one that was set aside to follow."""

_PLAIN_BLOCK = 0x1


class _Block(NamedTuple):
    content: bytes
    order: str


def _recognises(head: bytes) -> bool:
    return head[:2] in _ORDERS and len(head) >= 4 and 0 in (head[2], head[3])


def _read(source: Source, known: Known) -> Iterator[Item]:
    reading = _Reading(source, known)
    for block in _blocks(source):
        yield from reading.block(block)
    yield from reading.joining.finish()


def _blocks(source: Source) -> Iterator[_Block]:
    """The blocks of records, unpacked."""
    chunks = source.chunks()
    start = next(chunks, b"")
    order = _ORDERS[start[:2]]
    if len(start) < _FILE_HEAD:
        raise InputError("it ends within the header of a file of nfdump")
    layout, packing, secret = Struct(order + "2xH12xBB").unpack_from(start)
    if layout != LAYOUT:
        raise InputError(OTHER_LAYOUT)
    if secret or (packing and packing not in UNPACKERS):
        raise InputError(f"it is encrypted or packed in a way that is not known; this converts it: {CONVERT}")
    for kind, flags, content in _packed(start[_FILE_HEAD:], chunks, order, source.tally):
        if kind != _RECORDS:
            continue
        try:
            yield _Block(content if flags & _PLAIN_BLOCK or not packing else UNPACKERS[packing](content), order)
        except ParseError as error:
            source.tally.skip(str(error))


def _packed(buffer: bytes, chunks: Iterator[bytes], order: str, tally: Tally) -> Iterator[tuple[int, int, bytes]]:
    """Kind, flags and content of each block."""
    head, position = Struct(order + "4xIHH").unpack_from, 0
    while True:
        size, kind, flags = head(buffer, position) if len(buffer) - position >= _BLOCK_HEAD else (0, 0, 0)
        end = position + _BLOCK_HEAD + size
        if size > LIMIT:
            tally.skip(LYING)
            return
        if end <= len(buffer):
            yield kind, flags, buffer[position + _BLOCK_HEAD : end]
            position = end
            continue
        more = next(chunks, b"")
        if not more:
            if position != len(buffer):
                tally.skip(CUT_OFF)
            return
        buffer, position = buffer[position:] + more, 0


class _Macs(dict[bytes, str]):
    """Which MACs, as they lie in a record, are those of known devices: in our writing, or empty."""

    def __init__(self, known: Known, order: str) -> None:
        super().__init__()
        self._known = known
        self._order = order

    def __missing__(self, raw: bytes) -> str:
        mac = mac_address(mac_of(raw, self._order).hex()) or ""
        if len(self) > CACHE:
            self.clear()
        self[raw] = mac if self._known.knows_mac(mac) else ""
        return self[raw]


class _Raw(dict[bytes, bool]):
    """Whether an IPv4 address, as it lies in a record, is that of a known device."""

    def __init__(self, ends: Ends, order: str) -> None:
        super().__init__()
        self._ends = ends
        self._turned = order == "<"

    def __missing__(self, raw: bytes) -> bool:
        if len(self) > CACHE:
            self.clear()
        known = self[raw] = self._ends[raw[::-1] if self._turned else raw]
        return known


class _Reading:
    """The records of one file."""

    def __init__(self, source: Source, known: Known) -> None:
        self._tally = source.tally
        self._known = known
        self._ends = Ends(known, source.tally)
        self._changes = known.changes
        self.joining = Joining(known)

    def block(self, block: _Block) -> Iterator[Item]:
        """What the records of a block tell. Written for speed: most concern nobody."""
        content, position = block.content, 0
        head, raw = Struct(block.order + "HH").unpack_from, _Raw(self._ends, block.order)
        layouts, macs = dict[int, Layout](), _Macs(self._known, block.order)
        while position + 4 <= len(content):
            kind, size = head(content, position)
            if size < 4 or position + size > len(content):
                self._tally.skip(DAMAGED)
                return
            if kind == _FLOW and size >= HEAD:
                self._tally.records += 1
                data = content[position : position + size]
                layout = layouts.get(size)
                if layout is None or not layout.fits(data):
                    layout = layouts[size] = Layout(data, block.order)
                place, mac = layout.bare, macs[data[layout.mac : layout.mac + 8]] if layout.mac else ""
                if mac or not place or raw[data[place : place + 4]] or raw[data[place + 4 : place + 8]]:
                    yield from self._flow(NfRecord(data, layout), mac)
                    if self._changes != self._known.changes:
                        self._changes = self._known.changes
                        self._ends.clear()
                        raw.clear()
            elif kind in _LEGACY:
                self._tally.skip(OTHER_RECORDS)
            position += size

    def _flow(self, record: NfRecord, mac: str) -> Iterator[Item]:
        source, target = record.ends
        if not source:
            self._tally.other += 1
            return
        behind = record.translated
        inward = bool(behind) and self._ends[behind]
        if not (mac or inward or self._ends[source] or self._ends[target]):
            return
        aimed = text_of(behind if inward else target)
        one = record.exported(text_of(source), aimed, self._tally.records, behind=inward)
        if one is None:
            self._tally.other += 1
            return
        if not 0 <= one.first <= one.last <= LATEST:
            self._tally.skip(IMPOSSIBLE_TIME)
            return
        if record.sampled:
            self._tally.note(SAMPLED)
        binding = self._known.moved(one.source, mac, one.first) if mac else None
        if binding is not None:
            yield binding
        yield from self.joining.add(one)


NFCAPD = Reader("nfcapd", _recognises, _read, binds=True)
