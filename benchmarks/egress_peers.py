"""What other programs need for the same capture: nfpcapd with nfdump, and scapy. Each runs as a process of its own."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

SAMPLE = 10_000
"""Packets that scapy is given; its time for the whole capture is reckoned from them, by bytes."""


def nfdump_seconds(capture: Path, folder: Path) -> float | None:
    """Seconds in which nfpcapd makes flows of the capture and nfdump adds them up by addresses, protocol and port.
    None where they are not installed."""
    if shutil.which("nfpcapd") is None or shutil.which("nfdump") is None:
        return None
    stored = folder / "nfpcapd"
    stored.mkdir()
    began = time.perf_counter()
    subprocess.run(["nfpcapd", "-r", capture, "-w", stored], check=True, capture_output=True)
    subprocess.run(
        ["nfdump", "-R", stored, "-A", "srcip,dstip,proto,dstport", "-o", "csv"], check=True, stdout=subprocess.DEVNULL
    )
    seconds = time.perf_counter() - began
    shutil.rmtree(stored)
    return seconds


def scapy_seconds(capture: Path) -> float | None:
    """Seconds in which scapy's PcapReader would read the capture, reckoned from a sample. None where there is none."""
    done = subprocess.run([sys.executable, __file__, str(capture)], check=False, capture_output=True, text=True)
    if done.returncode:
        return None
    sample = json.loads(done.stdout)
    return float(sample["seconds"]) * capture.stat().st_size / float(sample["bytes"])


def _read_with_scapy(capture: Path) -> dict[str, float]:
    """Adds up the sample as the benchmark of the capture does. In this process, which does nothing else: scapy is
    under a licence of its own and slow to load."""
    from scapy.layers.inet import IP, TCP, UDP
    from scapy.utils import PcapReader

    told: dict[tuple[str, str, int, int], int] = {}
    size = count = 0
    with PcapReader(str(capture)) as packets:
        began = time.perf_counter()
        for packet in packets:
            size, count = size + len(packet) + 16, count + 1
            if IP in packet:
                head = packet[IP]
                port = packet[TCP].dport if TCP in packet else packet[UDP].dport if UDP in packet else 0
                key = head.src, head.dst, head.proto, port
                told[key] = told.get(key, 0) + head.len
            if count == SAMPLE:
                break
        seconds = time.perf_counter() - began
    return {"seconds": seconds, "bytes": size, "packets": count, "keys": len(told)}


if __name__ == "__main__":
    print(json.dumps(_read_with_scapy(Path(sys.argv[1]))))
