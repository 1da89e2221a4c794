"""Outlines say of each device what its full record says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inventory_makers import MAC_A, SERIAL_A, Estate, opened

from camscan.evidence import FIELDS, Observation
from camscan.inventory import Inventory, ScanKind, outlines


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    yield from opened(tmp_path)


def brief(one: Observation) -> tuple[object, ...]:
    return one.at, one.ip, one.port, one.transport, one.via, one.probe, one.outcome, one.evidence


def fill(inventory: Inventory) -> Estate:
    estate = Estate(inventory)
    estate.scan(
        ("10.1.0.20", ("arp.mac", MAC_A), ("http.title", "old")),
        ("10.1.0.21", ("sadp.serial", SERIAL_A), ("http.title", "x")),
        ("10.1.0.22",),
    )
    estate.scan(("10.1.0.20", ("arp.mac", MAC_A), ("http.title", "new"), ("rtsp.server", "s")))
    estate.scan(("10.1.0.30", ("sadp.serial", SERIAL_A)), kind=ScanKind.LISTEN)
    estate.scan(("10.1.0.20", ("import.model", "DS-2CD2385G1-I")), kind=ScanKind.IMPORT)
    return estate


def test_what_speaks_for_a_device_is_the_same(inventory: Inventory) -> None:
    fill(inventory)
    database = inventory._database
    short = {one.device_id: one for one in outlines.outlines(database, {})}
    for host in inventory.hosts():
        one = short.pop(host.device_id)
        assert (one.site, one.ip) == (host.site, str(host.ip))
        seen = [brief(item) for item in outlines.observations(database, one)]
        assert sorted(seen, key=str) == sorted((brief(item) for item in host.observations), key=str)
        assert [item[0] for item in seen] == sorted(item[0] for item in seen)  # type: ignore[type-var]
    assert short == {}


def test_only_what_is_told_is_given(inventory: Inventory) -> None:
    fill(inventory)
    database = inventory._database
    numbers = {text: number for number, _, text in outlines.values(database, FIELDS)}
    told = {numbers["new"]: 7}
    said = [list(line.said) for one in outlines.outlines(database, told) for line in one.lines if line.said]
    assert said == [[7]]


def test_values_of_some_fields(inventory: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines, "VALUES", 1)
    fill(inventory)
    found = list(outlines.values(inventory._database, {"http.title"}))
    assert [(field, text) for _, field, text in found] == [("http.title", text) for text in ("old", "x", "new")]


def test_pages_leave_nothing_out(inventory: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(inventory)
    whole = [one.device_id for one in outlines.outlines(inventory._database, {})]
    monkeypatch.setattr(outlines, "PAGE", 1)
    assert [one.device_id for one in outlines.outlines(inventory._database, {})] == whole
    assert len(whole) == 3
