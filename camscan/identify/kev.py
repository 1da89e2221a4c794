"""Reads CISA's catalogue of known exploited vulnerabilities (KEV), as cisa.gov publishes it in JSON."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from camscan.errors import ParseError
from camscan.identify.cve_id import cve_id

KEV_LIMIT = 16 * 1024 * 1024
"""Bytes; the catalogue of 2025 has about 1.4 million."""

_TEXT_LIMIT = 600


@dataclass(frozen=True, slots=True)
class KevEntry:
    """One weakness that is known to be exploited. Texts are as published, cut, and on one line."""

    id: str
    vendor: str
    product: str
    name: str
    added: date


@dataclass(frozen=True, slots=True)
class KevCatalogue:
    """The catalogue as of the day it names. ``rejected`` counts entries that could not be read."""

    as_of: date
    entries: tuple[KevEntry, ...]
    rejected: int


def parse_kev(raw: bytes) -> KevCatalogue:
    """The catalogue in ``raw``. Raises ParseError where it is not one, or where most of it cannot be read."""
    if len(raw) > KEV_LIMIT:
        raise ParseError(f"larger than {KEV_LIMIT} bytes")
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        raise ParseError("not JSON") from None
    rows = content.get("vulnerabilities") if isinstance(content, dict) else None
    if not isinstance(rows, list) or not rows:
        raise ParseError("no list of vulnerabilities in it")
    entries = tuple(_entries(rows))
    if len(entries) * 2 < len(rows):
        raise ParseError("most of its entries cannot be read")
    return KevCatalogue(_as_of(content), entries, len(rows) - len(entries))


def _as_of(content: dict[str, Any]) -> date:
    released, version = content.get("dateReleased"), content.get("catalogVersion")
    for text in (released, version.replace(".", "-") if isinstance(version, str) else None):
        if isinstance(text, str):
            try:
                return date.fromisoformat(text[:10])
            except ValueError:
                continue
    raise ParseError("it does not say of which day it is")


def _entries(rows: list[Any]) -> Iterator[KevEntry]:
    for row in rows:
        try:
            yield KevEntry(
                id=cve_id(row["cveID"]),
                vendor=one_line(row["vendorProject"]),
                product=one_line(row["product"]),
                name=one_line(row["vulnerabilityName"]),
                added=date.fromisoformat(row["dateAdded"]),
            )
        except (KeyError, TypeError, ValueError, ParseError):
            continue


def one_line(text: object) -> str:
    """A published text on one line, cut, nothing unprintable in it. Raises ParseError where it is no text."""
    if not isinstance(text, str):
        raise ParseError("not a text")
    folded = " ".join(text.split())[:_TEXT_LIMIT]
    return "".join(char for char in folded if char.isprintable())
