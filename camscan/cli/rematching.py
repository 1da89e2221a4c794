"""camscan rematch."""

from typing import TYPE_CHECKING, Annotated

import typer

from camscan.cli.options import DEFAULT_SCOPE, Format, FormatOption, InventoryOption, ScopeOption
from camscan.cli.signing import OwnOption

if TYPE_CHECKING:
    from camscan.identify import SignatureSet
    from camscan.inventory.conclusions import Conclusion
    from camscan.inventory.rematching import Change


def rematch(
    *,
    own: OwnOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would change; the next rematch compares with the same.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also devices of which only the reasons changed.")] = False,
    scope: ScopeOption = DEFAULT_SCOPE,
    inventory: InventoryOption = None,
    output_format: FormatOption = Format.TABLE,
) -> None:
    """Judge the whole inventory anew with the present signatures, and print what changed since the last time.

    Nothing is sent: what was heard is stored, and a better signature improves an old scan.
    """
    from camscan.cli.devices import signatures_in_use
    from camscan.cli.options import inventory_url
    from camscan.inventory import Inventory
    from camscan.report.screen import talk
    from camscan.report.words import plural

    signatures = signatures_in_use(own)
    with Inventory.open(inventory_url(scope, inventory), create=False) as opened:
        if own and not opened.conclusions():
            # Nothing to compare with yet: then with what the set says that is in use.
            opened.rematch(signatures_in_use())
        found = opened.rematch(signatures, keep=not dry_run)
    shown = [change for change in found.changes if everything or change.matters]
    _print(shown, signatures, output_format)
    screen = talk()
    screen.say(f"{plural(found.devices, 'device')} judged, {plural(len(shown), 'change')}.")
    if found.fresh:
        screen.say(
            f"{plural(len(found.fresh), 'device')} had no earlier conclusion to compare with.",
            "" if dry_run else "The next rematch compares with this one.",
        )
    if others := len(found.changes) - len(shown):
        screen.say(f"Of {plural(others, 'device')} only the reasons changed: --all shows them.")


def _print(changes: "list[Change]", signatures: "SignatureSet", form: Format) -> None:
    import csv
    import json
    import sys

    if form is Format.TABLE:
        _table(changes, signatures)
        return
    rows = [_row(change) for change in changes]
    if form is Format.JSON:
        typer.echo(json.dumps({"schema": "camscan.rematch/1", "signatures": signatures.digest, "changes": rows}))
    elif form is Format.JSONL:
        for row in rows:
            typer.echo(json.dumps(row))
    else:
        from camscan.safe.text import csv_cell

        lines = csv.writer(sys.stdout, quoting=csv.QUOTE_ALL)
        lines.writerow(("ip", "site", "before", "after", "gained", "lost"))
        for change in changes:
            told = (words(change.before, signatures), words(change.after, signatures))
            cells = (change.ip, change.site, *told, " ".join(change.gained), " ".join(change.lost))
            lines.writerow([csv_cell(cell) for cell in cells])


def _table(changes: "list[Change]", signatures: "SignatureSet") -> None:
    from rich.text import Text

    from camscan.report.screen import out
    from camscan.report.tables import grid

    if not changes:
        return
    table = grid(("Address", "Before", "After", "Why"))
    for change in changes:
        before, after = (words(one, signatures) for one in (change.before, change.after))
        table.add_row(Text(change.ip), Text(before), Text(after), Text(_why(change)))
    out().print(table)


def words(one: "Conclusion", signatures: "SignatureSet") -> str:
    """``probable: Dahua, sold as Amcrest IP2M-841B, camera``; device text in it is neutralised."""
    from camscan.device import Kind
    from camscan.report.words import kind_name
    from camscan.safe.text import neutralise

    maker = "maker not known" if one.maker is None else f"{one.verdict.value}: {signatures.maker_name(one.maker)}"
    kind = "kind not known" if one.kind is Kind.UNKNOWN else kind_name(one.kind)
    model = neutralise(one.model, 40) if one.model else ""
    sold = f"sold as {signatures.brand_name(one.brand)}" if one.brand not in (None, one.maker) else ""
    return ", ".join(part for part in (maker, f"{sold} {model}".strip(), kind) if part)


def _why(change: "Change") -> str:
    told = [f"new sign {name}" for name in change.gained] + [f"no longer {name}" for name in change.lost]
    return ", ".join(told) or "the same signs say something else now"


def _row(change: "Change") -> dict[str, object]:
    return {
        "ip": change.ip,
        "site": change.site,
        "before": change.before.answers(),
        "after": change.after.answers(),
        "gained": list(change.gained),
        "lost": list(change.lost),
    }
