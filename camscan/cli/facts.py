"""What follows from conclusions, in words: official lists, advisories, analytics, leads."""

from collections import Counter
from collections.abc import Iterable, Iterator

from camscan.device import Device
from camscan.identify.facts import Facts, FactTables
from camscan.identify.lists import PolicyLists, undecided
from camscan.report.screen import Screen
from camscan.report.words import is_video, plural

SHOWN = 12
"""Advisories of one device printed at most; the JSON has them all."""


_HOW = {
    "named": "names the maker",
    "subsidiary": "names a firm of the maker's group",
    "class": "covers a class the maker is said to belong to",
    "proposed": "proposes to name the maker",
}
_BINDS = {"yes": "binds you", "unknown": "whether it binds you is not known", "no": "does not bind you"}
"""What matters most comes first."""


def of_device(facts: Facts) -> Iterator[tuple[str, str]]:
    """(heading, sentence) for `camscan show`. The wording stays factual: named on, affected, capable by series."""
    for one in sorted(facts.lists, key=lambda one: list(_BINDS).index(one.applies.value)):
        yield "Official list", f"{one.title} - {_HOW[one.match.value]}; {_BINDS[one.applies.value]}"
    for row in facts.advisories[:SHOWN]:
        known = ", known to be exploited" if row.kev else ""
        yield "Advisory", f"{row.id}: {row.status.value.replace('-', ' ')}{known}. {row.why}"
    if len(facts.advisories) > SHOWN:
        yield "Advisory", f"{len(facts.advisories) - SHOWN:,} more; `camscan list --format json` has them all"
    if facts.analytics is None:
        yield "Analytics", "not known: it told of none, and its series tells nothing"
    for feature in facts.analytics or ():
        heard = "heard from the device" if feature.basis.value == "heard" else "capable by series"
        yield "Analytics", f"{feature.feature}: {heard}"
    for lead in facts.leads:
        yield "Lead", lead.sentence


def hint(screen: Screen, facts: Facts, tables: FactTables) -> None:
    """What the owner can do where nobody told where the owner is: lists bind some and not others."""
    if tables.jurisdiction is None and any(one.applies.value == "unknown" for one in facts.lists):
        screen.say(
            "Which lists bind you depends on where and what you are:",
            "write jurisdiction and sector under [authorisation] in the scope file.",
        )


def after_scan(screen: Screen, devices: Iterable[Device], tables: FactTables) -> None:
    """One paragraph: how many devices are by makers named on official lists, and how many advisories apply."""
    named, open_question = Counter[tuple[int, str]](), 0
    on_lists = binding = affected = 0
    for device in (device for device in devices if is_video(device)):
        facts = tables.of(device)
        naming = [one for one in facts.lists if one.match.value == "named"]
        on_lists += bool(naming)
        binding += any(one.applies.value == "yes" for one in facts.lists)
        named.update((list(_BINDS).index(one.applies.value), one.title) for one in naming)
        open_question += bool(undecided(device, tables.lists))
        affected += any(row.status.value == "affected" and row.kev for row in facts.advisories)
    if on_lists:
        (_, first), _count = min(named.items(), key=lambda item: (item[0][0], -item[1]))
        others = f" and {plural(len(named) - 1, 'other')}" if len(named) > 1 else ""
        binds = f"a list binds you for {plural(binding, 'device')}" if binding else "none is known to bind you"
        screen.print()
        screen.say(
            f"By makers named on official lists: {plural(on_lists, 'device')};",
            f"{binds}.",
            f"({first}{others})",
            "`camscan explain --lists` shows the lists.",
        )
    if open_question:
        screen.say(f"{plural(open_question, 'more device')} would be, if the suspected maker is confirmed.")
    if affected:
        screen.say(f"Affected by a vulnerability that is known to be exploited: {plural(affected, 'device')}.")


def lists(screen: Screen, table: PolicyLists) -> None:
    """Every official list that camscan knows: what it is, whom it binds, of which day, from which source."""
    screen.say(
        f"Official lists as of {table.as_of}.", "A list names makers; a device sold under another name is on none."
    )
    for item in table.lists:
        screen.print()
        screen.say(f"{item.id}: {item.title}")
        screen.tell(f"  {item.jurisdiction}; {item.status}. Applies to: {item.applies_to}")
        if item.does_not_apply_to:
            screen.tell(f"  Does not apply to: {item.does_not_apply_to}")
        for source in item.source[:1]:
            screen.tell(f"  Source: {source.cited}")
