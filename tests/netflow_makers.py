"""Messages of NetFlow and IPFIX by hand, and from softflowd. Field numbers are IANA's."""

import shutil
import socket
import struct
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, OTHER, START, SYN, datagram, lookup, packed, pcap, segment, visit

from camscan.egress.known import Known
from camscan.egress.netflow.decoder import Decoder
from camscan.egress.netflow.exported import Exported
from camscan.egress.source import Tally

BASIC = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 1), (1, 4), (152, 8), (153, 8))
"""Addresses, ports, protocol, flags, bytes, first and last in milliseconds."""

needs_softflowd = pytest.mark.skipif(shutil.which("softflowd") is None, reason="softflowd is not installed")


def v5_record(
    source: str = CAMERA, target: str = CLOUD, ports: tuple[int, int] = (40_000, 443), *, protocol: int = 6,
    flags: int = 0x1B, octets: int = 500, first: int = 1_000, last: int = 3_000,
) -> bytes:  # fmt: skip
    return (
        packed(source) + packed(target) + bytes(8) + struct.pack(">IIII", 3, octets, first, last)
        + struct.pack(">HHBBB", *ports, 0, flags, protocol) + bytes(9)
    )  # fmt: skip


def v5(records: Sequence[bytes], *, at: float = START, uptime: int = 5_000, sampling: int = 0) -> bytes:
    head = struct.pack(">HHIIIIBBH", 5, len(records), uptime, int(at), int(at % 1 * 1e9), 7, 0, 1, sampling)
    return head + b"".join(records)


def basic(
    source: str = CAMERA, target: str = CLOUD, ports: tuple[int, int] = (40_000, 443), *, protocol: int = 6,
    flags: int = 0x1B, octets: int = 500, first: float = START, last: float = START + 2,
) -> bytes:  # fmt: skip
    """A record of the template BASIC."""
    return (
        packed(source) + packed(target) + struct.pack(">HHBBI", *ports, protocol, flags, octets)
        + struct.pack(">QQ", round(first * 1000), round(last * 1000))
    )  # fmt: skip


def fields(layout: Iterable[tuple[int, ...]]) -> bytes:
    """(number, length) or (number, length, enterprise)."""
    out = b""
    for number, length, *enterprise in layout:
        out += struct.pack(">HH", number | (0x8000 if enterprise else 0), length)
        out += b"".join(one.to_bytes(4, "big") for one in enterprise)
    return out


def a_set(number: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack(">HH", number, 4 + len(body)) + body


def template(layout: Sequence[tuple[int, ...]] = BASIC, number: int = 256, *, version: int = 10) -> bytes:
    return a_set(2 if version == 10 else 0, struct.pack(">HH", number, len(layout)) + fields(layout))


def options(layout: Sequence[tuple[int, ...]], number: int = 300, *, version: int = 10) -> bytes:
    """An options template whose first field is the scope."""
    if version == 10:
        return a_set(3, struct.pack(">HHH", number, len(layout), 1) + fields(layout))
    return a_set(1, struct.pack(">HHH", number, 4, 4 * (len(layout) - 1)) + fields(layout))


def ipfix(*sets: bytes, at: float = START + 10, domain: int = 1) -> bytes:
    body = b"".join(sets)
    return struct.pack(">HHIII", 10, 16 + len(body), int(at), 0, domain) + body


def v9(*sets: bytes, at: float = START + 10, uptime: int = 100_000, domain: int = 1) -> bytes:
    return struct.pack(">HHIIII", 9, len(sets), uptime, int(at), 0, domain) + b"".join(sets)


def decoded(known: Known, *messages: bytes, tally: Tally | None = None) -> list[Exported]:
    """The flow records in messages of one exporter."""
    decoder = Decoder(known, tally or Tally())
    found = [one for message in messages for one in decoder.message("10.1.0.1", message)]
    decoder.finish()
    return [one for one in found if isinstance(one, Exported)]


def traffic() -> bytes:
    """A capture: a visit, an attempt without an answer, a lookup, a visit from outside, a peer-to-peer datagram."""
    inward = [
        segment(CLOUD, CAMERA, (50_000, 554), SYN), segment(CAMERA, CLOUD, (554, 50_000), 0x12),
        segment(CLOUD, CAMERA, (50_000, 554), 0x18, b"D"), segment(CAMERA, CLOUD, (554, 50_000), 0x18, bytes(500)),
    ]  # fmt: skip
    return pcap(
        [
            *visit(),
            segment(CAMERA, OTHER, (41_000, 8443), SYN),
            *lookup("litedev.hik-connect.com", CLOUD),
            *inward,
            datagram(CAMERA, OTHER, (32_000, 8800), bytes(100)),
        ]
    )


def softflowd(folder: Path, *arguments: str, port: int | None = None) -> list[bytes]:
    """The datagrams that softflowd exports of ``traffic`` over 127.0.0.1; none where another ``port`` gets them."""
    capture = folder / "traffic.pcap"
    capture.write_bytes(traffic())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector:
        collector.bind(("127.0.0.1", 0))
        goal = port or collector.getsockname()[1]
        command = ["softflowd", "-r", str(capture), "-n", f"127.0.0.1:{goal}", "-d", "-c", "none"]
        command += ["-p", str(folder / "softflowd.pid"), *arguments]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        # It has ended, so all that it sent lies in the socket.
        collector.setblocking(False)
        received = []
        try:
            while True:
                received.append(collector.recv(65_535))
        except BlockingIOError:
            return received
