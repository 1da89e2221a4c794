"""camscan import."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camscan.cli.options import DEFAULT_SCOPE, InventoryOption, ScopeOption
from camscan.errors import UsageError

if TYPE_CHECKING:
    from camscan.exchange.imported import Imported
    from camscan.exchange.software_csv import SoftwareList
    from camscan.inventory import Inventory
    from camscan.scope import Scope

SHOWN = 5
"""Reasons for passing over an entry that are printed for one file; the rest is counted."""


def import_file(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="nmap's XML (-oX), our CSV, or a list of software.")
    ],
    *,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
) -> None:
    """Take evidence from other tools' results into the inventory. The input is recognised by its content.

    Hosts outside the scope file are counted and left out. A list of installed software (CSV with host, name, version)
    is shown, and kept for hosts that are named by address. Nothing is sent.
    """
    from camscan.cli import software
    from camscan.cli.devices import Judge
    from camscan.cli.options import inventory_url
    from camscan.exchange.imported import Imported
    from camscan.exchange.recognise import read
    from camscan.inventory import Inventory
    from camscan.report.screen import talk
    from camscan.scope import load

    declared, judge = load(scope), Judge.shipped()
    partial, problems = False, []
    with Inventory.open(inventory_url(scope, inventory)) as opened:
        for file in files:
            try:
                listed = software.tell(file, judge) if software.recognised(file) else None
                found = read(file) if listed is None else Imported(software.FORM, software.hosts(listed))
            except UsageError as error:
                problems.append(error)
                continue
            partial = _take(opened, declared, judge.signatures.digest, file, found, listed) or partial
        # What is concluded today is what the next rematch compares with.
        opened.catch_up(judge.signatures)
    if len(problems) == len(files):
        raise problems[0]
    for problem in problems:
        talk().tell(str(problem))
    if partial or problems:
        raise typer.Exit(4)


def _take(
    inventory: "Inventory",
    scope: "Scope",
    signatures: str,
    file: Path,
    found: "Imported",
    listed: "SoftwareList | None",
) -> bool:
    """Stores what one file told and says so. Returns whether something in it could not be read."""
    from camscan.cli import software
    from camscan.gaps import names
    from camscan.inventory import ScanKind, ScanStart, ScanStatus
    from camscan.report.screen import talk
    from camscan.report.words import plural

    scan_id = inventory.begin_scan(
        ScanStart(
            scope_sha256=scope.sha256,
            organisation=scope.authorisation.organisation,
            sites=tuple(site.name for site in scope.sites),
            signatures=signatures,
            kind=ScanKind.IMPORT,
        )
    )
    outside = []
    for ip, observations in found.hosts:
        site = scope.site_of(ip)
        if site is None:
            outside.append(str(ip))
        else:
            inventory.save_host(scan_id, ip, site.name, observations)
    if listed is not None:
        software.keep(inventory, scan_id, scope, listed)
    inventory.finish_scan(
        scan_id,
        ScanStatus.PARTIAL if found.skipped else ScanStatus.COMPLETE,
        packets_sent=0,
        packets_exact=True,
        audit_head="",
        coverage=(),
    )
    screen = talk()
    if listed is None:
        screen.say(
            f"{file} ({found.form}): {plural(len(found.hosts) - len(outside), 'host')} taken,",
            f"{len(outside):,} outside the scope, {len(found.skipped):,} could not be read.",
        )
    elif listed.found:
        screen.say("They are kept: `camscan list` shows them.")
    if outside:
        screen.tell(f"  Left out, since {scope.path} does not declare them: {names(outside)}")
    for line in (*found.notes, *found.skipped[:SHOWN]):
        screen.tell(f"  {line}")
    if len(found.skipped) > SHOWN:
        screen.tell(f"  {len(found.skipped) - SHOWN:,} more could not be read.")
    return bool(found.skipped)
