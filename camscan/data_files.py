"""Which file of newer data is this, is it whole, and what is kept of it?

Three kinds are known, each told by its content: CISA's catalogue of exploited vulnerabilities (JSON), CVE records of
format 5 (JSON, one or a list of them), and the IEEE's registries of MAC address blocks (oui.csv, mam.csv, oui36.csv).
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from camscan.errors import ParseError
from camscan.identify.advisory_data import INSTALLED_CVE, INSTALLED_KEV
from camscan.identify.cve_record import CVE_LIMIT, read_cve
from camscan.identify.kev import parse_kev
from camscan.identify.registrants import REGISTRIES, installed_name, pack

FILE_LIMIT = 32 * 1024 * 1024
"""Bytes of one file; the largest of them (oui.csv of 2026) has about 4 million."""

RECORD_LIMIT = 5_000
"""CVE records in one file."""

_COLUMNS = ["Registry", "Assignment", "Organization Name"]
_LEAST_ROWS = {"MA-L": 10_000, "MA-M": 1_000, "MA-S": 1_000}
"""Fewer blocks than this are no whole registry: they had 39,000, 6,300 and 7,000 in 2026, and only grow."""


class DataKind(StrEnum):
    """What a file of data is."""

    KEV = "cisa-kev"
    CVE = "cve"
    REGISTRY = "ieee-registry"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file to be installed: under ``name`` in the data folder, with ``content``. ``entries`` counts what it
    holds, ``rejected`` what could not be read of it."""

    kind: DataKind
    name: str
    as_of: date
    entries: int
    rejected: int
    content: bytes


def read_data(raw: bytes, modified: date) -> tuple[DataFile, ...]:
    """The files to install from what the owner downloaded. ``modified`` is the day of the file itself, which stands
    in for the date that the IEEE's files do not tell. Raises ParseError with a reason for people."""
    if len(raw) > FILE_LIMIT:
        raise ParseError(f"it is larger than {FILE_LIMIT // 1024 // 1024} MB")
    start = raw[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"Registry,"):
        return (_registry(raw, modified),)
    if not start.startswith((b"{", b"[")):
        raise ParseError("it is neither CISA's catalogue, nor a CVE record, nor a registry of the IEEE")
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        raise ParseError("it is not valid JSON; was the download cut off?") from None
    if isinstance(content, dict) and "vulnerabilities" in content:
        catalogue = parse_kev(raw)
        return (
            DataFile(DataKind.KEV, INSTALLED_KEV, catalogue.as_of, len(catalogue.entries), catalogue.rejected, raw),
        )
    return tuple(_records(content))


def _records(content: object) -> Iterator[DataFile]:
    several = content if isinstance(content, list) else [content]
    if not several or len(several) > RECORD_LIMIT:
        raise ParseError(f"it holds no CVE record, or more than {RECORD_LIMIT}")
    for item in several:
        record = read_cve(item)
        kept = json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        if len(kept) > CVE_LIMIT:
            raise ParseError(f"{record.id} is larger than {CVE_LIMIT // 1024 // 1024} MB")
        yield DataFile(DataKind.CVE, f"{INSTALLED_CVE}/{record.id}.json", record.updated, 1, 0, kept)


def _registry(raw: bytes, modified: date) -> DataFile:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ParseError("it is not UTF-8 text, as the IEEE's files are") from None
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(rows)[:3]
        if header != _COLUMNS:
            raise ParseError(f"its columns are not {', '.join(_COLUMNS)}")
        registry, blocks, rejected = _blocks(rows)
    except csv.Error:
        raise ParseError("it is not whole; was the download cut off?") from None
    if len(blocks) < _LEAST_ROWS[registry]:
        raise ParseError(f"it has {len(blocks)} blocks, too few for the whole {registry}; was the download cut off?")
    packed = pack(blocks.items(), f"Blocks of MAC addresses (IEEE {registry}), day of the file", modified)
    return DataFile(DataKind.REGISTRY, installed_name(registry.lower()), modified, len(blocks), rejected, packed)


def _blocks(rows: Iterator[list[str]]) -> tuple[str, dict[str, str], int]:
    """The registry that all rows are of, and its blocks. Its own reserve ("IEEE Registration Authority") is none."""
    widths = {registry.upper(): bits // 4 for bits, registry in REGISTRIES.items()}
    blocks: dict[str, str] = {}
    seen: set[str] = set()
    rejected = 0
    for row in rows:
        if len(row) < 3 or row[0] not in widths:
            rejected += 1
            continue
        seen.add(row[0])
        prefix, name = row[1].strip().upper(), row[2].strip()
        digits = len(prefix) == widths[row[0]] and all(char in "0123456789ABCDEF" for char in prefix)
        if not digits or not name:
            rejected += 1
        elif name != "IEEE Registration Authority":
            blocks[prefix] = name
    if len(seen) != 1:
        raise ParseError("it is not one of the registries MA-L, MA-M and MA-S (oui.csv, mam.csv, oui36.csv)")
    return seen.pop(), blocks, rejected
