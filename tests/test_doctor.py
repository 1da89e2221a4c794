from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from camscan import doctor
from camscan.doctor import ENOUGH_BUFFER, Facts, Finding, Level, examine, gather
from camscan.net.link import Gateway, Interface, InterfaceAddress, InterfaceKind
from camscan.net.settings import Firewall, SystemSettings
from camscan.scope import Scope, parse

SCOPE = """
[authorisation]
organisation = "Example Borough Council"
authorised_by = "Head of ICT"
expires = 2027-03-31
[[site]]
name = "Town Hall"
networks = ["10.1.0.0/22"]
[[site]]
name = "Library"
networks = ["10.8.0.0/24"]
"""


def scope(text: str = SCOPE) -> Scope:
    return parse(text.encode(), Path("camscan.toml"))


def interface(
    name: str = "eth0",
    ip: str = "10.1.0.9",
    netmask: str = "255.255.252.0",
    kind: InterfaceKind = InterfaceKind.ETHERNET,
    *,
    up: bool = True,
    multicast: bool = True,
) -> Interface:
    own = (InterfaceAddress.of(ip, netmask),) if ip else ()
    return Interface(name, 2, None, own, up, kind is InterfaceKind.LOOPBACK, kind, 1500, multicast)


GOOD = Facts(
    system="Linux",
    python="3.13.1",
    now=datetime(2026, 11, 21, 10, 0, tzinfo=UTC),
    interfaces=(interface(),),
    gateways={"eth0": Gateway(IPv4Address("10.1.0.1"), "02:00:00:00:00:05")},
    root=True,
    raw=True,
    settings=SystemSettings(8 << 20, 8_192, 20_000, clock_synchronised=True),
    scope=scope(SCOPE.partition('[[site]]\nname = "Library"')[0]),
)


def about(area: str, facts: Facts) -> list[Finding]:
    return [finding for finding in examine(facts) if finding.area.startswith(area)]


def one(area: str, facts: Facts) -> Finding:
    (finding,) = about(area, facts)
    return finding


def test_a_machine_where_all_is_well_has_nothing_to_do() -> None:
    findings = examine(GOOD)
    assert {finding.level for finding in findings} == {Level.OK}
    assert not any(finding.do for finding in findings)
    assert "10.1.0.9 in 10.1.0.0/22, gateway 10.1.0.1" in one("network eth0", GOOD).says
    assert one("scope", GOOD).says == "Example Borough Council, until 2027-03-31: 10.1.0.0/22."


def test_a_scope_that_is_absent_wrong_or_over_is_told_apart() -> None:
    absent = one("scope", replace(GOOD, scope=None))
    assert (absent.level, absent.do) == (Level.NOTE, "Run `camscan scope new`.")
    wrong = one("scope", replace(GOOD, scope=None, scope_error="camscan.toml, line 9: no"))
    assert (wrong.level, wrong.says) == (Level.PROBLEM, "camscan.toml, line 9: no")
    over = one("scope", replace(GOOD, now=datetime(2027, 4, 1, tzinfo=UTC)))
    assert over.level is Level.PROBLEM
    assert "ended" in over.says
    assert one("scope", replace(GOOD, now=datetime(2027, 3, 31, 23, 0, tzinfo=UTC))).level is Level.OK


@pytest.mark.parametrize(
    ("kind", "word"),
    [(InterfaceKind.WIFI, "Wi-Fi"), (InterfaceKind.VPN, "tunnel"), (InterfaceKind.VIRTUAL, "inside this machine")],
)
def test_wifi_tunnels_and_virtual_networks_are_shown_as_such(kind: InterfaceKind, word: str) -> None:
    found = one("network eth0", replace(GOOD, interfaces=(interface(kind=kind),)))
    assert found.level is Level.NOTE
    assert word in found.says


def test_interfaces_out_of_use_are_named_and_a_machine_without_any_is_a_problem() -> None:
    facts = replace(
        GOOD,
        scope=None,
        interfaces=(
            interface("lo", "127.0.0.1", "255.0.0.0", InterfaceKind.LOOPBACK),
            interface("eth2", up=False),
            interface("eth1", ip=""),
            interface("eth0", "169.254.7.7", "255.255.0.0"),
        ),
    )
    handed_out, unused, none = about("network", facts)
    assert (handed_out.level, "no IPv4 address" in handed_out.says) == (Level.NOTE, True)
    assert unused.says.endswith("eth1, eth2.")
    assert none.level is Level.PROBLEM


def test_a_site_behind_a_router_is_seen_less_well() -> None:
    found = one("site", replace(GOOD, scope=scope()))
    assert (found.area, found.level) == ("site Library", Level.NOTE)
    assert "10.8.0.0/24 is behind a router" in found.says


def test_a_site_tied_to_another_interface_is_a_problem() -> None:
    tied = scope(SCOPE.replace('networks = ["10.1.0.0/22"]', 'networks = ["10.1.0.0/22"]\ninterface = "eth5"'))
    found = about("site Town Hall", replace(GOOD, scope=tied))
    assert [finding.level for finding in found] == [Level.PROBLEM]


def test_without_rights_it_says_what_is_not_seen_and_elsewhere_that_rights_would_not_help() -> None:
    linux = one("privileges", replace(GOOD, root=False, raw=False))
    assert linux.level is Level.NOTE
    assert "sudo camscan scan" in linux.do
    windows = one("privileges", replace(GOOD, system="Windows", root=False, raw=False))
    assert windows.do == ""
    assert "Npcap" in windows.says
    assert "given up" in one("privileges", GOOD).says
    assert "given up" not in one("privileges", replace(GOOD, root=False)).says


def test_multicast_is_a_problem_where_even_loopback_has_none() -> None:
    assert one("multicast", replace(GOOD, multicast=False)).level is Level.PROBLEM
    deaf = one("multicast", replace(GOOD, interfaces=(interface(), interface("tun0", multicast=False))))
    assert (deaf.level, deaf.says.endswith("tun0.")) == (Level.NOTE, True)


@pytest.mark.parametrize(
    ("firewall", "level", "word"),
    [
        (Firewall("ufw", blocks=True), Level.NOTE, "ufw is on"),
        (Firewall("ufw", blocks=False), Level.OK, "blocks nothing"),
        (Firewall("nftables", blocks=None), Level.NOTE, "cannot be told"),
    ],
)
def test_firewalls_are_told_as_far_as_they_can_be(firewall: Firewall, level: Level, word: str) -> None:
    found = one("firewall", replace(GOOD, firewalls=(firewall,)))
    assert found.level is level
    assert word in found.says
    assert bool(found.do) == (level is Level.NOTE)


def test_no_firewall_found_is_not_no_firewall_where_one_may_not_look() -> None:
    assert "without root" in one("firewall", replace(GOOD, root=False)).says
    assert "without root" not in one("firewall", GOOD).says
    unknown = replace(GOOD, root=False, firewalls=(Firewall("nftables", blocks=None),))
    assert "without root" in one("firewall", unknown).says
    windows = replace(GOOD, system="Windows", firewalls=(Firewall("Windows Defender Firewall", blocks=True),))
    assert "if Windows asks" in one("firewall", windows).do


def test_small_buffers_and_few_files_are_noted_with_the_command_that_helps() -> None:
    small = replace(GOOD, root=False, settings=SystemSettings(212_992, None, 256, clock_synchronised=True))
    buffer, files = about("limits", small)
    assert f"rmem_max={2 * ENOUGH_BUFFER}" in buffer.do
    assert "256 files" in files.says
    assert about("limits", replace(small, root=True)) == [files]


@pytest.mark.parametrize(
    ("table", "levels"),
    [(8_192, []), (1_366, []), (1_300, [Level.NOTE]), (1_024, [Level.NOTE]), (1_000, [Level.PROBLEM]), (None, [])],
)
def test_a_neighbour_table_smaller_than_the_network_is_a_problem(table: int | None, levels: list[Level]) -> None:
    facts = replace(GOOD, settings=SystemSettings(neighbour_table=table, clock_synchronised=True))
    assert [finding.level for finding in about("limits", facts)] == levels


def test_a_clock_that_cannot_be_right_is_a_problem() -> None:
    assert one("clock", replace(GOOD, now=datetime(1970, 1, 1, tzinfo=UTC))).level is Level.PROBLEM
    loose = replace(GOOD, settings=SystemSettings(clock_synchronised=False))
    assert one("clock", loose).level is Level.NOTE
    assert one("clock", replace(GOOD, settings=SystemSettings())).level is Level.OK


def test_missing_parts_are_noted_with_what_they_would_be_for() -> None:
    found = about("parts", replace(GOOD, nmap=False, keyring=False, postgresql=False))
    assert found[0].says == "Linux, Python 3.13.1."
    assert [finding.level for finding in found] == [Level.OK, Level.NOTE, Level.NOTE, Level.NOTE]


def test_this_machine_is_examined_whole(tmp_path: Path) -> None:
    absent = gather(tmp_path / "camscan.toml")
    assert absent.scope is None
    assert absent.scope_error == ""
    findings = examine(absent)
    assert {"scope", "privileges", "multicast", "firewall", "clock", "parts"} <= {finding.area for finding in findings}
    assert all(finding.says and "\x1b" not in finding.says for finding in findings)
    (tmp_path / "camscan.toml").write_text("nonsense")
    assert "not valid TOML" in gather(tmp_path / "camscan.toml").scope_error
    (tmp_path / "camscan.toml").write_text(SCOPE)
    assert gather(tmp_path / "camscan.toml").scope is not None


def test_a_keyring_that_fails_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backends import fail

    def broken() -> None:
        raise RuntimeError("no session bus")

    monkeypatch.setattr(keyring, "get_keyring", broken)
    assert not doctor._has_keyring()
    monkeypatch.setattr(keyring, "get_keyring", fail.Keyring)
    assert not doctor._has_keyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: Path("a store"))
    assert doctor._has_keyring()
