"""What people see: data on stdout, talk on stderr, colour only on a terminal, device text only as neutral text."""

import os
from contextlib import suppress
from typing import IO

from rich.console import Console
from rich.text import Text

from camscan.device import Verdict
from camscan.report.lines import LONGEST, WIDE, flowed, wrapped
from camscan.safe.text import neutralise

VERDICT_STYLE = {
    Verdict.CONFIRMED: "bold",
    Verdict.PROBABLE: "",
    Verdict.SUSPECTED: "dim",
    Verdict.UNKNOWN: "dim",
}


class Screen(Console):
    """A console that says sentences, and falls silent where its reader has gone (``camscan list | head -1``)."""

    def say(self, *phrases: str, indent: int = 0) -> None:
        """Prints a sentence that is given in phrases; lines end between phrases where they can."""
        self.print(Text(flowed(phrases, self.width, indent)), soft_wrap=True)

    def tell(self, text: str) -> None:
        """Prints text that has line breaks of its own; each of its lines is broken by itself."""
        self.print(Text(wrapped(text, self.width)), soft_wrap=True)

    def verbatim(self, line: str) -> None:
        """Prints one line, however long it is, so that it can be copied or searched."""
        self.print(Text(neutralise(line, LONGEST)), soft_wrap=True)

    def command(self, *words: str) -> None:
        """Prints a command on a line of its own."""
        self.verbatim(f"  {' '.join(filter(None, words))}")

    def on_broken_pipe(self) -> None:
        """The reader has seen enough. The command goes on, since its exit code and the other stream still matter."""
        self.quiet = True
        silence(self.file)


def silence(stream: IO[str]) -> None:
    """Lets what is still written to ``stream``, the end of a pipe that nobody reads, go nowhere."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def out() -> Screen:
    """Screen for data: as wide as the terminal, and wide where there is none."""
    return _sized(Screen(highlight=False, markup=False, emoji=False))


def talk() -> Screen:
    """Screen for progress and explanations."""
    return _sized(Screen(stderr=True, highlight=False, markup=False, emoji=False))


def _sized(screen: Screen) -> Screen:
    if not screen.is_terminal:
        screen.width = WIDE
    return screen


def safe(text: str | None, style: str = "", limit: int = 200) -> Text:
    """Device text as it may be shown; nothing becomes a dash."""
    return Text(neutralise(text, limit) if text else "-", style=style)
