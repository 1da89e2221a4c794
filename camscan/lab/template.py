"""Answers as templates: ``${name}`` or ``${name:argument}``, filled in when a device is placed and when it answers."""

from collections.abc import Callable

from camscan.errors import UsageError

Resolver = Callable[[str, str], str | None]
"""Gives the value of a placeholder from its name and argument (empty where none is written), or None: not mine."""


class Template:
    """Text with placeholders. ``bind`` fills what is known now and leaves the rest; ``fill`` leaves nothing."""

    __slots__ = ("_pieces",)

    def __init__(self, text: str) -> None:
        self._pieces: tuple[str | tuple[str, str], ...] = tuple(_split(text))

    def bind(self, resolve: Resolver) -> "Template":
        """A template with fewer placeholders."""
        bound = Template("")
        pieces: list[str | tuple[str, str]] = []
        for piece in self._pieces:
            value = piece if isinstance(piece, str) else resolve(*piece)
            if isinstance(value, str) and pieces and isinstance(pieces[-1], str):
                pieces[-1] += value
            else:
                pieces.append(piece if value is None else value)
        bound._pieces = tuple(pieces)
        return bound

    def fill(self, resolve: Resolver) -> str:
        """The text. Raises UsageError where a placeholder is known to nobody: the estate's data is wrong."""
        done = []
        for piece in self._pieces:
            value = piece if isinstance(piece, str) else resolve(*piece)
            if value is None:
                raise UsageError(f"estate data: nobody knows the placeholder ${{{':'.join(piece)}}}")
            done.append(value)
        return "".join(done)

    def open_names(self) -> frozenset[str]:
        """Names of the placeholders that are still open."""
        return frozenset(piece[0] for piece in self._pieces if not isinstance(piece, str))


def _split(text: str) -> list[str | tuple[str, str]]:
    head, *rest = text.split("${")
    pieces: list[str | tuple[str, str]] = [head] if head else []
    for part in rest:
        inside, closed, after = part.partition("}")
        if not closed:
            raise UsageError(f"estate data: a placeholder is not closed: ${{{part[:40]}")
        name, _, argument = inside.partition(":")
        pieces.append((name, argument))
        if after:
            pieces.append(after)
    return pieces
