"""What a scan could not see, beyond what its packets tell."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from camscan.gaps import NotSeen, SiteCoverage

NAMED = 5
"""Addresses named in one sentence at most."""

Gap = tuple[str, NotSeen]
"""A gap with the name of the site where it is."""


def added(coverage: Iterable[SiteCoverage], gaps: Iterable[Gap]) -> tuple[SiteCoverage, ...]:
    """``coverage`` with each gap at its site."""
    more: dict[str, list[NotSeen]] = defaultdict(list)
    for site, gap in gaps:
        more[site].append(gap)
    return tuple(replace(one, not_seen=(*one.not_seen, *more[one.site])) for one in coverage)


def names(things: Sequence[object]) -> str:
    """``10.1.0.5, 10.1.0.6 and 3 more``."""
    shown = ", ".join(map(str, things[:NAMED]))
    return shown + (f" and {len(things) - NAMED:,} more" if len(things) > NAMED else "")
