"""The sockets of the laboratory: on loopback addresses, or on the interfaces of a network namespace."""

import contextlib
import socket
import struct
import sys
from collections.abc import Callable, Iterable

from camscan.lab.place import Place
from camscan.lab.speak.shape import Address

RECEIVE_BUFFER = 1024 * 1024
BACKLOG = 64
_LOOPBACK = "127.0.0.1"

_PKTINFO = struct.Struct("@i4s4s")
"""struct in_pktinfo of Linux: interface, local address, destination of the datagram (ip(7))."""

Heard = Callable[[bytes, Address, bool], None]
"""Takes one datagram: its bytes, its sender, and whether it was sent to a group or broadcast."""


class Ear:
    """A UDP socket: ``read`` empties it into a Heard; ``send`` answers from it."""

    def __init__(self, sock: socket.socket, *, group_only: bool = False, tells_destination: bool = False) -> None:
        self.sock = sock
        self._group_only, self._tells_destination = group_only, tells_destination

    def read(self, heard: Heard) -> None:
        """Hands over all datagrams that wait."""
        while True:
            try:
                data, group, sender = self._next()
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                continue  # an ICMP error about an earlier answer: the next datagram may well be fine
            heard(data, sender, group)

    def _next(self) -> tuple[bytes, bool, Address]:
        if sys.platform == "linux" and self._tells_destination:
            data, extra, _, sender = self.sock.recvmsg(65535, 256)
            return data, _to_group(extra), sender
        data, sender = self.sock.recvfrom(65535)
        return data, self._group_only, sender

    def send(self, data: bytes, to: Address) -> None:
        """Sends one datagram; one that cannot be sent is lost, as on a network."""
        with contextlib.suppress(OSError):
            self.sock.sendto(data, to)


def _to_group(extra: list[tuple[int, int, bytes]]) -> bool:
    for level, kind, data in extra:
        if level == socket.IPPROTO_IP and kind == _ip_pktinfo() and len(data) >= _PKTINFO.size:
            _, local, destination = _PKTINFO.unpack(data[: _PKTINFO.size])
            # For a multicast or broadcast datagram the kernel puts the interface's own address into ``local``.
            return bool(local != destination)
    return False


def _ip_pktinfo() -> int:
    return getattr(socket, "IP_PKTINFO", 8)  # named by Python only from 3.12 on; 8 on Linux


def _udp() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sys.platform == "darwin":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    return sock


def loopback_ear(place: Place, port: int) -> Ear:
    """Hears what is sent to the device's own address."""
    sock = _udp()
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(_LOOPBACK))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
    sock.bind((str(place.ip), port))
    return Ear(sock)


def loopback_group_ear(group: str, port: int) -> Ear | None:
    """Hears what is multicast to a group on the loopback interface, for all devices at once; None where the
    system has no multicast on loopback."""
    sock = _udp()
    try:
        sock.bind((group if sys.platform != "win32" else _LOOPBACK, port))
        membership = socket.inet_aton(group) + socket.inet_aton(_LOOPBACK)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    except OSError:
        sock.close()
        return None
    return Ear(sock, group_only=True)


def namespace_ear(place: Place, port: int, group: str) -> Ear:
    """Hears everything that reaches the device's own interface: unicast, broadcast and the group."""
    if sys.platform != "linux" or place.interface is None:
        raise RuntimeError("only on an interface of a Linux network namespace")
    sock = _udp()
    name = place.interface.encode() + b"\0"
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.setsockopt(socket.IPPROTO_IP, _ip_pktinfo(), 1)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    index = socket.if_nametoindex(place.interface)
    # struct ip_mreqn: group, local address, interface.
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("@4s4si", b"", place.ip.packed, index))
    membership = struct.pack("@4s4si", socket.inet_aton(group), place.ip.packed, index)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    sock.bind(("", port))
    return Ear(sock, tells_destination=True)


def listen(place: Place, usual: int) -> socket.socket:
    """A TCP socket that accepts connections at the device's address, on its own interface where it has one."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.settimeout(0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sys.platform == "linux" and place.interface is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, place.interface.encode() + b"\0")
    try:
        sock.bind((str(place.ip), place.port(usual)))
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


def missing_addresses(places: Iterable[Place]) -> str | None:
    """None where every loopback address can be used; else a sentence with the one command that adds them.

    Only macOS needs it: there 127.0.0.1 is the one loopback address until more are added.
    """
    addresses = [str(place.ip) for place in places]
    missing = [ip for ip in addresses if not _usable(ip)]
    if not missing:
        return None
    command = f"for ip in {' '.join(missing)}; do sudo ifconfig lo0 alias $ip up; done"
    return (
        f"This system has only some of the loopback addresses that the virtual estate uses "
        f"({len(missing)} of {len(addresses)} are missing). Add them with this one command, then try again:\n"
        f"  {command}"
    )


def _usable(ip: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind((ip, 0))
        except OSError:
            return False
    return True
