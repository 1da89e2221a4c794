"""Sentences on a screen of a given width: broken between words, and never within a command that people shall copy."""

from collections.abc import Iterator, Sequence

from camscan.safe.text import neutralise

WIDE = 160
"""Columns where nobody tells: output that goes to a file or to another program."""

NARROWEST = 20
"""Columns that a line has at least, whatever a screen says."""

LONGEST = 10_000
"""Characters of a line that are printed at most."""


def wrapped(text: str, width: int, hanging: int = 2) -> str:
    """``text`` in lines of at most ``width`` columns; each of its own lines is broken by itself.

    What follows a break is indented as the line began, and by ``hanging`` more. A word, and anything between
    backticks, stays whole even where it is too long. Control characters are made visible.
    """
    width = max(width, NARROWEST)
    return "\n".join(line for paragraph in text.split("\n") for line in _wrap(paragraph, width, hanging))


def flowed(phrases: Sequence[str], width: int, indent: int = 0, hanging: int = 0) -> str:
    """Whole phrases, as many to a line as have room; only a phrase that is longer than a line is broken within."""
    width = max(width, NARROWEST)
    lines: list[str] = []
    for phrase in phrases:
        first = not lines
        joined = f"{lines[-1]} {phrase}" if lines else " " * indent + phrase
        if first or len(joined) <= width:
            lines[-1:] = [joined]
        else:
            lines.append(" " * (indent + hanging) + phrase)
    return "\n".join(wrapped(line, width, 0 if at else hanging) for at, line in enumerate(lines))


def _wrap(paragraph: str, width: int, hanging: int) -> Iterator[str]:
    body = paragraph.lstrip(" ")
    indent = len(paragraph) - len(body)
    line, empty = " " * indent, True
    for gap, word in _words(neutralise(body, LONGEST)):
        if not empty and len(line) + gap + len(word) > width:
            yield line
            line, empty = " " * (indent + hanging), True
        line += word if empty else " " * gap + word
        empty = False
    yield line.rstrip()


def _words(text: str) -> Iterator[tuple[int, str]]:
    """(spaces before it, word); a span between backticks is one word, where its second backtick is not missing."""
    gap, held = 0, ""
    whole = text.count("`") % 2 == 0
    for part in text.split(" "):
        if held:
            held += f" {part}"
        elif part:
            held = part
        if held and (not whole or held.count("`") % 2 == 0):
            yield gap, held
            gap, held = 0, ""
        gap += not held
