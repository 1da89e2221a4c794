"""What this machine can reach of the scope, and how: over its own wires, through a router, or on itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

from camscan.errors import AnotherNetworkError
from camscan.evidence import IPAddress
from camscan.net.link import Interface
from camscan.scope import Link, Scope, Site


class Way(StrEnum):
    """How an address is reached, which decides what is a sign of life."""

    LINK = "link"  # same wire: ARP and multicast work
    ROUTED = "routed"  # through a router: only unicast
    LOOPBACK = "loopback"  # this machine: every address refuses, so only an answer is life


@dataclass(frozen=True, slots=True)
class Wire:
    """One IPv4 network of an interface that holds addresses of the scope. ``multicast`` says whether groups may be
    asked there: the whole network is in the scope, or its site allows it (``by_site``)."""

    interface: str
    address: IPv4Address
    network: IPv4Network
    mac: str | None
    is_loopback: bool
    multicast: bool
    by_site: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """The wires that touch the scope."""

    wires: tuple[Wire, ...]

    def way(self, ip: IPAddress) -> Way:
        """How ``ip`` is reached."""
        if ip.is_loopback:
            return Way.LOOPBACK
        return Way.LINK if self.wire(ip) is not None else Way.ROUTED

    def wire(self, ip: IPAddress) -> Wire | None:
        """The wire that ``ip`` is on, or None."""
        return next((w for w in self.wires if ip.version == 4 and ip in w.network), None)


def reach(scope: Scope, interfaces: Iterable[Interface]) -> Reach:
    """The wires of ``interfaces`` that touch ``scope``; a site's ``interface`` keeps others out."""
    wires: list[Wire] = []
    for interface in interfaces:
        if not interface.is_up:
            continue
        for address in interface.ipv4:
            network = address.network
            if not isinstance(network, IPv4Network) or not isinstance(address.ip, IPv4Address):
                continue
            sites = [s for s in scope.touches(network) if s.interface in (None, interface.name)]
            if not sites:
                continue
            by_site = any(site.multicast for site in sites)
            wires.append(
                Wire(
                    interface=interface.name,
                    address=address.ip,
                    network=network,
                    mac=interface.mac,
                    is_loopback=interface.is_loopback,
                    multicast=(by_site or scope.covers(network)) and (interface.multicast or interface.is_loopback),
                    by_site=by_site,
                )
            )
    return Reach(tuple(wires))


def require_same_network(
    scope: Scope, gateways: Iterable[tuple[Wire, str | None, str | None]]
) -> tuple[IPv4Network, ...]:
    """Raises AnotherNetworkError where a wire's gateway is not the one the scope remembers for its addresses.

    ``gateways`` gives, for each wire, the MAC of its gateway and its DNS suffix, each None where not known. Returns
    the networks that the scope remembers but that could not be compared, since neither was known.
    """
    unsure: list[IPv4Network] = []
    for wire, mac, suffix in gateways:
        for site, link in _remembered(scope, wire):
            if link.gateway_mac and mac:
                _compare(scope, site, wire, "gateway", (mac, link.gateway_mac))
            elif link.dns_suffix and suffix:
                _compare(scope, site, wire, "DNS suffix", (suffix, link.dns_suffix))
            elif link.gateway_mac or link.dns_suffix:
                unsure.append(wire.network)
    return tuple(dict.fromkeys(unsure))


def _remembered(scope: Scope, wire: Wire) -> Iterator[tuple[Site, Link]]:
    for site in scope.sites:
        for link in site.link:
            if link.network.version == 4 and link.network.overlaps(wire.network):
                yield site, link


def _compare(scope: Scope, site: Site, wire: Wire, what: str, here_and_there: tuple[str, str]) -> None:
    here, there = here_and_there
    if here != there:
        raise AnotherNetworkError(
            f"{wire.network} is here, but its {what} is {here} and not {there}, as\n"
            f"  {scope.path.name} remembers for {site.name}. The same numbers are in use in many places, so nothing\n"
            "  was sent. If this is the right place and it was changed, add --same-network."
        )
