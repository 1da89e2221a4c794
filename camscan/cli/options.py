"""Options that several commands share, worded once."""

import shlex
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """Forms of output."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


ScopeOption = Annotated[
    Path, typer.Option("--scope", metavar="FILE", help="The scope file.", show_default=True, rich_help_panel="Files")
]
InventoryOption = Annotated[
    str | None,
    typer.Option(
        "--inventory",
        metavar="URL",
        help="The inventory: a file, or postgresql://... Left out: camscan.db beside the scope file.",
        rich_help_panel="Files",
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="Form of the output.", rich_help_panel="Output")]
OutputOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write to FILE, not the screen.", rich_help_panel="Output"),
]
SameNetworkOption = Annotated[
    bool, typer.Option("--same-network", help="It is the right place, though the gateway changed (recorded).")
]
DEFAULT_SCOPE = Path("camscan.toml")


def program() -> str:
    """How this program is called from here: by its name where that is on the PATH, else as it was called now."""
    called = sys.argv[0]
    if shutil.which("camscan") is None and Path(called).stem == "camscan":
        return called
    return "camscan"


def scope_option(scope: Path) -> str:
    """The option that a further command needs to work with ``scope``: none for the scope file of this folder."""
    return "" if scope == DEFAULT_SCOPE else f"--scope {shlex.quote(str(scope))}"


def inventory_url(scope: Path, inventory: str | None) -> str:
    """The inventory that a command works on."""
    return inventory or str(scope.parent / "camscan.db")


def audit_path(scope: Path) -> Path:
    """The audit log that belongs to a scope file."""
    return scope.parent / "camscan.audit.jsonl"
