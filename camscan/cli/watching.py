"""camscan egress watch: the judgement of `egress check`, live on a mirror port."""

from pathlib import Path
from typing import Annotated

import typer

from camscan.cli.egress import AllOption, BaselineOption, DeviceOption, PlacesOption, places_of, whom
from camscan.cli.options import DEFAULT_SCOPE, Format, FormatOption, InventoryOption, OutputOption, ScopeOption
from camscan.errors import UsageError

DEFAULT_FOLDER = Path("camscan-egress")
LEAST, MOST = 10.0, 86_400.0
"""Seconds of a period: shorter ones say little, longer ones would be a whole day's memory."""

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def watch(
    *,
    interface: Annotated[
        str, typer.Option("-i", "--interface", metavar="NAME", help="Where the mirrored packets come.")
    ],
    device: DeviceOption = None,
    everything: AllOption = False,
    baseline: BaselineOption = None,
    places: PlacesOption = None,
    every: Annotated[str, typer.Option("--every", metavar="TIME", help="A report for each such time: 10m, 1h.")] = "1h",
    duration: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help="End after this time; without it, at Ctrl-C.")
    ] = None,
    folder: Annotated[
        Path, typer.Option("--folder", metavar="DIR", help="Where the reports go.", rich_help_panel="Output")
    ] = DEFAULT_FOLDER,
    keep_days: Annotated[
        int | None, typer.Option("--keep-days", metavar="N", min=1, help="Delete reports that are older.")
    ] = None,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
    output_format: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Watch where the devices go, live, on a mirror port. Nothing is sent. docs/egress.md has the rules."""
    period, lasts = seconds(every), seconds(duration) if duration is not None else None
    if not LEAST <= period <= MOST:
        raise UsageError(f"--every {every}: a period lasts from 10 seconds to one day.")
    if output_format is Format.CSV:
        raise UsageError("A watch gives no CSV. Choose table, json or jsonl.")
    from camscan.cli.output import opened
    from camscan.cli.report_folder import ReportFolder
    from camscan.cli.watch_session import WatchSession, listened
    from camscan.egress import baseline as lists
    from camscan.egress.known import Known
    from camscan.egress.watch import Terms, Watch

    devices, history, declared, judging = whom(device or (), (scope, inventory), everything=everything)
    if not devices and not everything:
        raise UsageError("There is no device to judge. Scan first, or name some with --device ADDRESS.")
    known = Known(devices, declared if everything else None, history)
    terms = Terms(declared, lists.load(baseline) if baseline else None, places_of(places or ()), judging.name)
    with opened(output) as target, listened(interface, declared, output) as (mirror, became):
        reports = ReportFolder(folder, keep_days)
        reports.prepare()
        session = WatchSession(Watch(mirror, known, terms), terms, reports, (output_format, target))
        code = session.run(became, period, lasts)
    raise typer.Exit(code)


def seconds(text: str) -> float:
    """A length of time as people write it: ``90s``, ``10m``, ``1h``, ``2d``. Raises UsageError."""
    number, unit = text[:-1], text[-1:]
    if unit not in _UNITS or not number.isascii() or not number.isdigit() or not 0 < int(number) < 100_000:
        raise UsageError(f'"{text}" is no length of time. Write for example 90s, 10m, 1h or 2d.')
    return float(int(number) * _UNITS[unit])
