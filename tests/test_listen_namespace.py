"""A scan of the virtual estate, recorded by somebody else: whoever listens to the recording finds the same cameras."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cli_tools import camscan

from camscan.lab import Estate, NamespaceEstate, scope_toml
from camscan.lab.namespace import unavailable

pytestmark = [
    pytest.mark.namespace,
    pytest.mark.skipif(unavailable() is not None, reason=unavailable() or ""),
    pytest.mark.timeout(300),
]

RECORD = """
import socket, struct, sys, time
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.setsockopt(socket.SOL_SOCKET, 33, 1 << 26)  # SO_RCVBUFFORCE
wire.bind(("scan0", 0))
out = open(sys.argv[1], "wb")
out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
print("ready", flush=True)
while True:
    frame, at = wire.recv(262144), time.time()
    out.write(struct.pack("<IIII", int(at), int(at % 1 * 1e6), len(frame), len(frame)) + frame)
    out.flush()
"""
"""A packet socket sees both directions."""

ROUTED = 6


@dataclass
class Both:
    truth: dict[str, tuple[str | None, str]]
    near: frozenset[str]
    scanned: dict[str, dict[str, Any]]
    heard: dict[str, dict[str, Any]]
    report: dict[str, Any]
    talk: str


@contextmanager
def recorded(estate: NamespaceEstate, recording: Path) -> Iterator[None]:
    """Records what passes the scanner's interface."""
    command = estate.scanner_argv([sys.executable, "-c", RECORD, str(recording)])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as recorder:
        try:
            assert recorder.stdout is not None
            assert recorder.stdout.readline() == "ready\n"
            yield
        finally:
            recorder.kill()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    folder = tmp_path_factory.mktemp("scan")
    scope, recording = folder / "camscan.toml", folder / "mirror.pcap"
    with NamespaceEstate(Estate.generate(40, seed=7), routed=ROUTED) as estate:
        scope.write_text(scope_toml(estate))
        with recorded(estate, recording):
            command = [sys.executable, "-m", "camscan", "scan", "--scope", str(scope), "-f", "json"]
            done = subprocess.run(estate.scanner_argv(command), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        truth = {str(ip): (one.maker, one.mac) for ip, one in estate.truth.items()}
        near = frozenset(str(ip) for ip in estate.truth if ip in estate.network)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(scope, elsewhere)
    ran = camscan("listen", recording, "--scope", elsewhere / "camscan.toml", "-f", "json")
    assert ran.code in (0, 4), ran.err
    report = json.loads(ran.out)
    by_ip = [{one["ip"]: one for one in told["devices"]} for told in (json.loads(done.stdout), report)]
    return Both(truth, near, by_ip[0], by_ip[1], report, ran.err)


def cameras(devices: dict[str, dict[str, Any]]) -> set[str]:
    return {ip for ip, one in devices.items() if one["maker"] or one["kind"] not in ("other", "unknown", "switch")}


def test_the_same_cameras_are_found(both: Both) -> None:
    assert cameras(both.heard) == cameras(both.scanned)


def test_every_maker_is_right_and_none_is_accused_wrongly(both: Both) -> None:
    wrong = {ip: one["maker"] for ip, one in both.heard.items() if one["maker"] not in (both.truth[ip][0], None)}
    assert wrong == {}
    missing = {ip for ip in both.heard if both.heard[ip]["maker"] is None and both.scanned[ip]["maker"] is not None}
    assert missing == set()


def test_most_makers_are_confirmed_by_conversations_that_were_overheard(both: Both) -> None:
    confirmed = {ip for ip, one in both.scanned.items() if one["verdict"] == "confirmed"}
    heard = {ip for ip in confirmed if both.heard[ip]["verdict"] == "confirmed"}
    assert len(heard) >= 0.9 * len(confirmed)


def test_macs_are_those_of_the_devices_and_never_the_routers(both: Both) -> None:
    for ip, one in both.heard.items():
        if ip in both.near:
            assert one["mac"] == both.truth[ip][1]
        else:
            assert one["mac"] in (None, both.truth[ip][1])  # as the device itself states it


def test_nobody_else_is_kept(both: Both) -> None:
    assert set(both.heard) <= set(both.truth)
    assert "gave no sign of being a camera" in both.talk


def test_not_one_packet_was_sent(both: Both) -> None:
    assert [scan["packets_sent"] for scan in both.report["scans"]] == [0]
