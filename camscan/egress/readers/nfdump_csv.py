"""``nfdump -o csv`` of versions 1.6 to 1.7.3 and 1.7.4 to 1.7.8, ``csv:`` with columns of one's own, and ``csv-fast``
(github.com/phaag/nfdump, output_csv.c and output_csv_fast.c; nfdump(1))."""

from collections.abc import Iterator

from camscan.egress.flow import Item
from camscan.egress.known import Known
from camscan.egress.netflow.nftext import Printed
from camscan.egress.readers.generic_csv import COLUMN_COUNT
from camscan.egress.readers.shape import Reader
from camscan.egress.source import Source

_OLD = {
    "ts": "first", "te": "last", "td": "lasted", "sa": "source", "da": "target", "sp": "source_port",
    "dp": "target_port", "pr": "protocol", "flg": "flags", "fwd": "forwarding", "ipkt": "packets", "ibyt": "octets",
    "opkt": "back_packets", "obyt": "back_octets", "ismc": "mac", "ra": "exporter",
}  # fmt: skip
_NEW = {
    "firstSeen": "first", "lastSeen": "last", "duration": "lasted", "srcAddr": "source", "dstAddr": "target",
    "srcPort": "source_port", "dstPort": "target_port", "proto": "protocol", "flags": "flags",
    "fwdStatus": "forwarding", "packets": "packets", "bytes": "octets", "inPackets": "packets", "inBytes": "octets",
    "outPackets": "back_packets", "outBytes": "back_octets", "inSrcMac": "mac", "routerIP": "exporter",
    "dstXIP": "translated", "dstXPort": "translated_port",
}  # fmt: skip
_NEEDED = frozenset({"first", "source", "target"})
_SUMMARY = "Summary"


def _columns(line: bytes) -> list[str] | None:
    """Our names of the columns in a header line, or None where it is none; empty for what is not read."""
    words = line.decode("utf-8", "replace").strip().split(",")
    for names in (_OLD, _NEW):
        told = [names.get(word, "") for word in words]
        if set(told) >= _NEEDED:
            return told
    return None


def _recognises(head: bytes) -> bool:
    return _columns(head.partition(b"\n")[0]) is not None


def _read(source: Source, known: Known) -> Iterator[Item]:
    tally, printed = source.tally, Printed(source, known)
    lines = source.lines()
    columns = _columns(next(lines, (0, b""))[1]) or []
    for number, line in lines:
        text = line.decode("utf-8", "replace").strip()
        if text == _SUMMARY:
            # Its own heading and one line of figures follow.
            tally.other += 1 + sum(1 for _ in zip(range(2), lines, strict=False))
            continue
        if not text or _columns(line):
            tally.other += bool(text)
            continue
        words = text.split(",")
        if len(words) != len(columns):
            tally.skip(COLUMN_COUNT)
            continue
        row = {name: word.strip() for name, word in zip(columns, words, strict=True) if name}
        yield from printed.row(row, number)
    yield from printed.finish()


NFDUMP_CSV = Reader("nfdump-csv", _recognises, _read, binds=True)
