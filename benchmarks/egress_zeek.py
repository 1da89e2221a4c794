"""How fast a Zeek conn.log is judged: rows a second and memory, beside a plain read of the lines in the same run.

python benchmarks/egress_zeek.py [MILLIONS OF ROWS] [FOLDER]
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from ipaddress import IPv4Address
from pathlib import Path

from camscan.device import Device

CAMERAS = 200
FIELDS = (
    "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "service", "duration", "orig_bytes",
    "resp_bytes", "conn_state", "local_orig", "local_resp", "missed_bytes", "history", "orig_pkts", "orig_ip_bytes",
    "resp_pkts", "resp_ip_bytes", "tunnel_parents",
)  # fmt: skip


def write_log(path: Path, rows: int) -> None:
    """One row in ten is a camera's, as on a network that it shares with an office."""
    chance = random.Random(7)  # noqa: S311 - reproducible traffic, no secret
    tails = []
    for number in range(20_000):
        camera = number % 10 == 0
        host = f"10.1.1.{1 + number // 10 % CAMERAS}" if camera else f"10.2.{number % 64}.{number % 250 + 1}"
        peer = f"203.0.113.{chance.randrange(250)}"
        state = chance.choice(("SF", "SF", "S0", "REJ", "RSTO"))
        tails.append(
            f"C{number:06}abcdefghij\t{host}\t{chance.randrange(30_000, 60_000)}\t{peer}\t443\ttcp\tssl\t1.25"
            f"\t{number}\t900\t{state}\tT\tF\t0\tShADadFf\t12\t3456\t14\t7890\t-\n"
        )
    with path.open("w", encoding="ascii") as out:
        out.write("#separator \\x09\n#set_separator\t,\n#path\tconn\n#fields\t" + "\t".join(FIELDS) + "\n")
        for start in range(0, rows, 10_000):
            clock = 1_795_000_000 + start / 1_000
            lines = chance.choices(tails, k=10_000)
            out.write("".join(f"{clock + place / 10_000:.6f}\t{line}" for place, line in enumerate(lines)))


def measure(path: Path) -> dict[str, float]:
    """Judges the log in this process."""
    from camscan.egress.check import check

    devices = [Device(ip=IPv4Address(f"10.1.1.{number + 1}")) for number in range(CAMERAS)]
    began = time.perf_counter()
    report = check([path], devices)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "rows": report.inputs[0].records, "peak_mb": peak, "seen": len(report.seen)}


def main(arguments: list[str]) -> int:
    """Writes the log, measures, prints the best of three."""
    if arguments[:1] == ["--measure"]:
        print(json.dumps(measure(Path(arguments[1]))))
        return 0
    rows = int(float(arguments[0] if arguments else "50") * 1_000_000)
    with tempfile.TemporaryDirectory(dir=arguments[1] if len(arguments) > 1 else None) as folder:
        path = Path(folder) / "conn.log"
        write_log(path, rows)
        began = time.perf_counter()
        with path.open("rb") as stream:
            lines = sum(1 for _ in stream)
        plain = time.perf_counter() - began
        command = [sys.executable, __file__, "--measure", str(path)]
        runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(3)]
        size = path.stat().st_size
    best = min(runs, key=lambda run: run["seconds"])
    rate = best["rows"] / best["seconds"] / 1e6
    print(f"{best['rows']:,.0f} rows, {size / 1e9:.2f} GB, {best['seen']:.0f} cameras seen")
    print(f"judged in {best['seconds']:.2f} s: {rate:.2f} million rows/s, peak {best['peak_mb']:.0f} MB")
    print(f"{lines:,} lines merely counted in {plain:.2f} s: judging takes {best['seconds'] / plain:.1f} times as long")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
