"""How fast a capture is listened to: seconds, GB/s and memory, beside a plain read of the same file in the same run.

python benchmarks/listen_capture.py [GIGABYTES] [FOLDER]

The capture is that of egress_capture.py, nearly all of it media. What its cameras say of themselves (ARP, SADP) stands
in a second one, a packet each.
"""

import json
import resource
import struct
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from egress_capture import plain_read
from egress_estate import CAMERAS, GIGABYTE, camera, write_capture

SCOPE = (
    '[authorisation]\norganisation = "Example Borough Council"\nauthorised_by = "Head of ICT"\n'
    f'expires = {date(2099, 12, 31)}\n[[site]]\nname = "Town Hall"\nnetworks = ["10.1.0.0/22", "fd00:1::/64"]\n'
)
HELLO = (
    '<?xml version="1.0" encoding="utf-8"?><Hello><Types>hello</Types><DeviceType>141945</DeviceType>'
    "<DeviceDescription>DS-2CD2385G1-I</DeviceDescription><DeviceSN>DS-2CD2385G1-I20200101AAWRE{number:08}</DeviceSN>"
    "<MAC>44-19-b6-00-00-{number:02x}</MAC><IPv4Address>{ip}</IPv4Address>"
    "<SoftwareVersion>V5.6.2build 190701</SoftwareVersion></Hello>"
)
"""Made up, after the answers of real devices."""


def said(path: Path) -> None:
    """Writes what every camera says of itself, a second before its media begins."""
    with path.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
        for number in range(CAMERAS):
            mac = bytes.fromhex(f"4419b60000{number:02x}")
            address = bytes(int(part) for part in camera(number).split("."))
            arp = b"\x00\x01\x08\x00\x06\x04\x00\x01" + mac + address + bytes(10)
            text = HELLO.format(number=number, ip=camera(number)).encode()
            udp = struct.pack(">HHHH", 37020, 37020, 8 + len(text), 0) + text
            head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 1, 17, 0)
            group = bytes([239, 255, 255, 250])
            for kind, body in ((0x0806, arp), (0x0800, head + address + group + udp)):
                frame = b"\xff" * 6 + mac + struct.pack(">H", kind) + body
                out.write(struct.pack("<IIII", 1_794_999_999, number, len(frame), len(frame)) + frame)


def measure(paths: list[Path]) -> dict[str, object]:
    """Listens in this process."""
    from camscan import scope
    from camscan.identify import load
    from camscan.listen.captures import read_captures
    from camscan.listen.keeping import keeper
    from camscan.listen.listening import Listening

    found = set()
    signatures = load()
    began = time.perf_counter()
    listening = Listening(
        scope.parse(SCOPE.encode(), Path("camscan.toml")),
        keeper(signatures),
        lambda ip, *_: found.add(ip),
        latest=2e9,
    )
    inputs = read_captures(paths, listening)
    return {
        "seconds": time.perf_counter() - began,
        "found": len(found),
        "records": sum(one.records for one in inputs),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main(arguments: list[str]) -> int:
    """Writes the captures, measures three times, prints the best."""
    if arguments[:1] == ["--measure"]:
        print(json.dumps(measure([Path(path) for path in arguments[1:]])))
        return 0
    size = int(float(arguments[0] if arguments else "1.8") * GIGABYTE)
    with tempfile.TemporaryDirectory(dir=arguments[1] if len(arguments) > 1 else None) as folder:
        path, words = Path(folder) / "cameras.pcap", Path(folder) / "said.pcap"
        packets = write_capture(path, size)
        said(words)
        reading = min(plain_read(path) for _ in range(3))
        runs = []
        for _ in range(3):
            command = [sys.executable, __file__, "--measure", str(path), str(words)]
            runs.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        best = min(runs, key=lambda run: run["seconds"])
        real = path.stat().st_size
    rate = real / best["seconds"] / GIGABYTE
    print(f"{real / GIGABYTE:.2f} GB, {packets:,} packets, {best['records']:,} counted, {best['found']} cameras found")
    print(f"listened in {best['seconds']:.2f} s: {rate:.2f} GB/s, peak {best['peak_mb']:.0f} MB")
    print(f"plain read {reading:.2f} s: listening takes {best['seconds'] / reading:.1f} times as long")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
