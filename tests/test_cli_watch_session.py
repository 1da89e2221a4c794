"""The whole command on one end of a cable between two namespaces, against `egress check` of the same packets."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cli_tools import PROGRAM
from egress_makers import CAMERA, CLOUD, OTHER, SYN, cameras, datagram, judged, pcap, segment
from namespaces import Namespace, cabled
from test_egress_watch import TRAFFIC

if sys.platform != "linux":
    pytest.skip("needs network namespaces", allow_module_level=True)

from camscan.cli.watch_session import length

SILENT = ("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")

SEND = """
import socket, sys
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as wire:
    wire.bind(("eth7", 0))
    for line in sys.stdin:
        wire.send(bytes.fromhex(line))
"""


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder in which nobody may write, as which the command runs; pytest's own is root's alone."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


class Running:
    """The command at work, ``folder`` its own."""

    def __init__(self, near: Namespace, far: Namespace, folder: Path, arguments: Sequence[str]) -> None:
        self.near, self.far, self.folder = near, far, folder
        self.out: list[str] = []
        self.started = subprocess.Popen(
            ["ip", "netns", "exec", near.name, *PROGRAM, "egress", "watch", "-i", "eth7", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.started.stderr is not None
        # Said when it listens already: what is sent from now on is heard.
        self.head = self.started.stderr.readline()

    def send(self, frames: Sequence[bytes]) -> None:
        text = "".join(f"{frame.hex()}\n" for frame in frames)
        command = ["ip", "netns", "exec", self.far.name, sys.executable, "-c", SEND]
        subprocess.run(command, input=text, text=True, check=True, timeout=60)

    def line(self) -> str:
        """The next line on standard output, awaited."""
        assert self.started.stdout is not None
        line = self.started.stdout.readline()
        self.out.append(line)
        return line

    def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit code, what is left on standard output, and on standard error."""
        self.started.send_signal(how)
        out, err = self.started.communicate(timeout=60)
        return self.started.returncode, out, err


@contextmanager
def running(folder: Path, *arguments: str, devices: int = 7) -> Iterator[Running]:
    with cabled() as (near, far):
        for end in (near, far):
            end.run(*SILENT)
        whom = [word for one in cameras(devices) for word in ("--device", str(one.ip))]
        at_work = Running(near, far, folder, [*whom, *arguments])
        try:
            yield at_work
        finally:
            if at_work.started.poll() is None:
                at_work.started.kill()
                at_work.started.communicate(timeout=60)


FLEET = [segment(f"10.1.0.{20 + number}", OTHER, (40_100 + number, 8_666), SYN) for number in range(6)]


def alike(findings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The findings without their times, and without what is not known of devices that were given with --device."""
    left_out = ("evidence", "first_seen", "last_seen", "sentence")
    told = [{name: value for name, value in one.items() if name not in left_out} for one in findings]
    for one in told:
        one["devices"] = [device["ip"] for device in one["devices"]]
    return sorted(told, key=json.dumps)


def sent_by(near: Namespace) -> int:
    return int(near.run("cat", "/sys/class/net/eth7/statistics/tx_packets"))


def test_live_it_finds_what_check_finds_and_sends_nothing(tmp_path: Path) -> None:
    with running(tmp_path, "--format", "json", "-o", str(tmp_path / "all.json")) as watch:
        assert "Nothing is sent." in watch.head
        before = sent_by(watch.near)
        watch.send([*TRAFFIC, *FLEET])
        code, out, err = watch.end()
        assert sent_by(watch.near) == before
    assert (code, out) == (0, ""), err
    assert "1 report in camscan-egress." in err
    document = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    recorded = judged(tmp_path, pcap([*TRAFFIC, *FLEET], step=0), devices=cameras(7)).to_json()
    assert alike(document["findings"]) == alike(recorded["findings"])  # type: ignore[arg-type]  # JSON
    (period,) = (tmp_path / "camscan-egress").iterdir()
    assert period.stat().st_mode & 0o777 == 0o600
    assert period.stat().st_uid != 0
    of_period = json.loads(period.read_text(encoding="utf-8"))
    assert alike(of_period["findings"]) == alike(recorded["findings"])  # type: ignore[arg-type]  # JSON
    # The kernel left out what is media inside the site, but for one packet in 256.
    assert document["watched"]["inputs"][0]["records"] in (len([*TRAFFIC, *FLEET]) - 1, len([*TRAFFIC, *FLEET]))


def test_each_new_finding_is_a_line_as_soon_as_it_is_known(tmp_path: Path) -> None:
    with running(tmp_path, devices=1) as watch:
        watch.send(TRAFFIC)
        assert "dev.hik-connect.com" in watch.line()
        code, out, err = watch.end(signal.SIGINT)
    assert code == 0, err
    assert sum("dev.hik-connect.com" in line for line in out.splitlines()) == 0
    assert "has a finding" in out


def test_a_stream_for_programs_is_one_finding_a_line(tmp_path: Path) -> None:
    with running(tmp_path, "--format", "jsonl", "-o", str(tmp_path / "new.jsonl"), "--folder", "mine") as watch:
        watch.send(TRAFFIC)
        code, out, err = watch.end()
    assert (code, out) == (0, ""), err
    rows = [json.loads(line) for line in (tmp_path / "new.jsonl").read_text(encoding="utf-8").splitlines()]
    assert "vendor-cloud" in {row["rule"] for row in rows}
    assert len({(row["rule"], str(row["destination"]), row["port"]) for row in rows}) == len(rows)
    assert len(list((tmp_path / "mine").iterdir())) == 1


def test_a_reader_who_has_gone_does_not_end_it(tmp_path: Path) -> None:
    with running(tmp_path, "--format", "jsonl", devices=1) as watch:
        assert watch.started.stdout is not None
        watch.started.stdout.close()
        watch.send(TRAFFIC)
        watch.started.send_signal(signal.SIGTERM)
        assert watch.started.stderr is not None
        with watch.started.stderr as stream:
            err = stream.read()
        assert watch.started.wait(timeout=60) == 0, err
    assert "1 report in camscan-egress." in err


def test_an_interface_that_goes_is_a_gap_and_watching_goes_on(tmp_path: Path) -> None:
    with running(tmp_path, devices=1) as watch:
        watch.near.run("ip", "link", "set", "eth7", "down")
        watch.near.run("ip", "link", "set", "eth7", "up")
        asked = datagram(CAMERA, CLOUD, (5_000, 8_800), b"DHGET /probe/p2psrv HTTP/1.1\r\n\r\n")
        watch.send([asked, datagram(CLOUD, CAMERA, (8_800, 5_000), b"HTTP/1.1 200 OK\r\n\r\n")])
        assert "peer-to-peer" in watch.line()
        code, _out, err = watch.end()
    assert code == 0, err
    assert "The interface was away from" in err


def test_it_ends_by_itself_when_its_time_is_over(tmp_path: Path) -> None:
    with running(tmp_path, "--for", "1s") as watch:
        out, err = watch.started.communicate(timeout=60)
    assert watch.started.returncode == 0, err
    assert "not one packet came" in err
    assert out.startswith("No device was seen") or "not seen" in out


def test_cut_short_it_says_so_with_its_exit_code(tmp_path: Path) -> None:
    with running(tmp_path, "--for", "1h") as watch:
        code, _out, err = watch.end(signal.SIGINT)
    assert code == 130, err
    assert "1 report in" in err


def test_where_it_may_not_write_it_ends_before_it_begins(tmp_path: Path) -> None:
    with running(tmp_path, "--folder", "/root/no-such-place") as watch:
        _out, err = watch.started.communicate(timeout=60)
    assert watch.started.returncode == 2
    assert "--folder" in watch.head + err


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3_600, "1 hour"), (7_200, "2 hours"), (90, "90 seconds"), (600, "10 minutes"), (86_400, "1 day")],
)
def test_lengths_in_words(seconds: float, words: str) -> None:
    assert length(seconds) == words
