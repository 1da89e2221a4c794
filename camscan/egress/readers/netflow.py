"""Files of NetFlow v5 and v9 and IPFIX messages, one after another, as RFC 5655 describes it for IPFIX."""

from collections.abc import Iterator

from camscan.egress.flow import Item
from camscan.egress.known import Known
from camscan.egress.netflow.exports import NETFLOW as KIND
from camscan.egress.netflow.exports import Exports
from camscan.egress.netflow.framing import LARGEST, NEED_MORE, extent, starts_stream
from camscan.egress.readers.pcap import LYING
from camscan.egress.readers.shape import Reader
from camscan.egress.source import Source

CUT_OFF = "the last message is cut off"


def _read(source: Source, known: Known) -> Iterator[Item]:
    exports, tally = Exports(known, source.tally), source.tally
    for data, whole in _messages(source):
        if not whole:
            tally.skip(CUT_OFF)
        # A file does not say who sent a message; exporters are told apart by their domains alone.
        yield from exports.message("", data)
        tally.records = exports.records
    yield from exports.finish()


def _messages(source: Source) -> Iterator[tuple[bytes, bool]]:
    """The messages, and whether each is whole."""
    chunks, buffer, position, final = source.chunks(), b"", 0, False
    while not final:
        more = next(chunks, b"")
        final = not more
        buffer, position = buffer[position:] + more, 0
        while position < len(buffer):
            if not final and len(buffer) - position <= 2 * LARGEST:
                break
            length = extent(buffer, position, final=final)
            if length <= NEED_MORE:
                source.tally.skip(LYING)
                return
            yield buffer[position : position + length], position + length <= len(buffer)
            position += length


NETFLOW = Reader(KIND, starts_stream, _read, binds=True)
