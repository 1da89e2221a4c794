"""camscan inventory forget: the owner's right to delete."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camscan.cli.options import DEFAULT_SCOPE, InventoryOption, ScopeOption, audit_path, inventory_url
from camscan.errors import UsageError

if TYPE_CHECKING:
    from camscan.device import Device
    from camscan.inventory import Forgotten, Gone, Inventory, Selection

app = typer.Typer(help="What is kept, and for how long.", no_args_is_help=True)


@app.callback()
def root() -> None:
    """What is kept, and for how long."""


@app.command("forget", short_help="Delete devices, a site, or what is old.")
def forget(
    what: Annotated[
        list[str] | None, typer.Argument(metavar="DEVICE", help="Devices, by address, MAC or serial number.")
    ] = None,
    *,
    site: Annotated[str | None, typer.Option("--site", metavar="NAME", help="All of a site.")] = None,
    keep_days: Annotated[
        int | None, typer.Option("--keep-days", metavar="N", min=1, help="All that was heard more than N days ago.")
    ] = None,
    wipe: Annotated[
        bool, typer.Option("--wipe", help="Only make sure that nothing deleted is left in the files.")
    ] = False,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", metavar="FILE", help="Take these devices out of this baseline, too.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be deleted.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
) -> None:
    """Delete from the inventory, for good: devices, a site, or all that was heard more than so many days ago.

    The audit log keeps a line that says how much was deleted, and not what. Reports and exports are files of yours.
    """
    from camscan.inventory import Inventory

    if sum((bool(what), site is not None, keep_days is not None, wipe)) != 1:
        raise UsageError("Say what to forget: devices, or --site, or --keep-days; one of them.")
    with Inventory.open(inventory_url(scope, inventory), create=False) as opened:
        if wipe:
            from camscan.report.screen import talk

            opened.wipe()
            talk().say(f"{opened.where} was written anew: nothing that was deleted is left in it.")
            _copies(opened)
            return
        devices = dict(_devices(opened)) if what or baseline is not None else {}
        selection = _selection(opened, devices, what or (), site, keep_days)
        planned = opened.forget(selection, dry_run=True)
        _list(planned, dry_run=dry_run)
        if not planned.anything or dry_run or not (yes or _agreed()):
            return
        kind = "site" if site is not None else "devices" if what else "age"
        _delete(opened, selection, planned, audit_path(scope), kind, keep_days)
        if baseline is not None:
            gone = {address for device in planned.devices for address in device.addresses}
            macs = {devices[device.device_id].mac for device in planned.devices if device.device_id in devices}
            _from_baseline(baseline, gone | {mac for mac in macs if mac})
        _copies(opened)


def _devices(opened: "Inventory") -> "Iterator[tuple[int, Device]]":
    """Every device by its number, as `camscan list` shows it."""
    from camscan.cli.devices import Judge

    judge = Judge.shipped()
    for host in opened.hosts():
        yield host.device_id, judge.device(host)


def _selection(
    opened: "Inventory",
    devices: "Mapping[int, Device]",
    what: Sequence[str],
    site: str | None,
    keep_days: int | None,
) -> "Selection":
    from camscan.inventory import Selection

    if not what:
        before = datetime.now(UTC) - timedelta(days=keep_days) if keep_days is not None else None
        return Selection(site=site, before=before)
    numbers: set[int] = set()
    for word in what:
        found = {number for number, device in devices.items() if _is(device, word)}
        if not found:
            raise UsageError(_unknown(opened, word))
        numbers |= found
    return Selection(devices=frozenset(numbers))


def _is(device: "Device", word: str) -> bool:
    """Whether an operator who writes ``word`` means this device."""
    from camscan.cli.devices import is_address
    from camscan.safe.mac import mac_address
    from camscan.scope import canonical

    if is_address(word):
        from ipaddress import ip_address

        return str(canonical(ip_address(word))) in {str(device.ip), *device.addresses}
    by_mac = device.mac is not None and device.mac == mac_address(word)
    return by_mac or (device.serial or "").strip().casefold() == word.strip().casefold() != ""


def _unknown(opened: "Inventory", word: str) -> str:
    from ipaddress import ip_address

    from camscan.cli.devices import is_address
    from camscan.safe.text import neutralise
    from camscan.scope import canonical

    host = opened.find(canonical(ip_address(word))) if is_address(word) else None
    if host is not None:
        return f"{word} is an older address of a device that was last heard at {host.ip}. To forget it, name that one."
    return (
        f'Nothing in the inventory has "{neutralise(word, 80)}" as its address, MAC or serial number.\n'
        "  Nothing was deleted. `camscan list --all` shows what is there."
    )


def _list(planned: "Forgotten", *, dry_run: bool) -> None:
    """Lists the devices on stdout, and says how much goes with them."""
    from camscan.report.screen import out, talk
    from camscan.report.words import plural

    if not planned.anything:
        talk().say("There is nothing to forget.")
        return
    for device in sorted(planned.devices, key=lambda one: (one.site, one.addresses)):
        out().verbatim(_line(device))
    verb = "would be deleted" if dry_run else "are to be deleted"
    talk().say(
        f"{plural(len(planned.devices), 'device')} and {plural(planned.observations, 'observation')} {verb},",
        f"with {plural(planned.values, 'value')} and {plural(planned.raw_answers, 'stored answer')}",
        "that no other device shares.",
    )


def _line(device: "Gone") -> str:
    last = f"last seen {device.last_seen:%Y-%m-%d}" if device.last_seen else "never seen on the network"
    return f"{device.site}: {', '.join(device.addresses)}, {last}"


def _agreed() -> bool:
    """Asks the person at the terminal. Raises UsageError where there is none."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("Nobody can be asked here, and nothing was deleted. Add --yes if that is what you want.")
    if typer.confirm("Delete this for good?", err=True):
        return True
    typer.echo("Nothing was deleted.", err=True)
    return False


def _delete(
    opened: "Inventory", selection: "Selection", planned: "Forgotten", log: Path, kind: str, keep_days: int | None
) -> None:
    """Deletes, between two lines of the audit log: what is meant to go, and what went."""
    from camscan.audit import AuditLog, who
    from camscan.report.screen import talk

    with AuditLog.open(log) as audit:
        age = {} if keep_days is None else {"keep_days": keep_days}
        audit.append("forget", by=who(), kind=kind, **age, planned=planned.counts())
        done = opened.forget(selection)
        audit.append("forgotten", kind=kind, **done.counts())
    opened.wipe()
    talk().say("Deleted. The audit log says how much, and not what.")


def _from_baseline(path: Path, devices: set[str]) -> None:
    from camscan.egress import baseline as lists
    from camscan.exchange.files import write_atomically
    from camscan.report.screen import talk
    from camscan.report.words import plural

    before = lists.load(path)
    kept = lists.without(before.entries, devices)
    with write_atomically(path) as stream:
        stream.write(lists.render(kept, before.saved))
    talk().say(f"{path}: {plural(len(before.entries) - len(kept), 'destination')} had no other device and went, too.")


def _copies(opened: "Inventory") -> None:
    """Copies that were made before a migration still hold everything."""
    from camscan.report.screen import talk

    for file in opened.files()[:1]:
        for copy in sorted(file.parent.glob(f"{file.name}.before-migration-*")):
            talk().say(f"{copy} is an older copy, which still holds everything.", "Delete it when you need it no more.")
