"""Loads the advisories: the shipped snapshot, and newer files that the owner has installed.

Where both speak of one weakness, the newer file adds to the shipped row what it knows (the day it was listed as
exploited, the maker's own address) and replaces its affected rows only where it names models itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from camscan.errors import ParseError, SignatureError
from camscan.identify.advisories import Advisories
from camscan.identify.advisory_table import Advisory, AdvisoryFile, Affected, Vendor, VendorFile
from camscan.identify.cve_record import AffectedRow, CveRecord, parse_cve
from camscan.identify.kev import KevCatalogue, KevEntry, parse_kev
from camscan.identify.loader import shipped
from camscan.identify.tables import read_table

ADVISORY_FOLDER = "advisories"
KEV_FILE = "kev.toml"
VENDOR_FILE = "vendors.toml"
INSTALLED_KEV = "kev.json"
INSTALLED_CVE = "cve"


def load_advisories(folder: Traversable | None = None, newer: Path | None = None) -> Advisories:
    """The advisories of the shipped set (or of ``folder``), with what ``newer`` holds on top.

    ``newer`` is the folder that data updates are installed in; it need not exist. Raises SignatureError for a wrong
    file of ours, and for a wrong file there, naming it.
    """
    base = (folder or shipped()) / ADVISORY_FOLDER
    vendors = read_table(base / VENDOR_FILE, f"{ADVISORY_FOLDER}/{VENDOR_FILE}", VendorFile).vendor
    items: dict[str, Advisory] = {}
    days: list[date] = []
    sources: list[str] = []
    kev_as_of = date.min
    for entry in sorted(base.iterdir(), key=lambda entry: entry.name):
        if not entry.name.endswith(".toml") or entry.name == VENDOR_FILE:
            continue
        where = f"{ADVISORY_FOLDER}/{entry.name}"
        table = read_table(entry, where, AdvisoryFile)
        sources.append(f"{entry.name}: shipped, as of {table.as_of.isoformat()}")
        days.append(table.as_of)
        if entry.name == KEV_FILE:
            kev_as_of = table.as_of
        for item in table.advisory:
            if item.id in items:
                raise SignatureError(f"{where}:1", f"{item.id} is in another file already")
            items[item.id] = item.model_copy(update={"as_of": item.as_of or table.as_of})
    if newer is not None:
        for record in _records(newer / INSTALLED_CVE):
            days.append(record.updated)
            sources.append(f"{record.id}: installed, as of {record.updated.isoformat()}")
            _take_record(items, record, vendors)
        catalogue = _catalogue(newer / INSTALLED_KEV)
        if catalogue is not None and catalogue.as_of > kev_as_of:
            kev_as_of = catalogue.as_of
            days.append(catalogue.as_of)
            sources.append(f"{INSTALLED_KEV}: installed, as of {catalogue.as_of.isoformat()}")
            for item in from_kev(catalogue, vendors):
                known = items.get(item.id)
                items[item.id] = known.model_copy(update={"kev": item.kev}) if known else item
    return Advisories(tuple(items.values()), max(days), kev_as_of, tuple(sources))


def _records(folder: Path) -> Iterator[CveRecord]:
    for path in sorted(folder.glob("*.json")):
        try:
            yield parse_cve(path.read_bytes())
        except (OSError, ParseError) as error:
            raise SignatureError(str(path), f"{error}. Delete it, or update it") from None


def _catalogue(path: Path) -> KevCatalogue | None:
    try:
        return parse_kev(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ParseError) as error:
        raise SignatureError(str(path), f"{error}. Delete it, or update it") from None


def vendor_of(name: str, product: str, vendors: Iterable[Vendor]) -> Vendor | None:
    """Which maker of ours a vendor is, for this product; None where it is none."""
    folded = product.casefold()
    for vendor in vendors:
        if vendor.name == name.casefold() and (not vendor.products or any(word in folded for word in vendor.products)):
            return vendor
    return None


def from_kev(catalogue: KevCatalogue, vendors: Iterable[Vendor]) -> Iterator[Advisory]:
    """Entries of the catalogue about makers of ours. It names products in words and no versions."""
    known = tuple(vendors)
    for entry in catalogue.entries:
        vendor = vendor_of(entry.vendor, entry.product, known)
        if vendor is not None:
            yield _from_entry(entry, vendor, catalogue.as_of)


def _from_entry(entry: KevEntry, vendor: Vendor, as_of: date) -> Advisory:
    return Advisory(
        id=entry.id,
        maker=vendor.maker,
        brand=vendor.brand,
        title=entry.name.strip() or entry.id,
        kev=entry.added,
        unknown=f"CISA's catalogue names the product ({entry.vendor} {entry.product}) and no versions",
        source=f"CISA Known Exploited Vulnerabilities, as of {as_of.isoformat()}",
        url=f"https://nvd.nist.gov/vuln/detail/{entry.id}",
        as_of=as_of,
    )


def _take_record(items: dict[str, Advisory], record: CveRecord, vendors: Iterable[Vendor]) -> None:
    known = items.get(record.id)
    rows = tuple(_affected(row) for row in record.rows)
    named = any(row.models for row in rows)
    if known is not None:
        if known.as_of is not None and known.as_of >= record.updated:
            return
        update: Mapping[str, object] = {"kev": record.kev_added or known.kev, "as_of": record.updated}
        if named:
            update = {**update, "affected": rows, "unknown": None, "source": _cited(record)}
        items[record.id] = known.model_copy(update=update)
        return
    products = " ".join(row.product for row in record.rows)
    vendor = next((found for name in sorted(record.vendors) if (found := vendor_of(name, products, vendors))), None)
    if vendor is not None:
        items[record.id] = Advisory(
            id=record.id,
            maker=vendor.maker,
            brand=vendor.brand,
            title=record.description or record.id,
            published=record.published,
            kev=record.kev_added,
            affected=rows,
            unknown=None if rows else "the record names no products",
            url=record.url,
            source=_cited(record),
            as_of=record.updated,
        )


def _cited(record: CveRecord) -> str:
    return f"CVE record, as of {record.updated.isoformat()}"


def _affected(row: AffectedRow) -> Affected:
    return Affected(models=row.models, first=row.first, last=row.last, before=row.before, some=row.some)
