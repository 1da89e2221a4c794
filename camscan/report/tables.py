"""Tables for the terminal. Everything a device said passes ``safe`` first."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from camscan.device import Device, Kind, Verdict
from camscan.report.screen import VERDICT_STYLE, safe
from camscan.report.words import kind_name

Naming = Callable[[str | None], str]
"""Gives a maker's or brand's written name for its slug, and a dash for None."""


def device_table(devices: Iterable[Device], name: Naming) -> Table:
    """One row for each device, as `camscan list` and the running scan show it; 80 columns are enough."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for heading in ("Address", "Maker", "Sold as", "Model", "Kind", "Verdict"):
        table.add_column(heading, no_wrap=heading in ("Address", "Verdict"), overflow="fold")
    for device in devices:
        style = VERDICT_STYLE[device.verdict]
        table.add_row(
            Text(str(device.ip), style=style),
            Text("not known" if device.maker is None else name(device.maker), style=style),
            Text(name(device.brand), style=style),
            safe(device.model, style, limit=32),
            Text(kind_name(device.kind), style=style),
            Text(("conflict" if device.conflicts else device.verdict.value), style=style),
        )
    return table


def summary_table(devices: Sequence[Device], name: Naming) -> Table:
    """How many of each maker, by kind and by verdict."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    table.add_column("Made by")
    headings = ("cameras", "recorders", "other", "confirmed", "probable", "suspected")
    for heading in headings:
        table.add_column(heading, justify="right")
    makers = Counter(device.maker for device in devices)
    for maker, _count in sorted(makers.items(), key=lambda item: (item[0] is None, -item[1], item[0] or "")):
        of = [device for device in devices if device.maker == maker]
        kinds = Counter(device.kind if device.kind in (Kind.CAMERA, Kind.RECORDER) else Kind.OTHER for device in of)
        verdicts = Counter(device.verdict for device in of)
        figures = [kinds[Kind.CAMERA], kinds[Kind.RECORDER], kinds[Kind.OTHER]]
        figures += [verdicts[v] for v in (Verdict.CONFIRMED, Verdict.PROBABLE, Verdict.SUSPECTED)]
        table.add_row(
            "not known" if maker is None else name(maker), *(f"{n:,}" if n else Text("-", style="dim") for n in figures)
        )
    return table


def grid(columns: Sequence[str]) -> Table:
    """An empty table in the house's plain style."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
