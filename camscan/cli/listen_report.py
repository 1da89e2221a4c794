"""The words after listening: what was heard, and what could not be."""

from collections.abc import Sequence
from pathlib import Path

from camscan.cli import facts, gaps, output, summary
from camscan.cli.devices import Judge
from camscan.cli.options import Format
from camscan.device import Device
from camscan.gaps import SiteCoverage
from camscan.inventory import Inventory
from camscan.listen.hosts import moment
from camscan.listen.listening import Listening
from camscan.report.screen import talk
from camscan.report.tables import summary_table
from camscan.report.words import is_video, plural
from camscan.scope import Scope


def heard(inventory: Inventory, judge: Judge, scans: Sequence[str]) -> list[output.Sited]:
    """The devices of these records, each once."""
    found = {device.ip: (site, device) for scan in scans for site, device in judge.devices(inventory, scan)}
    return output.by_address(list(found.values()))


def deliver(
    inventory: Inventory, judge: Judge, scope: Scope, scans: Sequence[str], form: Format, target: Path | None
) -> None:
    """Prints what was heard as a table, or writes the whole inventory in another form."""
    if form is Format.TABLE:
        output.table(heard(inventory, judge, scans), judge, everything=True)
    else:
        output.deliver(output.report(scope, inventory, judge), form, target)


def tail(
    inventory: Inventory,
    judge: Judge,
    scope: Scope,
    scans: Sequence[str],
    listening: Listening,
    packets: int,
    seen: Sequence[SiteCoverage],
    head: str,
) -> None:
    """Says what was found and what was not heard."""
    screen = talk()
    devices: list[Device] = [device for _, device in heard(inventory, judge, scans)]
    video = [device for device in devices if is_video(device)]
    screen.print()
    screen.say(
        f"{plural(len(video), 'camera or related device', 'cameras and related devices')}",
        f"in {plural(packets, 'packet')}{_period(listening)};",
        "not one packet was sent.",
    )
    others = sum(counts[False] for counts in listening.hosts.met.values())
    outside = len(listening.hosts.outside)
    if others or outside:
        screen.say(
            f"{plural(others, 'other thing')} in the scope gave no sign of being a camera;",
            f"{plural(outside, 'address', 'addresses')} outside it were passed over.",
            "Nothing about them was kept.",
        )
    if listening.hosts.handed_on:
        moved = sorted(listening.hosts.handed_on, key=lambda ip: (ip.version, int(ip)))
        screen.say(f"Changed hands meanwhile: {gaps.names(moved)}.", "What each device said is kept apart.")
    if video:
        screen.print()
        screen.print(summary_table(video, judge.name))
    summary.gaps(screen, seen)
    facts.after_scan(screen, devices, judge.tables_for(scope))
    summary.onward(screen, inventory.where, head, scope.path)


def _period(listening: Listening) -> str:
    if listening.first is None or listening.last is None:
        return ""
    first, last = moment(listening.first), moment(listening.last)
    return f" from {first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} UTC"
