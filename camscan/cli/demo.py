"""camscan demo."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer


def demo(
    *,
    folder: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where scope file, inventory and audit log are left.")
    ] = Path("camscan-demo"),
) -> None:
    """Run a real scan against simulated cameras on this machine's loopback addresses.

    Needs no rights and no network. Leaves a scope file, an inventory and an audit log to play with.
    """
    from camscan.cli import lab, scan_run
    from camscan.cli.options import program, scope_option
    from camscan.cli.request import Request
    from camscan.lab import Estate, LoopbackEstate
    from camscan.report.screen import talk
    from camscan.scope import load

    screen = talk()
    estate = Estate.demo()
    screen.say(f"Starting {len(estate.devices)} simulated devices on this machine ...")
    with LoopbackEstate(estate) as running:
        scope_path = lab.write_scope(running, folder)
        request = Request(scope=load(scope_path))
        outcome = scan_run.run(request, then=partial(lab.print_score, running.truth))
        relabelled = next(ip for ip, truth in running.truth.items() if truth.brand not in (None, truth.maker))
    screen.print()
    screen.say(f"Everything is in {folder}. Now try:")
    screen.command(program(), "list", scope_option(scope_path))
    screen.command(program(), "explain", str(relabelled), scope_option(scope_path))
    screen.say("and on a network of your own:")
    screen.command(program(), "scope new")
    raise typer.Exit(outcome)
