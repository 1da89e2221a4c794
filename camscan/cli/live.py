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
from camscan.report.words import is_video
from camscan.scan.state import ScanState

ROWS_KEPT_FREE = 12
"""Lines of the screen that the counters and the prompt need."""

_LABELS = {"ws-discovery": "WS-Discovery", "sadp": "SADP", "dhip": "DHIP", "mdns": "mDNS", "ssdp": "SSDP"}


class Display:
    """Draws itself four times a second. ``found`` adds a device."""

    def __init__(self, console: Console, state: ScanState, gate: Gate, name: Naming) -> None:
        self._console, self._state, self._gate, self._name = console, state, gate, name
        self._devices: dict[str, Device] = {}
        self._begun = time.monotonic()
        self.live = Live(console=console, get_renderable=self._draw, refresh_per_second=4, transient=True)

    def found(self, device: Device) -> None:
        """Shows a device as soon as it is known."""
        if is_video(device):
            self._devices.pop(str(device.ip), None)
            self._devices[str(device.ip)] = device

    def _draw(self) -> RenderableType:
        return Group(self._counters(), Text(), self._table())

    def _counters(self) -> Table:
        state = self._state
        lines = Table.grid(padding=(0, 2))
        heard = "  ".join(f"{_LABELS.get(name, name)} {count:,}" for name, count in sorted(state.heard.items()))
        lines.add_row("  listening", Text(heard or "nothing yet"), "")
        left = self._left(state.swept, state.addresses)
        done = f"{state.swept:,} / {state.addresses:,} addresses"
        lines.add_row(
            "  sweeping", ProgressBar(total=max(1, state.addresses), completed=state.swept, width=24), done + left
        )
        met = len(state.hosts)
        lines.add_row(
            "  asking",
            ProgressBar(total=max(1, met), completed=state.asked, width=24),
            f"{state.asked:,} / {met:,} devices",
        )
        lines.add_row("  sent", f"{self._gate.counters.packets:,} packets", "")
        return lines

    def _left(self, done: int, total: int) -> str:
        spent = time.monotonic() - self._begun
        if not done or done >= total or spent < 1:
            return ""
        seconds = int(spent / done * (total - done))
        return f"  {seconds // 60}:{seconds % 60:02} left"

    def _table(self) -> Table:
        room = max(3, self._console.size.height - ROWS_KEPT_FREE)
        devices: Sequence[Device] = list(self._devices.values())[-room:]
        return device_table(devices, self._name)
