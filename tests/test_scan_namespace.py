"""Whole scans where MAC addresses, ARP, multicast, routing and packet counters are the kernel's own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

import pytest

from camscan.lab import Estate, NamespaceEstate, scope_toml
from camscan.lab.namespace import Counters, unavailable

pytestmark = [
    pytest.mark.namespace,
    pytest.mark.skipif(unavailable() is not None, reason=unavailable() or ""),
    pytest.mark.timeout(300),
]

COUNT, ROUTED = 40, 8


@dataclass
class Scanned:
    found: dict[str, dict[str, object]]
    report: dict[str, list[dict[str, object]]]
    finished: dict[str, int]
    talk: str
    before: Counters
    after: Counters
    unsafe: tuple[str, ...]
    elsewhere: int


@pytest.fixture(scope="module")
def estate() -> Iterator[NamespaceEstate]:
    with NamespaceEstate(Estate.generate(COUNT, seed=7), routed=ROUTED) as running:
        yield running


@pytest.fixture(scope="module")
def scanned(estate: NamespaceEstate, tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    folder = tmp_path_factory.mktemp("scan")
    scope = folder / "camscan.toml"
    scope.write_text(scope_toml(estate))
    before = estate.counters()
    command = [sys.executable, "-m", "camscan", "scan", "--scope", str(scope), "--format", "json"]
    done = subprocess.run(estate.scanner_argv(command), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    stats = estate.stats()
    report = json.loads(done.stdout)
    last = (folder / "camscan.audit.jsonl").read_text().splitlines()[-1]
    return Scanned(
        found={device["ip"]: device for device in report["devices"]},
        report=report,
        finished=json.loads(last),
        talk=done.stderr,
        before=before,
        after=estate.counters(),
        unsafe=stats.unsafe,
        elsewhere=stats.elsewhere,
    )


def test_every_device_is_found_on_the_wire_and_behind_the_router(scanned: Scanned, estate: NamespaceEstate) -> None:
    missing = {str(ip) for ip in estate.truth} - set(scanned.found)
    assert missing == set()


def test_every_maker_is_right(scanned: Scanned, estate: NamespaceEstate) -> None:
    wrong = {
        str(ip): (truth.maker, scanned.found[str(ip)]["maker"])
        for ip, truth in estate.truth.items()
        if scanned.found[str(ip)]["maker"] != truth.maker
    }
    assert wrong == {}


def test_macs_are_heard_on_the_wire(scanned: Scanned, estate: NamespaceEstate) -> None:
    near = [ip for ip in estate.truth if ip in estate.network]
    assert {str(ip): estate.truth[ip].mac for ip in near} == {str(ip): scanned.found[str(ip)]["mac"] for ip in near}


def test_not_one_packet_left_the_declared_networks(scanned: Scanned) -> None:
    assert scanned.after.beyond == scanned.before.beyond
    assert scanned.elsewhere == 0


def test_the_audit_log_counts_what_the_interface_counted(scanned: Scanned) -> None:
    counted = sum(scanned.finished[kind] for kind in ("datagrams", "frames", "segments"))
    real = scanned.after.sent - scanned.before.sent
    assert counted == pytest.approx(real, rel=0.05)


def test_root_was_given_up_before_any_answer_was_read(scanned: Scanned) -> None:
    assert "root was given up" in scanned.talk


def test_what_multicast_cannot_reach_is_said(scanned: Scanned) -> None:
    gaps = [gap for site in scanned.report["coverage"] for gap in site["not_seen"]]  # type: ignore[attr-defined]
    assert any("behind a router" in gap["why"] for gap in gaps)


STORM = 1000

LISTENER = """
import sys, time
from ipaddress import IPv4Address, IPv4Network
from camscan.discover import wsdiscovery
from camscan.evidence import Via
from camscan.net.ears import Ears
import socket

ears = Ears()
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind((sys.argv[1], 0))
sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, IPv4Address(sys.argv[1]).packed)
ears.add(sock, "ws-discovery", Via.MULTICAST, "scan0")
ears.start()
heard = set()
for payload in wsdiscovery.requests(1):
    sock.sendto(payload, ("239.255.255.250", 3702))
quiet = 0
while quiet < 30:
    batch = ears.drain(10_000)
    quiet = 0 if batch else quiet + 1
    heard.update(str(datagram.ip) for datagram in batch)
    time.sleep(0.1)
print(len(heard), ears.kernel_drops)
ears.close()
"""


def test_a_storm_of_answers_is_heard_whole() -> None:
    with NamespaceEstate(Estate.only(*["axis-camera"] * STORM)) as estate:
        command = [sys.executable, "-c", LISTENER, str(estate.scanner_ip)]
        done = subprocess.run(estate.scanner_argv(command), capture_output=True, text=True, check=True)
    heard, drops = map(int, done.stdout.split())
    assert (heard, drops) == (STORM, 0)
    assert isinstance(estate.scanner_ip, IPv4Address)
