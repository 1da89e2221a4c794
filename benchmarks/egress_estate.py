"""Writes a capture of camera traffic: 200 cameras streaming to two recorders, VLANs, IPv6, lookups, the cloud.

Made input, drawn with a fixed seed; addresses outside the site are documentation ranges (RFC 5737, RFC 3849).
"""

import random
import struct
from ipaddress import IPv4Address
from pathlib import Path

from camscan.device import Device

CAMERAS = 200
RECORDERS = ("10.1.0.5", "10.1.0.6")
GIGABYTE = 1_000_000_000


def _address(text: str) -> bytes:
    return bytes(int(part) for part in text.split("."))


def _ipv4(source: bytes, target: bytes, protocol: int, body: bytes) -> bytes:
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, protocol, 0) + source + target + body


def _ipv6(source: bytes, target: bytes, protocol: int, body: bytes) -> bytes:
    return struct.pack(">IHBB", 0x6000_0000, len(body), protocol, 64) + source + target + body


def _udp(source: int, target: int, payload: bytes) -> bytes:
    return struct.pack(">HHHH", source, target, 8 + len(payload), 0) + payload


def _tcp(source: int, target: int, flags: int, payload: bytes = b"") -> bytes:
    return struct.pack(">HHIIBBHHH", source, target, 1, 1, 0x50, flags, 65535, 0, 0) + payload


def _frame(kind: int, body: bytes, vlan: int = 0) -> bytes:
    tag = struct.pack(">HH", 0x8100, vlan) if vlan else b""
    return b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02" + tag + struct.pack(">H", kind) + body


def _question(name: str, answer: str = "") -> bytes:
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
    head = struct.pack(">HHHHHH", 7, 0x8180 if answer else 0x0100, 1, 1 if answer else 0, 0, 0)
    record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + _address(answer) if answer else b""
    return head + labels + struct.pack(">HH", 1, 1) + record


def camera(number: int) -> str:
    """Address of a camera, from 0."""
    return f"10.1.1.{number + 1}"


def cameras() -> list[Device]:
    """The devices, each with its IPv6 address too."""
    return [
        Device(ip=IPv4Address(camera(number)), addresses=(camera(number), f"fd00:1::{100 + number:x}"))
        for number in range(CAMERAS)
    ]


def _stream(number: int) -> bytes:
    """One packet of a camera's stream to its recorder; every sixteenth camera is in a VLAN, every eighth uses IPv6."""
    payload = _udp(20_000 + number, 30_000 + number, bytes(1_000))
    if number % 8 == 1:
        site = bytes.fromhex("fd000001") + bytes(10)
        ends = site + struct.pack(">H", 100 + number), site + struct.pack(">H", 5)
        return _frame(0x86DD, _ipv6(*ends, 17, payload))
    body = _ipv4(_address(camera(number)), _address(RECORDERS[number % 2]), 17, payload)
    return _frame(0x0800, body, 30 if number % 16 == 0 else 0)


def _calls(number: int) -> list[bytes]:
    """What one camera sends elsewhere: a lookup, a connection to a cloud, the time."""
    me, dns, cloud = _address(camera(number)), _address("10.1.0.2"), _address("203.0.113.9")
    name = "litedev.hik-connect.com"
    port = 40_000 + number
    return [
        _frame(0x0800, _ipv4(me, dns, 17, _udp(port, 53, _question(name)))),
        _frame(0x0800, _ipv4(dns, me, 17, _udp(53, port, _question(name, "203.0.113.9")))),
        _frame(0x0800, _ipv4(me, cloud, 6, _tcp(port, 8666, 0x02))),
        _frame(0x0800, _ipv4(cloud, me, 6, _tcp(8666, port, 0x12))),
        _frame(0x0800, _ipv4(me, cloud, 6, _tcp(port, 8666, 0x18, bytes(300)))),
        _frame(0x0800, _ipv4(me, _address("198.51.100.7"), 17, _udp(123, 123, bytes(48)))),
    ]


def write_capture(path: Path, size: int) -> int:
    """Writes about ``size`` bytes; returns the number of packets. Half of the cameras call nowhere but the recorder."""
    chance = random.Random(7)  # noqa: S311 - reproducible traffic, no secret
    streams = [_stream(number) for number in range(CAMERAS)]
    packets, written, clock = 0, 24, 1_795_000_000.0
    with path.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
        while written < size:
            frames = chance.choices(streams, k=2_000) + _calls(chance.randrange(CAMERAS // 2))
            block = bytearray()
            for frame in frames:
                clock += 0.00005
                block += struct.pack("<IIII", int(clock), int(clock % 1 * 1_000_000), len(frame), len(frame)) + frame
            out.write(block)
            written += len(block)
            packets += len(frames)
    return packets
