"""camscan lab: the virtual estate."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camscan.cli.options import DEFAULT_SCOPE, InventoryOption, ScopeOption

if TYPE_CHECKING:
    from camscan.cli.devices import Judge
    from camscan.evidence import IPAddress
    from camscan.inventory import Inventory
    from camscan.lab import LoopbackEstate, Truth

app = typer.Typer(help="Simulated devices to try camscan on.", no_args_is_help=True)


@app.command("up", short_help="Start simulated devices and keep them running.")
def up(
    *,
    devices: Annotated[int, typer.Option(metavar="N", min=0, help="Number of devices; 0: the demo's own.")] = 0,
    seed: Annotated[int, typer.Option(metavar="N", help="Another number is another estate.")] = 1,
    folder: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the scope file is left.")] = Path(
        "camscan-demo"
    ),
) -> None:
    """Start simulated devices on loopback addresses and keep them running until Ctrl-C."""
    import signal
    import threading

    from camscan.cli.options import program, scope_option
    from camscan.lab import Estate, LoopbackEstate
    from camscan.report.screen import talk
    from camscan.report.words import plural

    screen = talk()
    estate = Estate.generate(devices, seed) if devices else Estate.demo()
    same = f"--devices {devices} --seed {seed}" if devices else ""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt), LoopbackEstate(estate) as running:
        scope = write_scope(running, folder)
        screen.say(f"{plural(len(estate.devices), 'device')} running. In another window:")
        screen.command(program(), "scan", scope_option(scope))
        screen.command(program(), "lab score", same, scope_option(scope))
        screen.say("Ctrl-C ends them.")
        threading.Event().wait()


def write_scope(running: "LoopbackEstate", folder: Path) -> Path:
    """Leaves the scope file of a running estate in ``folder``. Raises UsageError where that cannot be written."""
    from camscan.errors import UsageError
    from camscan.lab import scope_toml

    path = folder / "camscan.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(scope_toml(running), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}. Name another folder with --folder.") from None
    return path


@app.command("score", short_help="Compare an inventory with what the devices really are.")
def score(
    *,
    devices: Annotated[int, typer.Option(metavar="N", min=0, help="As given to `lab up`.")] = 0,
    seed: Annotated[int, typer.Option(metavar="N", help="As given to `lab up`.")] = 1,
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
    screen = talk()
    screen.print()
    screen.say("Compared with what the simulated devices really are:")
    for line in render(score(truth, devices)):
        screen.tell(f"  {line}")
