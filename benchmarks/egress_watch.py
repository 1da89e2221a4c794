"""How much a live watch takes in without a loss, and whether its memory stays where it is.

python benchmarks/egress_watch.py rate      (Linux, as root: two network namespaces and a cable between them)
python benchmarks/egress_watch.py memory [MILLIONS OF PACKETS]
"""

import ctypes
import itertools
import json
import os
import random
import resource
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from egress_estate import CAMERAS, _calls, _stream, camera, cameras

from camscan.egress.known import Known
from camscan.egress.watch import Terms, Watch
from camscan.net.mirror import Captured, open_mirror

SECONDS = 5.0
RATES = (20_000, 50_000, 100_000, 150_000, 200_000, 300_000, 400_000, 600_000)
HERE, THERE = "camscan-watch-a", "camscan-watch-b"
BATCH = 256


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_char_p), ("length", ctypes.c_size_t))


class _Message(ctypes.Structure):
    """struct mmsghdr: a struct msghdr and the length that was sent."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("vector", ctypes.POINTER(_Vector)),
        ("vectors", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
        ("padding", ctypes.c_int),
        ("sent", ctypes.c_uint),
    )


def traffic() -> list[bytes]:
    """4,096 packets of an estate: streams, and three cameras in a thousand packets that call somewhere."""
    chance = random.Random(7)  # noqa: S311 - reproducible traffic, no secret
    frames = chance.choices([_stream(number) for number in range(CAMERAS)], k=4_096)
    for place in range(0, len(frames), 2_048):
        calls = _calls(chance.randrange(CAMERAS))
        frames[place : place + len(calls)] = calls
    return frames


def send(rate: int) -> None:
    """Sends at ``rate`` packets a second for SECONDS; prints how many were sent."""
    frames = traffic()
    vectors = (_Vector * len(frames))(*(_Vector(frame, len(frame)) for frame in frames))
    messages = (_Message * len(frames))(
        *(_Message(vector=ctypes.pointer(vectors[number]), vectors=1) for number in range(len(frames)))
    )
    sendmmsg = ctypes.CDLL(None, use_errno=True).sendmmsg
    size, sent = ctypes.sizeof(_Message), 0
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as wire:
        wire.bind(("eth7", 0))
        began = time.monotonic()
        starts = itertools.cycle(range(0, len(frames), BATCH))
        while (late := time.monotonic() - began) < SECONDS:
            if sent > late * rate:
                time.sleep(0.0002)
                continue
            start = next(starts)
            done = sendmmsg(wire.fileno(), ctypes.byref(messages, start * size), BATCH, 0)
            sent += max(done, 0)
    print(json.dumps({"sent": sent, "seconds": time.monotonic() - began}))


def receive(sift: str) -> None:
    """Watches the cable until it is silent; prints what came of it."""
    with open_mirror("eth7", sift=sift == "yes") as mirror:
        watch = Watch(mirror, Known(cameras()), Terms())
        print("listening", flush=True)
        while not watch.records:
            watch.feed(time.time() + 1)
        while True:
            before = watch.records
            watch.feed(time.time() + 1)
            if watch.records == before:
                break
        used = time.process_time()
        report = watch.end()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told = {
            "read": report.inputs[0].records, "received": mirror.received, "dropped": mirror.dropped, "cpu": used,
            "seen": len(report.seen), "findings": len(report.findings), "peak_mb": peak,
        }  # fmt: skip
    print(json.dumps(told))


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def _within(namespace: str, *words: str) -> "subprocess.Popen[str]":
    command = ["ip", "netns", "exec", namespace, sys.executable, __file__, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def rate() -> None:
    """Tries RATES, with the kernel's filter and without."""
    for one in (HERE, THERE):
        _ip("netns", "add", one)
    try:
        _ip("-n", HERE, "link", "add", "eth7", "type", "veth", "peer", "name", "eth7", "netns", THERE)
        for one in (HERE, THERE):
            _ip("-n", one, "link", "set", "eth7", "up")
        for sift in ("yes", "no"):
            print(f"media inside the site left out by the kernel: {sift}")
            for wanted in RATES:
                if not _once(wanted, sift):
                    break
    finally:
        for one in (HERE, THERE):
            _ip("netns", "delete", one)


def _once(wanted: int, sift: str) -> bool:
    """One rate; whether it went without a loss."""
    receiver = _within(HERE, "receive", sift)
    if receiver.stdout is not None:
        receiver.stdout.readline()
    out, _ = _within(THERE, "send", str(wanted)).communicate()
    sent = json.loads(out)
    told = json.loads(receiver.communicate()[0])
    reached = sent["sent"] / sent["seconds"]
    lost = told["dropped"] if sift == "yes" else sent["sent"] - told["read"]
    heard = f"{told['seen']} cameras seen, {told['findings']} findings"
    cost = f"{told['cpu']:.1f} s of a core, {told['peak_mb']:.0f} MB"
    print(f"  {reached:9,.0f} packets/s sent, {told['read']:9,} read, {max(lost, 0):7,} lost; {heard}; {cost}")
    return bool(lost <= 0 and reached > wanted * 0.9)


class Weeks:
    """A mirror on which time runs quickly: ``count`` packets, an hour for each 50,000."""

    interface, link, present, dropped, received = "made", 1, True, 0, 0

    def __init__(self, count: int) -> None:
        self.now = 1_795_000_000.0
        self._frames = self._read(count)

    def clock(self) -> float:
        """The time, in seconds since 1970."""
        return self.now

    def _read(self, count: int) -> Iterator[Captured | None]:
        chance = random.Random(11)  # noqa: S311 - reproducible traffic, no secret
        usual = traffic()
        for number in range(count):
            self.now += 3_600 / 50_000
            frame = usual[number % len(usual)] if number % 4 else self._new(chance)
            yield Captured(self.now, 1, frame, len(frame))

    @staticmethod
    def _new(chance: random.Random) -> bytes:
        """A camera sends to a port and an address that nobody ever saw, or asks for a name that nobody ever heard."""
        me = bytes(map(int, camera(chance.randrange(CAMERAS)).split(".")))
        mac = b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\x00"
        if chance.random() < 0.5:
            far, body = chance.randbytes(4), struct.pack(">HHHH", chance.randrange(1024, 65536), 443, 20, 0) + bytes(12)
        else:
            label = chance.randbytes(8).hex().encode()
            name = bytes([16]) + label + b"\x07example\x03com\0"
            question = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + name + b"\0\x01\0\x01"
            far = bytes([10, 1, 0, 2])
            body = struct.pack(">HHHH", chance.randrange(1024, 65536), 53, 8 + len(question), 0) + question
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, 17, 0)
        return mac + head + me + far + body

    def __iter__(self) -> Iterator[Captured | None]:
        return self._frames

    def close(self) -> None:
        """Nothing to close."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


def memory(count: int) -> None:
    """Weeks of traffic, a quarter of it to where nobody went before: memory after each tenth of it."""
    mirror = Weeks(count)
    watch = Watch(mirror, Known(cameras()), Terms(), mirror.clock)
    began, turns, findings, packets, shown = time.perf_counter(), 0, 0, 0, 0
    while True:
        watch.feed(mirror.now + 3_600)
        packets += watch.records
        if not watch.records:
            break
        report = watch.turn()
        turns, findings = turns + 1, findings + len(report.findings)
        if packets * 10 // count > shown:
            shown = packets * 10 // count
            spent = time.perf_counter() - began
            print(
                f"{packets:11,} packets, {turns:5,} hours, {findings:9,} findings: {_resident():4.0f} MB, "
                f"{packets / spent:,.0f} packets/s"
            )


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


def main(arguments: Sequence[str]) -> int:
    """Runs what is asked for."""
    match arguments:
        case ["send", wanted]:
            send(int(wanted))
        case ["receive", sift]:
            receive(sift)
        case ["rate"]:
            rate()
        case ["memory", *more]:
            memory(int(float(more[0] if more else "10") * 1_000_000))
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
