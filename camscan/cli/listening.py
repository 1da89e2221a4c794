"""camscan listen."""

from datetime import date
from typing import Annotated

import typer

from camscan.cli.options import DEFAULT_SCOPE, Format, FormatOption, InventoryOption, OutputOption, ScopeOption
from camscan.errors import UsageError


def listen(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="Captures, folders of them, or - for standard input.", show_default=False),
    ] = None,
    *,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
    output_format: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Find the cameras without sending a packet: from what they say anyway, in captures (pcap, pcapng).

    What is outside the scope file is dropped as it is read. Of what is inside, only devices that show a sign of being a
    camera or one of its kin are kept; the others are counted. Nothing is sent.
    """
    from camscan.cli import listen_run
    from camscan.cli.refusing import refusals_recorded
    from camscan.scope import load

    if not files:
        raise UsageError("Name the captures to listen to.\n  For example: camscan listen mirror.pcap")
    declared = load(scope)
    with refusals_recorded(declared, files):
        declared.require_valid_on(date.today())  # noqa: DTZ011 - the authorisation ends on the operator's own calendar
    raise typer.Exit(listen_run.run(declared, files, inventory, output_format, output))
