"""camscan data: which data is in use, and newer data from files that the owner has downloaded."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import date

app = typer.Typer(help="The dated data that conclusions rest on.", no_args_is_help=True)

_WHAT = {
    "cisa-kev": "CISA exploited vulnerabilities",
    "cve": "CVE records",
    "ieee-registry": "MAC address blocks",
}


@app.command("status", short_help="Show of which day the data in use is.")
def status() -> None:
    """Show of which day the data is that camscan uses, and whether newer data was installed."""
    from rich.text import Text

    from camscan.data_folder import data_folder
    from camscan.data_update import status as snapshots
    from camscan.report.screen import out
    from camscan.report.tables import grid

    folder = data_folder()
    table = grid(("Data", "Shipped", "Installed", "Entries"))
    for one in snapshots(folder):
        table.add_row(Text(one.what), _day(one.shipped), _day(one.installed), f"{one.entries:,}")
    screen = out()
    screen.print(table)
    screen.say(f"Newer data is kept in {folder}.")


@app.command("update", short_help="Take in newer data that you have downloaded.")
def update(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE", help="CISA's KEV as JSON, CVE records (version 5), or the IEEE's registry as CSV."
        ),
    ],
) -> None:
    """Take in newer data from files that you have downloaded. Nothing is fetched from the internet.

    All files are checked before any of them is used; what was in use before stays in use if one is wrong.
    """
    from camscan.data_folder import data_folder
    from camscan.data_update import update as install
    from camscan.report.screen import talk
    from camscan.report.words import plural

    screen = talk()
    for one in install(files, data_folder()):
        before = f" (before: {one.before})" if one.before else ""
        left_out = f", {one.rejected:,} could not be read" if one.rejected else ""
        entries = plural(one.entries, "entry", "entries")
        screen.say(f"{_WHAT[one.kind.value]}: {entries} of {one.as_of}{before}{left_out}.")


def _day(day: "date | None") -> str:
    return day.isoformat() if day else "-"
