"""What an operator asks of a scan, and what this machine can reach of it. Sends nothing."""

from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network

from camscan.discover import PROBES
from camscan.errors import UsageError
from camscan.evidence import IPAddress
from camscan.net.arp import ArpSocket, open_arp
from camscan.net.interfaces import interfaces
from camscan.net.link import Interface
from camscan.net.neighbours import neighbours
from camscan.net.routes import dns_suffix, gateway_of
from camscan.scan.reach import Reach, Wire, reach, require_same_network
from camscan.scope import Scope, canonical

MOST_ADDRESSES = 1 << 16
"""Addresses of one network that may be named: those of a /16, the widest that a scope may declare."""


@dataclass(frozen=True)
class Request:
    """What the operator asked for."""

    scope: Scope
    targets: tuple[str, ...] = ()
    inventory: str | None = None
    resume: bool = False
    with_credentials: bool = False
    retry_credentials: bool = False
    with_nmap: bool = False
    same_network: bool = False


@dataclass(frozen=True)
class Place:
    """Where this machine stands."""

    interfaces: tuple[Interface, ...]
    reach: Reach
    gateways: tuple[tuple[Wire, str | None, str | None], ...]
    unsure: tuple[IPv4Network, ...]


def addresses(request: Request) -> tuple[IPAddress, ...]:
    """The addresses to try, all in the scope. Raises OutOfScopeError, UsageError."""
    if not request.targets:
        return tuple(request.scope.addresses())
    wanted: dict[IPAddress, None] = {}
    for text in request.targets:
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            raise UsageError(
                f'"{text}" is neither an address nor a network; names are not looked up.\n'
                "  Write for example 10.1.0.20 or 10.1.0.0/24."
            ) from None
        if network.num_addresses > MOST_ADDRESSES:
            raise UsageError(f"{network} has too many addresses to try. Name the parts that hold cameras.")
        if network.num_addresses == 1:
            ip = canonical(network.network_address)
            request.scope.require(ip)
            wanted[ip] = None
            continue
        inside = [ip for ip in network.hosts() if request.scope.permits(ip)]
        if not inside:
            request.scope.require(network.network_address)
        wanted.update(dict.fromkeys(inside))
    return tuple(wanted)


def left_out(request: Request) -> tuple[str, ...]:
    """What was named and will not be scanned, since the scope declares only part of it: a sentence for each network."""
    told = []
    for text in request.targets:
        network = ip_network(text, strict=False)
        if 1 < network.num_addresses <= MOST_ADDRESSES:
            outside = sum(1 for ip in network.hosts() if not request.scope.permits(ip))
            if outside:
                addresses_are = "1 address is" if outside == 1 else f"{outside:,} addresses are"
                told.append(f"Of {network}, {addresses_are} outside the scope or excluded, and will not be scanned.")
    return tuple(told)


def place(request: Request) -> Place:
    """This machine's interfaces and what they reach. Raises AnotherNetworkError."""
    known = tuple(i for i in interfaces() if i.is_up)
    reached = reach(request.scope, known)
    table = neighbours(known)
    gateways = []
    for wire in reached.wires:
        interface = next(i for i in known if i.name == wire.interface)
        gateway = gateway_of(interface, table)
        gateways.append((wire, gateway.mac if gateway else None, dns_suffix(interface)))
    unsure = () if request.same_network else require_same_network(request.scope, gateways)
    return Place(known, reached, tuple(gateways), unsure)


def group_datagrams(request: Request) -> int:
    """Datagrams that one round of multicast sends on one wire: none where the operator has named addresses."""
    if request.targets:
        return 0
    return sum(len(p.requests(0)) * (len(p.groups) + int(p.broadcast)) for p in PROBES if p.groups)


def open_arps(here: Place, *, close: bool = False) -> dict[str, ArpSocket]:
    """ARP sockets of the wires, where this process may open them."""
    opened: dict[str, ArpSocket] = {}
    for interface in here.interfaces:
        if any(w.interface == interface.name and not w.is_loopback for w in here.reach.wires):
            sock = open_arp(interface)
            if sock is not None:
                opened[interface.name] = sock
                if close:
                    sock.close()
    return opened
