"""camscan scan."""

import sys
from contextlib import nullcontext
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


def scan(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="ADDRESS|NETWORK", help="Only these, which must be in the scope.", show_default=False),
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print every packet that would be sent; send none.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the scan that was interrupted.")] = False,
    with_credentials: Annotated[
        bool, typer.Option("--with-credentials", help="Also read model and firmware with your own credentials.")
    ] = False,
    retry_credentials: Annotated[
        bool, typer.Option("--retry-credentials", help="Try again where a device refused them before.")
    ] = False,
    with_nmap: Annotated[
        bool, typer.Option("--with-nmap", help="Let nmap look at the ports of what stayed unknown.")
    ] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Confirm that profile fast is wanted.")] = False,
    same_network: SameNetworkOption = False,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
    output_format: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Find the cameras on the networks of the scope file and say who made them.

    Two stages: a sign of life from every address, then the questions to what answered. Nothing is sent to any
    address that the scope file does not declare.
    """
    from camscan.cli import scan_run, scoping
    from camscan.cli.refusing import refusals_recorded
    from camscan.cli.request import Request
    from camscan.scope import load

    if not scope.exists() and sys.stdin.isatty() and sys.stderr.isatty():
        scoping.ask_for_scope(scope)
        raise typer.Exit
    declared = load(scope)
    request = Request(
        scope=declared,
        targets=tuple(targets or ()),
        inventory=inventory,
        resume=resume,
        with_credentials=with_credentials,
        retry_credentials=retry_credentials,
        with_nmap=with_nmap,
        same_network=same_network,
    )
    with nullcontext() if dry_run else refusals_recorded(declared, request.targets):
        declared.require_valid_on(date.today())  # noqa: DTZ011 - the authorisation ends on the operator's own calendar
    if declared.limits.profile == "fast" and not fast:
        raise UsageError(
            f"{scope} asks for profile fast (10,000 packets a second). Nothing was sent.\n"
            '  Add --fast if you mean it, or write profile = "normal" in [limits].'
        )
    if dry_run:
        scan_run.show_plan(request)
        return
    raise typer.Exit(scan_run.run(request, output_format, output))
