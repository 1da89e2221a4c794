"""camscan audit verify."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camscan.cli.options import DEFAULT_SCOPE, InventoryOption, ScopeOption, audit_path, inventory_url
from camscan.errors import AuditError

if TYPE_CHECKING:
    from camscan.inventory import Inventory

app = typer.Typer(help="The record of everything that was sent or refused.", no_args_is_help=True)


@app.callback()
def root() -> None:
    """The record of everything that was sent or refused."""


@app.command("verify", short_help="Check that no line of it was changed.")
def verify(
    log: Annotated[Path | None, typer.Argument(metavar="LOG", help="The audit log.", show_default=False)] = None,
    *,
    head: Annotated[
        str | None, typer.Option("--head", metavar="HASH", help="What a scan printed at its end; finds a cut-off end.")
    ] = None,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
) -> None:
    """Check that no line of the audit log was changed, removed or reordered.

    A cut-off end breaks no chain; it is found by the hash that the last scan left in the inventory, or by the one
    you give, which `camscan scan` printed at its end.
    """
    from camscan.audit import verify as read
    from camscan.report.screen import out
    from camscan.report.words import plural

    path = log or audit_path(scope)
    if head is None and log is None:
        head = _kept(scope, inventory)
    result = read(path, head)
    if not result.holds:
        raise AuditError(f"{path}, line {result.broken_at}: {result.reason}.\n  Keep the file as it is, as evidence.")
    out().say(f"{path}: {plural(result.lines, 'line')}, unbroken.", f"It ends with {result.head}")


def _kept(scope: Path, inventory: str | None) -> str | None:
    """The head that the newest finished scan left in the inventory, where there is one."""
    from camscan.inventory import Inventory

    url = inventory_url(scope, inventory)
    if "://" not in url and not Path(url).exists():
        return None
    with Inventory.open(url, create=False) as opened:
        return newest_head(opened)


def newest_head(inventory: "Inventory") -> str | None:
    """The audit log's head after the newest scan that ended, or None."""
    return next((scan.audit_head for scan in reversed(inventory.scans()) if scan.audit_head), None)
