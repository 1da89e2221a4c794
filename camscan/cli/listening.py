"""camscan listen."""

from datetime import date
from typing import Annotated

import typer

from camscan.cli.options import (
    DEFAULT_SCOPE,
    Format,
    FormatOption,
    InventoryOption,
    OutputOption,
    SameNetworkOption,
    ScopeOption,
)
from camscan.errors import UsageError


def listen(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="Captures, folders of them, or - for standard input.", show_default=False),
    ] = None,
    *,
    interface: Annotated[
        str | None, typer.Option("-i", "--interface", metavar="NAME", help="Listen live: a mirror port.")
    ] = None,
    duration: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help="End after this time; without it, at Ctrl-C.")
    ] = None,
    same_network: SameNetworkOption = False,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
    output_format: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Find the cameras without sending a packet: from what they say anyway, in captures (pcap, pcapng) or live.

    What is outside the scope file is dropped as it is read. Of what is inside, only devices that show a sign of being a
    camera or one of its kin are kept; the others are counted. Nothing is sent.
    """
    from camscan.cli import listen_run
    from camscan.cli.refusing import refusals_recorded
    from camscan.cli.request import Request, place
    from camscan.scope import load

    if bool(files) == bool(interface):
        raise UsageError(
            "Name the captures to listen to, or an interface.\n"
            "  For example: camscan listen mirror.pcap, or camscan listen -i eth1"
        )
    if duration is not None and not interface:
        raise UsageError("--for goes with --interface: a file ends by itself.")
    lasts = _seconds(duration)
    declared = load(scope)
    with refusals_recorded(declared, files or [str(interface)]):
        declared.require_valid_on(date.today())  # noqa: DTZ011 - the authorisation ends on the operator's own calendar
        unsure = place(Request(declared, same_network=same_network)).unsure if interface else ()
    with listen_run.opened(declared, inventory, output_format, output) as run:
        if interface:
            from camscan.cli import listen_live

            where = listen_live.Where(interface, unsure, same_network)
            code = listen_live.to_interface(run, where, lasts, output)
        else:
            code = listen_run.to_files(run, files or [])
    raise typer.Exit(code)


def _seconds(duration: str | None) -> float | None:
    if duration is None:
        return None
    from camscan.cli.watching import seconds

    return seconds(duration)
