"""The words around a scan: what it will send, and what it found."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from camscan.cli.options import program, scope_option
from camscan.device import Device
from camscan.gaps import SiteCoverage
from camscan.net.gate import Counters
from camscan.report.screen import Screen
from camscan.report.tables import Naming, summary_table
from camscan.report.words import is_video, plural
from camscan.scan.budget import Budget
from camscan.scope import Scope

SITES_NAMED = 3
NETWORKS_NAMED = 4


@dataclass(frozen=True, slots=True)
class Sent:
    """What all runs of a scan sent, and how many attempts to leave the scope were refused."""

    packets: int
    exact: bool
    refusals: int

    @classmethod
    def of(cls, counters: Counters, before: int, *, exact_before: bool) -> "Sent":
        """What one run sent, with what an interrupted one had sent before."""
        return cls(before + counters.packets, exact_before and counters.exact, counters.refusals)


def head(screen: Screen, scope: Scope, plan: Budget, became: str) -> None:
    """Says what is about to happen, before it happens."""
    places = [_place(site.name, list(map(str, site.networks))) for site in scope.sites[:SITES_NAMED]]
    if len(scope.sites) > SITES_NAMED:
        places.append(f"and {plural(len(scope.sites) - SITES_NAMED, 'more site')}")
    total, _subnet, host = scope.limits.rates
    screen.say(
        f"{scope.authorisation.organisation}:", *(f"{place};" for place in places), f"profile {scope.limits.profile}"
    )
    screen.say(
        f"Budget: about {plural(plan.first_stage, 'packet')} to find what lives,",
        f"then as a rule at most {plan.per_device} to each device;",
        f"at most {total:,} a second, {host} a second to one device.",
    )
    if became:
        screen.say(f"Runs as user {became} from here on:", "root was given up before any answer is read.")


def _place(site: str, networks: list[str]) -> str:
    more = f" and {len(networks) - NETWORKS_NAMED:,} more" if len(networks) > NETWORKS_NAMED else ""
    return f"{site}, {', '.join(networks[:NETWORKS_NAMED])}{more}"


def tail(
    screen: Screen, devices: Sequence[Device], seen: Sequence[SiteCoverage], sent: Sent, name: Naming, seconds: float
) -> None:
    """Says what was found and what was not seen."""
    video = [device for device in devices if is_video(device)]
    rest = len(devices) - len(video)
    screen.print()
    refused = f" ({plural(sent.refusals, 'attempt')} to leave it refused)" if sent.refusals else ""
    screen.say(
        f"{plural(len(video), 'camera or related device', 'cameras and related devices')} in {_time(seconds)},",
        f"{'' if sent.exact else 'about '}{plural(sent.packets, 'packet')} sent,",
        f"none outside the scope{refused}.",
    )
    if rest:
        screen.say(f"{plural(rest, 'other thing')} answered too", "and gave no sign of being a camera.")
    if video:
        screen.print()
        screen.print(summary_table(video, name))
    not_seen(screen, seen)


def not_seen(screen: Screen, seen: Sequence[SiteCoverage]) -> None:
    """Says what was not seen, why, and what to do about it; each gap once, whichever sites share it."""
    outside = max((site.out_of_scope_answers for site in seen), default=0)
    if outside:
        screen.print()
        screen.say(
            f"{plural(outside, 'address', 'addresses')} outside the scope answered a group call;",
            "not one was contacted.",
        )
    gaps(screen, seen)


def gaps(screen: Screen, seen: Sequence[SiteCoverage]) -> None:
    """The gaps alone."""
    told = dict.fromkeys(gap for site in seen for gap in site.not_seen)
    if told:
        screen.print()
        screen.say("Not seen, and what to do:")
    for gap in told:
        screen.tell(f"  - {gap.what[:1].upper()}{gap.what[1:]}: {gap.why}. {gap.what_to_do}")


def onward(screen: Screen, where: str, head: str, scope: Path | None) -> None:
    """Says where everything is and, for what was scanned by ``scope``, how to go on."""
    screen.print()
    screen.say(f"Saved in {_from_here(where)}. The audit log ends with", head)
    if scope is not None:
        screen.say("Next:")
        screen.command(program(), "list", scope_option(scope))
        screen.command(program(), "explain ADDRESS", scope_option(scope))


def _from_here(where: str) -> str:
    """A file as it is called from the current folder, where it is in it."""
    try:
        return str(Path(where).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return where


def _time(seconds: float) -> str:
    whole = max(1, round(seconds))
    if whole < 120:
        return plural(whole, "second")
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours} h {minutes} min" if hours else plural(minutes, "minute")
