"""Reads a list of devices as CSV: our own export, or any table that has some of its columns.

One line is one row: our export never breaks a line within a cell, and so one bad line cannot swallow the rest. What a
list states is kept as a note (``import.*``), never as a sign of who made the device.
"""

import csv
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from camscan.evidence import Evidence, Outcome, Transport, Via, observe
from camscan.exchange.imported import Gathering, Imported, device_address, unreadable
from camscan.safe.mac import mac_address
from camscan.safe.text import csv_cell, neutralise

FORM = "CSV"
PROBE = "csv"

LINE_LIMIT = 64 * 1024
"""Characters of the longest line that is read."""

FIELDS = {
    "mac": "import.mac",
    "hostname": "import.hostname",
    "kind": "import.kind",
    "maker": "import.maker",
    "model": "import.model",
    "serial": "import.serial",
}
"""Column to evidence field. Beside them, ``ip`` says whose row it is, and ``last_seen`` when that was."""

_DELIMITERS = (",", ";", "\t")
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
"""An earlier ``last_seen`` is a slip."""


def header(line: str) -> tuple[str, tuple[str, ...]] | None:
    """Delimiter and column names of a header line, or None where it has no ``ip`` column."""
    for delimiter in _DELIMITERS:
        names = tuple(cell.strip().lower() for cell in _cells(line, delimiter) or ())
        if "ip" in names:
            return delimiter, names
    return None


def read(path: Path) -> Imported:
    """Every row with an address. Bad rows are counted, with their line number; columns we do not know are named.

    Comma, semicolon and tab all part cells; UTF-8, UTF-16 with its mark, or what Windows writes. Raises UsageError
    where the file cannot be read, or does not begin with a header that has ``ip``.
    """
    try:
        with closing(_open(path)) as source:
            return _read(_lines(source), path.name)
    except OSError as error:
        raise unreadable(str(path), f"the file cannot be read: {error.strerror}.") from None


def first_line(path: Path) -> str:
    """The line that should be a header. Raises OSError."""
    with closing(_open(path)) as source:
        return next((line for _, line in _lines(source) if line), "")


def _read(lines: Iterator[tuple[int, str | None]], name: str) -> Imported:
    shape = header(next((line for _, line in lines if line), ""))
    if shape is None:
        raise unreadable(name, 'the first line must name the columns, one of them "ip".')
    delimiter, names = shape
    found = Gathering(FORM)
    now = datetime.now(UTC)
    unknown = [column for column in names if column and column not in FIELDS and column not in ("ip", "last_seen")]
    if unknown:
        found.notes.append(f"columns not taken: {neutralise(', '.join(unknown), 200)}")
    for number, line in lines:
        cells = None if line is None else _cells(line, delimiter)
        if line is None:
            found.skip(f"line {number}: longer than {LINE_LIMIT:,} characters")
        elif cells is None or len(cells) > len(names):
            found.skip(f"line {number}: its cells do not fit the {len(names)} columns")
        elif any(cells):
            _take(found, number, dict(zip(names, map(_uncelled, cells), strict=False)), name, now)
    return found.done()


def _take(found: Gathering, number: int, row: Mapping[str, str], name: str, now: datetime) -> None:
    ip = device_address(row.get("ip", ""))
    if ip is None:
        found.skip(f"line {number}: {row.get('ip', '')!r} is no device's address")
        return
    values = {column: row.get(column, "") for column in FIELDS}
    if values["mac"]:
        values["mac"] = mac_address(values["mac"]) or ""
        if not values["mac"]:
            found.skip(f"line {number}: {row['mac']!r} is no MAC address; the rest of the line was taken")
    observation = observe(
        ip,
        0,
        Transport.FILE,
        Via.IMPORTED,
        PROBE,
        Outcome.OK,
        evidence=tuple(Evidence(FIELDS[column], value) for column, value in values.items() if value),
        detail=f"imported from {name}, line {number}",
        at=_time(row.get("last_seen", ""), now),
    )
    found.hosts.append((ip, (observation,)))


def _time(text: str, now: datetime) -> datetime:
    """When a row was true: its ``last_seen``; now where that is missing or cannot be."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return now
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at if _OLDEST <= at <= now else now


def _cells(line: str, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def _uncelled(cell: str) -> str:
    """A cell without the apostrophe that our export put before what looks like a formula."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and csv_cell(cell[1:]).startswith("'") else cell


def _open(path: Path) -> TextIO:
    with path.open("rb") as source:
        wide = source.read(2) in (b"\xff\xfe", b"\xfe\xff")
    if wide:
        return path.open(encoding="utf-16", errors="replace", newline="\n")
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n")


def _lines(source: TextIO) -> Iterator[tuple[int, str | None]]:
    """Numbered lines, empty ones and Excel's ``sep=`` left out; None for one that is too long."""
    number = 0
    while line := source.readline(LINE_LIMIT):
        number += 1
        if len(line) == LINE_LIMIT and not line.endswith("\n"):
            while (rest := source.readline(LINE_LIMIT)) and not rest.endswith("\n"):
                pass
            yield number, None
            continue
        line = _mended(line.rstrip("\r\n"))
        if line.strip() and not (number == 1 and line.lower().startswith("sep=")):
            yield number, line


def _mended(line: str) -> str:
    """A line that is not UTF-8, in the encoding that Windows writes in western Europe."""
    try:
        line.encode()
    except UnicodeEncodeError:
        return line.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return line
