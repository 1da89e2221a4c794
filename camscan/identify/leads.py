"""Which maker may stand behind a brand: a question to decide by hand, never a verdict and never a sign.

A lead is given only where the device told its brand and not (or hardly) its maker. What the device says wins in both
directions: a probable maker needs no lead, and a maker that is suspected of another firm than the lead names takes the
lead away. Brands and lines that are often accused wrongly are denied; rows that nobody could source are not in the
table at all.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources.abc import Traversable
from typing import Annotated, Literal

from pydantic import Field, StrictBool, field_validator

from camscan.device import Device, Kind, Verdict
from camscan.errors import ParseError
from camscan.identify.format import LITERAL_LIMIT, Slug
from camscan.identify.loader import shipped
from camscan.identify.models import clean_model
from camscan.identify.tables import Row, read_table
from camscan.safe.pattern import compile_text

LEADS_FILE = "brands.toml"

_CAMERA_LIKE = frozenset({Kind.CAMERA, Kind.RECORDER, Kind.INTERCOM})
_OPEN = frozenset({Verdict.UNKNOWN, Verdict.SUSPECTED})

Text = Annotated[str, Field(min_length=1, max_length=1000)]
ModelPattern = Annotated[str, Field(min_length=2, max_length=LITERAL_LIMIT)]


class _Line(Row):
    """What limits a row to a part of a brand: model names (RE2, case ignored), and classes of device."""

    brands: tuple[Slug, ...] = Field(min_length=1)
    models: ModelPattern | None = None
    except_models: ModelPattern | None = Field(default=None, alias="except")
    kinds: tuple[Kind, ...] = ()
    source: Text

    @field_validator("models", "except_models")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                compile_text(value)
        except ParseError as error:
            raise ValueError(str(error)) from None
        return value

    def may_hold(self, model: str | None, kind: Kind) -> bool:
        """Whether a device may be of this line; what is not known speaks for it."""
        if self.kinds and kind is not Kind.UNKNOWN and kind not in self.kinds:
            return False
        if model is None:
            return True
        return (self.models is None or _fits(self.models, model)) and not (
            self.except_models is not None and _fits(self.except_models, model)
        )


def _fits(pattern: str, model: str) -> bool:
    return compile_text(f"(?i){pattern}").search(model) is not None


class LeadRow(_Line):
    """A brand, or a line of it, and the maker it may have its devices from."""

    name: Text
    maker: Slug
    maker_name: Text
    platform: StrictBool = False
    relation: Literal["own-brand", "subsidiary", "former-subsidiary", "affiliate", "oem", "unknown"]
    status: Literal["current", "legacy", "partial", "former", "listed"]
    lines: Text
    confidence: Literal["high", "medium"]
    evidence: str
    note: str = ""
    conflict: str = ""
    source_date: str = ""


class DenyRow(_Line):
    """A brand that is often accused wrongly; ``words`` say which line of it, where only a line is meant."""

    words: str = ""
    why: Text

    def denies(self, model: str | None, kind: Kind) -> bool:
        """Whether no lead is given for such a device. A line that no model name tells denies nothing: it is shown."""
        if self.words and self.models is None:
            return False
        if self.models is not None and model is None:
            return False
        return self.may_hold(model, kind)


class LeadFile(Row):
    """The whole file."""

    as_of: dt.date
    lead: tuple[LeadRow, ...]
    deny: tuple[DenyRow, ...]


@dataclass(frozen=True, slots=True)
class Lead:
    """A question about one device. ``sentence`` puts it in words; ``lines`` are the lines of the brand it is about.

    ``agrees``: a sign of the device points to this maker too, weakly. ``conflict`` is what contradicts the row, and
    ``exceptions`` are lines of the brand of which it does not hold. Never a verdict.
    """

    brand: str
    maker: str
    sentence: str
    lines: str
    relation: str
    status: str
    confidence: str
    agrees: bool
    conflict: str | None
    exceptions: tuple[str, ...]
    source: str
    as_of: dt.date


@dataclass(frozen=True)
class Leads:
    """The table, as of one day."""

    as_of: dt.date
    rows: tuple[LeadRow, ...]
    denied: tuple[DenyRow, ...]

    @cached_property
    def _by_brand(self) -> Mapping[str, tuple[tuple[LeadRow, ...], tuple[DenyRow, ...]]]:
        rows: dict[str, list[LeadRow]] = defaultdict(list)
        denied: dict[str, list[DenyRow]] = defaultdict(list)
        for row in self.rows:
            for brand in row.brands:
                rows[brand].append(row)
        for deny in self.denied:
            for brand in deny.brands:
                denied[brand].append(deny)
        return {brand: (tuple(rows[brand]), tuple(denied[brand])) for brand in (*rows, *denied)}

    def of_brand(self, brand: str) -> tuple[tuple[LeadRow, ...], tuple[DenyRow, ...]]:
        """Rows and denials of a brand's slug."""
        return self._by_brand.get(brand, ((), ()))


def load_leads(folder: Traversable | None = None) -> Leads:
    """The leads of the shipped set, or of ``folder``. Raises SignatureError where the file is wrong."""
    table = read_table((folder or shipped()) / LEADS_FILE, LEADS_FILE, LeadFile)
    return Leads(table.as_of, table.lead, table.deny)


def leads(device: Device, table: Leads) -> tuple[Lead, ...]:
    """The questions that the brand of ``device`` raises, mostly none. More than one: they contradict each other."""
    if device.brand is None or device.brand_verdict is Verdict.UNKNOWN or device.verdict not in _OPEN:
        return ()
    if not _worth_asking(device):
        return ()
    rows, denied = table.of_brand(device.brand)
    model = clean_model(device.model) if device.model else None
    if any(row.denies(model, device.kind) for row in denied):
        return ()
    suspected = device.maker if device.verdict is Verdict.SUSPECTED else None
    fitting = [row for row in rows if row.may_hold(model, device.kind) and suspected in (None, row.maker)]
    exceptions = tuple(f"{row.words}: {row.why}" for row in denied if row.words)
    return tuple(_lead(row, device, fitting, exceptions, table.as_of) for row in fitting)


def _worth_asking(device: Device) -> bool:
    """A MAC block of the brand alone raises no question about what may be a thermostat: the class must be known, or
    something else than the block must name the brand."""
    if device.kind in _CAMERA_LIKE:
        return True
    named = ("brand", device.brand)
    return device.kind is Kind.UNKNOWN and any(named in sign.points_to and sign.cause != "oui" for sign in device.signs)


def _lead(row: LeadRow, device: Device, fitting: list[LeadRow], exceptions: tuple[str, ...], as_of: dt.date) -> Lead:
    others = sorted({other.maker_name for other in fitting if other.maker != row.maker})
    conflict = "; ".join(
        part
        for part in (row.conflict, f"other lines are said to be made by {', '.join(others)}" if others else "")
        if part
    )
    agrees = any(("maker", row.maker) in sign.points_to for sign in device.signs)
    made = f"may be of the {row.maker_name} type of recorder" if row.platform else f"may be made by {row.maker_name}"
    return Lead(
        brand=device.brand or "",
        maker=row.maker,
        sentence=f"Devices sold as {row.name} {made}; decide by hand whether this is one.",
        lines=row.lines,
        relation=row.relation,
        status=row.status,
        confidence=row.confidence,
        agrees=agrees,
        conflict=conflict or None,
        exceptions=exceptions,
        source=f"{row.source} ({row.source_date})" if row.source_date else row.source,
        as_of=as_of,
    )
