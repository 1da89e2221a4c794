"""What stands on a terminal while it listens live: what came, and how many devices spoke."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from camscan.listen.listening import Listening
from camscan.net.mirror import Mirror
from camscan.report.words import plural

EVERY = 1.0
"""Seconds after which it is drawn anew."""


def drawn(mirror: Mirror, listening: Listening) -> RenderableType:
    """The whole of it."""
    met = listening.hosts.met.values()
    lost = f"{mirror.dropped:,} lost" if mirror.dropped else "none lost"
    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_row("  packets", Text(f"{listening.tally.records:,}, {lost}"))
    heard = plural(sum(one.total() for one in met), "device")
    lines.add_row("  heard", Text(f"{heard} in the scope; which of them are cameras is told at the end"))
    away = (
        [] if mirror.present else [Text("  The interface is away; nothing is heard until it comes back.", style="bold")]
    )
    # What the terminal prints for Ctrl-C stands on a line of its own.
    return Group(lines, *away, Text())


@contextmanager
def shown(console: Console, mirror: Mirror, listening: Listening) -> Iterator[Callable[[], None]]:
    """Gives what draws it, once a second however often it is called; on anything but a terminal it draws nothing."""
    if not console.is_terminal:
        yield lambda: None
        return
    due = 0.0
    with Live(console=console, auto_refresh=False, transient=True) as live:

        def draw() -> None:
            nonlocal due
            now = time.monotonic()
            if now >= due:
                due = now + EVERY
                live.update(drawn(mirror, listening), refresh=True)

        yield draw
