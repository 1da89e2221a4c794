"""What only Linux has: kinds of links and neighbours from rtnetlink, routes from /proc, names from systemd."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from camscan.errors import ParseError
from camscan.net import _netlink
from camscan.net.link import Interface, InterfaceKind, Neighbour, NeighbourState, kind_by_words, mac_of, mac_text

_SYS = Path("/sys/class/net")
_PROC = Path("/proc/net")
_NETWORKD = Path("/run/systemd/netif/links")
_RESOLV_CONF = Path("/etc/resolv.conf")

# linux/if_arp.h
_ARPHRD_ETHER, _ARPHRD_LOOPBACK = 1, 772
_ARPHRD_TUNNELS = {512, 768, 769, 776, 778, 823, 65534}  # PPP, IPIP, IP6IP6, SIT, GRE, IP6GRE, none (tun, WireGuard)

# linux/if_link.h
_IFLA_IFNAME, _IFLA_LINK, _IFLA_MASTER, _IFLA_LINKINFO, _IFLA_INFO_KIND = 3, 5, 10, 18, 1
_STACKED = {"vlan", "macvlan", "macvtap", "ipvlan"}
_AGGREGATES = {"bond", "team"}
_TUNNELS = {"wireguard", "ppp", "xfrm", "vti", "gre", "gretap", "ipip", "sit", "ip6tnl", "ip6gre", "ovpn"}

# linux/neighbour.h
_NDA_DST, _NDA_LLADDR, _NDA_CACHEINFO = 1, 2, 3
_TICKS_A_SECOND = 100
"""USER_HZ, in which the kernel tells times to programs (time(7))."""
_CONFIRMING = {NeighbourState.REACHABLE, NeighbourState.STALE, NeighbourState.DELAY, NeighbourState.PROBE}
"""States of an entry that the other side confirms; a permanent one is only somebody's word."""
_STATES = {
    0x01: NeighbourState.INCOMPLETE,
    0x02: NeighbourState.REACHABLE,
    0x04: NeighbourState.STALE,
    0x08: NeighbourState.DELAY,
    0x10: NeighbourState.PROBE,
    0x20: NeighbourState.FAILED,
    0x40: NeighbourState.NOARP,
    0x80: NeighbourState.PERMANENT,
}
_AF_INET, _AF_INET6 = 2, 10
_ATF_COM, _ATF_PERM = 0x2, 0x4  # linux/if_arp.h, the flags of /proc/net/arp
_RTF_UP, _RTF_GATEWAY = 0x1, 0x2  # linux/route.h


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """One link as rtnetlink describes it. ``info`` is the kind of software link, empty for hardware."""

    index: int
    name: str
    arphrd: int
    info: str
    lower: int
    master: int


def link_record(payload: bytes) -> LinkRecord:
    """The link in one RTM_NEWLINK payload. Raises ParseError."""
    if len(payload) < 16:
        raise ParseError("netlink: a link message is cut off")
    arphrd, index = struct.unpack_from("=xxHi", payload)
    given = _netlink.attributes(payload[16:])
    info = _netlink.attributes(given.get(_IFLA_LINKINFO, b"")).get(_IFLA_INFO_KIND, b"")
    return LinkRecord(
        index=index,
        name=_text(given.get(_IFLA_IFNAME, b"")),
        arphrd=arphrd,
        info=_text(info),
        lower=_number(given.get(_IFLA_LINK, b"")),
        master=_number(given.get(_IFLA_MASTER, b"")),
    )


def kinds(sysfs: Path = _SYS) -> dict[str, InterfaceKind]:
    """Kind of each link by name; empty where the kernel's link table cannot be read."""
    try:
        payloads = _netlink.dump(_netlink.RTM_GETLINK, _netlink.RTM_NEWLINK, bytes(16))
        links = {record.index: record for record in map(link_record, payloads)}
    except (OSError, ParseError):
        return {}
    return {record.name: kind_of(record, links, sysfs) for record in links.values()}


def kind_of(link: LinkRecord, links: Mapping[int, LinkRecord], sysfs: Path = _SYS, depth: int = 4) -> InterfaceKind:
    """What ``link`` leads to: through a VLAN to its parent, through a bridge to its hardware port if it has one.

    ``depth`` is how many such steps are followed.
    """
    if link.arphrd == _ARPHRD_LOOPBACK:
        return InterfaceKind.LOOPBACK
    if link.info in _TUNNELS or link.arphrd in _ARPHRD_TUNNELS:
        return InterfaceKind.VPN
    if link.arphrd != _ARPHRD_ETHER:
        return InterfaceKind.OTHER
    return _software(link, links, sysfs, depth) if link.info else _hardware(link, sysfs)


def _software(link: LinkRecord, links: Mapping[int, LinkRecord], sysfs: Path, depth: int) -> InterfaceKind:
    if link.info in _AGGREGATES:
        return InterfaceKind.ETHERNET
    if depth > 0:
        for other in _below(link, links):
            kind = kind_of(other, links, sysfs, depth - 1)
            if kind in (InterfaceKind.ETHERNET, InterfaceKind.WIFI):
                return kind
    # A tap may be OpenVPN's or a virtual machine's; only its name tells.
    by_name = kind_by_words(link.name) if link.info == "tun" else None
    return by_name or InterfaceKind.VIRTUAL


def _below(link: LinkRecord, links: Mapping[int, LinkRecord]) -> list[LinkRecord]:
    if link.info == "bridge":
        return [port for port in links.values() if port.master == link.index]
    parent = links.get(link.lower) if link.info in _STACKED else None
    return [parent] if parent is not None and parent is not link else []


def _hardware(link: LinkRecord, sysfs: Path) -> InterfaceKind:
    place = sysfs / link.name
    if _read(place / "ifindex").strip() != str(link.index):
        # /sys shows another network namespace: only the name is left to judge by.
        return kind_by_words(link.name) or InterfaceKind.ETHERNET
    if (place / "phy80211").exists() or (place / "wireless").exists():
        return InterfaceKind.WIFI
    if (place / "device").exists():
        return InterfaceKind.ETHERNET
    return kind_by_words(link.name) or InterfaceKind.VIRTUAL


def neighbours() -> tuple[Neighbour, ...]:
    """The kernel's neighbour tables, IPv4 and IPv6; from /proc/net/arp (IPv4 only) where netlink is not allowed."""
    try:
        links = _netlink.dump(_netlink.RTM_GETLINK, _netlink.RTM_NEWLINK, bytes(16))
        names = {record.index: record.name for record in map(link_record, links)}
        payloads = _netlink.dump(_netlink.RTM_GETNEIGH, _netlink.RTM_NEWNEIGH, bytes(12))
        found = (neighbour_record(payload, names) for payload in payloads)
        return tuple(neighbour for neighbour in found if neighbour is not None)
    except (OSError, ParseError):
        return parse_proc_arp(_read(_PROC / "arp"))


def neighbour_record(payload: bytes, names: Mapping[int, str]) -> Neighbour | None:
    """The neighbour in one RTM_NEWNEIGH payload; None for a group address, a proxy entry or another family.

    ``names`` maps link indexes to names. Raises ParseError.
    """
    if len(payload) < 12:
        raise ParseError("netlink: a neighbour message is cut off")
    family, index, state = struct.unpack_from("=BxxxiH", payload)
    given = _netlink.attributes(payload[12:])
    destination = given.get(_NDA_DST, b"")
    ip: IPv4Address | IPv6Address
    if family == _AF_INET and len(destination) == 4:
        ip = IPv4Address(destination)
    elif family == _AF_INET6 and len(destination) == 16:
        ip = IPv6Address(destination)
    else:
        return None
    if ip.is_multicast or ip.is_unspecified or ip.is_loopback or state not in _STATES:
        return None
    cache = given.get(_NDA_CACHEINFO, b"")
    confirmed = _number(cache[:4]) / _TICKS_A_SECOND if len(cache) >= 4 and _STATES[state] in _CONFIRMING else None
    mac = mac_of(given.get(_NDA_LLADDR, b""))
    return Neighbour(ip, mac, names.get(index, str(index)), _STATES[state], confirmed)


def parse_proc_arp(text: str) -> tuple[Neighbour, ...]:
    """The neighbours of /proc/net/arp, which does not tell fresh entries from stale ones. Odd lines are left out."""
    found: list[Neighbour] = []
    for line in text.splitlines()[1:]:
        words = line.split()
        try:
            ip, flags, mac, interface = IPv4Address(words[0]), int(words[2], 16), words[3], words[5]
        except (IndexError, ValueError):
            continue
        state = NeighbourState.UNKNOWN if flags & _ATF_COM else NeighbourState.INCOMPLETE
        if flags & _ATF_PERM:
            state = NeighbourState.PERMANENT
        found.append(Neighbour(ip, mac_text(mac), interface, state))
    return tuple(found)


def gateway_ip(interface: Interface) -> IPv4Address | None:
    """The next hop out of ``interface``."""
    return parse_proc_route(_read(_PROC / "route"), interface.name)


def parse_proc_route(text: str, interface: str) -> IPv4Address | None:
    """The gateway that /proc/net/route gives for ``interface``: of its default route, else of its widest one.

    Numbers in that file are hexadecimal in the machine's byte order. Odd lines are left out.
    """
    best: tuple[int, int, IPv4Address] | None = None
    for line in text.splitlines()[1:]:
        words = line.split()
        try:
            flags, metric = int(words[3], 16), int(words[6])
            gateway, mask = (struct.pack("=I", int(words[column], 16)) for column in (2, 7))
        except (IndexError, ValueError, struct.error):
            continue
        if words[0] != interface or flags & (_RTF_UP | _RTF_GATEWAY) != _RTF_UP | _RTF_GATEWAY:
            continue
        candidate = (int.from_bytes(mask).bit_count(), metric, IPv4Address(gateway))
        best = min(best, candidate) if best else candidate
    return best[2] if best else None


def dns_suffix(interface: Interface) -> str | None:
    """The DNS suffix of the network behind ``interface``.

    systemd-networkd keeps one per link. Otherwise /etc/resolv.conf has one for the whole machine, which is taken
    as that of the interface with the default route, and of no other.
    """
    own = parse_networkd_link(_read(_NETWORKD / str(interface.index)))
    if own is not None:
        return own
    routes = _read(_PROC / "route")
    if default_interface(routes) != interface.name:
        return None
    return parse_resolv_conf(_read(_RESOLV_CONF))


def default_interface(text: str) -> str | None:
    """The interface of the default route with the lowest metric in /proc/net/route."""
    best: tuple[int, str] | None = None
    for line in text.splitlines()[1:]:
        words = line.split()
        try:
            target, flags, metric = int(words[1], 16) | int(words[7], 16), int(words[3], 16), int(words[6])
        except (IndexError, ValueError):
            continue
        if target == 0 and flags & _RTF_UP:
            best = min(best, (metric, words[0])) if best else (metric, words[0])
    return best[1] if best else None


def parse_resolv_conf(text: str) -> str | None:
    """First search domain of a resolv.conf (resolv.conf(5): of ``search`` and ``domain`` the last one counts)."""
    found: str | None = None
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and words[0] in ("search", "domain"):
            found = words[1].strip(".").lower() or None
    return found


def parse_networkd_link(text: str) -> str | None:
    """First search domain in a link's state file of systemd-networkd; routing-only domains (``~``) do not count."""
    for line in text.splitlines():
        name, _, value = line.partition("=")
        if name == "DOMAINS":
            words = [word.strip(".").lower() for word in value.split() if not word.startswith("~")]
            return next((word for word in words if word), None)
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _text(value: bytes) -> str:
    return value.rstrip(b"\0").decode("utf-8", "replace")


def _number(value: bytes) -> int:
    return int(struct.unpack("=I", value)[0]) if len(value) == 4 else 0
