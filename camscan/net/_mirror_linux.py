"""Listening over AF_PACKET (Linux): the kernel filters, and lays packets into a ring of memory that is shared with it.

Numbers: linux/if_packet.h, linux/if_arp.h, linux/sockios.h; Documentation/networking/packet_mmap.rst, TPACKET_V3.
"""

import sys

if sys.platform != "linux":
    raise ImportError("AF_PACKET is Linux's own")

import contextlib
import fcntl
import inspect
import mmap
import select
import socket
import struct
from collections.abc import Generator, Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Self

from camscan.errors import UsageError
from camscan.net import _sift
from camscan.net._filter_linux import attach
from camscan.net.mirror import TICK, Captured

BLOCK, BLOCKS = 512 * 1024, 64
"""The ring: 32 MiB. A block is handed over when it is full, or RETIRE after its first packet: the ring holds at least
BLOCKS times RETIRE of what comes while nobody reads."""

RETIRE = 0.2
"""Seconds."""

_SYS = Path("/sys/class/net")
_ETH_P_ALL = 0x0003
_SOL_PACKET = 263
_ADD_MEMBERSHIP, _RX_RING, _STATISTICS, _VERSION, _IGNORE_OUTGOING = 1, 5, 6, 10, 23
_PROMISCUOUS = 1
_TPACKET_V3 = 2
_READY = 1  # TP_STATUS_USER
_FRAME = 2048  # of no meaning in version 3, but checked
_SIOCGIFFLAGS, _SIOCGIFHWADDR = 0x8913, 0x8927
_UP, _RUNNING = 0x1, 0x40
_ARPHRD_ETHER, _ARPHRD_LOOPBACK = 1, 772
_ETHERNET, _RAW = 1, 101

_BLOCK_HEAD = struct.Struct("=8xIII")
"""tpacket_block_desc: version and offset, then status, number of packets, offset of the first."""

_PACKET_HEAD = struct.Struct("=IIIII4xH")
"""tpacket3_hdr: offset of the next, seconds, nanoseconds, lengths kept and on the wire, status, offset of the frame."""

_FREE = struct.pack("=I", 0)


class LinuxMirror:
    """See camscan.net.mirror.Mirror."""

    def __init__(self, sock: socket.socket, ring: mmap.mmap, interface: str, link: int) -> None:
        self.interface = interface
        self.link = link
        self._sock = sock
        self._ring = ring
        self._index = 0
        self._present = True
        self._received = self._kernel_drops = 0
        self._lost, self._lost_before = 0, _lost_by(interface)
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN | select.POLLERR)
        self._where = 0, 0, 0
        self._frames = self._read()

    def bind(self) -> None:
        """Hears the interface that has the name now. Raises OSError where there is none."""
        index = socket.if_nametoindex(self.interface)
        self._sock.bind((self.interface, _ETH_P_ALL))
        member = struct.pack("=iHH8x", index, _PROMISCUOUS, 0)
        self._sock.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, member)
        self._index = index

    @property
    def present(self) -> bool:
        """See Mirror."""
        return self._present

    @property
    def received(self) -> int:
        """See Mirror."""
        self._count()
        return self._received

    @property
    def dropped(self) -> int:
        """See Mirror."""
        self._count()
        now = _lost_by(self.interface)
        self._lost += max(now - self._lost_before, 0)  # an interface that was made anew counts from 0
        self._lost_before = now
        return self._kernel_drops + self._lost

    def _count(self) -> None:
        """The kernel's own counters start anew with each reading."""
        received, dropped, _freezes = struct.unpack("=III", self._sock.getsockopt(_SOL_PACKET, _STATISTICS, 12))
        self._received += received
        self._kernel_drops += dropped

    def __iter__(self) -> Iterator[Captured | None]:
        if inspect.getgeneratorstate(self._frames) == inspect.GEN_CLOSED:
            self._frames = self._read()
        return self._frames

    def _read(self) -> Generator[Captured | None]:
        ring, link = self._ring, self.link
        look, known = _PACKET_HEAD.unpack_from, Captured
        number, at, left = self._where
        try:
            while True:
                start = number * BLOCK
                if not at:
                    status, left, first = _BLOCK_HEAD.unpack_from(ring, start)
                    if not status & _READY:
                        if not self._wait():
                            yield None
                        continue
                    at = start + first
                while left:
                    after, seconds, nanoseconds, kept, length, begin = look(ring, at)
                    begin += at
                    at += after
                    left -= 1
                    yield known(seconds + nanoseconds * 1e-9, link, ring[begin : begin + kept], length)
                ring[start + 8 : start + 12] = _FREE
                number, at = (number + 1) % BLOCKS, 0
        finally:
            # An interruption ends a generator for good; the next one goes on from here.
            self._where = number, at, left

    def _wait(self) -> bool:
        """Whether something came within a tick."""
        events = self._poll.poll(TICK * 1000)
        if events and not events[0][1] & select.POLLERR:
            self._present = True
            return True
        # ENETDOWN wakes at once, and once only: reading the error clears it.
        if events and self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._present = False
            return False
        self._present = self._come_back()
        return False

    def _come_back(self) -> bool:
        """Whether the interface is there; one that was made anew under the same name is bound to."""
        try:
            if socket.if_nametoindex(self.interface) != self._index:
                self.bind()
            asked = struct.pack("16s24x", self.interface.encode())
            (flags,) = struct.unpack_from("=16xH", fcntl.ioctl(self._sock, _SIOCGIFFLAGS, asked))
        except OSError:
            return False
        return bool(flags & _UP and flags & _RUNNING)

    def close(self) -> None:
        """See Mirror."""
        self._frames.close()
        self._ring.close()
        self._sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_mirror(interface: str, *, sift: bool, snaplen: int, local: Iterable[IPv4Network | IPv6Network]) -> LinuxMirror:
    """See camscan.net.mirror.open_mirror."""
    try:
        # Protocol 0 hears nothing until bind: filter and ring are in place before the first packet.
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    except PermissionError:
        raise UsageError(_MAY_NOT.format(interface=interface)) from None
    with contextlib.ExitStack() as opened:
        opened.enter_context(sock)
        try:
            kind = _kind(sock, interface)
            ethernet = kind in (_ARPHRD_ETHER, _ARPHRD_LOOPBACK)
            if ethernet and sift:
                attach(sock, _sift.sift(snaplen, random=True, local=local))
            else:
                attach(sock, _sift.everything(snaplen))
            if kind == _ARPHRD_LOOPBACK:
                sock.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)  # each packet goes out and comes in
            sock.setsockopt(_SOL_PACKET, _VERSION, _TPACKET_V3)
            request = struct.pack("=7I", BLOCK, BLOCKS, _FRAME, BLOCK // _FRAME * BLOCKS, int(RETIRE * 1000), 0, 0)
            sock.setsockopt(_SOL_PACKET, _RX_RING, request)
            ring = opened.enter_context(mmap.mmap(sock.fileno(), BLOCK * BLOCKS))
            mirror = LinuxMirror(sock, ring, interface, _ETHERNET if ethernet else _RAW)
            mirror.bind()
        except OSError as error:
            raise UsageError(f"{interface} cannot be listened to: {error.strerror}.") from None
        opened.pop_all()
        return mirror


_MAY_NOT = (
    "Listening to {interface} needs the right to open raw sockets (CAP_NET_RAW). Start camscan with sudo: it gives up "
    "root\nas soon as it listens. In a systemd unit, AmbientCapabilities=CAP_NET_RAW gives that right and no other."
)


def _kind(sock: socket.socket, interface: str) -> int:
    answer = fcntl.ioctl(sock, _SIOCGIFHWADDR, struct.pack("16s24x", interface.encode()))
    return int(struct.unpack_from("=16xH", answer)[0])


def _lost_by(interface: str) -> int:
    """Packets for which the interface's own hardware had no room, since it was made. ``rx_dropped`` is left out: what
    nobody but us wanted to have counts there too."""
    lost = 0
    for name in ("rx_missed_errors", "rx_fifo_errors"):
        with contextlib.suppress(OSError, ValueError):
            lost += int((_SYS / interface / "statistics" / name).read_text())
    return lost
