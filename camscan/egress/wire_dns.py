"""DNS messages as they are on the wire (RFC 1035, 4): the question, and the addresses of an answer."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from camscan.egress.flow import domain_name
from camscan.errors import ParseError

JUMPS = 32
"""Compression pointers followed in one name; a loop never ends otherwise."""

RECORDS = 200
"""Records of one message that are read. A 64 KiB answer could hold 4,000."""

NOT_DNS = frozenset({137, 5353, 5355})
"""Ports of protocols that have its form and no names of the internet: NetBIOS (RFC 1002, 4.2), mDNS (RFC 6762), LLMNR
(RFC 4795). Programs that log DNS log them, too."""

_A, _AAAA = 1, 28
_ADDRESSES = (_A, _AAAA, 255)


@dataclass(frozen=True, slots=True)
class Message:
    """``name`` is empty where the question has not the form of a domain name, or asks for no address."""

    reply: bool
    name: str
    addresses: tuple[str, ...]
    failed: bool


def parse(data: bytes) -> Message:
    """The message in ``data``. Raises ParseError for anything that is none."""
    if len(data) < 12:
        raise ParseError("shorter than a DNS header")
    flags = int.from_bytes(data[2:4], "big")
    questions, answers = int.from_bytes(data[4:6], "big"), int.from_bytes(data[6:8], "big")
    if questions != 1 or (flags >> 11) & 0xF:
        raise ParseError("not one standard question")
    labels, at = _name(data, 12)
    if at + 4 > len(data):
        raise ParseError("cut off in the question")
    asked = int.from_bytes(data[at : at + 2], "big")
    name = domain_name(labels) if asked in _ADDRESSES else ""
    reply = bool(flags & 0x8000)
    addresses: list[str] = []
    if reply and name:
        at += 4
        for _ in range(min(answers, RECORDS)):
            _, at = _name(data, at)
            kind, size = int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 8 : at + 10], "big")
            at += 10
            body = data[at : at + size]
            if at > len(data) or len(body) < size:
                raise ParseError("cut off in an answer")
            if kind == _A and size == 4:
                addresses.append(str(IPv4Address(body)))
            elif kind == _AAAA and size == 16:
                addresses.append(str(IPv6Address(body)))
            at += size
    return Message(reply, name, tuple(addresses), bool(flags & 0xF))


def _name(data: bytes, at: int) -> tuple[str, int]:
    """The name at ``at`` and where what follows it begins."""
    parts: list[str] = []
    end, jumps, length = 0, 0, 0
    while True:
        if at >= len(data):
            raise ParseError("cut off in a name")
        size = data[at]
        if size >= 0xC0:
            if at + 1 >= len(data):
                raise ParseError("cut off in a pointer")
            end = end or at + 2
            at = (size & 0x3F) << 8 | data[at + 1]
            jumps += 1
            if jumps > JUMPS:
                raise ParseError("compression pointers in a loop")
            continue
        if size > 63:
            raise ParseError("a label longer than 63 bytes")
        at += 1
        if not size:
            return ".".join(parts), end or at
        length += size + 1
        if length > 255:
            raise ParseError("a name longer than 255 bytes")
        parts.append(data[at : at + size].decode("latin-1"))
        at += size
