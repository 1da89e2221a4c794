"""Reads a CVE record of format 5 (JSON, as cve.org and the cvelistV5 repository publish them).

What a maker writes under "affected" is half free text. These forms are understood, as Hikvision and Dahua use them:
``lessThan`` and ``lessThanOrEqual`` with a version; "Build date before 250807", with "(Version before V4.1.60 are not
affected)"; "Versions below V5.7.13_230822 (including V5.7.13_230822)"; "Build time before April, 2022" or "before
August 18 2019". A product that is no series of models, and a version that is in no such form, is kept without limits:
of such a device it cannot be told whether it is affected.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from camscan.errors import ParseError
from camscan.identify.cve_id import cve_id
from camscan.identify.firmware import parse_firmware
from camscan.identify.globs import compile_glob
from camscan.identify.kev import one_line
from camscan.safe.pattern import Pattern, compile_text

CVE_LIMIT = 2 * 1024 * 1024
"""Bytes of one record; the longest for a camera that was read has 40,000."""

_PRODUCTS = 2000
_VERSION = r"(V?\d+(?:\.\d+)*(?:\s*_?build\s?\d{6}|_\d{6})?)"
_BUILD_BEFORE: Pattern[str] = compile_text(r"(?i)^build date before (\d{6})")
_NOT_BEFORE: Pattern[str] = compile_text(rf"(?i)\(versions?\s+before\s+{_VERSION}\s+(?:are|is) not affected\)")
_BELOW: Pattern[str] = compile_text(rf"(?i)^versions below {_VERSION}(\s*\(including)?")
_TIME_BEFORE: Pattern[str] = compile_text(
    r"(?i)build ?time (?:is )?before (January|February|March|April|May|June|July|August|September|October|November|"
    r"December)(?: (\d{1,2}))?,? (\d{4})"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ALTERNATIVES: Pattern[str] = compile_text(r"/(?:\d+[A-Z]*(?:/|$)|[A-Z0-9-]{6,})")
"""A stroke between names (DS-A71024/48R, DS-K1T341A/K1T341B), which is none within one."""

_URL: Pattern[str] = compile_text(r"https://[!#-;=?-~]+")
_INCLUDING: Pattern[str] = compile_text(r"(?i)\s+including.*$")


@dataclass(frozen=True, slots=True)
class AffectedRow:
    """One row: ``models`` are series of models (see ``globs``), empty where the product names none. ``first`` and
    ``last`` are the first and last affected version, ``before`` the first that is not. ``some``: only certain models
    of the series."""

    product: str
    models: tuple[str, ...]
    first: str | None = None
    last: str | None = None
    before: str | None = None
    some: bool = False


@dataclass(frozen=True, slots=True)
class CveRecord:
    """A published record. ``kev_added`` is the day CISA says it was added to the catalogue of exploited ones."""

    id: str
    vendors: frozenset[str]
    description: str
    url: str | None
    published: date | None
    updated: date
    kev_added: date | None
    rows: tuple[AffectedRow, ...]


def parse_cve(raw: bytes) -> CveRecord:
    """The record in ``raw``. Raises ParseError where it is none, or was withdrawn."""
    if len(raw) > CVE_LIMIT:
        raise ParseError(f"larger than {CVE_LIMIT} bytes")
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        raise ParseError("not JSON") from None
    return read_cve(content)


def read_cve(content: object) -> CveRecord:
    """The record in ``content``, parsed from JSON. Raises ParseError."""
    record = _table(content)
    meta, containers = _table(record.get("cveMetadata")), _table(record.get("containers"))
    if record.get("dataType") != "CVE_RECORD" or not str(record.get("dataVersion", "")).startswith("5."):
        raise ParseError("not a CVE record of format 5")
    if meta.get("state") != "PUBLISHED":
        raise ParseError("the record is not published, or was withdrawn")
    cna = _table(containers.get("cna"))
    updated = _day(meta.get("dateUpdated")) or _day(meta.get("datePublished"))
    if updated is None:
        raise ParseError("the record does not say of which day it is")
    affected = [item for item in _list(cna.get("affected"))[:_PRODUCTS] if isinstance(item, dict)]
    return CveRecord(
        id=cve_id(meta.get("cveId")),
        vendors=frozenset(_vendors(affected, meta)),
        description=next(_descriptions(cna), ""),
        url=next(_urls(cna), None),
        published=_day(meta.get("datePublished")),
        updated=updated,
        kev_added=next(_kev(_list(containers.get("adp"))), None),
        rows=tuple(row for item in affected for row in _rows(item)),
    )


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ParseError("not a CVE record of format 5")
    return value


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _day(value: object) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None


def _vendors(affected: Iterable[dict[str, Any]], meta: dict[str, Any]) -> Iterator[str]:
    """Who made what is affected; where the record leaves that open ("n/a"), whoever wrote it."""
    stated = {one_line(item.get("vendor") or "n/a").casefold() for item in affected if _is_text(item.get("vendor"))}
    stated -= {"n/a", ""}
    if stated:
        yield from stated
    elif _is_text(meta.get("assignerShortName")):
        yield one_line(meta["assignerShortName"]).casefold()


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _descriptions(cna: dict[str, Any]) -> Iterator[str]:
    for item in _list(cna.get("descriptions")):
        if isinstance(item, dict) and str(item.get("lang", "")).startswith("en") and _is_text(item.get("value")):
            yield one_line(item["value"])


def _urls(cna: dict[str, Any]) -> Iterator[str]:
    for item in _list(cna.get("references")):
        url = item.get("url") if isinstance(item, dict) else None
        if isinstance(url, str) and len(url) <= 400 and _URL.fullmatch(url) is not None:
            yield url


def _kev(containers: list[Any]) -> Iterator[date]:
    for container in containers:
        for metric in _list(container.get("metrics")) if isinstance(container, dict) else []:
            other = metric.get("other") if isinstance(metric, dict) else None
            if isinstance(other, dict) and other.get("type") == "kev" and isinstance(other.get("content"), dict):
                added = _day(other["content"].get("dateAdded"))
                if added is not None:
                    yield added


def _rows(item: dict[str, Any]) -> Iterator[AffectedRow]:
    product = one_line(item["product"]) if _is_text(item.get("product")) else ""
    models = tuple(_models(product))
    for version in _list(item.get("versions")):
        if isinstance(version, dict) and version.get("status") == "affected":
            yield _limits(product, models, version)


def _models(product: str) -> Iterator[str]:
    """The series in a product's name, or nothing where one part of it is not in that form."""
    parts = [
        _INCLUDING.sub("", part).removesuffix("*").strip().removesuffix(" Series").removesuffix(" series").strip()
        for part in product.split(",")
    ]
    for part in parts:
        try:
            compile_glob(part)
        except ParseError:
            return
        if " " in part or not any(char.isdigit() for char in part) or "-" not in part or _ALTERNATIVES.search(part):
            return
    yield from parts


def _limits(product: str, models: tuple[str, ...], version: dict[str, Any]) -> AffectedRow:
    text = one_line(version["version"]) if _is_text(version.get("version")) else ""
    first, last, before = _stated(version) or _written(text)
    return AffectedRow(
        product,
        models,
        first=first if _is_version(first) else None,
        last=last if _is_version(last) else None,
        before=before if _is_version(before) else None,
        some="certain models" in text.casefold(),
    )


_Sides = tuple[str | None, str | None, str | None]


def _stated(version: dict[str, Any]) -> _Sides | None:
    """Limits in keys of their own. What stands under "version" beside them is often the limit again, not a start."""
    below, until = version.get("lessThan"), version.get("lessThanOrEqual")
    if _is_version(below):
        return None, None, one_line(below)
    return (None, one_line(until), None) if _is_version(until) else None


def _written(text: str) -> _Sides:
    """Limits within a sentence: the first affected version, the last, the first that is not affected."""
    built = _BUILD_BEFORE.search(text)
    if built is not None:
        start = _NOT_BEFORE.search(text)
        return start.group(1) if start else None, None, f"build {built.group(1)}"
    under = _BELOW.search(text)
    if under is not None:
        return (None, under.group(1), None) if under.group(2) else (None, None, under.group(1))
    month = _TIME_BEFORE.search(text)
    return None, None, _built(month.group(1), month.group(2), month.group(3)) if month else None


def _is_version(text: object) -> bool:
    try:
        parse_firmware(one_line(text))
    except ParseError:
        return False
    return True


def _built(month: str | None, day: str | None, year: str | None) -> str | None:
    number = _MONTHS.index((month or "")[:3].casefold()) + 1
    try:
        return f"build {date(int(year or 0), number, int(day or 1)).isoformat()}"
    except ValueError:
        return None
