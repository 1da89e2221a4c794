"""camscan audit verify."""

from pathlib import Path
from typing import Annotated

import typer

from camscan.cli.options import DEFAULT_SCOPE, ScopeOption, audit_path
from camscan.errors import AuditError

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
) -> None:
    """Check that no line of the audit log was changed, removed or reordered.

    A cut-off end breaks no chain: give the hash that `camscan scan` printed at its end to find that too.
    """
    from camscan.audit import verify as read
    from camscan.report.screen import out
    from camscan.report.words import plural

    path = log or audit_path(scope)
    result = read(path, head)
    if not result.holds:
        raise AuditError(f"{path}, line {result.broken_at}: {result.reason}.\n  Keep the file as it is, as evidence.")
    out().say(f"{path}: {plural(result.lines, 'line')}, unbroken.", f"It ends with {result.head}")
