"""What a payload shows without being kept: peer-to-peer protocols, port mapping, the name in a TLS hello."""

from collections.abc import Callable

from camscan.egress.flow import Mark, domain_name

_STUN_COOKIE = b"\x21\x12\xa4\x42"
"""RFC 8489, 5."""

_INVERTED_COOKIE = bytes(byte ^ 0xFF for byte in _STUN_COOKIE)

_PPPP = frozenset(
    {0x00, 0x01, 0x02, 0x03, 0x10, 0x11, 0x12, 0x20, 0x21, 0x30, 0x31, 0x40, 0x41, 0x42, 0xE0, 0xE1, 0xF0}
)
"""Message types after the magic F1 (github fbertone/lib32100 and the measured Yi capture: hello, punch, alive)."""


def of_datagram(payload: bytes, port: int) -> Mark | None:
    """The sign in a UDP payload whose service port is ``port``, or None.

    DHGET/DHPOST, PTCP and inverted STUN: github khoanguyen-3fc/dh-p2p (MIT), dh-p2p.lua. PPPP: magic F1, type,
    length of the rest, big-endian.
    """
    return next((mark for mark, shows in _DATAGRAMS if shows(payload, port)), None)


def _dhget(payload: bytes, _port: int) -> bool:
    return payload.startswith((b"DHGET ", b"DHPOST "))


def _ptcp(payload: bytes, _port: int) -> bool:
    return payload.startswith(b"PTCP") and len(payload) >= 24


def _stun(payload: bytes, _port: int) -> bool:
    if len(payload) < 20 or payload[0] > 1 or payload[4:8] != _STUN_COOKIE:
        return False
    return len(payload) == 20 + int.from_bytes(payload[2:4], "big")


def _stun_inverted(payload: bytes, _port: int) -> bool:
    return len(payload) >= 20 and payload[0] >= 0xFE and payload[4:8] == _INVERTED_COOKIE


def _pppp(payload: bytes, _port: int) -> bool:
    if len(payload) < 4 or payload[0] != 0xF1 or payload[1] not in _PPPP:
        return False
    return len(payload) == 4 + int.from_bytes(payload[2:4], "big")


def _igd_search(payload: bytes, port: int) -> bool:
    return port == 1900 and payload.startswith(b"M-SEARCH ") and b"InternetGatewayDevice" in payload[:1024]


def _maps_port(payload: bytes, port: int) -> bool:
    """NAT-PMP opcodes 1 and 2 (RFC 6886, 3.3), PCP opcode MAP (RFC 6887, 11.1): a request for a mapping."""
    nat_pmp = len(payload) == 12 and payload[0] == 0 and payload[1] in (1, 2)
    pcp = len(payload) >= 60 and payload[0] == 2 and payload[1] == 1
    return port == 5351 and (nat_pmp or pcp)


_DATAGRAMS: tuple[tuple[Mark, Callable[[bytes, int], bool]], ...] = (
    (Mark.DHGET, _dhget),
    (Mark.PTCP, _ptcp),
    (Mark.STUN, _stun),
    (Mark.STUN_INVERTED, _stun_inverted),
    (Mark.PPPP, _pppp),
    (Mark.IGD_SEARCH, _igd_search),
    (Mark.PORT_MAPPING, _maps_port),
)


def of_stream(payload: bytes) -> Mark | None:
    """The sign in a TCP segment: a UPnP AddPortMapping action (WANIPConnection:1, 2.4.16), in its SOAPAction header."""
    if payload.startswith(b"POST ") and b"#AddPortMapping" in payload[:4096]:
        return Mark.PORT_MAPPING
    return None


def server_name(payload: bytes) -> str:
    """The server name of a TLS ClientHello (RFC 8446, 4.1.2; RFC 6066, 3) that begins here, or empty.

    Only the first record is looked at; lengths are believed only as far as bytes go.
    """
    if len(payload) < 44 or payload[0] != 22 or payload[1] != 3 or payload[5] != 1:
        return ""
    at = 43
    at += 1 + payload[at]
    at += 2 + int.from_bytes(payload[at : at + 2], "big")
    at += 1 + (payload[at] if at < len(payload) else 0)
    end = min(at + 2 + int.from_bytes(payload[at : at + 2], "big"), len(payload))
    at += 2
    while at + 4 <= end:
        kind, size = int.from_bytes(payload[at : at + 2], "big"), int.from_bytes(payload[at + 2 : at + 4], "big")
        body = payload[at + 4 : at + 4 + size]
        if kind == 0:
            length = int.from_bytes(body[3:5], "big")
            return domain_name(body[5 : 5 + length].decode("latin-1")) if body[2:3] == b"\0" else ""
        at += 4 + size
    return ""
