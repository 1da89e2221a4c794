"""Devices keep their identity over scans, in a real database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inventory_makers import EPR_A, MAC_A, MAC_B, SERIAL_A, SERIAL_B, Estate, address, heard, start

from camscan.errors import InventoryError
from camscan.inventory import Inventory, ScanKind

ARP_A, ARP_B = ("arp.mac", MAC_A), ("arp.mac", MAC_B)
SADP_A, SADP_B = ("sadp.serial", SERIAL_A), ("sadp.serial", SERIAL_B)
WSD_A = ("wsd.epr", EPR_A)


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Estate]:
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        yield Estate(inventory)


@pytest.mark.parametrize("sign", [ARP_A, ("neighbour.mac", MAC_A), SADP_A, WSD_A])
def test_a_device_that_moves_is_the_same_device(estate: Estate, sign: tuple[str, str]) -> None:
    estate.scan(("10.1.0.20", sign))
    before = estate.device("10.1.0.20")
    estate.scan(("10.1.0.35", sign))
    assert estate.addresses() == {before: ("10.1.0.35",)}
    found = estate.inventory.find(address("10.1.0.20"))
    assert found is not None
    assert str(found.ip) == "10.1.0.35"  # it was last at .20, and says where it is now


def test_a_device_that_stays_and_says_nothing_of_itself_is_known_by_its_address(estate: Estate) -> None:
    for _ in range(3):
        estate.scan(("10.1.0.20",))
    (device,) = estate.inventory.hosts()
    assert device.first_seen is not None
    assert device.last_seen is not None
    assert (device.last_seen - device.first_seen).days == 2


def test_another_serial_or_mac_at_an_address_is_another_device(estate: Estate) -> None:
    estate.scan(("10.1.0.20", SADP_A), ("10.1.0.30", ARP_A))
    old = estate.device("10.1.0.20"), estate.device("10.1.0.30")
    estate.scan(("10.1.0.20", SADP_B), ("10.1.0.30", ARP_B))
    assert estate.device("10.1.0.20") not in old
    assert estate.device("10.1.0.30") not in old
    assert len(estate.addresses()) == 4


def test_a_swapped_pair_is_told_apart(estate: Estate) -> None:
    estate.scan(("10.1.0.20", SADP_A), ("10.1.0.21", SADP_B))
    first, second = estate.device("10.1.0.20"), estate.device("10.1.0.21")
    estate.scan(("10.1.0.20", SADP_B), ("10.1.0.21", SADP_A))
    assert estate.device("10.1.0.21") == first
    assert estate.device("10.1.0.20") == second


def test_a_mac_that_answers_for_several_addresses_joins_nothing(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ARP_A), ("10.1.0.21", ARP_A), ("10.1.0.22", ARP_A))
    assert sorted(estate.addresses().values()) == [("10.1.0.20",), ("10.1.0.21",), ("10.1.0.22",)]


def test_what_a_mac_joined_is_undone_when_it_turns_out_to_be_shared(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ARP_A))
    estate.scan(("10.1.0.21", ARP_A))  # looks like a move
    assert len(estate.addresses()) == 1
    estate.scan(("10.1.0.20", ARP_A), ("10.1.0.21", ARP_A))  # but both are there: a router
    assert sorted(estate.addresses().values()) == [("10.1.0.20",), ("10.1.0.21",)]
    (merge,) = estate.inventory.merges()
    assert (merge.key, merge.value, merge.undone_by) == ("mac", MAC_A, "shared")
    assert merge.undone_at is not None
    estate.scan(("10.1.0.23", ARP_A))
    assert len(estate.addresses()) == 3


def test_the_gateways_mac_is_no_identity(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ARP_A), gateways=(MAC_A.upper(), "garbage"))
    estate.scan(("10.1.0.35", ARP_A))
    assert len(estate.addresses()) == 2


def test_a_mac_that_becomes_the_gateways_lets_go_of_what_it_joined(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ARP_A))
    estate.scan(("10.1.0.35", ARP_A))
    assert len(estate.addresses()) == 1
    estate.scan(("10.1.0.35", ARP_A), gateways=(MAC_A,))
    assert len(estate.addresses()) == 2


@pytest.mark.parametrize("mac", ["02:42:ac:11:00:02", "00:00:5e:00:01:0a"])
def test_a_made_up_mac_is_no_identity(estate: Estate, mac: str) -> None:
    estate.scan(("10.1.0.20", ("arp.mac", mac)))
    estate.scan(("10.1.0.35", ("arp.mac", mac)))
    assert len(estate.addresses()) == 2


def test_macs_are_compared_within_a_site(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ARP_A))
    estate.scan(("10.2.0.20", ARP_A), site="Library")
    assert len(estate.addresses()) == 2


def test_a_serial_follows_a_device_to_another_site(estate: Estate) -> None:
    estate.scan(("10.1.0.20", SADP_A))
    estate.scan(("10.2.0.20", SADP_A), site="Library")
    (device,) = estate.inventory.hosts()
    assert (device.site, str(device.ip)) == ("Library", "10.2.0.20")


def test_different_serials_never_merge_whatever_else_they_share(estate: Estate) -> None:
    estate.scan(("10.1.0.20", SADP_A, ARP_A, WSD_A))
    estate.scan(("10.1.0.35", SADP_B, ARP_A, WSD_A))
    assert len(estate.addresses()) == 2
    assert estate.inventory.merges() == ()


def test_clones_with_one_serial_stay_two_devices(estate: Estate) -> None:
    estate.scan(("10.1.0.20", SADP_A), ("10.1.0.21", SADP_A))
    assert len(estate.addresses()) == 2


def test_both_families_of_one_device_are_one(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ARP_A), ("fe80::4619:b6ff:fe00:1", ("neighbour.mac", MAC_A)))
    assert list(estate.addresses().values()) == [("10.1.0.20", "fe80::4619:b6ff:fe00:1")]


def test_records_of_one_device_are_joined_when_a_sign_shows_it(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ARP_A))
    first = estate.device("10.1.0.20")
    estate.scan(("10.1.0.35", SADP_A))
    assert len(estate.addresses()) == 2
    estate.scan(("10.1.0.35", SADP_A, ARP_A))
    assert estate.addresses() == {first: ("10.1.0.35",)}


def test_a_stranger_at_the_old_address_is_not_the_device_that_moved(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ARP_A))
    estate.scan(("10.1.0.35", ARP_A))
    moved = estate.device("10.1.0.35")
    estate.scan(("10.1.0.20",), ("10.1.0.35", ARP_A))
    assert estate.addresses()[moved] == ("10.1.0.35",)
    assert estate.device("10.1.0.20") != moved


def test_a_stranger_heard_before_the_device_that_moved_keeps_apart_too(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ARP_A))
    estate.scan(("10.1.0.20",), ("10.1.0.35", ARP_A))
    assert sorted(estate.addresses().values()) == [("10.1.0.20",), ("10.1.0.35",)]
    (stranger,) = (one for one in estate.inventory.hosts() if str(one.ip) == "10.1.0.20")
    assert [item for one in stranger.observations for item in one.evidence] == []


def test_a_merge_can_be_undone_and_stays_undone(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ARP_A))
    estate.scan(("10.1.0.35", ARP_A))
    (merge,) = estate.inventory.merges()
    assert (merge.key, merge.value, merge.undone_by) == ("mac", MAC_A, None)
    estate.inventory.unmerge(merge.id)
    assert sorted(estate.addresses().values()) == [("10.1.0.20",), ("10.1.0.35",)]
    assert estate.inventory.merges()[0].undone_by == "owner"
    estate.scan(("10.1.0.35", ARP_A))
    assert len(estate.addresses()) == 2
    with pytest.raises(InventoryError, match=r"no merge \d+ to undo"):
        estate.inventory.unmerge(merge.id)


def test_unmerging_one_of_three_leaves_the_other_two_together(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ARP_A, SADP_A))
    estate.scan(("10.1.0.21", ARP_A))
    estate.scan(("10.1.0.22", SADP_A))
    assert len(estate.addresses()) == 1
    by_key = {one.key: one for one in estate.inventory.merges()}
    estate.inventory.unmerge(by_key["mac"].id)
    assert sorted(estate.addresses().values()) == [("10.1.0.21",), ("10.1.0.22",)]


def test_an_import_joins_nothing(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ARP_A, SADP_A))
    estate.scan(
        ("10.1.0.35", ("import.mac", MAC_A), ("nmap.mac", MAC_A), ("owner.serial", SERIAL_A)), kind=ScanKind.IMPORT
    )
    assert len(estate.addresses()) == 2


def test_an_import_belongs_to_the_device_at_its_address(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ARP_A))
    estate.scan(("10.1.0.20", ("import.maker", "hikvision")), kind=ScanKind.IMPORT)
    (device,) = estate.inventory.hosts()
    assert {item.name for one in device.observations for item in one.evidence} == {"arp.mac", "import.maker"}


def test_what_comes_later_in_a_scan_may_show_that_it_is_another_device(estate: Estate) -> None:
    estate.scan(("10.1.0.20", SADP_A))
    old = estate.device("10.1.0.20")
    scan_id = estate.inventory.begin_scan(start())
    estate.inventory.save_host(scan_id, address("10.1.0.20"), "Town Hall", [heard("10.1.0.20")], done=False)
    assert estate.device("10.1.0.20") == old
    estate.inventory.save_host(scan_id, address("10.1.0.20"), "Town Hall", [heard("10.1.0.20", SADP_B)])
    assert estate.device("10.1.0.20") != old
    assert len(estate.addresses()) == 2


def test_two_macs_at_one_address_heard_one_after_the_other_identify_nothing(estate: Estate) -> None:
    scan_id = estate.inventory.begin_scan(start())
    for mac in (ARP_A, ARP_B):
        estate.inventory.save_host(scan_id, address("10.1.0.20"), "Town Hall", [heard("10.1.0.20", mac)])
    estate.scan(("10.1.0.35", ARP_A), ("10.1.0.36", ARP_B))
    assert sorted(estate.addresses().values()) == [("10.1.0.20",), ("10.1.0.35",), ("10.1.0.36",)]
