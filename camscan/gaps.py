"""What a scan could not see: an inventory that hides its gaps is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass

NAMED = 5
"""Things named in one sentence at most."""


@dataclass(frozen=True, slots=True)
class NotSeen:
    """One gap, in plain words: what was not seen, why, and what to do about it."""

    what: str
    why: str
    what_to_do: str


@dataclass(frozen=True, slots=True)
class SiteCoverage:
    """What one scan saw of one site, and what it could not see.

    ``answered`` counts addresses. ``out_of_scope_answers`` and ``kernel_drops`` are of the whole scan, since an
    answer from outside belongs to no site; they stand at every site.
    """

    site: str
    answered: int
    out_of_scope_answers: int
    kernel_drops: int
    not_seen: tuple[NotSeen, ...] = ()


def names(things: Iterable[object]) -> str:
    """``10.1.0.5, 10.1.0.6 and 3 more``: NAMED of them at most, and how many there are besides."""
    shown = [str(thing) for thing in things]
    return ", ".join(shown[:NAMED]) + (f" and {len(shown) - NAMED:,} more" if len(shown) > NAMED else "")
