"""camscan scan --dry-run: everything that would be sent, and nothing is."""

from pathlib import Path

import pytest
from cli_tools import SCOPE, camscan, columns, connections, scope_for, scope_of
from lab_tools import fresh_network
from test_scan_reach import interface

from camscan.audit import AuditLog
from camscan.cli import request as module
from camscan.discover import PROBES
from camscan.inventory import Inventory, ScanStart
from camscan.lab import Estate, LoopbackEstate
from camscan.scope import load


@pytest.fixture
def on_the_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine is on the Town Hall's wire."""
    monkeypatch.setattr(module, "interfaces", lambda: (interface("eth7", "10.1.0.9/22"),))
    monkeypatch.setattr(module, "neighbours", lambda _known: ())
    monkeypatch.setattr(module, "gateway_of", lambda _interface, _table: None)
    monkeypatch.setattr(module, "open_arp", lambda _wire: None)


def plan(folder: Path, *arguments: object, scope: str = SCOPE) -> str:
    ran = camscan("scan", "--dry-run", *arguments, "--scope", scope_of(folder, scope))
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def test_nothing_is_sent_and_nothing_is_written(tmp_path: Path) -> None:
    with LoopbackEstate(Estate.only("hikvision-camera-2021", "printer"), fresh_network()) as estate:
        ran = camscan("scan", "--dry-run", "--scope", scope_for(estate, tmp_path))
        assert connections(estate) == 0
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Nothing is sent. A scan with ")
    assert "on this machine itself: a connection to port 80, " in ran.out
    assert "one datagram of each of ws-discovery, dhip, sadp" in " ".join(ran.out.split())
    assert [path.name for path in tmp_path.iterdir()] == ["camscan.toml"]


def test_behind_a_router_there_is_no_multicast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "interfaces", lambda: ())
    told = plan(tmp_path)
    assert "Targets: 1,021 addresses" in told
    assert "Town Hall: 10.1.0.0/22 (1,021 addresses)" in told
    assert "about 13,273 packets, about 30 seconds" in told
    assert "1,021 addresses behind a router: a connection to port 80, 443, 554, 8000, 37777" in told
    assert "Group calls" not in told


@pytest.mark.usefixtures("on_the_wire")
def test_on_the_wire_groups_are_called_unless_part_of_it_is_excluded(tmp_path: Path) -> None:
    assert "Group calls" not in plan(tmp_path)
    told = plan(tmp_path, scope=SCOPE + "multicast = true\n")
    assert "Group calls on eth7 (10.1.0.0/22), 2 rounds:" in told
    for probe in PROBES:
        assert f"    {probe.name}: {len(probe.requests(0))} datagram" in told
    assert "and broadcast" in told
    assert "1,021 addresses on this machine's own network: a connection to port 80 that is closed" in told


@pytest.mark.usefixtures("on_the_wire")
def test_arp_takes_the_place_of_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Arp:
        def close(self) -> None:
            pass

    monkeypatch.setattr(module, "open_arp", lambda _wire: Arp())
    assert "own network: one ARP question\n" in plan(tmp_path)


@pytest.mark.usefixtures("on_the_wire")
def test_named_addresses_call_no_group(tmp_path: Path) -> None:
    told = plan(tmp_path, "10.1.0.20", scope=SCOPE + "multicast = true\n")
    assert "Targets: 1 address\n" in told
    assert "Group calls" not in told
    assert "about 1 packet, about 1 second" in told


def test_the_questions_stand_there_byte_for_byte_on_one_line_each(tmp_path: Path) -> None:
    told = plan(tmp_path, scope=SCOPE.replace("expires", 'contact = "ict@example.gov.uk"\nexpires'))
    line = next(line for line in told.splitlines() if line.startswith("    http (tcp 80): "))
    assert line.startswith(r"    http (tcp 80): GET / HTTP/1.1\r\nHost: 192.0.2.1\r\nUser-Agent: camscan/")
    assert "contact ict@example.gov.uk" in line
    assert line.endswith(r"\r\n\r\n")


def test_the_limits_are_told(tmp_path: Path) -> None:
    told = plan(tmp_path, scope=SCOPE + '[limits]\nprofile = "careful"\nextra_ports = [81, 8181]\n')
    assert "Limits: 200 packets a second in all, 100 to one /24, 10 to one device; at most 2 connections" in told
    assert ", 8181\n" in told


def test_extras_are_told(tmp_path: Path) -> None:
    told = plan(tmp_path, "--with-credentials", "--with-nmap")
    assert "With your credentials: each device that a set is bound to is asked once" in told
    assert "With nmap: it connects to the same ports of what stayed unknown, at most 40 packets" in told


def test_it_fits_eighty_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    scope_of(tmp_path, SCOPE)
    with columns(80):
        ran = camscan("scan", "--dry-run")
    assert all(len(line) <= 80 for line in ran.out.splitlines())


def test_a_resumed_scan_leaves_out_what_is_done(tmp_path: Path) -> None:
    scope = load(scope_of(tmp_path))
    assert camscan("scan", "--dry-run", "--resume", "--scope", scope.path).code == 2
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        scan = inventory.begin_scan(
            ScanStart(scope.sha256, scope.authorisation.organisation, ("Town Hall",), "sha256:0", 1021)
        )
        for ip in list(scope.addresses())[:21]:
            inventory.save_host(scan, ip, "Town Hall", ())
    assert "Targets: 1,000 addresses" in plan(tmp_path, "--resume")
    assert not (tmp_path / "camscan.audit.jsonl").exists()


def test_a_dry_run_needs_no_audit_log(tmp_path: Path) -> None:
    with AuditLog.open(tmp_path / "camscan.audit.jsonl"):  # a scan is running
        assert plan(tmp_path)


def test_the_datagrams_of_the_second_stage_are_told(tmp_path: Path) -> None:
    told = " ".join(plan(tmp_path).split())
    for probe in PROBES:
        assert f"{probe.name} {len(probe.requests(0))} (port {probe.port})" in told
        if probe.again:
            assert f"where the maker stays unknown: {probe.name} {len(probe.again(0))}" in told
