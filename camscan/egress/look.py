"""What is done with the packets of a capture, whichever format holds them."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

Told_co = TypeVar("Told_co", covariant=True)


class Look(Protocol[Told_co]):
    """Looks at packets one by one and tells what they tell."""

    dull: bool
    """Whether more packets with the addresses and ports of the last one can be passed over (sieve.py)."""

    def packet(self, at: float, data: bytes, kind: int, start: int, mac: bytes, record: int) -> Iterable[Told_co]:
        """One packet. ``at`` is in seconds since 1970 UTC; ``kind`` is the ethertype of what begins at ``start`` of
        ``data`` (0: not known); ``mac`` sent the frame, where its link tells; ``record`` counts from 1."""
        ...

    def addresses_changed(self) -> bool:
        """Whether what was passed over must be looked at again, since this was asked last."""
        ...

    def finish(self) -> Iterable[Told_co]:
        """What is still to be told at the end."""
        ...
