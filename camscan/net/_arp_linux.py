"""ARP over AF_PACKET (Linux): one socket per interface, filtered in the kernel, closed to everything else.

Numbers: linux/if_packet.h, asm-generic/socket.h.
"""

import sys

if sys.platform != "linux":
    raise ImportError("AF_PACKET is Linux's own")

import contextlib
import errno
import socket
import struct
import time
from ipaddress import IPv4Address, IPv4Network
from typing import Self

from camscan.errors import ParseError
from camscan.net._filter_linux import attach
from camscan.net.arp import ArpHeard
from camscan.net.frames import ArpTemplate, parse_arp, template
from camscan.net.link import Interface, InterfaceKind

_ETH_P_ARP = 0x0806
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_SO_RCVBUFFORCE = 33
_RECEIVE_BUFFER = 4 * 1024 * 1024
_BATCH = 1024
_SNAP = 128

# Classic BPF: (code, jump if true, jump if false, constant). Loads are 0x28 (half word at k), jumps 0x15 (equal to k).
_REPLIES_ONLY = (
    (0x28, 0, 0, 12),  # EtherType
    (0x15, 0, 7, _ETH_P_ARP),
    (0x28, 0, 0, 16),  # protocol type: IPv4
    (0x15, 0, 5, 0x0800),
    (0x28, 0, 0, 18),  # lengths of hardware and protocol address: 6 and 4
    (0x15, 0, 3, 0x0604),
    (0x28, 0, 0, 20),  # operation: reply
    (0x15, 0, 1, 2),
    (0x06, 0, 0, _SNAP),
    (0x06, 0, 0, 0),
)


class LinuxArpSocket:
    """See camscan.net.arp.ArpSocket."""

    def __init__(self, sock: socket.socket, interface: Interface) -> None:
        self.interface = interface
        self.malformed = 0
        self._sock = sock
        self._drops = 0
        self._asked: set[IPv4Address] = set()
        self._templates: dict[IPv4Network, ArpTemplate] = {
            address.network: template(interface.mac or "", address.ip)
            for address in interface.ipv4
            if isinstance(address.network, IPv4Network) and isinstance(address.ip, IPv4Address)
        }

    def request(self, ip: IPv4Address) -> int:
        """See ArpSocket."""
        source = self.interface.source_for(ip)
        if source is None or not isinstance(source.network, IPv4Network):
            raise ValueError(f"{ip} is not on the network of {self.interface.name}")
        self._asked.add(ip)
        try:
            return self._sock.send(self._templates[source.network].asking(ip))
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.ENOBUFS):
                return 0
            raise

    def answers(self) -> tuple[ArpHeard, ...]:
        """See ArpSocket."""
        found: list[ArpHeard] = []
        for _ in range(_BATCH):
            try:
                frame = self._sock.recv(_SNAP)
            except BlockingIOError:
                break
            except OSError:
                # The interface went down (ENETDOWN); what came before it still counts.
                break
            try:
                answer = parse_arp(frame)
            except ParseError:
                self.malformed += 1
                continue
            asked = answer.ip in self._asked
            found.append(ArpHeard(answer.ip, answer.mac, time.monotonic(), asked, frame, self.interface.name))
        return tuple(found)

    def drops(self) -> int:
        """See ArpSocket. The kernel's own counter starts anew with each reading."""
        _packets, drops = struct.unpack("=II", self._sock.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        self._drops += int(drops)
        return self._drops

    def fileno(self) -> int:
        """See ArpSocket."""
        return self._sock.fileno()

    def close(self) -> None:
        """See ArpSocket."""
        self._sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_arp(interface: Interface) -> LinuxArpSocket | None:
    """See camscan.net.arp.open_arp."""
    speaks_arp = interface.is_up and interface.mac and interface.ipv4 and interface.kind is not InterfaceKind.LOOPBACK
    if not speaks_arp:
        return None
    try:
        # Protocol 0 hears nothing until bind: the filter is in place before the first frame.
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    except OSError:
        return None
    try:
        sock.settimeout(0)
        attach(sock, _REPLIES_ONLY)
        with contextlib.suppress(OSError):
            # The first gives what net.core.rmem_max allows; the second more, to those with CAP_NET_ADMIN.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_BUFFER)
        sock.bind((interface.name, _ETH_P_ARP))
    except OSError:
        sock.close()
        return None
    return LinuxArpSocket(sock, interface)
