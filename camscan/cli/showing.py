"""camscan show and camscan explain."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from camscan.cli.options import DEFAULT_SCOPE, InventoryOption, ScopeOption
from camscan.errors import UsageError

if TYPE_CHECKING:
    from rich.text import Text

    from camscan.cli.devices import Judge
    from camscan.device import Device, Verdict
    from camscan.identify.explain import ExplanationRow

Address = Annotated[
    str, typer.Argument(metavar="ADDRESS", help="Address of a device in the inventory, or a computer of your lists.")
]


def show(
    ip: Address,
    *,
    evidence: Annotated[bool, typer.Option("--evidence", help="Also every single thing that was heard.")] = False,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
) -> None:
    """Show what is known about one device."""
    from rich.text import Text

    from camscan.cli import facts as following
    from camscan.cli import software
    from camscan.cli.devices import Judge, is_address
    from camscan.cli.options import inventory_url
    from camscan.cli.output import scope_if_there
    from camscan.inventory import Inventory
    from camscan.report.screen import out, safe, talk
    from camscan.report.tables import grid

    judge = Judge.shipped()
    screen = out()
    with Inventory.open(inventory_url(scope, inventory), create=False) as opened:
        listed = [] if is_address(ip) else software.of_computer(opened, judge, ip)
    if listed and listed[0].ip is None:
        software.table(listed, judge)
        return
    site, device = judge.find(scope, inventory, str(listed[0].ip) if listed else ip)
    with Inventory.open(inventory_url(scope, inventory), create=False) as opened:
        programs = software.of_device(opened, judge, device)
    table = grid(())
    table.show_header = False
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for heading, value in _facts(judge, site, device):
        table.add_row(heading, value)
    tables = judge.tables_for(scope_if_there(scope))
    follows = tables.of(device)
    for heading, sentence in following.of_device(follows):
        table.add_row(heading, safe(sentence, limit=600))
    for one in programs:
        table.add_row("Software", safe(software.sentence(one), limit=600))
    screen.print(Text(str(device.ip), style="bold"))
    screen.print(table)
    following.hint(talk(), follows, tables)
    if evidence:
        heard = grid(("Heard (UTC)", "Where", "What", "Value"))
        for item in device.evidence:
            o = item.observation
            where = f"{o.transport.value} {o.port}" if o.port else o.transport.value
            heard.add_row(f"{o.at:%H:%M:%S}", where, item.evidence.name, safe(item.evidence.value, limit=300))
        screen.print()
        screen.say(*_days([item.observation.at for item in device.evidence]))
        screen.print(heard)


def _facts(judge: "Judge", site: str, device: "Device") -> Iterator[tuple[str, "Text"]]:
    from camscan.cli.devices import newer_data
    from camscan.device import Kind
    from camscan.identify.registrants import registrant
    from camscan.report.screen import safe
    from camscan.report.words import kind_name

    yield "Made by", _answer("not known" if device.maker is None else judge.name(device.maker), device.verdict)
    yield "Sold as", _answer(judge.name(device.brand), device.brand_verdict)
    yield "Kind", _answer(kind_name(device.kind), device.kind_verdict)
    yield "Model", safe(device.model)
    if device.channels and (device.kind is Kind.RECORDER or device.channels > 1):
        yield "Channels", safe(f"{device.channels}, as the device says")
    yield "Firmware", safe(device.firmware and " of ".join(filter(None, (device.firmware, device.firmware_date))))
    yield "Serial number", safe(device.serial)
    yield "MAC", safe(device.mac and f"{device.mac} ({'heard' if device.mac_heard else 'claimed by the device'})")
    if device.mac:
        yield "MAC registered to", safe(registrant(device.mac, newer=newer_data()))
    yield "Host name", safe(device.hostname)
    yield "Addresses", safe(", ".join(device.addresses))
    yield "Site", safe(site)
    yield "First seen", safe(_moment(device.first_seen))
    yield "Last seen", safe(_moment(device.last_seen))
    for conflict in device.conflicts:
        yield "Conflict", safe(f"{conflict.axis}: {' or '.join(conflict.values)}")


def _answer(value: str, verdict: "Verdict") -> "Text":
    from rich.text import Text

    from camscan.device import Verdict

    return Text(value if verdict is Verdict.UNKNOWN else f"{value} ({verdict.value})")


def _moment(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC" if when else ""


def _days(moments: list[datetime]) -> tuple[str, ...]:
    """On which days something was heard, since the tables give only the time of day."""
    if not moments:
        return ("Nothing was heard.",)
    first, last = (f"{day.day} {day:%B %Y}" for day in (min(moments), max(moments)))
    return (f"Heard on {first}.",) if first == last else (f"Heard between {first}", f"and {last}.")


def explain(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="ADDRESS|SIGNATURE", help="A device's address or a signature's name.", show_default=False
        ),
    ] = None,
    *,
    lists: Annotated[
        bool, typer.Option("--lists", help="The official lists, what they say and whom they bind.")
    ] = False,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
) -> None:
    """Say why: every sign with its strength and where it was heard, and what would change the verdict.

    For the name of a signature: what it looks for, and on whose word.
    """
    from camscan.cli import facts as following
    from camscan.cli import signing
    from camscan.cli.devices import Judge, is_address
    from camscan.identify import explain as reasons
    from camscan.report.screen import out
    from camscan.report.tables import reasons_table

    judge = Judge.shipped()
    if lists:
        following.lists(out(), judge.tables.lists)
        return
    if what is None:
        raise UsageError("Explain what? Give a device's address, a signature's name, or --lists.")
    if not is_address(what):
        signing.explain_signature(judge.signatures, what)
        return
    screen = out()
    _site, device = judge.find(scope, inventory, what)
    told = reasons(device, judge.signatures)
    screen.say(f"{device.ip}  {told.headline}")
    if told.rows:
        rows = [(row.sign, row.points_to, row.strength.value, row.heard) for row in told.rows]
        screen.print()
        screen.print(reasons_table(rows, screen.width))
        screen.print()
        screen.say(*_days([row.heard_at for row in told.rows]))
    for line in (*told.conflicts, told.why):
        if line:
            screen.say(line)
    if told.rows:
        screen.print()
        screen.say("On whose word, by the name of the sign:")
        for source in dict.fromkeys(_source(row) for row in told.rows):
            screen.tell(f"  {source}")


def _source(row: "ExplanationRow") -> str:
    return f"{row.signature}: {row.source}"
