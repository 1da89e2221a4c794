"""The display while a scan runs: what is running, packets against the budget, devices as they are found."""

import time
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from camscan.device import Device
from camscan.net.gate import Gate
from camscan.report.tables import Naming, device_table
from camscan.report.words import is_video, plural
from camscan.scan.budget import Budget
from camscan.scan.state import ScanState

ROWS_KEPT_FREE = 12
"""Lines of the screen that the counters and the prompt need."""

BAR = 24
"""Columns of a bar."""

_LABELS = {"ws-discovery": "WS-Discovery", "sadp": "SADP", "dhip": "DHIP", "mdns": "mDNS", "ssdp": "SSDP"}


class Display:
    """Draws itself four times a second. ``found`` adds a device; ``plan`` is what was announced."""

    def __init__(self, console: Console, state: ScanState, gate: Gate, name: Naming, plan: Budget) -> None:
        self._console, self._state, self._gate, self._name, self._plan = console, state, gate, name, plan
        self._devices: dict[str, Device] = {}
        self._begun = time.monotonic()
        self.live = Live(console=console, get_renderable=self.draw, refresh_per_second=4, transient=True)

    def found(self, device: Device) -> None:
        """Shows a device as soon as it is known."""
        if is_video(device):
            self._devices.pop(str(device.ip), None)
            self._devices[str(device.ip)] = device

    def draw(self) -> RenderableType:
        """What stands on the screen now."""
        return Group(self._counters(), Text(), self._table())

    def _counters(self) -> Table:
        state = self._state
        heard = "  ".join(f"{_LABELS.get(name, name)} {count:,}" for name, count in sorted(state.heard.items()))
        left = self._left(state.swept, state.addresses)
        swept = f"{state.swept:,} / {plural(state.addresses, 'address', 'addresses')}{left}"
        met = len(state.hosts)
        lines = Table.grid(padding=(0, 2, 0, 0))
        lines.add_row("  listening", Text(heard or "nothing yet"))
        for label, done, total, words in (
            ("sweeping", state.swept, state.addresses, swept),
            ("asking", state.asked, met, f"{state.asked:,} / {plural(met, 'device')}"),
        ):
            bar = Table.grid(padding=(0, 2, 0, 0))
            bar.add_row(ProgressBar(total=max(1, total), completed=done, width=BAR), Text(words))
            lines.add_row(f"  {label}", bar)
        lines.add_row("  sent", Text(self._sent(met)))
        return lines

    def _sent(self, met: int) -> str:
        sent, planned = self._gate.counters.packets, self._plan.first_stage + self._plan.per_device * met
        if sent > planned:
            return f"{sent:,} packets; about {planned:,} were planned, but some answers come in crumbs"
        return f"{sent:,} of about {planned:,} packets"

    def _left(self, done: int, total: int) -> str:
        spent = time.monotonic() - self._begun
        if not done or done >= total or spent < 1:
            return ""
        seconds = int(spent / done * (total - done))
        return f"  {seconds // 60}:{seconds % 60:02} left"

    def _table(self) -> Table:
        room = max(3, self._console.size.height - ROWS_KEPT_FREE)
        devices: Sequence[Device] = list(self._devices.values())[-room:]
        return device_table(devices, self._name, self._console.width)
