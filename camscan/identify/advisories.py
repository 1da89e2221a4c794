"""Known weaknesses of a device, from its model and firmware version alone. Nothing is ever sent to find out.

An advisory is compared where the maker is probable or confirmed, and in these steps:

- the model is not among those it names: nothing is said, as nothing was found out. A device that is sold under another
  name has another model name, so that there it cannot be told;
- the model is among them: ``affected`` or ``not-affected`` where the firmware version or its build date decides it,
  else ``cannot-tell``, with the reason. Dahua's discovery answer gives no build date, and its advisories go by that.

No answer is no acquittal: an advisory may leave out models, and a device may lie about its firmware.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from camscan.device import Device, Kind, Verdict
from camscan.errors import ParseError
from camscan.identify.advisory_table import Advisory, Affected
from camscan.identify.firmware import Firmware, compare, parse_firmware
from camscan.identify.globs import compile_glob
from camscan.identify.models import clean_model
from camscan.safe.pattern import Pattern, compile_text
from camscan.safe.text import neutralise

_SURE = frozenset({Verdict.PROBABLE, Verdict.CONFIRMED})
_SHOWN = 40

REMEMBERED = 20_000
"""Answers that are kept, one for each model with its firmware."""


class Status(StrEnum):
    """Whether a device is affected, as far as its model and firmware tell."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not-affected"
    CANNOT_TELL = "cannot-tell"


_ORDER = (Status.AFFECTED, Status.CANNOT_TELL, Status.NOT_AFFECTED)


@dataclass(frozen=True, slots=True)
class AdvisoryStatus:
    """One advisory for one device. ``why`` is a sentence, safe to print. ``kev``: CISA lists it as exploited, since
    ``kev_added``. ``as_of`` is the day of the data that was compared."""

    id: str
    status: Status
    why: str
    kev: bool
    kev_added: date | None
    title: str
    url: str | None
    source: str
    as_of: date

    def contract(self) -> dict[str, str | bool]:
        """The fields of every export."""
        return {"id": self.id, "status": self.status.value, "why": self.why, "kev": self.kev}


@dataclass(frozen=True, slots=True)
class _Limits:
    """An ``Affected`` row, ready to compare."""

    patterns: tuple[Pattern[str], ...]
    first: Firmware | None
    last: Firmware | None
    before: Firmware | None
    row: Affected

    def names(self, model: str) -> bool:
        return any(pattern.search(model) for pattern in self.patterns)


@dataclass(frozen=True)
class Advisories:
    """All advisories, newest data first. ``as_of`` is the day of the newest of them, ``kev_as_of`` that of CISA's
    catalogue, ``sources`` says for each part where it is from and of which day."""

    items: tuple[Advisory, ...]
    as_of: date
    kev_as_of: date
    sources: tuple[str, ...] = ()

    @cached_property
    def answers(self) -> dict[tuple[object, ...], tuple[AdvisoryStatus, ...]]:
        """Answers given before, by all that they depend on: many devices are of one model and firmware."""
        return {}

    @cached_property
    def _by_maker(self) -> Mapping[str, tuple[Advisory, ...]]:
        found: dict[str, list[Advisory]] = defaultdict(list)
        for item in self.items:
            found[item.maker].append(item)
        return {maker: tuple(items) for maker, items in found.items()}

    @cached_property
    def _ready(self) -> dict[str, tuple[_Limits, ...]]:
        return {}

    def of_maker(self, maker: str) -> tuple[Advisory, ...]:
        """Advisories about devices of ``maker``."""
        return self._by_maker.get(maker, ())

    def limits(self, item: Advisory) -> tuple[_Limits, ...]:
        """The affected rows of ``item``, compiled when they are first needed."""
        ready = self._ready.get(item.id)
        if ready is None:
            ready = self._ready[item.id] = tuple(_limits(row) for row in item.affected)
        return ready


def _limits(row: Affected) -> _Limits:
    patterns = [compile_glob(glob) for glob in row.models]
    if row.pattern is not None:
        patterns.append(compile_text(f"(?i){row.pattern}"))
    first, last, before = (parse_firmware(text) if text else None for text in (row.first, row.last, row.before))
    return _Limits(tuple(patterns), first, last, before, row)


def status(device: Device, advisories: Advisories) -> tuple[AdvisoryStatus, ...]:
    """What the advisories say of ``device``: affected first, then what cannot be told, then the rest.

    Empty where the maker is unknown or only suspected.
    """
    if device.maker is None or device.verdict not in _SURE:
        return ()
    case = (
        device.maker, device.brand, device.brand_verdict is Verdict.UNKNOWN, device.kind,
        device.model, device.firmware, device.firmware_date,
    )  # fmt: skip
    known = advisories.answers.get(case)
    if known is None:
        if len(advisories.answers) >= REMEMBERED:
            advisories.answers.clear()
        known = advisories.answers[case] = _compare(device, device.maker, advisories)
    return known


def _compare(device: Device, maker: str, advisories: Advisories) -> tuple[AdvisoryStatus, ...]:
    found = [
        AdvisoryStatus(
            id=item.id,
            status=told[0],
            why=told[1],
            kev=item.kev is not None,
            kev_added=item.kev,
            title=item.title,
            url=item.url,
            source=item.source,
            as_of=item.as_of or advisories.as_of,
        )
        for item in advisories.of_maker(maker)
        if _concerns(item, device) and (told := _told(item, advisories.limits(item), device)) is not None
    ]
    return tuple(sorted(found, key=lambda item: (_ORDER.index(item.status), not item.kev, item.id)))


def _concerns(item: Advisory, device: Device) -> bool:
    if item.brand is not None and (device.brand != item.brand or device.brand_verdict is Verdict.UNKNOWN):
        return False
    return not item.kinds or device.kind is Kind.UNKNOWN or device.kind in item.kinds


def _told(item: Advisory, limits: Iterable[_Limits], device: Device) -> tuple[Status, str] | None:
    if item.unknown is not None:
        return Status.CANNOT_TELL, f"{item.unknown[0].upper()}{item.unknown[1:]}."
    limits = tuple(limits)
    unnamed = any(not limit.patterns for limit in limits)
    model = clean_model(device.model) if device.model else None
    rows = [limit for limit in limits if model is not None and limit.names(model)]
    told = [_compared(row, device) for row in rows]
    if unnamed:
        told.append((Status.CANNOT_TELL, "The advisory names products in a form that cannot be compared."))
    elif model is None:
        return Status.CANNOT_TELL, "The device did not tell its model."
    elif not rows:
        if device.brand is None or device.brand in (device.maker, item.brand):
            return None
        return Status.CANNOT_TELL, "It is sold under another name, and the advisory lists the maker's own model names."
    return min(told, key=lambda pair: _ORDER.index(pair[0]))


def _compared(limit: _Limits, device: Device) -> tuple[Status, str]:
    row = limit.row
    if limit.first is limit.last is limit.before is None:
        return Status.CANNOT_TELL, "The advisory names the model and no versions."
    try:
        own = parse_firmware(device.firmware or "", device.firmware_date)
    except ParseError:
        own = Firmware((), None)
    if device.firmware is None and own.build is None:
        return Status.CANNOT_TELL, f"The device did not tell its firmware version. {_affects(row)}"
    shown = _shown(device)
    sides = (
        (limit.first, (-1,), "is earlier than the first affected version"),
        (limit.last, (1,), "is later than the last affected version"),
        (limit.before, (0, 1), "is not earlier than the first version that is not affected"),
    )
    open_sides = False
    for bound, outside, words in sides:
        if bound is None:
            continue
        order = compare(own, bound)
        if order is None:
            open_sides = True
        elif order in outside:
            return Status.NOT_AFFECTED, f"{shown} {words}. {_affects(row)}"
    if open_sides:
        return Status.CANNOT_TELL, f"{_lacks(own, shown, device)} {_affects(row)}"
    if row.some:
        return Status.CANNOT_TELL, f"{shown} is among the versions, but only certain models are. {_affects(row)}"
    return Status.AFFECTED, f"{shown} is among the affected versions. {_affects(row)}"


def _shown(device: Device) -> str:
    built = f" built {device.firmware_date}" if device.firmware_date else ""
    return f"{neutralise(device.firmware, _SHOWN) if device.firmware else 'The firmware'}{built}"


def _lacks(own: Firmware, shown: str, device: Device) -> str:
    if own.build is None:
        hint = " The owner's credentials would tell it." if device.maker == "dahua" else ""
        return f"{shown} tells no build date, which the advisory goes by.{hint}"
    return f"{shown} cannot be compared with the versions of the advisory."


def _affects(row: Affected) -> str:
    parts = [
        f"from {row.first}" if row.first else "",
        f"up to {row.last}" if row.last else "",
        f"before {row.before}" if row.before else "",
    ]
    return f"Affected: {' '.join(part for part in parts if part)}."
