"""Writes what a command found: a table for people, or the inventory in a form for other programs."""

import sys
from pathlib import Path

from camscan.cli import summary
from camscan.cli.devices import Judge
from camscan.cli.options import Format
from camscan.exchange.contract import Report, write
from camscan.inventory import Inventory
from camscan.net.gate import Gate
from camscan.report.screen import out, talk
from camscan.report.tables import device_table
from camscan.report.words import is_video
from camscan.scope import Scope, load


def scope_if_there(path: Path) -> Scope | None:
    """The scope file, where there is one: an inventory can be read without."""
    return load(path) if path.exists() else None


def report(scope: Scope | None, inventory: Inventory, judge: Judge) -> Report:
    """The whole inventory as other programs get it."""
    return Report.of(inventory.scans(), list(judge.devices(inventory)), judge.signatures.digest, scope)


def deliver(found: Report, form: Format, target: Path | None) -> None:
    """Writes ``found`` in ``form`` to ``target`` or stdout."""
    write(found, form.value, target or sys.stdout)


def table(inventory: Inventory, judge: Judge, *, everything: bool) -> None:
    """Prints the devices as a table."""
    devices = [device for _site, device in judge.devices(inventory)]
    shown = [device for device in devices if everything or is_video(device)]
    shown.sort(key=lambda device: (device.ip.version, int(device.ip)))
    out().print(device_table(shown, judge.name))
    if len(devices) > len(shown):
        talk().print(f"{len(devices) - len(shown):,} other things answered too: --all shows them.")


def after_scan(
    scope: Scope, inventory: Inventory, judge: Judge, scan_id: str, where: tuple[Format, Path | None], gate: Gate
) -> None:
    """Prints what a scan found, and how to go on."""
    form, target = where
    record = next(scan for scan in inventory.scans() if scan.id == scan_id)
    devices = [device for _site, device in judge.devices(inventory, scan_id)]
    seconds = (record.finished - record.started).total_seconds() if record.finished else 0.0
    if form is Format.TABLE and target is None:
        shown = [device for device in devices if is_video(device)]
        shown.sort(key=lambda device: (device.ip.version, int(device.ip)))
        out().print(device_table(shown, judge.name))
        out().print()
    else:
        deliver(report(scope, inventory, judge), form, target)
    summary.tail(talk(), devices, record.coverage, gate, judge.name, seconds)
    talk().print(f"Saved in {inventory.where}. Next: camscan list | camscan explain ADDRESS")
