import shutil
import subprocess
from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, a_scope, csv_log, device, judged, row

from camscan.egress.blocks import LANGUAGES, block_rules
from camscan.egress.report import Report
from camscan.errors import UsageError
from camscan.scope import Scope

EXPECTS = """recorders = ["10.1.0.5", "203.0.113.64/28"]
dns = ["10.1.0.2"]
ntp = ["ntp.example.gov.uk"]
allow = [{ host = "198.51.100.7", port = 443, purpose = 'cloud "VMS"; drop' }, { host = "vms.example.gov.uk" }]
"""


def found(tmp_path: Path, *more: str) -> tuple[Report, Scope]:
    scope = a_scope(EXPECTS)
    report = judged(
        tmp_path, csv_log(row(), *more), devices=[device(), device("10.1.0.21"), device("2001:db8:1::20")], scope=scope
    )
    return report, scope


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_devices_may_reach_what_is_expected_and_nothing_else(language: str, tmp_path: Path) -> None:
    text = block_rules(language, *found(tmp_path))
    assert CAMERA in text
    assert "10.1.0.21" not in text  # it has no finding
    assert "198.51.100.7" in text
    assert "443" in text
    assert "203.0.113.64" in text
    assert "a name: ntp.example.gov.uk:123" in text
    assert "a name: vms.example.gov.uk" in text
    assert not any("VMS" in line and ";" in line for line in text.splitlines() if line[0] not in "#!")
    assert text.startswith(("# Proposed", "! Proposed"))
    assert text.index("198.51.100.7") < max(text.rfind("drop"), text.rfind("deny"))


@pytest.mark.parametrize("language", ["nftables", "cisco", "pfsense"])
def test_ipv6_devices_have_rules_too(language: str, tmp_path: Path) -> None:
    more = row(source="2001:db8:1::20", destination="2001:db8:9::1")
    text = block_rules(language, *found(tmp_path, more))
    assert "2001:db8:1::20" in text
    assert "fc00::/7" in text


def test_fortigate_says_that_ipv6_is_left_out(tmp_path: Path) -> None:
    more = row(source="2001:db8:1::20", destination="2001:db8:9::1")
    text = block_rules("fortigate", *found(tmp_path, more))
    assert "IPv6 devices are not in here" in text
    assert "set subnet 10.1.0.20 255.255.255.255" in text


def test_each_line_of_cisco_is_a_whole_rule(tmp_path: Path) -> None:
    text = block_rules("cisco", *found(tmp_path))
    assert " permit tcp host 10.1.0.20 host 198.51.100.7 eq 443" in text
    assert " permit ip host 10.1.0.20 10.0.0.0 0.255.255.255" in text
    assert text.endswith(" deny ip host 10.1.0.20 any log\n permit ip any any\n")


@pytest.mark.skipif(shutil.which("nft") is None, reason="nft is not installed, so its own check cannot be asked")
def test_nft_accepts_the_rules(tmp_path: Path) -> None:
    more = row(source="2001:db8:1::20", destination="2001:db8:9::1")
    text = block_rules("nftables", *found(tmp_path, more))
    done = subprocess.run(["nft", "-c", "-f", "-"], input=text, text=True, capture_output=True, check=False)
    if "Operation not permitted" in done.stderr:
        pytest.skip("nft may not ask the kernel here")
    assert done.returncode == 0, done.stderr


def test_what_came_in_calls_for_no_rule(tmp_path: Path) -> None:
    inward = csv_log(row(source=CLOUD, destination=CAMERA, port=80))
    with pytest.raises(UsageError, match="No finding"):
        block_rules("cisco", judged(tmp_path, inward), None)


def test_another_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nftables"):
        block_rules("iptables", judged(tmp_path, csv_log(row())), None)
