"""Writes what a command found: a table for people, or the inventory in a form for other programs."""

import io
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from camscan.cli import software
from camscan.cli.devices import Judge
from camscan.cli.options import Format
from camscan.device import Device
from camscan.errors import UsageError
from camscan.exchange.contract import Report, write
from camscan.identify.channels import hidden_channels
from camscan.inventory import Inventory
from camscan.report.screen import out, silence, talk
from camscan.report.tables import device_table
from camscan.report.words import is_video, plural
from camscan.scope import Scope, load

Sited = tuple[str, Device]
"""A device with the name of its site."""


def scope_if_there(path: Path) -> Scope | None:
    """The scope file, where there is one: an inventory can be read without."""
    return load(path) if path.exists() else None


def chosen(form: Format, target: Path | None) -> Format:
    """The form to write ``target`` in: as asked, else as its name ends. Raises UsageError where neither tells."""
    if target is None or form is not Format.TABLE:
        return form
    named = target.suffix.lower().removeprefix(".")
    if named in (Format.CSV, Format.JSON, Format.JSONL):
        return Format(named)
    raise UsageError(f"A table is for the screen. To write {target}, add --format csv, json or jsonl.")


def by_address(devices: Sequence[Sited]) -> list[Sited]:
    """Devices in the order of their addresses."""
    return sorted(devices, key=lambda sited: (sited[1].ip.version, int(sited[1].ip)))


def report(scope: Scope | None, inventory: Inventory, judge: Judge) -> Report:
    """The whole inventory as other programs get it."""
    devices = by_address(list(judge.devices(inventory)))
    counted = zip(devices, hidden_channels(devices).channels, strict=True)
    hidden = {device.ip: channels for (_site, device), channels in counted if channels is not None}
    programs = software.known(inventory, judge, (device for _site, device in devices))
    tables = judge.tables_for(scope)
    return Report.of(inventory.scans(), devices, judge.signatures.digest, scope, tables, hidden, programs)


def deliver(found: Report, form: Format, target: Path | BinaryIO | None) -> None:
    """Writes ``found`` in ``form`` to ``target``, to a file that was opened beforehand, or to stdout."""
    if isinstance(target, Path):
        write(found, form.value, target)
    elif target is not None:
        _fill(found, form, target)
    else:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(newline="")  # each form brings its own line ends
        try:
            write(found, form.value, sys.stdout)
            sys.stdout.flush()
        except BrokenPipeError:
            silence(sys.stdout)


@contextmanager
def opened(target: Path | None) -> Iterator[BinaryIO | None]:
    """``target`` open for writing, unchanged so far: a scan that has given up root could not open it at its end.

    Raises UsageError where it cannot be written.
    """
    if target is None:
        yield None
        return
    try:
        file = target.open("ab")
    except OSError as error:
        raise UsageError(f"{target}: this file cannot be written: {error.strerror}.") from None
    try:
        yield file
    finally:
        try:
            file.close()
        except OSError as error:
            raise UsageError(f"{target}: this file cannot be written: {error.strerror}.") from None


def _fill(found: Report, form: Format, file: BinaryIO) -> None:
    # Written elsewhere first, so that an error on the way leaves the old content as it is.
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as draft:
        write(found, form.value, cast("TextIO", draft))  # Windows has a wrapper of its own here
        draft.seek(0)
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.truncate(0)
        while piece := draft.read(1 << 20):
            file.write(piece.encode("utf-8"))


def table(devices: Sequence[Sited], judge: Judge, *, everything: bool) -> int:
    """Prints devices as a table on stdout: cameras and what goes with them, or everything. Returns how many are not
    in it."""
    told = [device for _site, device in by_address(devices)]
    shown = [device for device in told if everything or is_video(device)]
    screen = out()
    if shown:
        screen.print(device_table(shown, judge.name, screen.width))
    return len(told) - len(shown)


def everything_known(inventory: Inventory, judge: Judge, *, everything: bool) -> None:
    """Prints the whole inventory as a table, and what to do where that is empty."""
    devices = list(judge.devices(inventory))
    left_out = table(devices, judge, everything=everything)
    programs = software.known(inventory, judge, (device for _site, device in devices))
    if programs and left_out < len(devices):
        out().print()
    software.table(programs, judge)
    if not devices and not programs:
        talk().say(
            f"Nothing is in {inventory.where} yet.",
            "`camscan scan` looks for devices,",
            "`camscan import FILE` takes in what another tool has found.",
        )
    elif left_out == len(devices) and not programs:
        talk().say("No camera or recorder is in the inventory.")
    if left_out:
        talk().say(f"{plural(left_out, 'other thing')} answered too: `camscan list --all` shows them.")
