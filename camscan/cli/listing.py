"""camscan list."""

from typing import Annotated

import typer

from camscan.cli.options import DEFAULT_SCOPE, Format, FormatOption, InventoryOption, OutputOption, ScopeOption


def list_devices(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also what gave no sign of being a camera.")] = False,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
    output_format: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """List the devices in the inventory. Conclusions are drawn anew from the stored evidence; nothing is sent.

    The forms json, jsonl and csv always hold every device. A file named .csv, .json or .jsonl needs no --format.
    """
    from camscan.cli import output as writing
    from camscan.cli.devices import Judge
    from camscan.cli.options import inventory_url
    from camscan.inventory import Inventory

    form = writing.chosen(output_format, output)
    with Inventory.open(inventory_url(scope, inventory), create=False) as opened:
        judge = Judge.shipped()
        if form is Format.TABLE:
            writing.everything_known(opened, judge, everything=everything)
        else:
            writing.deliver(writing.report(writing.scope_if_there(scope), opened, judge), form, output)
