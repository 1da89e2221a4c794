"""What is concluded of a device is drawn anew after whatever bears on it, and only then."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from ipaddress import ip_address
from pathlib import Path

import pytest
from inventory_makers import MAC_A, SERIAL_A, SITE, Estate, heard, opened
from test_inventory_rematching import OWN, by_hand

from camscan.device import Device
from camscan.evidence import Observation
from camscan.identify import SignatureSet, assess, load
from camscan.inventory import Inventory, Selection, rematching


@cache
def shipped() -> SignatureSet:
    return load()


@pytest.fixture
def inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inventory]:
    monkeypatch.setattr(rematching, "FEW", 1)
    yield from opened(tmp_path)


def fill(inventory: Inventory) -> Estate:
    estate = Estate(inventory)
    estate.scan(
        ("10.1.0.20", ("arp.mac", MAC_A), ("http.title", "a")),
        ("10.1.0.21", ("sadp.answer", "yes"), ("sadp.serial", SERIAL_A)),
        ("10.1.0.22", ("onvif.model", "A")),
        ("10.1.0.23", ("http.title", "b")),
    )
    return estate


def test_the_second_time_nothing_is_judged(inventory: Inventory) -> None:
    fill(inventory)
    assert inventory.catch_up(shipped()).devices == 4
    assert inventory.conclusions() == by_hand(inventory, shipped())
    assert inventory.catch_up(shipped()).devices == 0
    assert inventory.rematch(shipped()).devices == 4


def test_after_a_rematch_nothing_is_judged(inventory: Inventory) -> None:
    fill(inventory)
    inventory.rematch(shipped())
    assert inventory.catch_up(shipped()).devices == 0


def heard_again(estate: Estate) -> None:
    estate.scan(("10.1.0.22", ("sadp.answer", "yes"), ("sadp.model", "DS-2CD2385G1-I")))


def joined(estate: Estate) -> None:
    estate.scan(("10.1.0.35", ("sadp.serial", SERIAL_A), ("dhip.answer", "yes")))


def parted_by_the_owner(estate: Estate) -> None:
    joined(estate)
    estate.inventory.catch_up(shipped())
    (merge,) = estate.inventory.merges()
    estate.inventory.unmerge(merge.id)


def parted_by_a_gateway(estate: Estate) -> None:
    estate.scan(("10.1.0.36", ("arp.mac", MAC_A), ("sadp.answer", "yes")))
    estate.inventory.catch_up(shipped())
    estate.scan(gateways=(MAC_A,))


def forgotten(estate: Estate) -> None:
    heard_again(estate)
    estate.inventory.catch_up(shipped())
    estate.inventory.forget(Selection(devices=frozenset({estate.device("10.1.0.22")})))


@pytest.mark.parametrize(
    ("change", "judged"),
    [(heard_again, 1), (joined, 1), (parted_by_the_owner, 2), (parted_by_a_gateway, 2), (forgotten, 3)],
)
def test_what_bears_on_a_device_puts_it_in_doubt(
    inventory: Inventory, change: Callable[[Estate], None], judged: int
) -> None:
    estate = fill(inventory)
    inventory.catch_up(shipped())
    change(estate)
    assert inventory.catch_up(shipped()).devices == judged
    assert inventory.conclusions() == by_hand(inventory, shipped())
    assert inventory.catch_up(shipped()).devices == 0


def test_what_changed_is_told(inventory: Inventory) -> None:
    estate = fill(inventory)
    inventory.catch_up(shipped())
    heard_again(estate)
    (change,) = inventory.catch_up(shipped()).changes
    assert (change.ip, change.after.maker, change.matters) == ("10.1.0.22", "hikvision", True)


def test_other_signatures_put_everything_in_doubt(inventory: Inventory, tmp_path: Path) -> None:
    fill(inventory)
    inventory.catch_up(shipped())
    own = tmp_path / "own"
    own.mkdir()
    (own / "gate.toml").write_text(OWN)
    assert inventory.catch_up(load((own,))).devices == 4
    assert inventory.catch_up(shipped()).devices == 4


def test_another_camscan_puts_everything_in_doubt(inventory: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(inventory)
    inventory.catch_up(shipped())
    monkeypatch.setattr(rematching, "__version__", "9.9.9")
    assert inventory.catch_up(shipped()).devices == 4


def test_what_another_process_adds_meanwhile_stays_in_doubt(
    inventory: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate = fill(inventory)
    scan = estate.scan()

    def slow(observations: Sequence[Observation], signatures: SignatureSet) -> Device:
        monkeypatch.setattr(rematching, "assess", assess)
        inventory.save_host(scan, ip_address("10.1.0.23"), SITE, [heard("10.1.0.23", ("sadp.answer", "yes"))])
        return assess(observations, signatures)

    monkeypatch.setattr(rematching, "assess", slow)
    assert inventory.catch_up(shipped()).devices == 4
    assert inventory.catch_up(shipped()).devices == 4
    assert inventory.conclusions() == by_hand(inventory, shipped())


def test_where_few_are_in_doubt_the_others_are_not_read(inventory: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    estate = fill(inventory)
    inventory.catch_up(shipped())
    heard_again(estate)
    monkeypatch.setattr(rematching, "conclude", None)
    assert inventory.catch_up(shipped()).devices == 1
