"""Link layers of captures: where in a frame the network layer begins, and who sent it.

Numbers are those of tcpdump.org/linktypes.html. What is not here fails loudly: an Ethernet-only reader finds nothing
in a capture of another kind, and says nothing.
"""

from collections.abc import Callable

ETHERNET = 1
IPV4, IPV6, ARP = 0x0800, 0x86DD, 0x0806

_TAGS = frozenset({0x8100, 0x88A8, 0x9100})
"""VLAN (IEEE 802.1Q), and the outer tags of QinQ (802.1ad, and its forerunner)."""

_PPPOE = 0x8864
"""RFC 2516."""

_PPP = {0x0021: IPV4, 0x0057: IPV6}
"""RFC 1332, RFC 5072."""

_FAMILIES = {2: IPV4, 10: IPV6, 24: IPV6, 28: IPV6, 30: IPV6}
"""AF_INET, and AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, macOS."""

TAGS = 4
"""VLAN tags taken off at most."""

Place = tuple[int, int, bytes]
"""Ethertype of what is inside, where it begins, and the sender's MAC (empty where the link has none)."""

_NONE: Place = (0, 0, b"")


def _inner(data: bytes, kind: int, at: int, mac: bytes) -> Place:
    """Takes off VLAN tags and PPPoE."""
    for _ in range(TAGS):
        if kind not in _TAGS:
            break
        kind, at = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
    if kind == _PPPOE:
        kind, at = _PPP.get(int.from_bytes(data[at + 6 : at + 8], "big"), 0), at + 8
    return (kind, at, mac) if at < len(data) else _NONE


def _ethernet(data: bytes) -> Place:
    return _inner(data, int.from_bytes(data[12:14], "big"), 14, data[6:12])


def _cooked(data: bytes) -> Place:
    """LINKTYPE_LINUX_SLL: type, ARPHRD, address length, address (8), protocol."""
    mac = data[6:12] if data[2:6] == b"\x00\x01\x00\x06" else b""
    return _inner(data, int.from_bytes(data[14:16], "big"), 16, mac)


def _cooked2(data: bytes) -> Place:
    """LINKTYPE_LINUX_SLL2: protocol, reserved, interface (4), ARPHRD, type, address length, address (8)."""
    mac = data[12:18] if data[8:10] == b"\x00\x01" and data[11:12] == b"\x06" else b""
    return _inner(data, int.from_bytes(data[0:2], "big"), 20, mac)


def _raw(data: bytes) -> Place:
    kind = {4: IPV4, 6: IPV6}.get(data[0] >> 4, 0) if data else 0
    return kind, 0, b""


def _loopback(data: bytes) -> Place:
    """LINKTYPE_NULL and LINKTYPE_LOOP: the address family in four bytes, in the order of the machine that captured."""
    family = data[:4]
    kind = _FAMILIES.get(int.from_bytes(family, "little"), 0) or _FAMILIES.get(int.from_bytes(family, "big"), 0)
    return (kind, 4, b"") if len(data) > 4 else _NONE


LINKS: dict[int, Callable[[bytes], Place]] = {
    0: _loopback,
    ETHERNET: _ethernet,
    12: _raw,
    14: _raw,
    101: _raw,
    108: _loopback,
    113: _cooked,
    228: _raw,
    229: _raw,
    276: _cooked2,
}
"""Link types that are read. 12 and 14 are raw IP on the BSDs."""


def unsupported(number: int) -> str:
    """The sentence for a link type that is not read."""
    known = ", ".join(str(one) for one in sorted(LINKS))
    return f"its link type {number} is not read (tcpdump.org/linktypes.html names it); read are {known}"
