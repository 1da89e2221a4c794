"""camscan signatures, and the signature half of camscan explain."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camscan.errors import UsageError

if TYPE_CHECKING:
    from camscan.identify import SignatureSet

app = typer.Typer(help="The signatures that say who made a device.", no_args_is_help=True)

OwnOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--own", metavar="FOLDER", help="Your own signatures, which outrank ours; in the place of the data folder's."
    ),
]


@app.command("check", short_help="Check every signature and run its examples.")
def check(own: OwnOption = None) -> None:
    """Check every signature: its form, its examples, and that no other maker's device matches it."""
    from camscan.cli.devices import own_folders
    from camscan.identify import check as problems_of
    from camscan.identify import load
    from camscan.report.screen import out, talk
    from camscan.report.words import plural

    signatures = load(tuple(own or own_folders()))
    problems = problems_of(signatures)
    for problem in problems:
        talk().tell(f"{problem.where}: {problem.signature}: {problem.reason}")
    if problems:
        raise UsageError(f"{plural(len(problems), 'thing')} to mend; each line above names its file and line.")
    examples = sum(len(item.signature.examples) for item in signatures.signatures)
    out().say(
        f"{plural(len(signatures.signatures), 'signature')}, {plural(examples, 'example')}: all hold.",
        f"Set {signatures.digest}",
    )


@app.command("list")
def list_signatures(own: OwnOption = None) -> None:
    """List every signature with what it points to."""
    from rich.text import Text

    from camscan.cli.devices import signatures_in_use
    from camscan.report.screen import out
    from camscan.report.tables import grid

    table = grid(("Signature", "Points to", "Strength"))
    for item in signatures_in_use(own).signatures:
        signature = item.signature
        points = ", ".join(f"{axis} {value}" for axis, value in signature.points)
        table.add_row(Text(signature.id), Text(points), Text(signature.strength.value))
    out().print(table)


def explain_signature(signatures: "SignatureSet", name: str) -> None:
    """Prints what one signature looks for, and on whose word. Raises UsageError where there is none of that name."""
    from camscan.report.screen import out

    item = next((item for item in signatures.signatures if item.signature.id == name), None)
    if item is None:
        raise UsageError(
            f'"{name}" is neither an address nor the name of a signature.\n'
            "  Write for example 10.1.0.20; `camscan signatures list` shows the signatures."
        )
    signature, screen = item.signature, out()
    screen.say(f"{signature.id}", f"({item.where})")
    screen.tell(f"  {signature.reason}")
    for axis, value in signature.points:
        screen.tell(f"  points to {axis} {value}, {signature.strength.value}")
    for condition in signature.all:
        screen.tell(f"  needs: {condition.words()}")
    for condition in signature.unless:
        screen.tell(f"  unless: {condition.words()}")
    screen.tell(f"  source: {signature.source}, {signature.date}")
