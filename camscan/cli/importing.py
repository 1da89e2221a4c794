"""camscan import."""

from pathlib import Path
from typing import Annotated

import typer

from camscan.cli.options import DEFAULT_SCOPE, InventoryOption, ScopeOption


def import_file(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="nmap's XML (-oX), or a CSV like our own.")],
    *,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
) -> None:
    """Take evidence from other tools' results into the inventory. The input is recognised by its content.

    Hosts outside the scope file are counted and left out. Nothing is sent.
    """
    from camscan.cli.devices import Judge
    from camscan.cli.options import inventory_url
    from camscan.exchange.recognise import read
    from camscan.inventory import Inventory, ScanKind, ScanStart, ScanStatus
    from camscan.report.screen import talk
    from camscan.report.words import plural
    from camscan.scope import load

    declared, judge, console = load(scope), Judge.shipped(), talk()
    partial = False
    with Inventory.open(inventory_url(scope, inventory)) as opened:
        for file in files:
            found = read(file)
            scan_id = opened.begin_scan(
                ScanStart(
                    scope_sha256=declared.sha256,
                    organisation=declared.authorisation.organisation,
                    sites=tuple(site.name for site in declared.sites),
                    signatures=judge.signatures.digest,
                    kind=ScanKind.IMPORT,
                )
            )
            taken = outside = 0
            for ip, observations in found.hosts:
                site = declared.site_of(ip)
                if site is None:
                    outside += 1
                    continue
                opened.save_host(scan_id, ip, site.name, observations)
                taken += 1
            skipped = len(found.skipped)
            partial = partial or bool(skipped)
            opened.finish_scan(
                scan_id,
                ScanStatus.PARTIAL if skipped else ScanStatus.COMPLETE,
                packets_sent=0,
                packets_exact=True,
                audit_head="",
                coverage=(),
            )
            console.print(
                f"{file}: {plural(taken, 'host')} taken, {outside:,} outside the scope, {skipped:,} could not be read."
            )
            for reason in found.skipped[:5]:
                console.print(f"  {reason}")
    if partial:
        raise typer.Exit(4)
