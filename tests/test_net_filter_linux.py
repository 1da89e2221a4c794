import contextlib
import errno
import socket
import sys

import pytest

if sys.platform != "linux":
    pytest.skip("filters of Linux's kernel", allow_module_level=True)

from camscan.net._filter_linux import attach

FIRST_BYTE_IS_A = ((0x30, 0, 0, 0), (0x15, 0, 1, ord("A")), (0x06, 0, 0, 3), (0x06, 0, 0, 0))


def test_the_kernel_filters_and_cuts() -> None:
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with near, far:
        attach(near, FIRST_BYTE_IS_A)
        near.settimeout(10)
        for text in (b"B", b"ABCDE", b"C", b"AB"):
            with contextlib.suppress(OSError):
                far.send(text)
        assert [near.recv(9), near.recv(9)] == [b"ABC", b"AB"]
        near.settimeout(0)
        with pytest.raises(BlockingIOError):
            near.recv(9)


def test_a_filter_cannot_be_taken_off_and_a_wrong_one_is_refused() -> None:
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with near, far:
        attach(near, FIRST_BYTE_IS_A)
        with pytest.raises(OSError, match="not permitted") as refused:
            near.setsockopt(socket.SOL_SOCKET, 27, 0)  # SO_DETACH_FILTER
        assert refused.value.errno == errno.EPERM
        with pytest.raises(OSError, match="Invalid argument"):
            attach(far, ((0x15, 200, 0, 0),))  # a jump into the void
