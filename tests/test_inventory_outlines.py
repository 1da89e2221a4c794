"""Outlines say of each device what its full record says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inventory_makers import MAC_A, SERIAL_A, Estate, opened

from camscan.identify.likeness import Likeness
from camscan.identify.loader import load
from camscan.inventory import Inventory, ScanKind, outlines, reading
from camscan.inventory.outlines import Meanings, Outline


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    yield from opened(tmp_path)


def read(inventory: Inventory) -> tuple[list[Outline], Likeness]:
    """Every device's outline, page by page."""
    likeness = Likeness(load())
    meanings, found = Meanings(likeness), []
    with inventory._database.read() as connection:
        while meanings.read(connection):
            pass
        last = 0
        while roots := outlines.devices(connection, last):
            found += outlines.outlines(connection, roots, meanings)
            last = roots[-1]
        meanings.drop(connection)
    return found, likeness


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
    found, likeness = read(inventory)
    for host, one in zip(inventory.hosts(), found, strict=True):
        assert (one.device_id, one.site, one.ip) == (host.device_id, host.site, str(host.ip))
        expected = []
        for item in sorted(host.observations, key=lambda item: item.at):
            told = [likeness.of_value(some.name, some.value) for some in item.evidence]
            said = " ".join(str(number) for number in told if number is not None)
            answered = "answered" if item.evidence else "-"
            words = (item.transport, item.via, item.outcome, answered, item.port, item.probe)
            expected.append(("" if item.ip == host.ip else str(item.ip), f"{' '.join(map(str, words))}\t{said}"))
        assert outlines.answers(one.text) == expected


def test_many_answers_are_cut_as_everywhere(inventory: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "OBSERVATIONS", 1)
    test_what_speaks_for_a_device_is_the_same(inventory)


def test_a_line_tells_what_its_observation_does() -> None:
    likeness = Likeness(load())
    model = likeness.of_value("onvif.model", "A")
    other = likeness.of_value("onvif.model", "B")
    assert outlines.answer(f"tcp conversation ok answered 80 onvif\t{model}", likeness) == 1
    assert outlines.answer(f"tcp conversation ok answered 80 onvif\t{model} {other}", likeness) == 2
    assert outlines.answer(f"tcp conversation ok answered 80 onvif\t{model}", likeness) == 1
    assert outlines.answer("tcp conversation timed-out - 80 onvif\t", likeness) == 0
    assert outlines.answer("tcp conversation ok answered 80 onvif\t", likeness) == 3
    assert outlines.answer("tcp conversation closed - 81 http\t", likeness) == 3


def test_pages_leave_nothing_out(inventory: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(inventory)
    whole = [one.device_id for one in read(inventory)[0]]
    monkeypatch.setattr(outlines, "PAGE", 1)
    monkeypatch.setattr(outlines, "VALUES", 1)
    assert [one.device_id for one in read(inventory)[0]] == whole
    assert len(whole) == 3


def test_two_judgements_at_a_time_do_not_disturb_each_other(inventory: Inventory) -> None:
    fill(inventory)
    one, two = inventory.conclude(load()), inventory.conclude(load())
    assert list(zip(one, two, strict=True)) == [(some, some) for some in inventory.conclude(load())]
