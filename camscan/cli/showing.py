"""camscan show and camscan explain."""

from datetime import datetime
from typing import Annotated

import typer

from camscan.cli.options import DEFAULT_SCOPE, InventoryOption, ScopeOption

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="Address of a device in the inventory.")]


def show(
    ip: Address,
    *,
    evidence: Annotated[bool, typer.Option("--evidence", help="Also every single thing that was heard.")] = False,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
) -> None:
    """Show what is known about one device."""
    from rich.text import Text

    from camscan.cli.devices import Judge
    from camscan.device import Verdict
    from camscan.report.screen import out, safe
    from camscan.report.tables import grid
    from camscan.report.words import kind_name

    judge = Judge.shipped()
    console = out()
    site, device = judge.find(scope, inventory, ip)

    def answer(value: str, verdict: Verdict) -> Text:
        return Text(value if verdict is Verdict.UNKNOWN else f"{value} ({verdict.value})")

    rows: list[tuple[str, Text]] = [
        ("Made by", answer("not known" if device.maker is None else judge.name(device.maker), device.verdict)),
        ("Sold as", answer(judge.name(device.brand), device.brand_verdict)),
        ("Kind", answer(kind_name(device.kind), device.kind_verdict)),
        ("Model", safe(device.model)),
        ("Firmware", safe(device.firmware)),
        ("Serial number", safe(device.serial)),
        ("MAC", safe(device.mac and f"{device.mac} ({'heard' if device.mac_heard else 'claimed by the device'})")),
        ("Host name", safe(device.hostname)),
        ("Addresses", safe(", ".join(device.addresses))),
        ("Site", safe(site)),
        ("First seen", safe(_moment(device.first_seen))),
        ("Last seen", safe(_moment(device.last_seen))),
    ]
    rows += [("Conflict", safe(f"{c.axis}: {' or '.join(c.values)}")) for c in device.conflicts]
    table = grid(())
    table.show_header = False
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for heading, value in rows:
        table.add_row(heading, value)
    console.print(Text(str(device.ip), style="bold"))
    console.print(table)
    if evidence:
        heard = grid(("Heard (UTC)", "Where", "What", "Value"))
        for item in device.evidence:
            o = item.observation
            where = f"{o.transport.value} {o.port}" if o.port else o.transport.value
            heard.add_row(f"{o.at:%H:%M:%S}", where, item.evidence.name, safe(item.evidence.value, limit=300))
        console.print(heard)


def _moment(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC" if when else ""


def explain(
    what: Annotated[str, typer.Argument(metavar="ADDRESS|SIGNATURE", help="A device's address or a signature's name.")],
    *,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
) -> None:
    """Say why: every sign with its strength and where it was heard, and what would change the verdict."""
    from rich.text import Text

    from camscan.cli import signing
    from camscan.cli.devices import Judge
    from camscan.identify import explain as reasons
    from camscan.report.screen import out
    from camscan.report.tables import grid

    judge = Judge.shipped()
    if "." in what and not what[0].isdigit() and ":" not in what:
        signing.explain_signature(judge.signatures, what)
        return
    console = out()
    _site, device = judge.find(scope, inventory, what)
    told = reasons(device, judge.signatures)
    console.print(Text(told.headline, style="bold"))
    if told.rows:
        table = grid(("Sign", "Points to", "Strength", "Heard (UTC)"))
        for row in told.rows:
            table.add_row(Text(row.sign), Text(row.points_to), Text(row.strength.value), Text(row.heard))
        console.print(table)
    for line in (*told.conflicts, told.why):
        if line:
            console.print(Text(line))
