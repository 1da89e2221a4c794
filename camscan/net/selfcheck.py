"""Does this machine's own multicast work? Tried on the loopback interface only: nothing leaves the machine."""

import secrets
import socket
from ipaddress import IPv4Address

_GROUP = IPv4Address("239.255.202.99")
"""In the part of the multicast range that a site may use as it likes (RFC 2365, section 6.1)."""
_LOOPBACK = IPv4Address("127.0.0.1")


def multicast_loops(seconds: float = 1.0) -> bool:
    """Whether a datagram to a group, sent on loopback, comes back to a socket that joined the group there.

    The time to live is 0, which keeps it within the machine (RFC 1112, section 6.1). ``seconds`` is the longest wait.
    """
    token = secrets.token_bytes(16)
    try:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth,
        ):
            ear.bind(("", 0))
            ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, _GROUP.packed + _LOOPBACK.packed)
            ear.settimeout(seconds)
            mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, _LOOPBACK.packed)
            mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)
            mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
            mouth.sendto(token, (str(_GROUP), ear.getsockname()[1]))
            return ear.recv(64) == token
    except OSError:
        return False
