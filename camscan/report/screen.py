"""What people see: data on stdout, talk on stderr, colour only on a terminal, device text only as neutral text."""

from rich.console import Console
from rich.text import Text

from camscan.device import Verdict
from camscan.safe.text import neutralise

VERDICT_STYLE = {
    Verdict.CONFIRMED: "bold",
    Verdict.PROBABLE: "",
    Verdict.SUSPECTED: "dim",
    Verdict.UNKNOWN: "dim",
}


def out() -> Console:
    """Console for data. Off a terminal it is wide enough never to fold a table."""
    console = Console(highlight=False, markup=False, emoji=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, emoji=False, width=160)


def talk() -> Console:
    """Console for progress and explanations."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def safe(text: str | None, style: str = "", limit: int = 200) -> Text:
    """Device text as it may be shown; nothing becomes a dash."""
    return Text(neutralise(text, limit) if text else "-", style=style)
