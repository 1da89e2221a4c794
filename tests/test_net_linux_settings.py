"""Synthetic files and listings, after the form that ufw and nft write."""

from pathlib import Path

import pytest

from camscan.net import _linux_settings
from camscan.net.settings import Firewall

OPEN = """
table inet filter {
	chain input {
		type filter hook input priority filter; policy accept;
		ip saddr 10.1.0.0/22 accept # drop would be too hard
	}
}
"""
CLOSED = OPEN.replace("policy accept", "policy drop")
REJECTING = OPEN.replace("ip saddr 10.1.0.0/22 accept", "udp dport 1-1024 reject")
FORWARDING = CLOSED.replace("hook input", "hook forward")


@pytest.mark.parametrize(
    ("listing", "blocks"),
    [(OPEN, False), (CLOSED, True), (REJECTING, True), (FORWARDING, False), ("", False)],
    ids=["open", "closed", "rejecting", "forwarding only", "empty"],
)
def test_a_listing_blocks_where_its_input_chain_drops(listing: str, blocks: bool) -> None:
    assert _linux_settings.parse_nft(listing) is blocks


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("# a comment\nENABLED=yes\nLOGLEVEL=low\n", True),
        ("ENABLED=no\n", False),
        ('ENABLED="yes"\n', True),
        ("", None),
    ],
)
def test_ufw_says_whether_it_is_on(text: str, blocks: bool | None) -> None:
    assert _linux_settings.parse_ufw(text) is blocks


def tree(root: Path, modules: str = "") -> None:
    (root / "etc/ufw").mkdir(parents=True)
    (root / "etc/ufw/ufw.conf").write_text("ENABLED=no\n")
    (root / "sys/fs/cgroup/system.slice/firewalld.service").mkdir(parents=True)
    (root / "proc").mkdir()
    (root / "proc/modules").write_text(modules)
    (root / "usr/sbin").mkdir(parents=True)
    (root / "usr/sbin/nft").touch()


NF_TABLES = "nf_tables 299008 0 - Live 0x0000000000000000\n"


def test_root_reads_the_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, NF_TABLES)
    monkeypatch.setattr(_linux_settings, "is_root", lambda: True)
    monkeypatch.setattr(_linux_settings, "output_of", lambda argv: CLOSED if argv[1:] == ["list", "ruleset"] else "")
    assert _linux_settings.firewalls(tmp_path) == (
        Firewall("ufw", blocks=False),
        Firewall("firewalld", blocks=True),
        Firewall("nftables", blocks=True),
    )


def test_others_are_told_that_it_cannot_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, NF_TABLES)
    monkeypatch.setattr(_linux_settings, "is_root", lambda: False)
    assert _linux_settings.firewalls(tmp_path)[-1] == Firewall("nftables", blocks=None)


@pytest.mark.parametrize(
    ("listing", "blocks"),
    [
        ("-P INPUT DROP\n", True),
        ("-P INPUT ACCEPT\n-A INPUT -p udp -j REJECT --reject-with icmp-port-unreachable\n", True),
        ("-P INPUT ACCEPT\n-A INPUT -i lo -j ACCEPT\n", False),
        ("", False),
    ],
)
def test_iptables_blocks_by_policy_or_by_rule(listing: str, blocks: bool) -> None:
    assert _linux_settings.parse_iptables(listing) is blocks


def test_a_kernel_without_loadable_parts_may_be_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path)
    (tmp_path / "proc/modules").unlink()
    (tmp_path / "usr/sbin/iptables-legacy").touch()
    monkeypatch.setattr(_linux_settings, "is_root", lambda: True)
    monkeypatch.setattr(_linux_settings, "output_of", lambda argv: CLOSED if argv[1] == "list" else "-P INPUT ACCEPT")
    assert _linux_settings.firewalls(tmp_path)[2:] == (
        Firewall("nftables", blocks=True),
        Firewall("iptables", blocks=False),
    )


def test_a_kernel_part_that_is_not_loaded_is_not_loaded_by_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(argv: list[str]) -> str:
        raise AssertionError(argv)

    tree(tmp_path)
    monkeypatch.setattr(_linux_settings, "is_root", lambda: True)
    monkeypatch.setattr(_linux_settings, "output_of", never)
    assert [firewall.name for firewall in _linux_settings.firewalls(tmp_path)] == ["ufw", "firewalld"]
    assert _linux_settings.firewalls(tmp_path / "nowhere") == ()


def test_the_kernels_numbers_are_numbers_or_unknown(tmp_path: Path) -> None:
    assert _linux_settings._number(tmp_path / "absent") is None
    (tmp_path / "odd").write_text("many\n")
    assert _linux_settings._number(tmp_path / "odd") is None
    for told in (_linux_settings.receive_buffer(), _linux_settings.neighbour_table()):
        assert told is None or told > 0


def test_the_kernel_says_whether_its_clock_is_kept() -> None:
    assert _linux_settings.clock_synchronised() in (True, False, None)
