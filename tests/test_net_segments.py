"""Segments that a socket sent, as the kernel counts them."""

import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from camscan.net.segments import segments_sent

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells (TCP_INFO)")


@contextmanager
def connected(host: str) -> Iterator[tuple[socket.socket, socket.socket]]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        near = socket.create_connection(listener.getsockname()[:2])
        far, _ = listener.accept()
        with near, far:
            yield near, far


@linux_only
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_counts_handshake_data_and_acknowledgements(host: str) -> None:
    with connected(host) as (near, far):
        assert segments_sent(near) == 2  # SYN, and the acknowledgement of SYN-ACK
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(5):
            near.sendall(b"x")
            far.recv(1)
        assert segments_sent(near) == 7
        near.shutdown(socket.SHUT_WR)
        assert far.recv(1) == b""
        assert segments_sent(near) == 8


@linux_only
def test_a_duplicate_tells_the_same() -> None:
    with connected("127.0.0.1") as (near, _far), near.dup() as twin:
        assert segments_sent(twin) == segments_sent(near)


def test_what_cannot_tell() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        assert segments_sent(datagrams) is None
    closed = socket.socket()
    closed.close()
    assert segments_sent(closed) is None


class OldKernel:
    def getsockopt(self, *_: int) -> bytes:
        return struct.pack("I", 1) * 26  # before Linux 4.2


def test_an_old_kernel_and_another_system_do_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    assert segments_sent(OldKernel()) is None  # type: ignore[arg-type] # all that is asked of it
    monkeypatch.setattr(sys, "platform", "darwin")
    with socket.socket() as sock:
        assert segments_sent(sock) is None
