"""What a scan could not see, beyond what its packets tell: cameras behind recorders, doors that stayed shut."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from camscan.device import Device, Kind
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


def behind_recorders(devices: Sequence[tuple[str, Device]]) -> tuple[Gap, ...]:
    """One gap for each site whose recorders say that they have more channels than cameras were seen there.

    Whose camera is whose is not known, so recorders and cameras of a site are taken together.
    """
    recorders: dict[str, list[Device]] = defaultdict(list)
    cameras: dict[str, int] = defaultdict(int)
    for site, device in devices:
        cameras[site] += device.kind is Kind.CAMERA
        if device.kind is Kind.RECORDER and device.channels:
            recorders[site].append(device)
    return tuple(
        (site, _behind(of, cameras[site]))
        for site, of in recorders.items()
        if sum(device.channels or 0 for device in of) > cameras[site]
    )


def _behind(recorders: Sequence[Device], seen: int) -> NotSeen:
    claims = [f"{device.ip} ({device.channels} channels)" for device in recorders]
    cameras = "no camera was" if seen == 0 else "1 camera was" if seen == 1 else f"{seen:,} cameras were"
    return NotSeen(
        f"cameras behind the recorder{'s' if len(recorders) > 1 else ''} {names(claims)}",
        f"{cameras} seen at this site; the rest may be on a recorder's own network, or not connected",
        "Compare with the list of cameras in the recorder's own menu.",
    )


def names(things: Sequence[object]) -> str:
    """``10.1.0.5, 10.1.0.6 and 3 more``."""
    shown = ", ".join(map(str, things[:NAMED]))
    return shown + (f" and {len(things) - NAMED:,} more" if len(things) > NAMED else "")
