"""What a scan could not see, beyond what its packets tell."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from camscan.gaps import NotSeen, SiteCoverage

Gap = tuple[str, NotSeen]
"""A gap with the name of the site where it is."""


def added(coverage: Iterable[SiteCoverage], gaps: Iterable[Gap]) -> tuple[SiteCoverage, ...]:
    """``coverage`` with each gap at its site."""
    more: dict[str, list[NotSeen]] = defaultdict(list)
    for site, gap in gaps:
        more[site].append(gap)
    return tuple(replace(one, not_seen=(*one.not_seen, *more[one.site])) for one in coverage)
