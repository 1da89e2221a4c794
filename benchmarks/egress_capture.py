"""How fast a capture is judged: seconds, GB/s and memory, beside a plain read of the same file, nfpcapd with nfdump
(which only make and add up flows), and scapy's PcapReader, all in the same run.

python benchmarks/egress_capture.py [GIGABYTES] [FOLDER]
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from egress_estate import GIGABYTE, cameras, write_capture
from egress_peers import SAMPLE, nfdump_seconds, scapy_seconds


def measure(path: Path) -> dict[str, object]:
    """Judges the capture in this process."""
    from camscan.egress.check import check

    began = time.perf_counter()
    report = check([path], cameras())
    return {
        "seconds": time.perf_counter() - began,
        "seen": len(report.seen),
        "records": report.inputs[0].records,
        "rules": sorted({finding.rule.value for finding in report.findings}),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def plain_read(path: Path) -> float:
    """Seconds to read the file and do nothing."""
    began = time.perf_counter()
    with path.open("rb", buffering=0) as stream:
        while stream.read(4 * 1024 * 1024):
            pass
    return time.perf_counter() - began


def compared(name: str, why_not: str, theirs: float | None, ours: float, size: int) -> str:
    """A line on another program's time for the same capture."""
    if theirs is None:
        return f"{name}: not compared, since {why_not}"
    rate = size / theirs / GIGABYTE
    return f"{name}: {theirs:.2f} s, {rate:.3f} GB/s; judging is {theirs / ours:.2f} times as fast"


def main(arguments: list[str]) -> int:
    """Writes the capture, measures three times, prints the best."""
    if arguments[:1] == ["--measure"]:
        print(json.dumps(measure(Path(arguments[1]))))
        return 0
    size = int(float(arguments[0] if arguments else "1.8") * GIGABYTE)
    with tempfile.TemporaryDirectory(dir=arguments[1] if len(arguments) > 1 else None) as folder:
        path = Path(folder) / "cameras.pcap"
        packets = write_capture(path, size)
        reading = min(plain_read(path) for _ in range(3))
        runs = []
        for _ in range(3):
            command = [sys.executable, __file__, "--measure", str(path)]
            runs.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        best = min(runs, key=lambda run: run["seconds"])
        real = path.stat().st_size
        by_nfdump = min((nfdump_seconds(path, Path(folder)) for _ in range(3)), key=lambda one: one or 0)
        by_scapy = scapy_seconds(path)
    rate = real / best["seconds"] / GIGABYTE
    print(f"{real / GIGABYTE:.2f} GB, {packets:,} packets, {best['records']:,} counted, {best['seen']} cameras seen")
    print(f"judged in {best['seconds']:.2f} s: {rate:.2f} GB/s, peak {best['peak_mb']:.0f} MB; rules {best['rules']}")
    print(f"plain read {reading:.2f} s: judging takes {best['seconds'] / reading:.1f} times as long")
    ours = best["seconds"]
    print(compared("nfpcapd and nfdump", "they are not installed (apt install nfdump)", by_nfdump, ours, real))
    name = f"scapy, reckoned from the first {SAMPLE:,} packets"
    print(compared(name, "it cannot be loaded (pip install scapy)", by_scapy, ours, real))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
