"""The same log given twice: as it is and packed, under two names, or once more when it had grown. It counts once."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from camscan.egress.source import InputError, Source, Tally


class Copy(NamedTuple):
    """That a file need not be read: all of it is in the input number ``of``."""

    of: int
    why: str


SAME = "It is not counted: it has the same content as {of}."
BEGINNING = "It is not counted: it is the beginning of {of}."


def copies(paths: Sequence[Path], heads: Sequence[bytes | None]) -> dict[int, Copy]:
    """The files that are held in others, by number; of equal ones the first is none. ``heads`` are their first bytes,
    unpacked (Source.head); None for what cannot be read twice.

    Only files that begin with the same 64 KiB are compared, all through; a smaller one has to be equal as a whole.
    """
    alike: dict[bytes, list[int]] = {}
    for number, head in enumerate(heads):
        if head:
            alike.setdefault(sha256(head).digest(), []).append(number)
    found: dict[int, Copy] = {}
    for numbers in alike.values():
        kept: list[int] = []
        for number in numbers:
            _compare(paths, number, kept, found)
    return found


def _compare(paths: Sequence[Path], number: int, kept: list[int], found: dict[int, Copy]) -> None:
    """Adds ``number`` to those that are kept, or to those that are not."""
    for other in kept:
        mine, theirs = _ends(paths[number], paths[other])
        if mine:
            found[number] = Copy(other, (SAME if theirs else BEGINNING).format(of=paths[other]))
            return
        if theirs:
            found[other] = Copy(number, BEGINNING.format(of=paths[number]))
            kept[kept.index(other)] = number
            return
    kept.append(number)


def _ends(first: Path, second: Path) -> tuple[bool, bool]:
    """Whether each is over where the two begin to differ: both, where they are one."""
    try:
        if first.samefile(second):
            return True, True
        with Source.open(first, Tally()) as one, Source.open(second, Tally()) as other:
            left, right = one.chunks(), other.chunks()
            mine = theirs = memoryview(b"")
            while True:
                mine = mine or memoryview(next(left, b""))
                theirs = theirs or memoryview(next(right, b""))
                size = min(len(mine), len(theirs))
                if not size:
                    return not mine, not theirs
                if mine[:size] != theirs[:size]:
                    return False, False
                mine, theirs = mine[size:], theirs[size:]
    except (InputError, OSError):
        return False, False
