"""Listening to a live interface, a mirror port above all. Not one packet is sent, whatever comes.

On Linux the kernel's own packet socket is read (``_mirror_linux``), elsewhere libpcap, which macOS brings along
(``_mirror_pcap``); not on Windows. Opening needs rights that a process may give up afterwards (privileges.py): reading
does not, and on Linux neither does coming back to an interface that was away.
"""

import sys
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple, Protocol, Self

from camscan.errors import UsageError
from camscan.net.interfaces import interfaces

SNAPLEN = 65_535
"""Bytes of a packet that are kept unless less is asked for."""

TICK = 1.0
"""Seconds without a packet after which a tick comes."""


class Captured(NamedTuple):
    """One packet: seconds since 1970 UTC, link type (tcpdump.org/linktypes.html), bytes as far as they were kept, and
    the length it had on the wire. Linux takes off the outer VLAN tag before anybody sees it."""

    at: float
    link: int
    data: bytes
    length: int


class Mirror(Protocol):
    """An interface that is listened to. Not for use by several threads at once."""

    interface: str
    link: int
    """Link type of all its packets."""

    @property
    def present(self) -> bool:
        """Whether the interface is there, up and connected. What comes while it is not is nobody's to see: a gap."""
        ...

    @property
    def received(self) -> int:
        """Packets that passed the filter, those counted in ``dropped`` for want of room among them."""
        ...

    @property
    def dropped(self) -> int:
        """Packets that the kernel had no room for, or the interface lost, since it was opened."""
        ...

    def __iter__(self) -> Iterator[Captured | None]:
        """Packets in the order they came, without end; None after each second in which nothing came. To be iterated
        anew at any time: it goes on where it was."""
        ...

    def close(self) -> None:
        """Ends it. Twice does no harm."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def open_mirror(
    interface: str,
    *,
    sift: bool = True,
    snaplen: int = SNAPLEN,
    local: Iterable[IPv4Network | IPv6Network] = (),
) -> Mirror:
    """Listens to ``interface`` in promiscuous mode; packets wait from now on.

    With ``sift`` media between local addresses is left out by the kernel, but for one packet in 256 (_sift.py says
    what stays); ``local`` are networks of the site whose addresses are public. Raises UsageError, which says what to do
    next, where there is no such interface, where it is down, and where this process may not.
    """
    known = interfaces()
    found = next((one for one in known if one.name == interface), None)
    if found is None:
        names = "; ".join(one.label for one in known) or "none"
        raise UsageError(f"There is no interface {interface} here. Those of this machine: {names}.")
    if not found.is_up:
        raise UsageError(f"{interface} is down. Bring it up first; a mirror port needs no address.")
    nets = tuple(local)
    if sys.platform == "linux":
        from camscan.net._mirror_linux import open_mirror as open_on_linux

        return open_on_linux(interface, sift=sift, snaplen=snaplen, local=nets)
    from camscan.net._mirror_pcap import open_mirror as open_with_pcap

    return open_with_pcap(interface, sift=sift, snaplen=snaplen, local=nets)
