"""A CSV whose columns docs/egress.md names: what other tools can be made to write."""

import csv
from collections.abc import Iterator

from camscan.egress.clock import Clock
from camscan.egress.flow import Direction, Flow, Item, Outcome, domain_name
from camscan.egress.known import Known
from camscan.egress.readers.shape import Reader
from camscan.egress.readers.sides import count_of, port_of, sides
from camscan.egress.source import Source
from camscan.errors import ParseError

COLUMNS = ("time", "source", "destination", "port", "protocol", "action", "bytes_out", "bytes_in", "name")
"""Needed: time, source, and destination or name. ``bytes_out`` are those the source sent."""

COLUMN_COUNT = "another number of columns than the header names"

_DELIMITERS = (",", ";", "\t")

_ACTIONS = {
    "allowed": Outcome.ALLOWED, "allow": Outcome.ALLOWED, "pass": Outcome.ALLOWED, "accept": Outcome.ALLOWED,
    "permit": Outcome.ALLOWED, "denied": Outcome.DENIED, "deny": Outcome.DENIED, "block": Outcome.DENIED,
    "blocked": Outcome.DENIED, "drop": Outcome.DENIED, "reject": Outcome.DENIED, "unanswered": Outcome.UNANSWERED,
}  # fmt: skip


def _header(line: bytes) -> tuple[str, list[str]] | None:
    """Delimiter and column names of a header line, or None where it is none."""
    text = line.decode("utf-8", "replace").removeprefix("\ufeff").strip()
    for delimiter in _DELIMITERS:
        names = [name.strip().strip('"').lower() for name in text.split(delimiter)]
        if {"time", "source"} <= set(names) and {"destination", "name"} & set(names):
            return delimiter, names
    return None


def _recognises(head: bytes) -> bool:
    return _header(head.partition(b"\n")[0]) is not None


def _read(source: Source, known: Known) -> Iterator[Item]:
    clock, tally = Clock(source), source.tally
    tally.answers = False
    lines = source.lines()
    found = _header(next(lines, (0, b""))[1])
    if found is None:
        return
    delimiter, names = found
    for number, line in lines:
        if not line.strip():
            continue
        try:
            values = next(csv.reader([line.decode("utf-8", "replace")], delimiter=delimiter, strict=True), [])
            if len(values) != len(names):
                tally.skip(COLUMN_COUNT)
                continue
            row = dict(zip(names, (value.strip() for value in values), strict=True))
            at = clock.read(row["time"])
        except ParseError as error:
            tally.skip(str(error))
            continue
        except csv.Error:
            tally.skip("not a row of CSV")
            continue
        tally.records += 1
        yield from _row(row, at, number, source, known)


def _row(row: dict[str, str], at: float, number: int, source: Source, known: Known) -> Iterator[Item]:
    name, target = domain_name(row.get("name", "")), row.get("destination", "")
    protocol = row.get("protocol", "").lower() or "unknown"
    sent, got = count_of(row.get("bytes_out", "")), count_of(row.get("bytes_in", ""))
    for device, peer, direction in sides(known, source.tally, row["source"], target or row["source"]):
        out = direction is Direction.OUT
        if not target:
            if out and name:
                yield Flow(device, "", "dns", None, direction, Outcome.NAME_ONLY, at, at, number, name=name)
            continue
        yield Flow(
            device=device,
            peer=peer,
            protocol=protocol,
            port=port_of(row.get("port", "")),
            direction=direction,
            outcome=_ACTIONS.get(row.get("action", "").lower(), Outcome.UNKNOWN),
            first=at,
            last=at,
            record=number,
            bytes_out=sent if out else got,
            bytes_in=got if out else sent,
            name=name if out else "",
        )


GENERIC_CSV = Reader("csv", _recognises, _read)
