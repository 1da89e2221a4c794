"""Zeek's logs as JSON, one object a line, with the fields' own names or with the dots made underscores or levels."""

import json
from collections.abc import Iterator

from camscan.egress.clock import Clock
from camscan.egress.flow import Item
from camscan.egress.known import Known
from camscan.egress.readers import zeek
from camscan.egress.readers.shape import Reader
from camscan.egress.source import Source
from camscan.errors import ParseError

NO_JSON = "not a JSON object"
NO_KIND = "not a row of a conn, dns or ssl log"

_RENAMED = {f"id_{end}": f"id.{end}" for end in ("orig_h", "orig_p", "resp_h", "resp_p")} | {"@timestamp": "ts"}
"""As SIEM shippers rename them."""


def _recognises(head: bytes) -> bool:
    start = head.lstrip()[:16384]
    if not start.startswith(b"{"):
        return False
    first = start.partition(b"\n")[0]
    return any(mark in first for mark in (b'"id.orig_h"', b'"id_orig_h"', b'"orig_h"'))


def _read(source: Source, known: Known) -> Iterator[Item]:
    clock = Clock(source)
    for number, line in source.lines():
        if not line.strip():
            continue
        try:
            row = _row(json.loads(line))
        except (ValueError, RecursionError):
            source.tally.skip(NO_JSON)
            continue
        kind = zeek.kind_of(set(row)) if row is not None else None
        if kind is None or row is None:
            source.tally.skip(NO_KIND)
            continue
        try:
            yield from zeek.items(kind, row, number, source, clock, known)
        except ParseError as error:
            source.tally.skip(str(error))


def _row(loaded: object) -> dict[str, str] | None:
    """The row's fields as text, as the tab-separated form has them."""
    if not isinstance(loaded, dict):
        return None
    row: dict[str, str] = {}
    for name, value in loaded.items():
        if name == "id" and isinstance(value, dict):
            row |= {f"id.{part}": _text(inner) for part, inner in value.items()}
        elif value is not None:
            row[_RENAMED.get(str(name), str(name))] = _text(value)
    return row


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, list):
        return ",".join(str(one) for one in value)
    return f"{value:.6f}" if isinstance(value, float) else str(value)


ZEEK_JSON = Reader("zeek-json", _recognises, _read)
