"""Which official lists name the maker of a device, and whether they bind this owner.

A statement about a list and a maker, never about what is allowed: "named on", and whom the list binds. The rules:

- A list is matched by the maker alone, and only where the maker is probable or confirmed. A brand is never matched:
  a re-brand is not on a list, its maker may be.
- A maker that is only suspected is on no list yet: ``undecided`` names the lists it would be on, to be counted.
- Whether it applies comes from the scope file (jurisdiction and sector). What is not told stays unknown.
- A row that nobody read at its source, or that is marked unverified, says so in ``caveats``.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from importlib.resources.abc import Traversable

from camscan.device import Device, Verdict
from camscan.identify.list_table import Cover, ListFile, Match, PolicyList, Read
from camscan.identify.loader import shipped
from camscan.identify.reach import Applies, Overlap, overlap, place, sector
from camscan.identify.tables import read_table

__all__ = ["Applies", "ListMatch", "Match", "PolicyLists", "Read", "load_lists", "named", "undecided"]

LISTS_FILE = "lists.toml"

_RANK = {match: rank for rank, match in enumerate(Match)}


class _Standing(StrEnum):
    """What a maker's verdict allows to be said."""

    SAID = "said"
    COUNTED = "counted"


_STANDING = {
    Verdict.CONFIRMED: _Standing.SAID,
    Verdict.PROBABLE: _Standing.SAID,
    Verdict.SUSPECTED: _Standing.COUNTED,
}


@dataclass(frozen=True, slots=True)
class ListMatch:
    """A list that names the maker of a device.

    ``id``, ``match``, ``applies`` and ``as_of`` are the exported fields. ``sentence`` says in plain words what the
    list says of the maker, ``why`` why it binds this owner or not, ``caveats`` what makes the row less sure.
    ``since`` is the date of the listing as far as it is known (a year, a month or a day). ``read`` says how near to
    its source the list was read, ``verified`` whether the row itself was checked.
    """

    id: str
    match: Match
    applies: Applies
    as_of: date
    title: str
    jurisdiction: str
    status: str
    sentence: str
    why: str
    since: str | None
    url: str | None
    source: str
    read: Read
    verified: bool
    caveats: tuple[str, ...]

    def contract(self) -> dict[str, str]:
        """The fields of every export."""
        return {
            "id": self.id,
            "match": self.match.value,
            "applies": self.applies.value,
            "as_of": self.as_of.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class _Case:
    """All that an answer depends on: an estate has thousands of devices and few cases."""

    maker: str
    probable: bool
    disputed: bool
    rebrand: bool
    place: str | None
    sector: str | None


@dataclass(frozen=True)
class PolicyLists:
    """The lists, as of one day."""

    as_of: date
    lists: tuple[PolicyList, ...]
    classes: Mapping[str, frozenset[str]]

    @cached_property
    def answers(self) -> dict[_Case, tuple[ListMatch, ...]]:
        """Answers given before, by what they depend on."""
        return {}

    @cached_property
    def _by_maker(self) -> Mapping[str, tuple[tuple[PolicyList, tuple[Cover, ...]], ...]]:
        found: dict[str, list[tuple[PolicyList, tuple[Cover, ...]]]] = defaultdict(list)
        for item in self.lists:
            rows: dict[str, list[Cover]] = defaultdict(list)
            for cover in item.covers:
                for maker in self._makers(cover):
                    rows[maker].append(cover)
            for maker, covers in rows.items():
                found[maker].append((item, tuple(sorted(covers, key=lambda cover: _RANK[cover.match]))))
        return {maker: tuple(items) for maker, items in found.items()}

    def _makers(self, cover: Cover) -> frozenset[str]:
        if cover.of_class is not None:
            return self.classes[cover.of_class]
        return frozenset({cover.maker}) if cover.maker is not None else frozenset()

    def of_maker(self, maker: str) -> tuple[tuple[PolicyList, tuple[Cover, ...]], ...]:
        """Lists with a row for ``maker``, and those rows, the plainest naming first."""
        return self._by_maker.get(maker, ())


def load_lists(folder: Traversable | None = None) -> PolicyLists:
    """The lists of the shipped set, or of ``folder``. Raises SignatureError where the file is wrong."""
    table = read_table((folder or shipped()) / LISTS_FILE, LISTS_FILE, ListFile)
    return PolicyLists(
        as_of=table.as_of,
        lists=table.list,
        classes={item.id: frozenset(item.members) for item in table.of_class},
    )


def named(
    device: Device, scope_jurisdiction: str | None, scope_sector: str | None, lists: PolicyLists
) -> tuple[ListMatch, ...]:
    """The lists that name the maker of ``device``, each once, in the order of the table.

    Empty where the maker is unknown or only suspected: see ``undecided``.
    """
    if device.maker is None or _STANDING.get(device.verdict) is not _Standing.SAID:
        return ()
    case = _Case(
        maker=device.maker,
        probable=device.verdict is Verdict.PROBABLE,
        disputed=any(conflict.axis == "maker" for conflict in device.conflicts),
        rebrand=device.brand is not None and device.brand != device.maker,
        place=place(scope_jurisdiction),
        sector=sector(scope_sector),
    )
    known = lists.answers.get(case)
    if known is None:
        rows = lists.of_maker(case.maker)
        known = lists.answers[case] = tuple(_match(item, covers, case, lists.as_of) for item, covers in rows)
    return known


def undecided(device: Device, lists: PolicyLists) -> tuple[str, ...]:
    """Ids of the lists that would name the maker of ``device``, were it more than suspected. To be counted, not shown
    beside the device."""
    if device.maker is None or _STANDING.get(device.verdict) is not _Standing.COUNTED:
        return ()
    return tuple(item.id for item, _ in lists.of_maker(device.maker))


def _match(item: PolicyList, covers: tuple[Cover, ...], case: _Case, as_of: date) -> ListMatch:
    cover = covers[0]
    applies, why = binding(item, case.place, case.sector)
    best = min(item.source, key=lambda source: (not source.url, not source.read))
    return ListMatch(
        id=item.id,
        match=cover.match,
        applies=applies,
        as_of=as_of,
        title=item.title,
        jurisdiction=item.jurisdiction,
        status=item.status,
        sentence=_sentence(cover),
        why=why,
        since=cover.since,
        url=best.url,
        source=best.cited,
        read=item.read,
        verified=cover.verified,
        caveats=tuple(_caveats(item, cover, case)),
    )


def _sentence(cover: Cover) -> str:
    since = f" (since {cover.since})" if cover.since else ""
    if cover.match is Match.NAMED:
        return f"The maker is named on it as {cover.entity}{since}."
    if cover.match is Match.SUBSIDIARY:
        return f"It names {cover.entity}{since}, a firm of the maker's group, not the maker itself."
    if cover.match is Match.PROPOSED:
        return f"It has been proposed to name {cover.entity} on it; it is not named."
    return f"It names no company. It covers a class{since}: {cover.text}."


def _caveats(item: PolicyList, cover: Cover, case: _Case) -> list[str]:
    found: list[str] = []
    if not cover.verified:
        found.append(f"Not verified: {cover.note}." if cover.note else "Not verified.")
    elif cover.note:
        found.append(f"{cover.note[0].upper()}{cover.note[1:]}.")
    if item.read is Read.NOT_READ:
        found.append("The text of this list was not read; it is cited as others quote it.")
    elif item.read is Read.SECONDARY:
        found.append("Read in secondary sources, not in the list itself.")
    if cover.match is Match.CLASS:
        found.append("That this maker belongs to the class is our reading, from where its company has its seat.")
    if case.probable:
        found.append("The maker of this device is probable, not confirmed.")
    if case.disputed:
        found.append("Signs of weight disagree on the maker of this device.")
    if case.rebrand:
        found.append("It is sold under another name: what is said here is said of the maker, not of that brand.")
        if item.not_covered:
            found.append(item.not_covered)
    return found


def binding(item: PolicyList, own_place: str | None, own_sector: str | None) -> tuple[Applies, str]:
    """Whether ``item`` binds an owner of this place and sector (as ``reach`` names them), and why, in a sentence."""
    lies = overlap(own_place, item.places) if own_place else None
    cases = (
        (item.binds == "nobody", Applies.NO, "It binds nobody who merely owns a device."),
        (lies is None, Applies.UNKNOWN, "The scope file names no jurisdiction that camscan knows."),
        (lies is Overlap.OUTSIDE, Applies.NO, "It is of another jurisdiction than the scope file names."),
        (own_sector is None, Applies.UNKNOWN, "The scope file names no sector that camscan knows."),
        (own_sector in item.no, Applies.NO, "It does not bind this sector."),
        (own_sector not in item.yes, Applies.UNKNOWN, "It may bind this sector, or a part of it."),
        (lies is Overlap.PART, Applies.UNKNOWN, "It binds this sector in a part of that jurisdiction."),
        (True, Applies.YES, "It binds this sector."),
    )
    applies, says = next((applies, says) for holds, applies, says in cases if holds)
    return applies, " ".join(
        part for part in (says, f"It concerns: {item.applies_to}.", item.does_not_apply_to) if part
    )
