"""Programs on the owner's computers: kept by name, replaced by newer lists, forgotten like everything else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from inventory_makers import SITE, Estate, heard, opened, start

from camscan.inventory import Inventory, ScanKind, Selection
from camscan.inventory.software import Places, computer


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    yield from opened(tmp_path)


def save(inventory: Inventory, *programs: tuple[str, str, str | None], names: tuple[str, ...] = ()) -> None:
    scan = inventory.begin_scan(start(kind=ScanKind.IMPORT))
    inventory.save_software(scan, {computer(host) for host in (*names, *(one[0] for one in programs))}, programs)


def told(inventory: Inventory) -> list[tuple[str, str, str | None]]:
    return [(one.host, one.name, one.version) for one in inventory.software()]


def test_what_is_saved_comes_back(inventory: Inventory) -> None:
    save(inventory, ("PC-2", "SmartPSS", None), ("PC-1", "SADP", "3"))
    assert told(inventory) == [("PC-1", "SADP", "3"), ("PC-2", "SmartPSS", None)]
    assert abs(inventory.software()[0].at - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_newer_list_takes_the_place_of_what_it_names(inventory: Inventory) -> None:
    save(inventory, ("PC-2", "SmartPSS", None), ("PC-1", "SADP", "3"))
    save(inventory, ("PC-3", "SADP", "1"), names=("pc-2",))
    assert told(inventory) == [("PC-1", "SADP", "3"), ("PC-3", "SADP", "1")]


def test_what_is_old_is_forgotten(inventory: Inventory) -> None:
    save(inventory, ("PC-2", "SmartPSS", None))
    soon = datetime.now(UTC) + timedelta(minutes=5)
    inventory.forget(Selection(before=soon - timedelta(days=1)))
    assert told(inventory)
    inventory.forget(Selection(before=soon))
    assert told(inventory) == []
    assert inventory.scans() == ()


def test_with_a_device_goes_what_its_address_has(inventory: Inventory) -> None:
    estate = Estate(inventory)
    scan = inventory.begin_scan(start(kind=ScanKind.IMPORT))
    inventory.save_host(scan, ip_address("10.1.0.9"), SITE, [heard("10.1.0.9", ("import.software", "SADP"))])
    save(inventory, ("PC-2", "SmartPSS", None), ("10.1.0.9", "SADP", None))
    inventory.forget(Selection(devices=frozenset({estate.device("10.1.0.9")})))
    assert told(inventory) == [("PC-2", "SmartPSS", None)]


@pytest.mark.parametrize(
    ("names", "host", "expected"),
    [
        (("desk-1",), "DESK-1", "10.1.0.1"),
        (("desk-1.example.gov.uk",), "desk-1", "10.1.0.1"),
        (("desk-1",), "desk-1.example.gov.uk", "10.1.0.1"),
        (("desk-1.example.gov.uk.",), "Desk-1.example.gov.uk", "10.1.0.1"),
        (("desk-1.school.uk",), "desk-1.example.gov.uk", None),
        (("desk-1.school.uk", "desk-1.example.gov.uk"), "desk-1", None),
        (("desk-1.school.uk", "desk-1.example.gov.uk"), "desk-1.example.gov.uk", "10.1.0.2"),
        (("desk-1", "desk-1"), "desk-1", None),
        ((None, "x"), "10.1.0.1", "10.1.0.1"),
        ((None,), "", None),
    ],
)
def test_which_device_a_computer_is(names: tuple[str | None, ...], host: str, expected: str | None) -> None:
    places = Places()
    for number, name in enumerate(names, 1):
        places.add(name, ip_address(f"10.1.0.{number}"))
    assert places.of(host) == (ip_address(expected) if expected else None)
