"""Reads a list of installed software (CSV with host, name and version) for programs of camera makers.

Any inventory tool can write such a list. Columns are told by their headings, in any order, with commas, semicolons or
tabs between; UTF-8, UTF-16 with its mark, or the Windows code page of western Europe.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from camscan.errors import DataFileError
from camscan.identify.software import Catalogue, Product
from camscan.inventory.software import computer

FILE_LIMIT = 64 * 1024 * 1024
"""Bytes of one list: about a million programs."""

_HOST = ("host", "hostname", "host name", "computer", "computername", "computer name", "device", "device name",
         "devicename", "machine", "asset", "assetname", "pscomputername", "ip", "ip address", "ipaddress")  # fmt: skip
_NAME = ("name", "display name", "displayname", "display_name", "software", "software name", "softwarename", "product",
         "productname", "product name", "application", "application name", "program", "title")  # fmt: skip
_VERSION = ("version", "display version", "displayversion", "display_version", "software version", "product version",
            "productversion", "application version")  # fmt: skip
_TEXT_LIMIT = 200


@dataclass(frozen=True, slots=True)
class InstalledSoftware:
    """A program of a camera maker on a computer, as the owner's list says. ``line`` is its place in the file.

    ``host``, ``name`` and ``version`` are the list's text: print them through ``safe.text``.
    """

    host: str
    name: str
    version: str | None
    product: Product
    line: int


@dataclass(frozen=True, slots=True)
class SoftwareList:
    """What a list holds: ``read`` programs on ``computers`` (as ``inventory.software`` spells them), whether of camera
    makers or not; ``skipped`` rows had no host or no name."""

    found: tuple[InstalledSoftware, ...]
    read: int
    computers: frozenset[str]
    skipped: int


def is_software_list(header: str) -> bool:
    """Whether a file with this first line is such a list: it names a host and a program."""
    names = {cell.strip().strip('"').casefold() for mark in ",;\t" for cell in header.split(mark)}
    return bool(names & set(_HOST)) and bool(names & set(_NAME))


def read_software(path: Path, catalogue: Catalogue) -> SoftwareList:
    """The programs of camera makers in the list at ``path``. Raises DataFileError, saying what is wrong with it."""
    try:
        with path.open("rb") as handle:
            raw = handle.read(FILE_LIMIT + 1)
    except OSError as error:
        raise DataFileError(f"{path} cannot be read: {error.strerror}.") from None
    if len(raw) > FILE_LIMIT:
        raise DataFileError(f"{path} is larger than {FILE_LIMIT // 1024 // 1024} MB. Split it, or leave columns out.")
    return parse_software(raw, str(path), catalogue)


def parse_software(raw: bytes, where: str, catalogue: Catalogue) -> SoftwareList:
    """The programs of camera makers in the bytes of a list, called ``where`` in messages. Raises DataFileError."""
    text = _decoded(raw)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        places = _places(next(rows, []), where)
        return _collect(((rows.line_num, row) for row in rows), places, catalogue)
    except csv.Error as error:
        raise DataFileError(f"{where}, line {rows.line_num}: not a row of CSV ({error}).") from None


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _places(header: Sequence[str], where: str) -> tuple[int, int, int | None]:
    """Columns of host, name and version. A heading that stands earlier in our own order wins."""
    names = [heading.strip().casefold() for heading in header]
    host, name, version = (_place(names, words) for words in (_HOST, _NAME, _VERSION))
    if host is None or name is None:
        raise DataFileError(
            f"{where}: its first line must name the columns, among them host and name (and version, where known).\n"
            "  For example: host,name,version"
        )
    return host, name, version


def _place(names: Sequence[str], words: Iterable[str]) -> int | None:
    return next((names.index(word) for word in words if word in names), None)


def _collect(
    rows: Iterable[tuple[int, list[str]]], places: tuple[int, int, int | None], catalogue: Catalogue
) -> SoftwareList:
    host_at, name_at, version_at = places
    found: dict[tuple[str, str, str | None], InstalledSoftware] = {}
    known: dict[str, Product | None] = {}
    computers: set[str] = set()
    read = skipped = 0
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        host, name = _cell(row, host_at), _cell(row, name_at)
        if not host or not name:
            skipped += 1
            continue
        read += 1
        computers.add(computer(host))
        if name not in known:
            known[name] = catalogue.find(name)
        product = known[name]
        if product is not None:
            version = (_cell(row, version_at) if version_at is not None else None) or None
            found.setdefault((computer(host), name, version), InstalledSoftware(host, name, version, product, number))
    return SoftwareList(tuple(found.values()), read, frozenset(computers), skipped)


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip()[:_TEXT_LIMIT] if place < len(row) else ""
