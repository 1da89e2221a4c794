"""The words around a scan: what it will send, and what it found."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from camscan.device import Device
from camscan.gaps import SiteCoverage
from camscan.net.gate import Gate
from camscan.report.tables import Naming, summary_table
from camscan.report.words import is_video, plural
from camscan.scan.budget import Budget
from camscan.scope import Scope

SITES_NAMED = 3


def head(console: Console, scope: Scope, plan: Budget, became: str) -> None:
    """Says what is about to happen, before it happens."""
    networks = [f"{site.name}, {', '.join(map(str, site.networks))}" for site in scope.sites[:SITES_NAMED]]
    if len(scope.sites) > SITES_NAMED:
        networks.append(f"and {plural(len(scope.sites) - SITES_NAMED, 'more site')}")
    total, _subnet, host = scope.limits.rates
    console.print(f"{scope.authorisation.organisation}: {'; '.join(networks)} - profile {scope.limits.profile}")
    console.print(
        f"Budget: about {plan.first_stage:,} packets to find what lives, then at most {plan.per_device} to each\n"
        f"device; at most {total:,} a second, {host} a second to one device."
    )
    if became:
        console.print(f"Sockets are open; root was given up for user {became} before any answer is read.")


def tail(
    console: Console, devices: Sequence[Device], seen: Sequence[SiteCoverage], gate: Gate, name: Naming, seconds: float
) -> None:
    """Says what was found and what was not seen."""
    video = [device for device in devices if is_video(device)]
    rest = len(devices) - len(video)
    sent = f"{'' if gate.counters.exact else 'about '}{gate.counters.packets:,}"
    refused = (
        f"; {plural(gate.counters.refusals, 'attempt')} outside the scope refused" if gate.counters.refusals else ""
    )
    console.print(
        f"{plural(len(video), 'camera or related device', 'cameras and related devices')} in {seconds:.0f} seconds, "
        f"{sent} packets sent, none outside the scope{refused}."
    )
    if rest:
        console.print(f"{plural(rest, 'other thing')} answered too and gave no sign of being a camera.")
    if video:
        console.print()
        console.print(summary_table(video, name))
    not_seen(console, seen)


def not_seen(console: Console, seen: Sequence[SiteCoverage]) -> None:
    """Says what was not seen, why, and what to do about it; each gap once, whichever sites share it."""
    gaps = dict.fromkeys(gap for site in seen for gap in site.not_seen)
    outside = max((site.out_of_scope_answers for site in seen), default=0)
    if outside:
        console.print(
            f"\n{plural(outside, 'address', 'addresses')} outside the scope answered a group call; "
            "not one was contacted."
        )
    if gaps:
        console.print("\nNot seen, and what to do:")
    for gap in gaps:
        console.print(Text(f"  - {gap.what[:1].upper()}{gap.what[1:]}: {gap.why}. {gap.what_to_do}"))
