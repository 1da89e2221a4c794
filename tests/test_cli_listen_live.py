"""camscan listen -i, at one end of a cable between two namespaces."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_tools import camscan, scope_of
from listen_makers import CAMERA, PLAIN, Talk, arp, hello, page
from namespaces import Namespace, cabled

from camscan.cli.listen_live import Absences

if sys.platform != "linux":
    pytest.skip("needs network namespaces", allow_module_level=True)

pytestmark = [pytest.mark.namespace, pytest.mark.timeout(120)]

SPEAK = """
import json, socket, sys
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("eth7", 0))
for line in sys.stdin:
    wire.send(bytes.fromhex(line))
print(json.dumps(None))
"""
FRAMES = [arp(CAMERA), hello(), *Talk().opened().asks(PLAIN).answers(page()).frames]


def speak(end: Namespace) -> None:
    lines = "".join(frame.hex() + "\n" for frame in FRAMES)
    command = ["ip", "netns", "exec", end.name, sys.executable, "-c", SPEAK]
    subprocess.run(command, input=lines, text=True, check=True, timeout=60)


def listening(end: Namespace, scope: Path, *options: str) -> "subprocess.Popen[str]":
    """A listening that is ready to hear."""
    command = ["ip", "netns", "exec", end.name, sys.executable, "-m", "camscan", "listen", "-i", "eth7"]
    process = subprocess.Popen(
        [*command, "--scope", str(scope), *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("Listening to eth7. Nothing is sent.")
    return process


def sent(end: Namespace) -> int:
    return int(end.run("cat", "/sys/class/net/eth7/statistics/tx_packets"))


def test_what_comes_is_heard_and_nothing_is_sent(tmp_path: Path) -> None:
    scope = scope_of(tmp_path)
    with cabled() as (near, far):
        for end in (near, far):
            end.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        before = sent(near)
        process = listening(near, scope)
        speak(far)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert sent(near) == before
    assert "DS-2CD2385G1-I" in out
    assert "not one packet was sent" in err
    told = json.loads(camscan("list", "-f", "json", "--scope", scope).out)
    (device,) = told["devices"]
    assert (device["ip"], device["maker"], device["verdict"]) == (CAMERA, "hikvision", "confirmed")
    (scan,) = told["scans"]
    assert (scan["status"], scan["packets_sent"]) == ("complete", 0)
    log = [json.loads(line) for line in (tmp_path / "camscan.audit.jsonl").read_text().splitlines()]
    assert (log[0]["event"], log[0]["interface"], log[0]["same_network"]) == ("listen-started", "eth7", False)


def test_it_ends_by_itself(tmp_path: Path) -> None:
    with cabled() as (near, _far):
        process = listening(near, scope_of(tmp_path), "--for", "1s", "-f", "json")
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out)["devices"] == []


def test_another_network_with_the_same_numbers_is_refused(tmp_path: Path) -> None:
    text = scope_of(tmp_path).read_text().replace("10.1.0.0/22", "10.77.0.0/24").replace("10.1.3.10", "10.77.0.9")
    link = '[[site.link]]\nnetwork = "10.77.0.0/24"\ngateway_mac = "00:1b:21:00:00:01"\n'
    scope = scope_of(tmp_path, text + link)
    with cabled() as (near, far):
        near.run("ip", "route", "add", "default", "via", "10.77.0.2")
        mac = far.run("cat", "/sys/class/net/eth7/address").strip()
        near.run("ip", "neigh", "replace", "10.77.0.2", "lladdr", mac, "dev", "eth7")
        command = ["ip", "netns", "exec", near.name, sys.executable, "-m", "camscan", "listen", "-i", "eth7"]
        refused = subprocess.run(
            [*command, "--scope", str(scope)], capture_output=True, text=True, check=False, timeout=60
        )
        assert (refused.returncode, "its gateway is" in refused.stderr) == (3, True), refused.stderr
        process = listening(near, scope, "--same-network", "--for", "1s")
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    log = [json.loads(line) for line in (tmp_path / "camscan.audit.jsonl").read_text().splitlines()]
    assert [line["event"] for line in log] == ["scan-refused", "listen-started", "listen-finished"]
    assert log[1]["same_network"] is True


def test_who_ends_it_before_its_time_is_told(tmp_path: Path) -> None:
    with cabled() as (near, far):
        process = listening(near, scope_of(tmp_path), "--for", "1h")
        speak(far)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, "DS-2CD2385G1-I" in out) == (130, True), err


def test_where_nothing_comes_the_mirror_is_doubted(tmp_path: Path) -> None:
    with cabled() as (near, far):
        for end in (near, far):
            end.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        process = listening(near, scope_of(tmp_path), "--for", "1d")
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Anything at all at eth7: not one packet came" in err


class Cable:
    interface, present = "eth1", True


def test_absences_are_told_one_by_one_up_to_a_number() -> None:
    cable, now = Cable(), iter(range(0, 10_000, 60))
    absences = Absences(cable, lambda: float(next(now)))  # type: ignore[arg-type]  # only `present` is asked for
    absences.look()
    assert absences.told() == ""
    for _ in range(7):
        cable.present = False
        absences.look()
        absences.look()
        cable.present = True
        absences.look()
    cable.present = False
    absences.look()
    told = absences.told()
    assert told.startswith("from 01 Jan 00:00:00 to 01 Jan 00:01:00 UTC, from 01 Jan 00:02:00 ")
    assert told.endswith(" UTC and 3 more times")
