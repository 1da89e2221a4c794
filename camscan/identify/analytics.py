"""What a device can analyse: faces, number plates, behaviour, sound, heat.

Two bases, never mixed: ``heard`` is what the device says itself (ONVIF services and scopes), ``series`` is what its
series is capable of. "Capable by series" is never "does": what is switched on stands in the owner's settings, and a
recorder or a server may add more. Nothing heard and no known series is None: unknown, not "nothing".
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from camscan.device import Device, Verdict
from camscan.identify.format import LITERAL_LIMIT, Condition, Slug
from camscan.identify.loader import shipped
from camscan.identify.matching import Matcher
from camscan.identify.models import clean_model
from camscan.identify.signs import MODEL_FIELDS
from camscan.identify.tables import Row, name_pattern, read_table
from camscan.safe.pattern import Pattern, compile_text

ANALYTICS_FILE = "analytics.toml"

_SURE = frozenset({Verdict.PROBABLE, Verdict.CONFIRMED})

Text = Annotated[str, Field(min_length=2, max_length=600)]


class Basis(StrEnum):
    """What a feature rests on."""

    HEARD = "heard"
    SERIES = "series"


class HeardRule(Condition):
    """A condition, as in the signatures, and the feature it tells."""

    feature: Slug
    reason: Text
    source: Text


class SeriesRule(Row):
    """A series by its model names (RE2, case ignored) and what it is capable of."""

    maker: Slug
    pattern: Annotated[str, Field(min_length=3, max_length=LITERAL_LIMIT)]
    series: Text
    features: tuple[Slug, ...] = Field(min_length=1)
    confidence: Literal["high", "medium"]
    note: str = ""
    source: Text

    _compiles = field_validator("pattern")(name_pattern)


class AnalyticsFile(Row):
    """The whole file. ``features`` are the known ones, in words."""

    as_of: dt.date
    features: dict[str, str]
    heard: tuple[HeardRule, ...] = ()
    series: tuple[SeriesRule, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        used = {rule.feature for rule in self.heard} | {name for rule in self.series for name in rule.features}
        if unknown := sorted(used - set(self.features)):
            raise ValueError(f"features without words: {', '.join(unknown)}")
        return self


@dataclass(frozen=True, slots=True)
class Analytic:
    """One feature of a device. ``evidence`` holds evidence numbers of the device; ``words`` the feature in words;
    ``reason`` why it is here ("capable by series: ..."), ``source`` who says so, ``as_of`` the day of the table."""

    feature: str
    basis: Basis
    evidence: tuple[int, ...]
    words: str
    reason: str
    source: str
    as_of: dt.date

    def contract(self) -> dict[str, str | list[int]]:
        """The fields of every export."""
        return {"feature": self.feature, "basis": self.basis.value, "evidence": list(self.evidence)}


@dataclass(frozen=True)
class AnalyticsRules:
    """The table, ready to match."""

    as_of: dt.date
    words: Mapping[str, str]
    heard: tuple[HeardRule, ...]
    series: tuple[SeriesRule, ...]
    _matcher: Matcher = field(init=False, repr=False, compare=False)
    _patterns: tuple[Pattern[str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_matcher", Matcher(self.heard))
        patterns = tuple(compile_text(f"(?i){rule.pattern}") for rule in self.series)
        object.__setattr__(self, "_patterns", patterns)

    def said(self, name: str, value: str) -> Iterator[HeardRule]:
        """Rules that one piece of evidence meets."""
        return (self.heard[hit.condition] for hit in self._matcher.hits(name, value))

    def capable(self, maker: str, model: str) -> Iterator[SeriesRule]:
        """Rules whose series a model of ``maker`` belongs to; all of them hold."""
        pairs = zip(self.series, self._patterns, strict=True)
        return (rule for rule, pattern in pairs if rule.maker == maker and pattern.search(model))


def load_analytics(folder: Traversable | None = None) -> AnalyticsRules:
    """The table of the shipped set, or of ``folder``. Raises SignatureError where the file is wrong."""
    table = read_table((folder or shipped()) / ANALYTICS_FILE, ANALYTICS_FILE, AnalyticsFile)
    return AnalyticsRules(table.as_of, table.features, table.heard, table.series)


def analytics(device: Device, rules: AnalyticsRules) -> tuple[Analytic, ...] | None:
    """What ``device`` can analyse: what it says first, then what its series is capable of and it did not say.

    None where nothing is known, which is not the same as nothing. The series counts only where the maker is probable
    or confirmed: makers share model prefixes.
    """
    found: dict[str, Analytic] = {}
    for item in device.evidence:
        for rule in rules.said(item.evidence.name, item.evidence.value):
            known = found.get(rule.feature)
            ids = (*known.evidence, item.id) if known else (item.id,)
            reason = known.reason if known else rule.reason
            found[rule.feature] = _analytic(rules, rule.feature, Basis.HEARD, ids, reason, rule.source)
    model = clean_model(device.model) if device.model else None
    if device.maker is not None and device.verdict in _SURE and model is not None:
        ids = tuple(item.id for item in device.evidence if _tells(item.evidence.name, item.evidence.value, model))
        for series in rules.capable(device.maker, model):
            reason = f"capable by series: {series.series}{f' ({series.note})' if series.note else ''}"
            for feature in series.features:
                if feature not in found:
                    found[feature] = _analytic(rules, feature, Basis.SERIES, ids, reason, series.source)
    return tuple(found.values()) or None


def _analytic(
    rules: AnalyticsRules, feature: str, basis: Basis, evidence: tuple[int, ...], reason: str, source: str
) -> Analytic:
    return Analytic(feature, basis, evidence, rules.words[feature], reason, source, rules.as_of)


def _tells(name: str, value: str, model: str) -> bool:
    """Whether a piece of evidence states the model."""
    stated = value.removeprefix("hardware/") if name == "wsd.scope" else value
    return (name in MODEL_FIELDS or name in ("wsd.scope", "import.model")) and clean_model(stated) == model
