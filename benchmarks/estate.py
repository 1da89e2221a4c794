"""A scan of a virtual estate with real MAC addresses, ARP and multicast: time, memory, packets, and who was accused.

    sudo python benchmarks/estate.py                  200 devices on a /22, profile normal
    sudo python benchmarks/estate.py --devices 1000 --seed 7 --keep results/

Needs Linux and root (network namespaces). If nmap is installed, the same estate is scanned with
``nmap -n -sS -sV -p80,554,8000`` in the same run, so that the ratio of the two does not depend on the machine.
No packet leaves the namespaces; the figure "beyond the scope" is the proof.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address
from pathlib import Path
from typing import Any

import psutil

from camscan.device import Device, Kind, Verdict
from camscan.lab import Estate, NamespaceEstate, render, scope_toml, score

SECONDS, MEGABYTES, PACKET_ERROR = 30.0, 180.0, 0.05
"""What a scan of 200 devices at profile normal has to keep within."""


@dataclass(frozen=True, slots=True)
class Run:
    """One program's run: seconds, and the most memory that it and its children had together."""

    seconds: float
    megabytes: float
    code: int


def main() -> int:
    """Runs the benchmark; 1 where a target was missed."""
    arguments = _arguments()
    estate = Estate.generate(arguments.devices, arguments.seed)
    with tempfile.TemporaryDirectory(prefix="camscan-benchmark-") as temporary:
        folder = Path(arguments.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        with NamespaceEstate(estate, arguments.network) as running:
            print(f"estate: {arguments.devices} devices on {arguments.network}, seed {arguments.seed}")
            print(f"  ready in {time.monotonic() - started:.1f} s")
            good, scan = _camscan(running, folder, arguments.profile)
            _nmap(running, scan, arguments)
    return 0 if good else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--network", type=IPv4Network, default=IPv4Network("10.203.0.0/22"))
    parser.add_argument("--profile", choices=("careful", "normal", "fast"), default="normal")
    parser.add_argument("--keep", help="folder in which scope file, inventory and JSON are kept")
    parser.add_argument("--without-nmap", action="store_true")
    return parser.parse_args()


def _camscan(running: NamespaceEstate, folder: Path, profile: str) -> tuple[bool, Run]:
    scope = folder / "camscan.toml"
    scope.write_text(scope_toml(running) + f'\n[limits]\nprofile = "{profile}"\n', "utf-8")
    argv = [sys.executable, "-m", "camscan", "scan", "--scope", str(scope), "--format", "json"]
    if profile == "fast":
        argv.append("--fast")
    before = running.counters()
    with (folder / "scan.json").open("w") as out, (folder / "scan.log").open("w") as log:
        run = _run(running.scanner_argv(argv), out, log)
    after, stats = running.counters(), running.stats()
    found = json.loads((folder / "scan.json").read_text() or "{}")
    result = score(running.truth, _devices(found))
    counted, claimed = after.sent - before.sent, sum(scan["packets_sent"] for scan in found.get("scans", ()))
    error = abs(counted - claimed) / counted if counted else 1.0
    print(f"camscan scan, profile {profile}: exit code {run.code}")
    print(f"  {run.seconds:.1f} s, {run.megabytes:.0f} MB at most")
    print(f"  packets: {counted} by the interface, {claimed} by our own count ({error:.1%} apart)")
    print(f"  packets beyond the scope: {after.beyond - before.beyond}")
    print(f"  most connections to one device at once: {max(d['most_at_once'] for d in stats.devices.values())}")
    print(
        f"  sent that no scanner should send: {len(stats.unsafe)}{''.join(f'{chr(10)}    {u}' for u in stats.unsafe)}"
    )
    for line in render(result):
        print(f"  {line}")
    checks = {
        "every device found": not result.missed,
        "no wrong accusation": not result.wrong,
        "every known maker named": result.recall == 1.0,
        "nothing beyond the scope": after.beyond == before.beyond,
        "nothing unsafe": not stats.unsafe,
        f"packets counted within {PACKET_ERROR:.0%}": error <= PACKET_ERROR,
    }
    if len(running.truth) <= 200 and profile == "normal":
        checks[f"under {SECONDS:.0f} s"] = run.seconds < SECONDS
        checks[f"under {MEGABYTES:.0f} MB"] = run.megabytes < MEGABYTES
    for name, kept in checks.items():
        print(f"  {'kept  ' if kept else 'MISSED'}  {name}")
    return all(checks.values()), run


def _devices(found: dict[str, Any]) -> Sequence[Device]:
    return [
        Device(
            ip=ip_address(row["ip"]),
            addresses=tuple(row["addresses"]),
            kind=Kind(row["kind"]),
            maker=row["maker"],
            verdict=Verdict(row["verdict"]),
            brand=row["brand"],
            model=row["model"],
        )
        for row in found.get("devices", ())
    ]


def _nmap(running: NamespaceEstate, scan: Run, arguments: argparse.Namespace) -> None:
    if arguments.without_nmap or shutil.which("nmap") is None:
        print("nmap: not installed or not wanted, so no ratio")
        return
    argv = ["nmap", "-n", "-sS", "-sV", "-p80,554,8000", str(arguments.network)]
    with Path(os.devnull).open("w") as nowhere:
        run = _run(running.scanner_argv(argv), nowhere, nowhere)
    print(f"{' '.join(argv)}: {run.seconds:.1f} s, {run.megabytes:.0f} MB at most")
    print(f"  camscan took {scan.seconds / run.seconds:.2f} of its time")


def _run(argv: Sequence[str], out: Any, log: Any) -> Run:
    started, most = time.monotonic(), 0
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=log) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            most = max(most, _memory(watched))
            time.sleep(0.02)
    return Run(time.monotonic() - started, most / 1e6, process.returncode)


def _memory(process: psutil.Process) -> int:
    total = 0
    try:
        for each in (process, *process.children(recursive=True)):
            total += each.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
    return total


if __name__ == "__main__":
    sys.exit(main())
