"""Asking by datagram: groups and broadcast on an interface, single addresses by unicast. Always through the gate."""

import socket
import sys
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network

from camscan.discover.shape import DatagramProbe
from camscan.errors import OutOfScopeError
from camscan.evidence import IPAddress, Transport, Via
from camscan.net.ears import Ears
from camscan.net.gate import Gate

_BIND_TO_DEVICE = 25
"""SO_BINDTODEVICE, socket(7): keeps a socket to one interface. Linux."""


class Datagrams:
    """The sockets of one scan. Opened before privileges are dropped; answers come through ``ears``."""

    def __init__(self, gate: Gate, ears: Ears) -> None:
        self._gate, self._ears = gate, ears
        self._asking: dict[tuple[str, str], socket.socket] = {}
        self._direct: dict[str, socket.socket] = {}
        self._asked: dict[str, set[IPAddress]] = {}
        self.own: set[tuple[str, int]] = set()
        self.unheard: list[str] = []

    def open_interface(self, name: str, address: IPv4Address, probes: Sequence[DatagramProbe]) -> None:
        """Opens the sockets for multicast on one interface and joins the groups there.

        A port that another program holds is noted in ``unheard`` and done without.
        """
        for probe in probes:
            if not probe.groups:
                continue
            asking = self._bind(name, str(address), probe.bind_port, probe.name)
            if asking is None and probe.bind_port:
                asking = self._bind(name, str(address), 0, probe.name)
            if asking is None:
                continue
            asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, address.packed)
            asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
            asking.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            self._asking[name, probe.name] = asking
            self._ears.add(asking, probe.name, Via.MULTICAST, name)
            for group in probe.groups if probe.passive else ():
                joined = self._bind(name, _group_address(group), probe.port, probe.name)
                if joined is not None and self._join(joined, name, group, address, probe.name):
                    self._ears.add(joined, probe.name, Via.MULTICAST, name)

    def open_direct(self, probes: Sequence[DatagramProbe]) -> None:
        """Opens the sockets for questions to single addresses."""
        for probe in probes:
            if probe.unicast:
                sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                sock.bind(("", 0))
                self.own.add(("", sock.getsockname()[1]))
                self._direct[probe.name] = sock
                self._asked[probe.name] = set()
                self._ears.add(sock, probe.name, Via.UNICAST, None)

    async def ask_group(
        self, name: str, network: IPv4Network, probe: DatagramProbe, payload: bytes, *, allowed: bool
    ) -> int:
        """Sends ``payload`` once to each of the probe's groups, and to the broadcast address where it has one, on
        the interface ``name``. Returns the number of datagrams. Raises OutOfScopeError (see Gate.admit_group)."""
        sock = self._asking.get((name, probe.name))
        if sock is None:
            return 0
        targets: list[IPv4Address] = list(probe.groups)
        if probe.broadcast and network.prefixlen < 31 and not network.is_loopback:
            targets.append(network.broadcast_address)
        sent = 0
        for target in targets:
            await self._gate.admit_group(network, target, probe.port, probe.name, allowed=allowed)
            sent += self._send(sock, payload, str(target), probe.port)
        return sent

    async def ask(self, probe: DatagramProbe, ip: IPAddress, payload: bytes) -> bool:
        """Sends ``payload`` to one address. False where the probe cannot, or the scope does not allow it."""
        sock = self._direct.get(probe.name)
        if sock is None or ip.version != 4:
            return False
        try:
            ip = await self._gate.admit(ip, probe.port, Transport.UDP, probe.name, 1)
        except OutOfScopeError:
            return False
        self._asked[probe.name].add(ip)
        return self._send(sock, payload, str(ip), probe.port) == 1

    def was_asked(self, probe: str, ip: IPAddress) -> bool:
        """Whether ``ip`` was asked by unicast: only then is its answer more than a claim."""
        return ip in self._asked.get(probe, ())

    def is_own(self, ip: IPAddress, port: int) -> bool:
        """Whether a datagram from there is our own question, looped back."""
        return (str(ip), port) in self.own

    def _send(self, sock: socket.socket, payload: bytes, ip: str, port: int) -> int:
        try:
            sock.sendto(payload, (ip, port))
        except OSError:
            # No route, or an ICMP error of an earlier datagram: the address stays unanswered, which coverage reports.
            return 0
        self._gate.counters.datagrams += 1
        return 1

    def _join(self, sock: socket.socket, name: str, group: IPv4Address, address: IPv4Address, probe: str) -> bool:
        try:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group.packed + address.packed)
        except OSError as error:
            # The interface is gone, or the system's limit of groups is reached: what it asks is answered all the same.
            sock.close()
            self.unheard.append(f"{probe} on {name}: group {group} cannot be joined ({error.strerror})")
            return False
        return True

    def _bind(self, interface: str, address: str, port: int, probe: str) -> socket.socket | None:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            if sys.platform == "linux":
                sock.setsockopt(socket.SOL_SOCKET, _BIND_TO_DEVICE, interface.encode() + b"\0")
            sock.bind((address, port))
        except OSError as error:
            sock.close()
            self.unheard.append(f"{probe} on {interface}: port {port} cannot be used ({error.strerror})")
            return None
        self.own.add((address, sock.getsockname()[1]))
        return sock


def _group_address(group: IPv4Address) -> str:
    # Windows refuses to bind to a group; elsewhere it keeps other people's unicast out of our socket.
    return "" if sys.platform == "win32" else str(group)
