from ipaddress import ip_address
from pathlib import Path

import pytest
from test_scan_reach import interface, scope_of

from camscan.audit import AuditLog
from camscan.gaps import SiteCoverage
from camscan.net.gate import Gate, Step
from camscan.scan.coverage import coverage
from camscan.scan.reach import reach
from camscan.scan.state import Host, ScanState
from camscan.scope import Scope


def covered(
    tmp_path: Path, scope: Scope, state: ScanState, *, wires: bool = True, arp: bool = True, interrupted: bool = False
) -> SiteCoverage:
    with AuditLog.open(tmp_path / "audit.jsonl") as audit:
        gate = Gate(scope, audit)
        sick = ip_address("10.1.0.7")
        gate.worked(sick, 80, Step.ACCEPTED)
        gate.failed(sick, 80, Step.ACCEPTED)
        gate.failed(sick, 80, Step.ACCEPTED)
        found = reach(scope, [interface("eth0", "10.1.0.9/23")] if wires else [])
        (site,) = coverage(scope, found, state, gate, list(scope.addresses()), arp=arp, interrupted=interrupted)
    return site


def words(site: SiteCoverage) -> str:
    return "\n".join(f"{gap.what}: {gap.why}. {gap.what_to_do}" for gap in site.not_seen)


def test_a_network_where_nothing_answered_is_named(tmp_path: Path) -> None:
    state = ScanState()
    state.hosts = {ip_address("10.1.0.20"): Host(ip_address("10.1.0.20"))}
    site = covered(tmp_path, scope_of('networks = ["10.1.0.0/23"]'), state)
    assert site.answered == 1
    assert "10.1.1.0/24 answered nothing at all" in words(site)
    assert "10.1.0.0/24" not in words(site)


def test_behind_a_router_multicast_does_not_reach(tmp_path: Path) -> None:
    site = covered(tmp_path, scope_of('networks = ["10.1.0.0/23"]'), ScanState(), wires=False)
    assert "answer only multicast" in words(site)


def test_a_network_partly_in_scope_gets_no_multicast_and_says_so(tmp_path: Path) -> None:
    site = covered(tmp_path, scope_of('networks = ["10.1.0.0/24"]'), ScanState())
    assert "only partly in the scope" in words(site)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kernel_drops": 12}, "12 answers"),
        ({"cut_claims": {ip_address("10.1.0.8")}}, "10.1.0.8 claimed"),
        ({"unheard": ["sadp on eth0: port 37020 cannot be used"]}, "another program holds the port"),
    ],
)
def test_losses_are_said(tmp_path: Path, changes: dict[str, object], says: str) -> None:
    state = ScanState()
    for name, value in changes.items():
        setattr(state, name, value)
    assert says in words(covered(tmp_path, scope_of('networks = ["10.1.0.0/23"]'), state))


def test_no_rights_an_interruption_and_a_wide_network_are_said(tmp_path: Path) -> None:
    scope = scope_of('networks = ["10.1.0.0/23", "fd00:1::/64"]')
    state = ScanState(addresses=510, swept=10)
    said = words(covered(tmp_path, scope, state, arp=False, interrupted=True))
    assert "sudo camscan scan" in said
    assert "500 addresses: the scan was interrupted" in said
    assert "fd00:1::/64" in said
    assert "10.1.0.7 would have said" in said
