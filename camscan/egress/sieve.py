"""Passes over packets that cannot matter: the same addresses and ports as others that were looked at already.

Streams from cameras to recorders are nearly all of a capture's bytes. Each is looked at until enough is known, then
one packet in SAMPLE, so that the last time a device was seen stays right.
"""

SAMPLE = 256
"""One packet of a passed-over connection in so many is looked at all the same."""

KEYS = 1_000_000
"""Pairs of addresses and ports remembered, about 100 MB at most; then it starts anew."""

_TAGS = (b"\x81\x00", b"\x88\xa8")


def key_of(frame: bytes, at: int) -> bytes:
    """What tells one connection's direction in the Ethernet frame at ``at``: the bytes of addresses and ports. Empty
    where the frame is not plain IPv4 or IPv6, with or without VLAN tags."""
    for start in (at, at + 4, at + 8):
        kind = frame[start + 12 : start + 15]
        if kind == b"\x08\x00\x45":
            return frame[start + 26 : start + 38]
        if kind[:2] == b"\x86\xdd":
            return frame[start + 22 : start + 58]
        if kind[:2] not in _TAGS:
            break
    return b""


class Sieve:
    """The keys of what is passed over. ``dull`` is read directly, since it is asked for every packet."""

    def __init__(self) -> None:
        self.dull: set[bytes] = set()

    def add(self, key: bytes) -> None:
        """Passes over everything with this key from now on."""
        if len(key) in (12, 36):
            if len(self.dull) >= KEYS:
                self.dull.clear()
            self.dull.add(key)
