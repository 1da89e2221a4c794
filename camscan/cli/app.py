"""The application: every command in one visible list."""

from typing import Annotated

import typer

from camscan import __version__
from camscan.cli import (
    audit,
    data,
    demo,
    doctor,
    egress,
    forgetting,
    importing,
    lab,
    listening,
    listing,
    rematching,
    scanning,
    scoping,
    showing,
    signature_test,
    signing,
    watching,
)

EPILOG = (
    "Exit codes: 0 done; 1 findings (only with --fail-on); 2 usage or configuration; "
    "3 refused by the scope; 4 partial; 130 interrupted."
)

app = typer.Typer(
    name="camscan",
    help=(
        "Which CCTV cameras do we have, and who really made them? "
        "camscan asks only networks that you declare you may audit, gently, and never logs in by itself."
    ),
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: quicker, and no boxes to read around
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"camscan {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=lambda v: _version(wanted=v))
    ] = False,
) -> None:
    """Which CCTV cameras do we have, and who really made them?

    camscan asks only networks that you declare you may audit, gently, and never logs in by itself.
    """


app.command("demo", short_help="Scan a pretend estate on this computer.")(demo.demo)
app.command("doctor", short_help="Say what this computer can and cannot see.")(doctor.doctor)
app.add_typer(scoping.app, name="scope")
app.command("scan", short_help="Find the cameras and say who made them.")(scanning.scan)
app.command("listen", short_help="Find the cameras by listening alone.")(listening.listen)
app.command("import", short_help="Take in nmap's results, or a list as CSV.")(importing.import_file)
app.command("list", short_help="List the devices in the inventory.")(listing.list_devices)
app.command("show", short_help="Show what is known about one device.")(showing.show)
app.command("explain", short_help="Say why: every sign, and what would settle it.")(showing.explain)
app.command("rematch", short_help="Judge the inventory anew with better signatures.")(rematching.rematch)
egress.app.command("watch", short_help="Judge where the devices go, live on a mirror port.")(watching.watch)
app.add_typer(egress.app, name="egress")
signing.app.command("test", short_help="Replay recorded evidence against the signatures.")(signature_test.replay)
app.add_typer(signing.app, name="signatures")
app.add_typer(forgetting.app, name="inventory")
app.add_typer(data.app, name="data")
app.add_typer(lab.app, name="lab")
app.add_typer(audit.app, name="audit")
