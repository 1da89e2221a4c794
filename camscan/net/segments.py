"""How many TCP segments a socket sent, from the kernel where it tells (Linux: TCP_INFO)."""

import socket
import struct
import sys

_SEGMENTS_OUT = 136
"""Offset of tcpi_segs_out in struct tcp_info (linux/tcp.h, since Linux 4.2); a 32-bit counter."""


def segments_sent(sock: socket.socket) -> int | None:
    """Segments sent until now, retransmissions and pure acknowledgements included; None where not told."""
    if sys.platform != "linux":
        return None
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    except OSError:
        return None
    if len(info) < _SEGMENTS_OUT + 4:
        return None
    return int(struct.unpack_from("I", info, _SEGMENTS_OUT)[0])
