from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from inventory_makers import MAC_A, MORNING, SERIAL_A, SITE, Estate, address, heard, opened, start

from camscan.inventory import Holding, Inventory, ScanKind

SERIAL = ("sadp.serial", SERIAL_A)
OLD, NEW = "10.1.0.20", "10.1.0.30"


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    yield from opened(tmp_path)


def day(number: int) -> datetime:
    """The time of the scan of that day."""
    return MORNING + timedelta(days=number)


def told(inventory: Inventory) -> dict[str, list[tuple[datetime, datetime, bool, bool]]]:
    found: dict[str, list[tuple[datetime, datetime, bool, bool]]] = {}
    for one in inventory.holdings():
        found.setdefault(one.ip, []).append((one.first, one.last, one.from_before, one.since_then))
    return found


def test_a_device_that_stays_has_its_address_without_end(inventory: Inventory) -> None:
    estate = Estate(inventory)
    for _ in range(3):
        estate.scan((OLD, SERIAL))
    assert inventory.holdings() == [Holding(estate.device(OLD), OLD, day(1), day(3), True, True)]


def test_a_device_that_moved_had_each_address_for_its_time(inventory: Inventory) -> None:
    estate = Estate(inventory)
    for ip in (OLD, OLD, NEW):
        estate.scan((ip, SERIAL))
    assert told(inventory) == {OLD: [(day(1), day(2), True, False)], NEW: [(day(3), day(3), False, True)]}


def test_a_device_that_came_back_has_two_times_at_one_address(inventory: Inventory) -> None:
    estate = Estate(inventory)
    for ip in (OLD, NEW, OLD, OLD):
        estate.scan((ip, SERIAL))
    assert told(inventory) == {
        OLD: [(day(1), day(1), True, False), (day(3), day(4), False, True)],
        NEW: [(day(2), day(2), False, False)],
    }


def test_addresses_of_other_kinds_stand_beside(inventory: Inventory) -> None:
    estate = Estate(inventory)
    mac = ("arp.mac", MAC_A)
    estate.scan((OLD, mac), ("2001:db8::20", mac), ("fe80::20", mac))
    estate.scan((OLD, mac), ("2001:db8::99", mac), ("fe80::20", mac))
    found = told(inventory)
    assert found[OLD] == found["fe80::20"] == [(day(1), day(2), True, True)]
    assert found["2001:db8::20"] == [(day(1), day(1), True, False)]
    assert found["2001:db8::99"] == [(day(2), day(2), False, True)]


def test_a_move_within_one_long_listening_is_seen(inventory: Inventory) -> None:
    scan_id = inventory.begin_scan(start(kind=ScanKind.LISTEN))
    for ip, number in ((OLD, 1), (OLD, 3), (NEW, 4), (NEW, 9)):
        inventory.save_host(scan_id, address(ip), SITE, [heard(ip, SERIAL, at=day(number))])
    found = told(inventory)
    assert [one[:2] for one in found[OLD]] == [(day(1), day(3))]
    assert [one[:2] for one in found[NEW]] == [(day(4), day(9))]


def test_silence_and_what_a_list_states_are_no_holdings(inventory: Inventory) -> None:
    Estate(inventory).scan((OLD, ("import.model", "X")), kind=ScanKind.IMPORT)
    assert told(inventory) == {}
