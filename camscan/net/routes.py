"""How a network is recognised again: its gateway and its DNS suffix. Reading them sends nothing."""

from collections.abc import Iterable

from camscan.net import _system
from camscan.net.link import Gateway, Interface, Neighbour
from camscan.net.neighbours import neighbours

__all__ = ["Gateway", "dns_suffix", "gateway_of"]


def gateway_of(interface: Interface, known: Iterable[Neighbour] | None = None) -> Gateway | None:
    """The next hop out of ``interface``, or None where it has none (an isolated network).

    Its MAC comes from the neighbour table (``known``, where the caller has read it already) and is None where the
    machine has not talked to it lately; nothing is sent to find out.
    """
    ip = _system.gateway_ip(interface)
    if ip is None:
        return None
    table = neighbours() if known is None else known
    entries = (n for n in table if n.ip == ip and n.interface == interface.name and n.resolved)
    return Gateway(ip, next((n.mac for n in entries), None))


def dns_suffix(interface: Interface) -> str | None:
    """The DNS suffix that the network behind ``interface`` hands out, lower case, or None."""
    return _system.dns_suffix(interface)
