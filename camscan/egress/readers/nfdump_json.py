"""``nfdump -o json`` and ``-o ndjson`` of versions 1.6 and 1.7 (github.com/phaag/nfdump, output_json.c)."""

import json
from collections.abc import Iterator, Mapping

from camscan.egress.flow import Item
from camscan.egress.known import Known
from camscan.egress.netflow.nftext import Printed
from camscan.egress.readers.shape import Reader
from camscan.egress.source import LINE_LIMIT, Source

NO_JSON = "not a flow in JSON"

_NAMES = {
    "first": "first", "last": "last", "t_first": "first", "t_last": "last", "t_event": "event_at",
    "src4_addr": "source", "dst4_addr": "target", "src6_addr": "source", "dst6_addr": "target",
    "dst4_xlt_ip": "translated", "dst6_xlt_ip": "translated", "src_port": "source_port", "dst_port": "target_port",
    "dst_xlt_port": "translated_port", "icmp_type": "icmp_type", "icmp_code": "icmp_code", "proto": "protocol",
    "tcp_flags": "flags",
    "fwd_status": "forwarding", "in_packets": "packets", "in_bytes": "octets", "out_packets": "back_packets",
    "out_bytes": "back_octets", "in_src_mac": "mac", "ip4_router": "exporter", "ip6_router": "exporter",
    "event_id": "event", "nat_event_id": "nat_event", "sampled": "sampled",
}  # fmt: skip
_NEEDED = frozenset({"first", "source", "target"})


def _recognises(head: bytes) -> bool:
    start = head.lstrip()[:1]
    return start in (b"[", b"{") and b'"type"' in head and b'"in_packets"' in head and b'_addr"' in head


def _read(source: Source, known: Known) -> Iterator[Item]:
    tally, printed = source.tally, Printed(source, known)
    for number, text in _objects(source):
        row = _row(text)
        if row is None:
            tally.skip(NO_JSON)
        else:
            yield from printed.row(row, number)
    yield from printed.finish()


def _objects(source: Source) -> Iterator[tuple[int, bytes]]:
    """The text of each object with the number of its first line. nfdump writes the braces on lines of their own, or a
    whole object on one."""
    began, size = 0, 0
    parts: list[bytes] = []
    for number, line in source.lines():
        text = line.strip()
        if text in (b"[", b"]"):
            continue
        if text.startswith(b"{") and parts:
            source.tally.skip(NO_JSON)
            parts, size = [], 0
        began = began if parts else number
        size += len(text)
        bare = text.rstrip(b",]")
        last = bare.endswith(b"}")
        parts.append(bare if last else text)
        if last or size > LINE_LIMIT:
            yield began, b"\n".join(parts)
            parts, size = [], 0
    if parts and parts != [b","]:
        source.tally.skip(NO_JSON)


def _row(text: bytes) -> Mapping[str, str] | None:
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(loaded, dict):
        return None
    row = {
        _NAMES[name]: str(value)
        for name, value in loaded.items()
        if name in _NAMES and isinstance(value, str | int) and not isinstance(value, bool)
    }
    if "first" not in row and "event_at" in row:
        row["first"] = row["event_at"]
    return row if row.keys() >= _NEEDED else None


NFDUMP_JSON = Reader("nfdump-json", _recognises, _read, binds=True)
