"""The words after listening: what was heard, and what could not be."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

from camscan.cli import facts, output, summary
from camscan.cli.devices import Judge
from camscan.cli.options import Format
from camscan.gaps import SiteCoverage, names
from camscan.inventory import Inventory
from camscan.listen.hosts import moment
from camscan.listen.listening import Listening
from camscan.report.screen import talk
from camscan.report.tables import summary_table
from camscan.report.words import is_video, plural
from camscan.scope import Scope


@dataclass
class Heard:
    """What a listening has left in the inventory, under these records."""

    inventory: Inventory
    judge: Judge
    scope: Scope
    scans: Sequence[str]

    @cached_property
    def devices(self) -> list[output.Sited]:
        """The devices of these records, each once."""
        every = (sited for scan in self.scans for sited in self.judge.devices(self.inventory, scan))
        return output.by_address(list({sited[1].ip: sited for sited in every}.values()))

    def deliver(self, form: Format, target: BinaryIO | None) -> None:
        """Prints what was heard as a table, or writes the whole inventory in another form."""
        if form is Format.TABLE:
            output.table(self.devices, self.judge, everything=True)
        else:
            output.deliver(output.report(self.scope, self.inventory, self.judge), form, target)

    def tail(
        self, listening: Listening, packets: int, seen: Sequence[SiteCoverage], head: str, *, advise: bool
    ) -> None:
        """Says what was found and what was not heard, and what can be done next where ``advise`` is set."""
        screen = talk()
        devices = [device for _, device in self.devices]
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
                f"{plural(outside, 'address', 'addresses')} outside it spoke too.",
                "Nothing about them was kept.",
            )
        if listening.hosts.handed_on:
            moved = sorted(listening.hosts.handed_on, key=lambda ip: (ip.version, int(ip)))
            screen.say(f"Changed hands meanwhile: {names(moved)}.", "What each device said is kept apart.")
        if video:
            screen.print()
            screen.print(summary_table(video, self.judge.name))
        summary.gaps(screen, seen)
        facts.after_scan(screen, devices, self.judge.tables_for(self.scope))
        summary.onward(screen, self.inventory.where, head, self.scope.path if advise else None)


def _period(listening: Listening) -> str:
    if listening.first is None or listening.last is None:
        return ""
    first, last = moment(listening.first), moment(listening.last)
    return f" from {first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} UTC"
