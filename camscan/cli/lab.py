"""camscan lab: the virtual estate."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camscan.cli.options import DEFAULT_SCOPE, InventoryOption, ScopeOption

if TYPE_CHECKING:
    from camscan.cli.devices import Judge
    from camscan.evidence import IPAddress
    from camscan.inventory import Inventory
    from camscan.lab import Truth

app = typer.Typer(help="Simulated devices to try camscan on.", no_args_is_help=True)


@app.command("up")
def up(
    *,
    devices: Annotated[int, typer.Option(metavar="N", help="Number of devices; 0: the demo's own.")] = 0,
    seed: Annotated[int, typer.Option(help="Another seed is another estate.")] = 1,
    folder: Annotated[Path, typer.Option(metavar="FOLDER", help="Where scope file and truth are left.")] = Path(
        "camscan-demo"
    ),
) -> None:
    """Start simulated devices on loopback addresses and keep them running until Ctrl-C."""
    import threading

    from camscan.lab import Estate, LoopbackEstate, scope_toml
    from camscan.report.screen import talk

    console = talk()
    estate = Estate.generate(devices, seed) if devices else Estate.demo()
    folder.mkdir(parents=True, exist_ok=True)
    with LoopbackEstate(estate) as running:
        (folder / "camscan.toml").write_text(scope_toml(running), encoding="utf-8")
        console.print(
            f"{len(estate.devices)} devices are running. In another window:\n"
            f"  camscan scan --scope {folder / 'camscan.toml'}\n"
            f"  camscan lab score --scope {folder / 'camscan.toml'}\n"
            "Ctrl-C ends them."
        )
        threading.Event().wait()


@app.command("score")
def score(
    *,
    devices: Annotated[int, typer.Option(metavar="N", help="As given to `lab up`.")] = 0,
    seed: Annotated[int, typer.Option(help="As given to `lab up`.")] = 1,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
) -> None:
    """Compare an inventory with what the simulated devices really are: found, right, wrongly accused."""
    from camscan.cli.devices import Judge
    from camscan.cli.options import inventory_url
    from camscan.inventory import Inventory
    from camscan.lab import Estate, truth_of

    truth = truth_of(Estate.generate(devices, seed) if devices else Estate.demo())
    with Inventory.open(inventory_url(scope, inventory), create=False) as opened:
        print_score(truth, opened, Judge.shipped())


def print_score(truth: "Mapping[IPAddress, Truth]", inventory: "Inventory", judge: "Judge") -> None:
    """Prints how an inventory compares with the truth."""
    from camscan.lab import render, score
    from camscan.report.screen import talk

    devices = [device for _site, device in judge.devices(inventory)]
    console = talk()
    console.print("\nCompared with what the simulated devices really are:")
    for line in render(score(truth, devices)):
        console.print(f"  {line}")
