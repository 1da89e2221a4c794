"""camscan signatures, and the signature half of camscan explain."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camscan.errors import UsageError

if TYPE_CHECKING:
    from camscan.identify import SignatureSet
    from camscan.identify.format import Condition

app = typer.Typer(help="The signatures that say who made a device.", no_args_is_help=True)

OwnOption = Annotated[
    list[Path] | None,
    typer.Option("--own", metavar="FOLDER", help="A folder of your own signatures, which outrank ours."),
]


@app.command("check")
def check(own: OwnOption = None) -> None:
    """Check every signature: its form, its examples, and that no other maker's device matches it."""
    from camscan.identify import check as problems_of
    from camscan.identify import load

    signatures = load(tuple(own or ()))
    problems = problems_of(signatures)
    for problem in problems:
        typer.echo(f"{problem.where}: {problem.signature}: {problem.reason}", err=True)
    if problems:
        raise UsageError(f"{len(problems)} things to mend; each line above names its file and line.")
    examples = sum(len(item.signature.examples) for item in signatures.signatures)
    typer.echo(f"{len(signatures.signatures)} signatures, {examples} examples: all hold. Set {signatures.digest}")


@app.command("list")
def list_signatures(own: OwnOption = None) -> None:
    """List every signature with what it points to."""
    from rich.text import Text

    from camscan.identify import load
    from camscan.report.screen import out
    from camscan.report.tables import grid

    table = grid(("Signature", "Points to", "Strength"))
    for item in load(tuple(own or ())).signatures:
        signature = item.signature
        points = ", ".join(f"{axis} {value}" for axis, value in signature.points_to.pairs())
        table.add_row(Text(signature.id), Text(points), Text(signature.strength.value))
    out().print(table)


def _words(condition: "Condition") -> str:
    tests = (
        ("is", condition.equals),
        ("is one of", condition.any_of and ", ".join(condition.any_of)),
        ("begins with", condition.prefix),
        ("contains", condition.contains),
        ("matches", condition.regex),
    )
    return next(f"{condition.field} that {verb} {value}" for verb, value in tests if value)


def explain_signature(signatures: "SignatureSet", name: str) -> None:
    """Prints what one signature looks for, and on whose word. Raises UsageError where there is none of that name."""
    from rich.text import Text

    from camscan.report.screen import out

    item = next((item for item in signatures.signatures if item.signature.id == name), None)
    if item is None:
        raise UsageError(f'There is no signature "{name}". `camscan signatures list` shows them all.')
    signature, console = item.signature, out()
    console.print(Text(f"{signature.id} ({item.where})", style="bold"))
    console.print(Text(signature.reason))
    for axis, value in signature.points_to.pairs():
        console.print(Text(f"  points to {axis} {value}, {signature.strength.value}"))
    for condition in signature.all:
        console.print(Text(f"  needs {_words(condition)}"))
    for condition in signature.unless:
        console.print(Text(f"  unless {_words(condition)}"))
    console.print(Text(f"  source: {signature.source}, {signature.date}"))
