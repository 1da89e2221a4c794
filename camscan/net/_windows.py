"""What only Windows has: ``ipconfig /all``, ``route print -4`` and ``arp -a``, which need no rights.

Their words are translated on localised systems, so the parsers go by position, numbers and the letters "DNS".
"""

from dataclasses import dataclass
from ipaddress import IPv4Address

from camscan.net._command import output_of, system32
from camscan.net.link import Interface, InterfaceKind, Neighbour, NeighbourState, kind_by_words, mac_text
from camscan.net.settings import Firewall


@dataclass(frozen=True, slots=True)
class Adapter:
    """One adapter of ``ipconfig /all``. ``heading`` ends with the connection's name."""

    heading: str
    dns_suffix: str | None
    description: str

    def is_called(self, name: str) -> bool:
        """Whether this is the adapter of the connection ``name``."""
        return self.heading == name or self.heading.endswith(f" {name}")

    @property
    def kind(self) -> InterfaceKind:
        """What its driver's description, then its heading, says."""
        return kind_by_words(self.description) or kind_by_words(self.heading) or InterfaceKind.ETHERNET


def parse_ipconfig(text: str) -> tuple[Adapter, ...]:
    """The adapters of ``ipconfig /all``, in any display language.

    An adapter's heading starts in the first column and ends with a colon. Its lines are ``label . . : value``;
    the first label with "DNS" in it is the connection's suffix (servers come later), the next line its driver.
    """
    found: list[Adapter] = []
    heading, pairs = "", list[tuple[str, str]]()
    for line in [*text.splitlines(), "end:"]:
        if line and not line[0].isspace():
            if heading and pairs:
                found.append(_adapter(heading, pairs))
            bare = line.strip()
            heading, pairs = (bare[:-1].rstrip() if bare.endswith(":") else ""), []
        elif heading and ":" in line:
            label, _, value = line.partition(":")
            pairs.append((label.strip(" ."), value.strip()))
    return tuple(found)


def _adapter(heading: str, pairs: list[tuple[str, str]]) -> Adapter:
    place = next((number for number, (label, _) in enumerate(pairs) if "DNS" in label), None)
    if place is None:
        return Adapter(heading, None, pairs[0][1])
    suffix = pairs[place][1].strip(".").lower() or None
    following = pairs[place + 1][1] if place + 1 < len(pairs) else ""
    return Adapter(heading, suffix, following)


def parse_route_print(text: str, source: IPv4Address) -> IPv4Address | None:
    """The gateway of the default route that leaves through our address ``source``, by ``route print -4``.

    A row is: network, mask, gateway, our address, metric. A gateway that is no address ("On-link") is none.
    """
    best: tuple[int, IPv4Address] | None = None
    for line in text.splitlines():
        words = line.split()
        if len(words) != 5 or words[:2] != ["0.0.0.0", "0.0.0.0"] or words[3] != str(source):  # noqa: S104 - a route
            continue
        try:
            candidate = (int(words[4]), IPv4Address(words[2]))
        except ValueError:
            continue
        best = min(best, candidate) if best else candidate
    return best[1] if best else None


def parse_arp_a(text: str) -> tuple[Neighbour, ...]:
    """The neighbours of ``arp -a``. ``interface`` is our address there; Windows keeps the state to itself.

    The rows of group and broadcast addresses, which Windows lists too, are left out.
    """
    found: list[Neighbour] = []
    interface = ""
    for line in text.splitlines():
        words = line.split()
        if "---" in words:
            interface = next((word for word in words if _ipv4(word)), "")
            continue
        ip = _ipv4(words[0]) if len(words) >= 2 else None
        mac = mac_text(words[1]) if ip else None
        if ip is not None and mac is not None and not ip.is_multicast and interface:
            found.append(Neighbour(ip, mac, interface, NeighbourState.UNKNOWN))
    return tuple(found)


def _ipv4(word: str) -> IPv4Address | None:
    try:
        return IPv4Address(word)
    except ValueError:
        return None


def kinds() -> dict[str, InterfaceKind]:
    """Kind of each adapter by the words after which Windows names it; ask with ``Adapter.is_called`` in mind."""
    adapters = parse_ipconfig(output_of([system32("ipconfig.exe"), "/all"]))
    return {adapter.heading: adapter.kind for adapter in adapters}


def neighbours() -> tuple[Neighbour, ...]:
    """The system's ARP table (IPv4)."""
    return parse_arp_a(output_of([system32("arp.exe"), "-a"]))


def gateway_ip(interface: Interface) -> IPv4Address | None:
    """The next hop out of ``interface``."""
    text = output_of([system32("route.exe"), "print", "-4"])
    own = [address.ip for address in interface.ipv4 if isinstance(address.ip, IPv4Address)]
    return next(filter(None, (parse_route_print(text, ip) for ip in own)), None)


def dns_suffix(interface: Interface) -> str | None:
    """The DNS suffix of the connection."""
    adapters = parse_ipconfig(output_of([system32("ipconfig.exe"), "/all"]))
    return next((adapter.dns_suffix for adapter in adapters if adapter.is_called(interface.name)), None)


def parse_firewall_profiles(text: str) -> bool | None:
    """Whether any profile is on, by ``reg query``: rows ``EnableFirewall REG_DWORD 0x1``, in any language."""
    rows = [line.split() for line in text.splitlines() if line.split()[:1] == ["EnableFirewall"]]
    values = [row[2] for row in rows if len(row) == 3]
    return any(value != "0x0" for value in values) if values else None


def firewalls() -> tuple[Firewall, ...]:
    """Windows Defender Firewall. Which profile is in force now is not asked: any that is on may be."""
    policy = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
    text = output_of([system32("reg.exe"), "query", policy, "/s", "/v", "EnableFirewall"])
    return (Firewall("Windows Defender Firewall", parse_firewall_profiles(text)),)
