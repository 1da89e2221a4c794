"""Packets, captures and reports for the egress tests. Addresses off the site are documentation ranges (RFC 5737)."""

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from ipaddress import ip_address
from pathlib import Path

from camscan import scope
from camscan.device import Device, Kind, Verdict
from camscan.egress.check import check
from camscan.egress.finding import Finding
from camscan.egress.flow import Direction, Flow, Item, Outcome
from camscan.egress.known import Known
from camscan.egress.readers.shape import Reader
from camscan.egress.report import Report
from camscan.egress.source import Source, Tally

CAMERA, RECORDER, RESOLVER = "10.1.0.20", "10.1.0.5", "10.1.0.2"
CLOUD, OTHER = "203.0.113.9", "198.51.100.7"
MAC, OTHER_MAC = "44:19:b6:00:00:01", "3c:ef:8c:00:00:02"
START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC).timestamp()
SYN, SYN_ACK, DATA, RST = 0x02, 0x12, 0x18, 0x04


def device(
    ip: str = CAMERA, mac: str | None = None, *, first: float | None = None, last: float | None = None
) -> Device:
    return Device(
        ip=ip_address(ip),
        addresses=(ip,),
        mac=mac,
        kind=Kind.CAMERA,
        kind_verdict=Verdict.CONFIRMED,
        maker="hikvision",
        verdict=Verdict.CONFIRMED,
        first_seen=None if first is None else datetime.fromtimestamp(first, UTC),
        last_seen=None if last is None else datetime.fromtimestamp(last, UTC),
    )


def cameras(count: int) -> list[Device]:
    return [device(f"10.1.0.{20 + number}") for number in range(count)]


def a_scope(expects: str = "", limits: str = "") -> scope.Scope:
    text = f"""
[authorisation]
organisation = "Example Borough Council"
authorised_by = "Head of ICT"
expires = {date(2027, 3, 31)}
[limits]
{limits}
[[site]]
name = "Town Hall"
networks = ["10.1.0.0/22"]
[site.expects]
{expects}
"""
    return scope.parse(text.encode(), Path("camscan.toml"))


def flow(peer: str = CLOUD, port: int | None = 443, **changes: object) -> Flow:
    facts: dict[str, object] = {
        "device": CAMERA, "peer": peer, "protocol": "tcp", "port": port, "direction": Direction.OUT,
        "outcome": Outcome.ALLOWED, "first": START, "last": START, "record": 1,
    }  # fmt: skip
    return Flow(**{**facts, **changes})  # type: ignore[arg-type]  # the tests give what Flow takes


def packed(address: str) -> bytes:
    return ip_address(address).packed


def udp(source: int, target: int, payload: bytes = b"") -> bytes:
    return struct.pack(">HHHH", source, target, 8 + len(payload), 0) + payload


def tcp(source: int, target: int, flags: int, payload: bytes = b"") -> bytes:
    return struct.pack(">HHIIBBHHH", source, target, 1, 1, 0x50, flags, 65535, 0, 0) + payload


def ip_packet(source: str, target: str, protocol: int, body: bytes) -> bytes:
    if ip_address(source).version == 6:
        return struct.pack(">IHBB", 0x60000000, len(body), protocol, 64) + packed(source) + packed(target) + body
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, protocol, 0)
    return head + packed(source) + packed(target) + body


def ethernet(body: bytes, kind: int = 0x0800, source: str = MAC, tags: Sequence[tuple[int, int]] = ()) -> bytes:
    label = b"".join(struct.pack(">HH", *tag) for tag in tags)
    return b"\x02\0\0\0\0\x09" + bytes.fromhex(source.replace(":", "")) + label + struct.pack(">H", kind) + body


def segment(source: str, target: str, ports: tuple[int, int], flags: int, payload: bytes = b"") -> bytes:
    return ethernet(ip_packet(source, target, 6, tcp(*ports, flags, payload)), source=_mac_of(source))


def datagram(source: str, target: str, ports: tuple[int, int], payload: bytes = b"") -> bytes:
    return ethernet(ip_packet(source, target, 17, udp(*ports, payload)), source=_mac_of(source))


def _mac_of(address: str) -> str:
    """Whatever the camera did not send comes from the router."""
    return MAC if address == CAMERA else "02:00:00:00:00:fe"


def arp(address: str, mac: str) -> bytes:
    body = b"\x00\x01\x08\x00\x06\x04\x00\x02" + bytes.fromhex(mac.replace(":", "")) + packed(address) + bytes(10)
    return ethernet(body, 0x0806, mac)


def dns(name: str, *answers: str, reply: bool = False, kind: int = 1) -> bytes:
    reply = reply or bool(answers)
    head = struct.pack(">HHHHHH", 7, 0x8180 if reply else 0x0100, 1, len(answers), 0, 0)
    labels = b"".join(bytes([len(part)]) + part.encode("latin-1") for part in name.split(".")) + b"\0"
    records = b"".join(
        b"\xc0\x0c" + struct.pack(">HHIH", 28 if ":" in answer else 1, 1, 60, len(packed(answer))) + packed(answer)
        for answer in answers
    )
    return head + labels + struct.pack(">HH", kind, 1) + records


def client_hello(name: str) -> bytes:
    host = name.encode("latin-1")
    inner = struct.pack(">HBH", len(host) + 3, 0, len(host)) + host
    extensions = struct.pack(">HH", 0x000A, 2) + b"\0\0" + struct.pack(">HH", 0, len(inner)) + inner
    body = (
        b"\x03\x03"
        + bytes(32)
        + b"\0"
        + b"\0\x02\x13\x01"
        + b"\x01\0"
        + struct.pack(">H", len(extensions))
        + extensions
    )
    shake = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + struct.pack(">H", len(shake)) + shake


def pcap(frames: Iterable[bytes], link: int = 1, *, order: str = "<", step: float = 1.0) -> bytes:
    out = struct.pack(order + "IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link)
    for number, frame in enumerate(frames):
        at = START + number * step
        out += struct.pack(order + "IIII", int(at), int(at % 1 * 1e6), len(frame), len(frame)) + frame
    return out


def pcapng_block(kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    size = 12 + len(body)
    return struct.pack("<II", kind, size) + body + struct.pack("<I", size)


def pcapng(frames: Iterable[bytes], link: int = 1, options: bytes = b"", unit: float = 1e-6) -> bytes:
    out = pcapng_block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += pcapng_block(1, struct.pack("<HHI", link, 0, 0) + options)
    for number, frame in enumerate(frames):
        ticks = round((START + number) / unit)
        head = struct.pack("<IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame))
        out += pcapng_block(6, head + frame)
    return out


def visit(peer: str = CLOUD, port: int = 443, own: int = 40_000, payload: bytes = b"hello") -> list[bytes]:
    """A TCP connection that the camera made."""
    return [
        segment(CAMERA, peer, (own, port), SYN),
        segment(peer, CAMERA, (port, own), SYN_ACK),
        segment(CAMERA, peer, (own, port), DATA, payload),
        segment(peer, CAMERA, (port, own), DATA, b"answer"),
    ]


def lookup(name: str, *answers: str, resolver: str = RESOLVER) -> list[bytes]:
    return [
        datagram(CAMERA, resolver, (50_000, 53), dns(name)),
        datagram(resolver, CAMERA, (53, 50_000), dns(name, *answers, reply=True)),
    ]


def read(reader: Reader, content: bytes, tmp_path: Path, devices: Sequence[Device] = ()) -> tuple[list[Item], Tally]:
    """What one reader makes of a file."""
    path = tmp_path / "input"
    path.write_bytes(content)
    tally = Tally()
    known = Known(devices or [device()])
    with Source.open(path, tally) as source:
        assert reader.recognises(source.head)
        return list(reader.read(source, known)), tally


def judged(tmp_path: Path, *contents: bytes, devices: Sequence[Device] = (), **given: object) -> Report:
    """The report on files with these contents."""
    paths = []
    for number, content in enumerate(contents):
        path = tmp_path / f"input{number}"
        path.write_bytes(content)
        paths.append(path)
    return check(paths, devices or [device()], **given)  # type: ignore[arg-type]  # the tests give what check takes


def rules(report: Report) -> list[str]:
    return sorted(finding.rule.value for finding in report.findings)


def only(report: Report) -> Finding:
    assert len(report.findings) == 1, report.sentences()
    return report.findings[0]


def csv_log(*rows: str) -> bytes:
    head = "time,source,destination,port,protocol,action,bytes_out,bytes_in,name"
    return "\n".join([head, *rows]).encode() + b"\n"


def row(number: int = 0, **changes: object) -> str:
    """A row of the generic CSV: the camera calls the cloud, ``number`` minutes after the start."""
    facts: dict[str, object] = {
        "time": datetime.fromtimestamp(START + 60 * number, UTC).isoformat(), "source": CAMERA, "destination": CLOUD,
        "port": 443, "protocol": "tcp", "action": "allowed", "bytes_out": "", "bytes_in": "", "name": "",
    }  # fmt: skip
    return ",".join(str(value) for value in {**facts, **changes}.values())
