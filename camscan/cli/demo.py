"""camscan demo."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer


def demo(
    *,
    folder: Annotated[Path, typer.Option(metavar="FOLDER", help="Where scope file and inventory are left.")] = Path(
        "camscan-demo"
    ),
) -> None:
    """Run a real scan against simulated cameras on this machine's loopback addresses.

    Needs no rights and no network. Leaves a scope file, an inventory and an audit log to play with.
    """
    from camscan.cli import lab, scan_run
    from camscan.lab import Estate, LoopbackEstate, scope_toml
    from camscan.report.screen import talk
    from camscan.scope import load

    console = talk()
    estate = Estate.demo()
    console.print(f"Starting {len(estate.devices)} simulated devices on this machine ...")
    folder.mkdir(parents=True, exist_ok=True)
    scope_path = folder / "camscan.toml"
    with LoopbackEstate(estate) as running:
        scope_path.write_text(scope_toml(running), encoding="utf-8")
        request = scan_run.Request(scope=load(scope_path))
        outcome = scan_run.run(request, then=partial(lab.print_score, running.truth))
    console.print(
        f"\nEverything is in {folder}. Now try:\n"
        f"  camscan list --scope {scope_path}\n"
        f"  camscan explain ADDRESS --scope {scope_path}\n"
        "and on a network of your own: camscan scope new"
    )
    raise typer.Exit(outcome)
