"""What only macOS has: ``networksetup``, ``route -n get``, ``scutil --dns`` and ``arp -an``, which need no rights.

Other BSDs are served from here too: what they lack among these tools is then simply not known.
"""

from ipaddress import IPv4Address

from camscan.net._command import output_of
from camscan.net.link import Interface, InterfaceKind, Neighbour, NeighbourState, kind_by_words, mac_text
from camscan.net.settings import Firewall


def parse_hardware_ports(text: str) -> dict[str, InterfaceKind]:
    """Kind by device name from ``networksetup -listallhardwareports``."""
    found: dict[str, InterfaceKind] = {}
    port = ""
    for line in text.splitlines():
        label, _, value = line.partition(":")
        if label == "Hardware Port":
            port = value.strip()
        elif label == "Device" and port and value.strip():
            found[value.strip()] = kind_by_words(port) or kind_by_words(value.strip()) or InterfaceKind.ETHERNET
            port = ""
    return found


def parse_route_get(text: str, interface: str) -> IPv4Address | None:
    """The gateway of ``route -n get``, if it is an address and leads through ``interface``."""
    values = {label.strip(): value.strip() for label, _, value in (line.partition(":") for line in text.splitlines())}
    if values.get("interface") != interface:
        return None
    try:
        return IPv4Address(values.get("gateway", ""))
    except ValueError:
        return None


def parse_scutil_dns(text: str, interface: str) -> str | None:
    """First search domain (else the domain) that ``scutil --dns`` lists for ``interface``.

    The scoped resolvers name their interface as ``if_index : 4 (en0)``; the unscoped first part is a summary.
    """
    for block in text.split("resolver #"):
        domain = search = None
        here = False
        for line in block.splitlines():
            label, _, value = line.partition(":")
            name = label.strip()
            if name == "if_index":
                here = value.strip().endswith(f"({interface})")
            elif name == "domain":
                domain = domain or value.strip(" .").lower()
            elif name.startswith("search domain["):
                search = search or value.strip(" .").lower()
        if here and (search or domain):
            return search or domain
    return None


def parse_arp_an(text: str) -> tuple[Neighbour, ...]:
    """The neighbours of ``arp -an``: ``? (192.168.1.1) at a4:91:b1:0:1:2 on en0 ifscope [ethernet]``."""
    found: list[Neighbour] = []
    for line in text.splitlines():
        words = line.split()
        if len(words) < 6 or words[2] != "at" or words[4] != "on":
            continue
        try:
            ip = IPv4Address(words[1].strip("()"))
        except ValueError:
            continue
        mac = mac_text(words[3])
        if ip.is_multicast or (mac is None and words[3] != "(incomplete)"):
            continue
        state = NeighbourState.INCOMPLETE if mac is None else NeighbourState.UNKNOWN
        if mac and "permanent" in words[6:]:
            state = NeighbourState.PERMANENT
        found.append(Neighbour(ip, mac, words[5], state))
    return tuple(found)


def kinds() -> dict[str, InterfaceKind]:
    """Kind of each hardware port by device name."""
    return parse_hardware_ports(output_of(["/usr/sbin/networksetup", "-listallhardwareports"]))


def neighbours() -> tuple[Neighbour, ...]:
    """The system's ARP table (IPv4)."""
    return parse_arp_an(output_of(["/usr/sbin/arp", "-an"]))


def gateway_ip(interface: Interface) -> IPv4Address | None:
    """The next hop out of ``interface``."""
    text = output_of(["/sbin/route", "-n", "get", "-ifscope", interface.name, "default"])
    return parse_route_get(text, interface.name)


def dns_suffix(interface: Interface) -> str | None:
    """The DNS suffix of the network behind ``interface``."""
    return parse_scutil_dns(output_of(["/usr/sbin/scutil", "--dns"]), interface.name)


def parse_firewall_state(text: str) -> bool | None:
    """Whether ``socketfilterfw --getglobalstate`` says it is on: ``Firewall is enabled. (State = 1)``."""
    _, found, rest = text.partition("State = ")
    return rest[:1] != "0" if found and rest[:1].isdigit() else None


def firewalls() -> tuple[Firewall, ...]:
    """The application firewall of macOS."""
    text = output_of(["/usr/libexec/ApplicationFirewall/socketfilterfw", "--getglobalstate"])
    return (Firewall("macOS firewall", parse_firewall_state(text)),)
