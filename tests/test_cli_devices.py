"""From stored evidence to a device: concluded anew, found by any of its addresses."""

from ipaddress import ip_address
from pathlib import Path

import pytest
from cli_tools import Demo
from inventory_makers import MAC_A, SITE, heard, start

from camscan.cli.devices import Judge, address, is_address
from camscan.device import Verdict
from camscan.errors import InventoryError, UsageError
from camscan.inventory import Inventory, ScanStatus


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.shipped()


def moved(folder: Path) -> Path:
    """An inventory whose one camera had another address at first."""
    path = folder / "camscan.db"
    with Inventory.open(path) as inventory:
        for ip in ("10.1.0.20", "10.1.0.77"):
            scan = inventory.begin_scan(start())
            observation = heard(ip, ("arp.mac", MAC_A), ("sadp.answer", "yes"), ("sadp.model", "DS-1"), port=37020)
            inventory.save_host(scan, ip_address(ip), SITE, [observation])
            inventory.finish_scan(scan, ScanStatus.COMPLETE, 1, True, "", ())
    return path


def test_a_device_is_concluded_from_its_evidence(judge: Judge, tmp_path: Path) -> None:
    with Inventory.open(moved(tmp_path)) as inventory:
        ((site, device),) = judge.devices(inventory)
    assert site == SITE
    assert (device.maker, device.verdict) == ("hikvision", Verdict.PROBABLE)
    assert device.ip == ip_address("10.1.0.77")
    assert device.first_seen is not None


def test_what_one_scan_heard(judge: Judge, demo: Demo, tmp_path: Path) -> None:
    with Inventory.open(demo.copy(tmp_path).folder / "camscan.db") as inventory:
        (scan,) = inventory.scans()
        assert len(list(judge.devices(inventory, scan.id))) == len(list(judge.devices(inventory)))


def test_an_older_address_finds_the_device_and_says_so(
    judge: Judge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved(tmp_path)
    _site, device = judge.find(tmp_path / "camscan.toml", None, "10.1.0.20")
    assert device.ip == ip_address("10.1.0.77")
    assert "last heard at 10.1.0.77" in capsys.readouterr().err
    judge.find(tmp_path / "camscan.toml", None, "::ffff:10.1.0.77")
    assert capsys.readouterr().err == ""


def test_an_address_that_is_not_there_is_said(judge: Judge, tmp_path: Path) -> None:
    moved(tmp_path)
    with pytest.raises(UsageError, match="is not in the inventory"):
        judge.find(tmp_path / "camscan.toml", None, "10.1.0.99")
    with pytest.raises(InventoryError, match="no inventory here yet"):
        judge.find(tmp_path / "camscan.toml", str(tmp_path / "other.db"), "10.1.0.20")


def test_names_are_written_as_their_owners_write_them(judge: Judge) -> None:
    assert [judge.name(slug) for slug in (None, "hikvision", "annke", "nobody-we-know")] == [
        "-",
        "Hikvision",
        "Annke",
        "nobody-we-know",
    ]


@pytest.mark.parametrize(
    ("text", "expected"), [("10.1.0.20", True), ("fe80::1", True), ("camera.example", False), ("2n.tls", False)]
)
def test_names_are_no_addresses(text: str, expected: bool) -> None:
    assert is_address(text) is expected
    if expected:
        assert address(text) == ip_address(text)
    else:
        with pytest.raises(UsageError, match="names are not looked up"):
            address(text)
