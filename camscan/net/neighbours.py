"""The system's neighbour table: who answered ARP or neighbour discovery lately. Reading it sends nothing."""

from collections.abc import Iterable
from dataclasses import replace

from camscan.net import _system
from camscan.net.interfaces import interfaces
from camscan.net.link import Interface, Neighbour, NeighbourState

__all__ = ["Neighbour", "NeighbourState", "neighbours"]


def neighbours(known: Iterable[Interface] | None = None) -> tuple[Neighbour, ...]:
    """Entries of the neighbour table: IPv4 and IPv6 on Linux, IPv4 elsewhere.

    ``known`` are this machine's interfaces where the caller has them already. Windows names an interface by our
    address on it; here it gets its name.
    """
    names = {str(address.ip): each.name for each in known or interfaces() for address in each.ipv4}
    return tuple(replace(n, interface=names.get(n.interface, n.interface)) for n in _system.neighbours())
