"""Reading the kernel's tables over rtnetlink (Linux): a dump request and its messages. Nothing leaves the machine.

Numbers and layouts: linux/netlink.h, linux/rtnetlink.h, linux/neighbour.h, linux/if_link.h.
"""

import socket
import struct
import sys
from collections.abc import Iterator

from camscan.errors import ParseError

RTM_NEWLINK, RTM_GETLINK = 16, 18
RTM_NEWNEIGH, RTM_GETNEIGH = 28, 30

_ERROR, _DONE = 2, 3
_REQUEST, _DUMP, _DUMP_INTERRUPTED = 0x1, 0x300, 0x10
_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_RECEIVE = 65_536
"""The kernel fills at most 32 KiB of a dump at a time."""
_TRIES = 3
_NESTED = 0x3FFF
"""Mask that takes NLA_F_NESTED and NLA_F_NET_BYTEORDER off an attribute's type."""


def messages(buffer: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(type, flags, payload) of each message in ``buffer``. Raises ParseError where a length does not fit."""
    place = 0
    while place < len(buffer):
        if len(buffer) - place < _HEADER.size:
            raise ParseError("netlink: a message header is cut off")
        length, kind, flags, _sequence, _port = _HEADER.unpack_from(buffer, place)
        if length < _HEADER.size or place + length > len(buffer):
            raise ParseError("netlink: a message is longer than what was read")
        yield kind, flags, buffer[place + _HEADER.size : place + length]
        place += length + 3 & ~3


def attributes(data: bytes) -> dict[int, bytes]:
    """Attributes by type. Raises ParseError where a length does not fit."""
    found: dict[int, bytes] = {}
    place = 0
    while len(data) - place >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(data, place)
        if length < _ATTRIBUTE.size or place + length > len(data):
            raise ParseError("netlink: an attribute is longer than its message")
        found[kind & _NESTED] = data[place + _ATTRIBUTE.size : place + length]
        place += length + 3 & ~3
    return found


def dump(request: int, answer: int, body: bytes) -> tuple[bytes, ...]:
    """Payloads of all ``answer`` messages to a dump ``request`` whose fixed part is ``body``.

    A dump that the kernel marks as interrupted (its table changed meanwhile) is read again, three times at
    most; the last reading is then taken as it is. Raises OSError where the system does not allow netlink.
    """
    found: tuple[bytes, ...] = ()
    for _ in range(_TRIES):
        found, interrupted = _once(request, answer, body)
        if not interrupted:
            break
    return found


def _once(request: int, answer: int, body: bytes) -> tuple[tuple[bytes, ...], bool]:
    if sys.platform != "linux":
        raise OSError("rtnetlink is Linux's own")
    found: list[bytes] = []
    interrupted = False
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as sock:
        sock.settimeout(2.0)
        sock.bind((0, 0))
        sock.send(_HEADER.pack(_HEADER.size + len(body), request, _REQUEST | _DUMP, 1, 0) + body)
        while True:
            for kind, flags, payload in messages(sock.recv(_RECEIVE)):
                interrupted = interrupted or bool(flags & _DUMP_INTERRUPTED)
                if kind == _DONE:
                    return tuple(found), interrupted
                if kind == _ERROR:
                    code = -struct.unpack_from("=i", payload)[0] if len(payload) >= 4 else 0
                    raise OSError(code, "netlink refused the dump")
                if kind == answer:
                    found.append(payload)
