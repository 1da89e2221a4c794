"""Files of nfdump: from nfcapd and nfdump where they are installed, and by hand."""

import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, START, packed
from netflow_makers import softflowd

needs_nfdump = pytest.mark.skipif(
    not all(shutil.which(one) for one in ("nfcapd", "nfdump", "nfpcapd", "softflowd", "stdbuf")),
    reason="nfdump and softflowd are not installed",
)

EXPORTED = 8
"""Flow records of the capture that softflowd exports."""


def collected(folder: Path, *arguments: str) -> Path:
    """The file that nfcapd writes of what softflowd exports to it over 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    stored = folder / "nfcapd"
    stored.mkdir()
    # -E prints each record as it comes, so that none need be waited for by the clock.
    command = ["stdbuf", "-oL", "nfcapd", "-E", "-w", str(stored), "-b", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as collector:
        assert collector.stdout is not None
        assert collector.stderr is not None
        patience = threading.Timer(60, collector.kill)
        patience.start()
        told = 0
        try:
            assert any("Startup nfcapd" in line for line in collector.stderr)
            softflowd(folder, "-v", "10", "-A", "milli", *arguments, port=port)
            while told < EXPORTED and (line := collector.stdout.readline()):
                told += line.startswith("Flow Record")
        finally:
            patience.cancel()
            patience.join()
            collector.terminate()
            collector.communicate(timeout=60)
    assert told == EXPORTED
    (path,) = stored.glob("nfcapd.2*")
    return path


def nfdump(path: Path, *arguments: str) -> bytes:
    """What nfdump prints of a file, in UTC."""
    command = ["nfdump", "-r", str(path), *arguments]
    return subprocess.run(command, check=True, capture_output=True, timeout=60, env={"TZ": "UTC"}).stdout


def element(kind: int, body: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", kind, 4 + len(body)) + body


def generic(
    order: str = "<", *, first: int = int(START * 1000), last: int = int(START * 1000) + 2_000, packets: int = 3,
    octets: int = 500, ports: tuple[int, int] = (40_000, 443), protocol: int = 6, flags: int = 0x1B,
) -> bytes:  # fmt: skip
    counts = struct.pack(order + "QQQQQ", first, last, last, packets, octets)
    return element(1, counts + struct.pack(order + "HHBBBB", *ports, protocol, flags, 0, 0), order)


def addresses(source: str = CAMERA, target: str = CLOUD, order: str = "<", kind: int = 2) -> bytes:
    words = [int.from_bytes(packed(one), "big") for one in (source, target)]
    return element(kind, struct.pack(order + "II", *words), order)


def nf_record(*elements: bytes, order: str = "<", version: int = 9, flags: int = 0, kind: int = 11) -> bytes:
    size = 12 + sum(len(one) for one in elements)
    head = struct.pack(order + "HHHBBHBB", kind, size, len(elements), 0, 0, 1, flags, version)
    return head + b"".join(elements)


def nf_block(content: bytes, order: str = "<", *, kind: int = 3, flags: int = 0) -> bytes:
    return struct.pack(order + "IIHH", 1, len(content), kind, flags) + content


def nf_file(
    blocks: Sequence[bytes] = (), order: str = "<", *, packing: int = 0, layout: int = 2, secret: int = 0
) -> bytes:
    """A file of layout 2: magic, layout, version, when, packing, encryption, appendix, sizes."""
    head = struct.pack(order + "HHIQBBHIQ", 0xA50C, layout, 0x01070100, int(START), packing, secret, 0, 0, 0)
    return head + struct.pack(order + "II", 1 << 20, len(blocks)) + b"".join(blocks)
