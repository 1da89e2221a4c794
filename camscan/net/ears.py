"""Receiving datagrams and nothing else: a thread per interface empties its sockets into a bounded queue.

Parsing happens elsewhere, in batches: while a thousand cameras answer one multicast at once, any work done between
two receives loses answers.
"""

import selectors
import socket
import struct
import sys
import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address

from camscan.evidence import IPAddress, Via
from camscan.scope import canonical

QUEUE_LIMIT = 50_000
"""Datagrams that wait for parsing at most; what comes beyond is counted as dropped."""

DATAGRAM_LIMIT = 65_535

RECEIVE_BUFFER = 8 * 1024 * 1024
"""Bytes asked of the kernel for each socket; it gives what its own limit (net.core.rmem_max) allows."""

_SO_RXQ_OVFL = 40
"""Linux: number of datagrams the kernel dropped on a socket, told with each datagram (socket(7))."""
_SO_RCVBUFFORCE = 33
_LINUX = sys.platform == "linux"


@dataclass(frozen=True, slots=True)
class Datagram:
    """One datagram as it came. ``via`` is how the socket it came to was used."""

    probe: str
    data: bytes
    ip: IPAddress
    port: int
    via: Via
    interface: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class _Ear:
    sock: socket.socket
    probe: str
    via: Via
    interface: str | None


class Ears:
    """Listens on sockets until closed. ``drain`` hands over what came since the last call."""

    def __init__(self, limit: int = QUEUE_LIMIT) -> None:
        self._queue: deque[Datagram] = deque()
        self._limit = limit
        self._ears: dict[str, list[_Ear]] = {}
        self._threads: list[threading.Thread] = []
        self._drops: dict[int, int] = {}
        self.queue_drops = 0
        self._wake_read, self._wake_write = socket.socketpair()

    def add(self, sock: socket.socket, probe: str, via: Via, interface: str | None) -> None:
        """Listens on a bound UDP socket, which belongs to the ears from then on. Call before ``start``."""
        sock.settimeout(0)
        enlarge(sock)
        if _LINUX:
            sock.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
        self._ears.setdefault(interface or "", []).append(_Ear(sock, probe, via, interface))

    def start(self) -> None:
        """Starts one thread per interface."""
        for name, ears in self._ears.items():
            thread = threading.Thread(target=self._run, args=(ears,), name=f"ears {name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def drain(self, most: int = 500) -> list[Datagram]:
        """Up to ``most`` datagrams, oldest first."""
        return [self._queue.popleft() for _ in range(min(most, len(self._queue)))]

    @property
    def waiting(self) -> int:
        """Datagrams not yet drained."""
        return len(self._queue)

    @property
    def kernel_drops(self) -> int:
        """Datagrams that the kernel dropped because a socket's buffer was full, and those our queue had no room for."""
        return sum(self._drops.values()) + self.queue_drops

    def close(self) -> None:
        """Ends the threads and closes the sockets."""
        self._wake_write.close()
        for thread in self._threads:
            thread.join()
        for ears in self._ears.values():
            for ear in ears:
                ear.sock.close()
        self._wake_read.close()

    def _run(self, ears: list[_Ear]) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_read, selectors.EVENT_READ, None)
            for ear in ears:
                selector.register(ear.sock, selectors.EVENT_READ, ear)
            while True:
                for key, _events in selector.select():
                    if key.data is None:
                        return
                    self._empty(key.data)

    def _empty(self, ear: _Ear) -> None:
        while True:
            try:
                data, drops, source = _receive(ear.sock)
            except OSError:
                # Nothing more, or an ICMP error that belongs to an earlier send.
                return
            if drops is not None:
                self._drops[ear.sock.fileno()] = drops
            if len(self._queue) >= self._limit:
                self.queue_drops += 1
                continue
            ip = canonical(ip_address(str(source[0]).partition("%")[0]))
            now = datetime.now(UTC)
            self._queue.append(Datagram(ear.probe, data, ip, int(source[1]), ear.via, ear.interface, now))


def enlarge(sock: socket.socket) -> None:
    """Asks for a large receive buffer; as root beyond the system's limit."""
    for option in (_SO_RCVBUFFORCE, socket.SO_RCVBUF) if _LINUX else (socket.SO_RCVBUF,):
        try:
            sock.setsockopt(socket.SOL_SOCKET, option, RECEIVE_BUFFER)
        except OSError:
            continue
        return


def _receive(sock: socket.socket) -> tuple[bytes, int | None, tuple[str, int]]:
    if sys.platform == "linux":
        data, ancillary, _flags, source = sock.recvmsg(DATAGRAM_LIMIT, 64)
        for level, kind, value in ancillary:
            if level == socket.SOL_SOCKET and kind == _SO_RXQ_OVFL and len(value) >= 4:
                return data, int(struct.unpack("I", value[:4])[0]), source
        return data, None, source
    data, source = sock.recvfrom(DATAGRAM_LIMIT)
    return data, None, source
