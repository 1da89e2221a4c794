"""DHCP as it is overheard (RFC 2131, RFC 2132): which MAC asks for or is given which address, and how it asks.

The list of parameters that a client asks for (option 55) and its vendor class (option 60) come from its firmware;
its host name (option 12) often is the maker's default. Nothing is ever sent: camscan is no client.
"""

from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address

from camscan.discover.gather import Gather
from camscan.errors import ParseError
from camscan.evidence import Evidence
from camscan.safe.mac import mac_address
from camscan.safe.text import decode

PORT = 68
"""The client's port; the server's is 67."""

_FIXED, _COOKIE = 240, b"\x63\x82\x53\x63"
_NAME, _REQUESTED, _KIND, _PARAMETERS, _CLASS = 12, 50, 53, 55, 60
_END, _PAD = 255, 0
_ETHERNET = b"\x01\x06"
"""RFC 2131, 2: hardware type and length of its address."""


class Kind(IntEnum):
    """RFC 2132, 9.6."""

    DISCOVER = 1
    OFFER = 2
    REQUEST = 3
    DECLINE = 4
    ACKNOWLEDGE = 5
    REFUSE = 6
    RELEASE = 7
    INFORM = 8


_OF_SERVER = frozenset({Kind.OFFER, Kind.ACKNOWLEDGE, Kind.REFUSE})


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``given`` is the address that the server gives, ``held`` the one the client says it has,
    ``wanted`` the one it asks for; each None where there is none. ``evidence`` is what a client says of itself."""

    kind: Kind
    mac: str
    transaction: bytes
    given: IPv4Address | None
    held: IPv4Address | None
    wanted: IPv4Address | None
    evidence: tuple[Evidence, ...] = ()


def parse(raw: bytes) -> Message:
    """The message in a datagram's payload. Raises ParseError for anything else, also for clients off Ethernet."""
    if len(raw) < _FIXED or raw[0] not in (1, 2) or raw[1:3] != _ETHERNET or raw[236:240] != _COOKIE:
        raise ParseError("not DHCP over Ethernet")
    options = _options(raw)
    mac = mac_address(raw[28:34].hex())
    try:
        kind = Kind(int.from_bytes(options.get(_KIND, b""), "big"))
    except ValueError:
        raise ParseError("a DHCP message that does not say what it is") from None
    if mac is None:
        raise ParseError("a DHCP message of no device")
    if (kind in _OF_SERVER) != (raw[0] == 2):
        raise ParseError("a DHCP message that contradicts itself")
    return Message(
        kind=kind,
        mac=mac,
        transaction=raw[4:8],
        given=_address(raw[16:20]) if kind in _OF_SERVER else None,
        held=_address(raw[12:16]),
        wanted=_address(options.get(_REQUESTED)),
        evidence=() if kind in _OF_SERVER else _evidence(mac, options),
    )


def _evidence(mac: str, options: dict[int, bytes]) -> tuple[Evidence, ...]:
    found = Gather()
    found.add("dhcp.mac", mac)
    found.add("dhcp.hostname", decode(options.get(_NAME, b"").rstrip(b"\0")))
    found.add("dhcp.parameters", ",".join(str(number) for number in options.get(_PARAMETERS, b"")))
    found.add("dhcp.vendor_class", decode(options.get(_CLASS, b"").rstrip(b"\0")))
    return found.evidence()


def _options(raw: bytes) -> dict[int, bytes]:
    """The options as far as they are whole; one that comes in parts is put together (RFC 3396)."""
    options: dict[int, bytes] = {}
    at = _FIXED
    while at + 1 < len(raw) and raw[at] != _END:
        if raw[at] == _PAD:
            at += 1
            continue
        end = at + 2 + raw[at + 1]
        if end > len(raw):
            break
        options[raw[at]] = options.get(raw[at], b"") + raw[at + 2 : end]
        at = end
    return options


def _address(packed: bytes | None) -> IPv4Address | None:
    return IPv4Address(packed) if packed and len(packed) == 4 and any(packed) else None
