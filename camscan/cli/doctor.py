"""camscan doctor."""

import typer

from camscan.cli.options import DEFAULT_SCOPE, ScopeOption


def doctor(*, scope: ScopeOption = DEFAULT_SCOPE) -> None:
    """Say what this machine can and cannot see, and what to do about it. Sends nothing to the network."""
    from rich.text import Text

    from camscan.doctor import examine, gather
    from camscan.report.screen import out
    from camscan.report.tables import grid

    findings = examine(gather(scope))
    table = grid(("", "", "What to do"))
    table.show_header = False
    for finding in findings:
        mark = {"ok": "ok", "note": "note", "problem": "PROBLEM"}[finding.level.value]
        says = Text(finding.says)
        if finding.do:
            says.append(f"\n{finding.do}", style="dim")
        table.add_row(Text(mark, style="bold" if mark == "PROBLEM" else ""), Text(finding.area), says)
    out().print(table)
    if any(finding.level.value == "problem" for finding in findings):
        raise typer.Exit(4)
