"""The display while a scan runs: as a drawing, and on a real terminal."""

import io
import os
import pty
import select
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import pytest
from cli_tools import PROGRAM, scope_for
from gates import gate_over
from lab_tools import fresh_network
from rich.console import Console

from camscan.cli.live import Display
from camscan.device import Device, Kind, Verdict
from camscan.inventory import Inventory
from camscan.lab import Estate, LoopbackEstate
from camscan.scan.budget import Budget
from camscan.scan.state import Host, ScanState, Stage

PLAN = Budget(addresses=1022, multicast=20, life=180, per_device=100, seconds=1)


def name(slug: str | None) -> str:
    return slug or "-"


def camera(last: int, model: str = "DS-2CD2385G1-I") -> Device:
    ip = ip_address(f"10.1.0.{last}")
    return Device(ip, maker="hikvision", verdict=Verdict.CONFIRMED, kind=Kind.CAMERA, model=model)


class Screen:
    """A screen of 80 columns that is drawn on when asked."""

    def __init__(self, folder: Path, height: int = 30) -> None:
        self.console = Console(file=io.StringIO(), width=80, height=height, markup=False)
        self.state = ScanState(addresses=1022)
        with gate_over(folder, "10.1.0.0/22") as gate:
            self.gate = gate
        self.display = Display(self.console, self.state, gate, name, PLAN)

    def drawn(self) -> list[str]:
        stream = io.StringIO()
        Console(file=stream, width=80, markup=False).print(self.display.draw())
        lines = [line.rstrip() for line in stream.getvalue().splitlines()]
        assert all(len(line) <= 80 for line in lines)
        return lines


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    return Screen(tmp_path)


def test_at_the_start_nothing_is_claimed(screen: Screen) -> None:
    listening, sweeping, asking, sent, *_ = screen.drawn()
    assert listening.split() == ["listening", "nothing", "yet"]
    assert sweeping.endswith("0 / 1,022 addresses")
    assert asking.endswith("0 / 0 devices")
    assert sent.endswith("0 of about 200 packets")


def test_what_is_heard_swept_asked_and_sent_is_counted(screen: Screen) -> None:
    screen.state.heard.update({"sadp": 31, "ws-discovery": 12, "new-protocol": 1})
    screen.state.swept = 512
    hosts = {ip_address(f"10.1.0.{last}"): Host(ip_address(f"10.1.0.{last}")) for last in (1, 2)}
    hosts[ip_address("10.1.0.1")].stage = Stage.DONE
    screen.state.hosts = hosts
    screen.gate.counters.datagrams = 390
    listening, sweeping, asking, sent, *_ = screen.drawn()
    assert listening.split() == ["listening", "new-protocol", "1", "SADP", "31", "WS-Discovery", "12"]
    assert sweeping.endswith("512 / 1,022 addresses")
    assert asking.endswith("1 / 2 devices")
    assert sent.endswith("390 of about 400 packets")
    screen.gate.counters.datagrams = 401
    assert "401 packets; about 400 were planned" in " ".join(screen.drawn())


def test_the_time_left_is_told_once_it_is_known(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = screen.display._begun
    monkeypatch.setattr("camscan.cli.live.time.monotonic", lambda: begun + 10)
    screen.state.swept = 511
    assert screen.drawn()[1].endswith("0:10 left")
    screen.state.swept = 1022
    assert screen.drawn()[1].endswith("1,022 / 1,022 addresses")


def test_cameras_appear_as_they_are_found_each_once_and_other_things_do_not(screen: Screen) -> None:
    screen.display.found(camera(20, "first"))
    screen.display.found(Device(ip_address("10.1.0.9"), kind=Kind.OTHER))
    screen.display.found(camera(21))
    screen.display.found(camera(20, "better"))
    rows = screen.drawn()[6:]
    assert [row.split()[0] for row in rows] == ["10.1.0.21", "10.1.0.20"]
    assert "better" in rows[1]


def test_a_low_screen_shows_the_newest(tmp_path: Path) -> None:
    screen = Screen(tmp_path, height=16)
    for last in range(20, 40):
        screen.display.found(camera(last))
    assert [row.split()[0] for row in screen.drawn()[6:]] == [f"10.1.0.{last}" for last in range(36, 40)]


def test_a_camera_cannot_draw_on_the_screen(screen: Screen) -> None:
    screen.display.found(camera(20, "\x1b[2J\x1b]0;owned\x07"))
    assert "\x1b" not in "".join(screen.drawn())


def test_on_a_terminal_devices_appear_while_the_scan_runs_and_the_talk_is_not_coloured(tmp_path: Path) -> None:
    with LoopbackEstate(Estate.only("hikvision-camera-2021", "dahua-camera-2020"), fresh_network()) as estate:
        shown, code = on_terminal(["scan", "--scope", str(scope_for(estate, tmp_path))])
    assert code == 0
    live = shown.partition("cameras and related devices in")[0]
    assert "listening" in live
    assert "sweeping" in live
    assert "Hikvision" in live
    assert "\x1b[?25l" in live  # the cursor is hidden while it draws,
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l")  # and shown again
    assert "\x1b[31" not in shown
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        assert len(list(inventory.hosts())) == 2


def on_terminal(arguments: list[str]) -> tuple[str, int]:
    """Runs camscan on a pseudo-terminal of 80 columns; everything it showed, and its exit code."""
    if sys.platform == "win32":
        pytest.skip("needs a pseudo-terminal")
    ours, theirs = pty.openpty()
    env = {**os.environ, "COLUMNS": "80", "LINES": "30", "TERM": "xterm", "NO_COLOR": "1"}
    with subprocess.Popen([*PROGRAM, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=env) as running:
        os.close(theirs)
        shown = bytearray()
        try:
            while select.select([ours], [], [], 90)[0]:
                try:
                    piece = os.read(ours, 65536)
                except OSError:  # the other end is closed
                    break
                if not piece:
                    break
                shown += piece
        finally:
            if running.poll() is None and not shown:
                running.kill()
            os.close(ours)
        return shown.decode("utf-8", "replace"), running.wait(timeout=60)
