"""The network layer of a captured frame: IP heads, and who holds an address by ARP and neighbour discovery.

Lengths are believed only as far as bytes go. What is cut off in its headers is None.
"""

from typing import NamedTuple

from camscan.egress.link import ARP, IPV4, IPV6
from camscan.safe.mac import mac_address

UDP, TCP, ICMP6 = 17, 6, 58

_EXTENSIONS = frozenset({0, 43, 60, 135})
"""IPv6 headers with a length in units of eight bytes (RFC 8200, 4; RFC 6275)."""

_FRAGMENT = 44
_SOLICITATION, _ADVERTISEMENT = 135, 136
_SOURCE_LINK, _TARGET_LINK = 1, 2
_NEVER_ROUTED = 255


class Packet(NamedTuple):
    """An IPv4 or IPv6 packet. ``size`` is what its header says of its length; ``body``, what follows all IP headers,
    is shorter where the capture cut it. ``offset`` is where a fragment belongs, in bytes; ``more`` follow it."""

    source: bytes
    target: bytes
    protocol: int
    size: int
    body: bytes
    missing: int
    hops: int
    identifier: int
    offset: int
    more: bool


class Holder(NamedTuple):
    """Who says that it holds an address: packed, and the MAC in our writing. ``answers`` to a question."""

    address: bytes
    mac: str
    answers: bool


def packet_of(data: bytes, kind: int, start: int) -> Packet | None:
    """The packet that begins at ``start`` of a frame; ``kind`` is its ethertype."""
    return _v4(data, start) if kind == IPV4 else _v6(data, start) if kind == IPV6 else None


def _v4(data: bytes, start: int) -> Packet | None:
    first = data[start] if start < len(data) else 0
    body = start + (first & 0xF) * 4
    if len(data) < start + 20 or first >> 4 != 4 or body < start + 20:
        return None
    # A length of 0 is left to the network card to fill in (segmentation offload).
    size = int.from_bytes(data[start + 2 : start + 4], "big") or len(data) - start
    fragment = int.from_bytes(data[start + 6 : start + 8], "big")
    return Packet(
        source=data[start + 12 : start + 16],
        target=data[start + 16 : start + 20],
        protocol=data[start + 9],
        size=size,
        body=data[body : min(len(data), start + size)],
        missing=max(start + size - len(data), 0),
        hops=data[start + 8],
        identifier=int.from_bytes(data[start + 4 : start + 6], "big"),
        offset=(fragment & 0x1FFF) * 8,
        more=bool(fragment & 0x2000),
    )


def _v6(data: bytes, start: int) -> Packet | None:
    if len(data) < start + 40 or data[start] >> 4 != 6:
        return None
    size = 40 + int.from_bytes(data[start + 4 : start + 6], "big")
    following, body, identifier, offset, more = data[start + 6], start + 40, 0, 0, False
    stop = min(len(data), start + size)
    while following in _EXTENSIONS or following == _FRAGMENT:
        if body + 8 > stop:
            return None
        if following == _FRAGMENT:
            place = int.from_bytes(data[body + 2 : body + 4], "big")
            identifier = int.from_bytes(data[body + 4 : body + 8], "big")
            offset, more = place & 0xFFF8, bool(place & 1)
            following, body = data[body], body + 8
        else:
            following, body = data[body], body + 8 + data[body + 1] * 8
    return Packet(
        source=data[start + 8 : start + 24],
        target=data[start + 24 : start + 40],
        protocol=following,
        size=size,
        body=data[body:stop],
        missing=max(start + size - len(data), 0),
        hops=data[start + 7],
        identifier=identifier,
        offset=offset,
        more=more,
    )


def holder_by_arp(data: bytes, kind: int, start: int) -> Holder | None:
    """RFC 826 over Ethernet and IPv4: the sender's addresses. Raises ValueError for what is no such message, or is
    cut off; None where it names no address (a probe, RFC 5227) or no device's MAC."""
    if kind != ARP or data[start : start + 6] != b"\x00\x01\x08\x00\x06\x04" or len(data) < start + 18:
        raise ValueError("not ARP over Ethernet")
    mac = mac_address(data[start + 8 : start + 14].hex())
    address = data[start + 14 : start + 18]
    answers = data[start + 6 : start + 8] == b"\x00\x02"
    return Holder(address, mac, answers) if mac and address != b"\0\0\0\0" else None


def holder_by_neighbour(packet: Packet) -> Holder | None:
    """RFC 4861: who advertises an address (4.4), or asks from one (4.3), with its link-layer address (4.6.1). A hop
    limit below 255 has passed a router (7.1), so it proves nothing."""
    body = packet.body
    if packet.protocol != ICMP6 or packet.hops != _NEVER_ROUTED or packet.offset or len(body) < 32:
        return None
    if body[0] not in (_SOLICITATION, _ADVERTISEMENT) or body[1]:
        return None
    answers = body[0] == _ADVERTISEMENT
    wanted = _TARGET_LINK if answers else _SOURCE_LINK
    address = body[8:24] if answers else packet.source
    at = 24
    while at + 8 <= len(body) and (size := body[at + 1] * 8):
        if body[at] == wanted and size == 8:
            mac = mac_address(body[at + 2 : at + 8].hex())
            return Holder(address, mac, answers) if mac and any(address) else None
        at += size
    return None
