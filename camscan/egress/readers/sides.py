"""Which side of a logged connection is a known device. Who stands first in the log started it."""

from collections.abc import Iterator
from typing import NamedTuple

from camscan.egress.addresses import Place, canonical_text, place_of
from camscan.egress.flow import Direction
from camscan.egress.known import Known
from camscan.egress.source import Tally

NO_ADDRESS = "not an address where one is expected"


class Side(NamedTuple):
    """A connection as one known device sees it."""

    device: str
    peer: str
    direction: Direction


def sides(known: Known, tally: Tally, starter: str, other: str) -> Iterator[Side]:
    """The known devices among the two ends, none where it concerns nobody known."""
    first, second = canonical_text(starter), canonical_text(other)
    if not first or not second:
        tally.skip(NO_ADDRESS)
        return
    mine, theirs = known.knows(first), known.knows(second)
    if not tally.inside:
        tally.inside = mine or theirs or Place.LOCAL in (place_of(first), place_of(second))
    if mine:
        yield Side(first, second, Direction.OUT)
    if theirs:
        yield Side(second, first, Direction.IN)


def port_of(text: str) -> int | None:
    """A port number, or None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and int(text) <= 65535 else None


def count_of(text: str) -> int | None:
    """A number of bytes, or None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
