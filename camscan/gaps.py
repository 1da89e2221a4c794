"""What a scan could not see: an inventory that hides its gaps is wrong."""

from dataclasses import dataclass


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
