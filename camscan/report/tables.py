"""Tables for the terminal. Everything a device said passes ``safe`` first."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from camscan.device import Device, Kind, Verdict
from camscan.report.lines import wrapped
from camscan.report.screen import VERDICT_STYLE, safe
from camscan.report.words import kind_name

Naming = Callable[[str | None], str]
"""Gives a maker's or brand's written name for its slug, and a dash for None."""

MODEL_LIMIT = 32
"""Characters of a model that a table shows; `camscan show` shows all of it."""

MODEL_LEAST = 12
"""Columns that a model keeps on a narrow screen, where it is broken over lines."""

_GAP = 2
_HEADINGS = ("Address", "Maker", "Sold as", "Model", "Kind", "Verdict")
_MODEL = _HEADINGS.index("Model")
_NAMES = tuple(_HEADINGS.index(heading) for heading in ("Sold as", "Maker", "Kind"))
"""Columns that may be broken between words, in the order in which they give way."""


def device_table(devices: Iterable[Device], name: Naming, width: int) -> Table:
    """One row for each device, as `camscan list` and the running scan show it, at most ``width`` columns wide.

    Where there is little room, names of several words take several lines; models are broken last of all, since
    people copy them. An address and a verdict stay whole.
    """
    rows = [(_row(device, name), VERDICT_STYLE[device.verdict]) for device in devices]
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for heading, room in zip(_HEADINGS, _widths([cells for cells, _ in rows], width), strict=True):
        table.add_column(heading, width=room, overflow="fold")
    for cells, style in rows:
        table.add_row(*(Text(cell, style=style) for cell in cells))
    return table


def _row(device: Device, name: Naming) -> tuple[str, ...]:
    return (
        str(device.ip),
        "not known" if device.maker is None else name(device.maker),
        name(device.brand),
        safe(device.model, limit=MODEL_LIMIT).plain,
        kind_name(device.kind),
        "conflict" if device.conflicts else device.verdict.value,
    )


def _widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    columns = [[heading, *(row[at] for row in rows)] for at, heading in enumerate(_HEADINGS)]
    widths = [max(map(cell_len, cells)) for cells in columns]
    over = sum(widths) + _GAP * (len(widths) - 1) - width
    for at in (*_NAMES, _MODEL):
        longest_word = max(cell_len(word) for cell in columns[at] for word in cell.split() or ("",))
        least = min(widths[at], MODEL_LEAST if at == _MODEL else longest_word)
        given = max(0, min(over, widths[at] - least))
        widths[at] -= given
        over -= given
    return widths


def summary_table(devices: Sequence[Device], name: Naming) -> Table:
    """How many of each maker, by kind and by verdict."""
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
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


Reason = tuple[str, str, str, str]
"""A sign, what it points to, its strength, and when and where it was heard ("10:02:14 udp 3702, by multicast")."""


def reasons_table(rows: Sequence[Reason], width: int) -> Table:
    """Signs as `camscan explain` shows them, at most ``width`` columns wide; the sign has the room that the others
    leave. Texts are printable already."""
    headings = ("Sign", "Points to", "Strength", "Heard (UTC)")
    columns = [[heading, *cells] for heading, cells in zip(headings, zip(*rows, strict=True), strict=True)]
    signs, points, strengths, heard = (max(map(cell_len, cells)) for cells in columns)
    if signs + points + strengths + heard + 3 * _GAP > width:
        columns[3][1:] = [cell.replace(" ", "\n", 1).replace(", ", "\n") for cell in columns[3][1:]]
        heard = max(cell_len(line) for cell in columns[3] for line in cell.split("\n"))
        points = min(points, max(width // 4, len(headings[1])))
        signs = min(signs, max(width - points - strengths - heard - 3 * _GAP, MODEL_LEAST))
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for heading, room in zip(headings, (signs, points, strengths, heard), strict=True):
        table.add_column(heading, width=room, overflow="fold")
    for sign, point, strength, where in list(zip(*columns, strict=True))[1:]:
        table.add_row(Text(wrapped(sign, signs)), Text(wrapped(point, points)), Text(strength), Text(where))
    return table
