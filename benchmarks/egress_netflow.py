"""How fast exported flow records are judged: records a second and memory, beside the same records merely taken apart by
``struct``, and the PyPI package ``netflow`` where it is installed, all in the same run. All use one processor, so
its time is compared: other programs on the machine distort it less.

python benchmarks/egress_netflow.py [MILLIONS OF RECORDS] [FOLDER]
"""

import importlib.util
import json
import random
import resource
import struct
import subprocess
import sys
import tempfile
import time
from ipaddress import IPv4Address
from pathlib import Path

from camscan.device import Device

CAMERAS = 200
EACH = 30
"""Records of a message: as many as version 5 allows."""

RECORD = struct.Struct(">IIIHHIIIIHHBBBBHHBBH")
HEAD = struct.Struct(">HHIIIIBBH")
TEMPLATE = struct.pack(
    ">HHHH" + "HH" * 9, 0, 44, 256, 9, 8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 6, 1, 1, 4, 22, 4, 21, 4
)  # fmt: skip
SMALL = struct.Struct(">IIHHBBIII")
"""A record of version 9 with what a router exports at least."""

VERSIONS = (5, 9)


def flows(chance: random.Random) -> list[tuple[int, int, int, int, int, int]]:
    """One record in ten is a camera's, as on a network that it shares with an office."""
    out = []
    for number in range(EACH * 200):
        camera = number % 10 == 0
        host = f"10.1.1.{1 + number // 10 % CAMERAS}" if camera else f"10.2.{number % 64}.{number % 250 + 1}"
        ends = int(IPv4Address(host)), int(IPv4Address(f"203.0.113.{chance.randrange(250)}"))
        flags = chance.choice((0x1B, 0x1B, 0x02))
        out.append((*ends, chance.randrange(30_000, 60_000), 443, flags, chance.randrange(40, 100_000)))
    return out


def write_stream(path: Path, records: int, version: int) -> None:
    """Messages of one version, one after another."""
    chance = random.Random(7)  # noqa: S311 - reproducible traffic, no secret
    bodies = []
    told = flows(chance)
    for start in range(0, len(told), EACH):
        body = b""
        for source, target, own, other, flags, octets in told[start : start + EACH]:
            if version == 5:
                rest = (octets // 400 + 1, octets, 1_000, 3_000, own, other, 0, flags, 6, 0, 0, 0, 0, 0, 0)
                body += RECORD.pack(source, target, 0, 1, 2, *rest)
            else:
                body += SMALL.pack(source, target, own, other, 6, flags, octets, 1_000, 3_000)
        bodies.append(body if version == 5 else struct.pack(">HH", 256, 4 + len(body)) + body)
    with path.open("wb") as out:
        for number in range(records // EACH):
            at = 1_795_000_000 + number // 100
            body = bodies[number % len(bodies)]
            if version == 5:
                out.write(HEAD.pack(5, EACH, 4_000, at, 0, number * EACH, 0, 1, 0) + body)
            else:
                sets = (TEMPLATE if number % 1_000 == 0 else b"") + body
                out.write(struct.pack(">HHIIII", 9, EACH, 4_000, at, number, 1) + sets)


def measure(path: Path) -> dict[str, float]:
    """Judges the records in this process."""
    from camscan.egress.check import check

    devices = [Device(ip=IPv4Address(f"10.1.1.{number + 1}")) for number in range(CAMERAS)]
    began, used = time.perf_counter(), time.process_time()
    report = check([path], devices)
    seconds, busy = time.perf_counter() - began, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"seconds": seconds, "busy": busy, "records": report.inputs[0].records, "peak_mb": peak}
    return {**told, "seen": len(report.seen)}


def taken_apart(path: Path) -> float:
    """Seconds of the processor to read a stream of version 5 and unpack every record, and no more."""
    size = HEAD.size + EACH * RECORD.size
    began = time.process_time()
    count = 0
    with path.open("rb") as stream:
        while message := stream.read(size):
            for row in RECORD.iter_unpack(message[HEAD.size :]):
                count += row[0] > 0
    return time.process_time() - began


def by_package(path: Path, messages: int) -> dict[str, float]:
    """The package ``netflow`` over the first messages of version 5, in this process."""
    import netflow  # type: ignore[import-not-found,unused-ignore]  # no dependency of the project

    size = HEAD.size + EACH * RECORD.size
    data = path.read_bytes()[: messages * size]
    began = time.process_time()
    records = sum(
        len(netflow.parse_packet(data[at : at + size], {}).flows) for at in range(0, len(data) // size * size, size)
    )
    return {"busy": time.process_time() - began, "records": records}


def _run(*arguments: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, *arguments], check=True, capture_output=True, text=True)
    loaded: dict[str, float] = json.loads(done.stdout)
    return loaded


def main(arguments: list[str]) -> int:
    """Writes the records, measures three times, prints the best."""
    if arguments[:1] == ["--measure"]:
        print(json.dumps(measure(Path(arguments[1]))))
        return 0
    if arguments[:1] == ["--package"]:
        print(json.dumps(by_package(Path(arguments[1]), int(arguments[2]))))
        return 0
    records = int(float(arguments[0] if arguments else "5") * 1_000_000) // EACH * EACH
    with tempfile.TemporaryDirectory(dir=arguments[1] if len(arguments) > 1 else None) as folder:
        rates = {}
        for version in VERSIONS:
            path = Path(folder) / f"v{version}"
            write_stream(path, records, version)
            best = min((_run("--measure", str(path)) for _ in range(3)), key=lambda run: run["busy"])
            rates[version] = best["records"] / best["busy"]
            print(
                f"version {version}: {best['records']:,.0f} records, {path.stat().st_size / 1e6:.0f} MB, "
                f"{best['seen']:.0f} cameras seen, judged in {best['seconds']:.2f} s ({best['busy']:.2f} s of the "
                f"processor: {rates[version] / 1e6:.2f} million records/s), peak {best['peak_mb']:.0f} MB"
            )
        path = Path(folder) / "v5"
        plain = records / min(taken_apart(path) for _ in range(3))
        print(f"struct alone: {plain / 1e6:.2f} million records/s; judging is {rates[5] / plain:.2f} times as fast")
        if importlib.util.find_spec("netflow") is None:
            print("The package netflow is not installed (pip install netflow), so it is not compared.")
        else:
            sample = _run("--package", str(path), "5000")
            package = sample["records"] / sample["busy"]
            print(
                f"package netflow, from a sample of {sample['records']:,.0f} records: {package / 1e6:.2f} million "
                f"records/s; judging is {rates[5] / package:.1f} times as fast"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
