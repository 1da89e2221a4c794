"""Gives a socket a filter of the kernel's, for good (Linux). Numbers: linux/filter.h, asm-generic/socket.h."""

import ctypes
import socket
import struct
from collections.abc import Sequence

_SO_ATTACH_FILTER, _SO_LOCK_FILTER = 26, 44


def attach(sock: socket.socket, program: Sequence[tuple[int, int, int, int]]) -> None:
    """Puts ``program`` before ``sock`` and locks it: steps of (code, jump if true, jump if false, constant), as in the
    classic BSD packet filter. Raises OSError where the kernel refuses it."""
    steps = b"".join(struct.pack("=HBBI", *step) for step in program)
    held = ctypes.create_string_buffer(steps, len(steps))
    # struct sock_fprog: the number of steps and a pointer to them, laid out as C does.
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", len(program), ctypes.addressof(held)))
    sock.setsockopt(socket.SOL_SOCKET, _SO_LOCK_FILTER, 1)
