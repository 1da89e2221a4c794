"""What stands on the screen during a watch: what came, how the devices fare, the findings so far."""

import time
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from camscan.device import Device
from camscan.egress.finding import Finding
from camscan.egress.report import Report
from camscan.egress.rules import Rule, Severity
from camscan.egress.watch import Watch
from camscan.report.words import plural
from camscan.safe.text import neutralise

ROWS_KEPT_FREE = 9
"""Lines of the screen that the counters and the prompt need."""

_WORDS = {
    Rule.VENDOR_CLOUD: "camera cloud",
    Rule.P2P: "peer-to-peer",
    Rule.FLEET: "many at once",
    Rule.INBOUND: "from outside",
    Rule.PORT_MAPPING: "opens a port",
    Rule.UPLOAD: "upload",
    Rule.WRONG_DNS: "wrong DNS",
    Rule.WRONG_NTP: "wrong time",
    Rule.DIRECT_TO_IP: "no name",
    Rule.NEW: "new",
    Rule.UNLISTED: "not listed",
}
"""The rules, in a word or two."""

_STYLES = {Severity.HIGH: "bold", Severity.MEDIUM: "", Severity.LOW: "dim"}


def drawn(console: Console, watch: Watch, whole: Report | None, turns: float, trouble: str) -> RenderableType:
    """The whole screen. The period ends at ``turns``, in seconds since 1970; ``trouble`` is told above the findings."""
    lines: list[RenderableType] = [_counters(watch, whole, turns)]
    if not watch.present:
        lines.append(Text("  The interface is away; nothing is seen until it comes back.", style="bold"))
    if trouble:
        lines.append(Text(f"  {neutralise(trouble, 300)}", style="bold"))
    if whole is not None and whole.findings:
        table, shown = _fitting(console, whole, max(3, console.size.height - ROWS_KEPT_FREE))
        lines += [Text(), table]
        if len(whole.findings) > shown:
            lines.append(Text(f"and {plural(len(whole.findings) - shown, 'more finding')}", style="dim"))
    else:
        lines += [Text(), Text("  Nothing unexpected so far.")]
    # What the terminal prints for Ctrl-C, at the end of a full line, would begin another, and one would stay behind.
    return Group(*lines, Text())


def _fitting(console: Console, whole: Report, room: int) -> tuple[Table, int]:
    """The gravest findings, as many as have room in so many lines below the heading, and their number."""
    shown = min(room, len(whole.findings))
    while True:
        table = finding_table(whole.findings[:shown], whole.devices, whole.ended)
        over = len(console.render_lines(table, pad=False)) - 1 - room
        if over <= 0 or shown == 1:
            return table, shown
        shown -= max(1, min(over // 4, shown - 1))


def _counters(watch: Watch, whole: Report | None, turns: float) -> Table:
    seen = len(whole.seen) if whole is not None else 0
    known = seen + (len(whole.silent) if whole is not None else watch.known.listed)
    lost = f"{watch.drops:,} lost" if watch.drops else "none lost"
    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_row("  packets", Text(f"{watch.records:,} since {_clock(watch.began)}, {lost}"))
    lines.add_row("  devices", Text(f"{seen:,} of {known:,} seen"))
    lines.add_row("  next report", Text(f"at {_clock(turns)} UTC"))
    return lines


def finding_table(findings: Sequence[Finding], devices: Sequence[Device], now: float | None) -> Table:
    """A row for each finding; what does not fit is broken, and nothing is cut off. Of times on another day than ``now``
    the day is told."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("Severity", "What"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Device", overflow="fold")
    table.add_column("Destination", overflow="fold", ratio=1)
    table.add_column("Times", justify="right", no_wrap=True)
    table.add_column("Last", no_wrap=True)
    for one in findings:
        who = str(devices[one.devices[0]].ip) if len(one.devices) == 1 else plural(len(one.devices), "device")
        cells = (
            one.severity.value.upper(),
            _WORDS[one.rule],
            who,
            _place(one),
            f"{one.connections:,}",
            _clock(one.last) if now is None or _day(one.last) == _day(now) else _day(one.last),
        )
        table.add_row(*(Text(cell, style=_STYLES[one.severity]) for cell in cells))
    return table


def _place(finding: Finding) -> str:
    goal = finding.destination
    where = goal.name or (goal.ip if goal.addresses == 1 else f"{goal.addresses:,} addresses") or "?"
    port = f" {finding.protocol}/{finding.port}" if finding.port is not None else ""
    return neutralise(where, 253) + port


def _clock(seconds: float) -> str:
    return time.strftime("%H:%M", time.gmtime(seconds))


def _day(seconds: float) -> str:
    return time.strftime("%d %b", time.gmtime(seconds))
