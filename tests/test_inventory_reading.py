"""What comes out: which evidence speaks for a device, and how much of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from inventory_makers import MAC_A, MAC_B, MORNING, SERIAL_A, SITE, Estate, address, heard, start

from camscan.evidence import FIELDS, Evidence, Outcome
from camscan.inventory import Inventory, ScanKind, ScanStatus, reading


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    with Inventory.open(tmp_path / "camscan.db") as opened:
        yield opened


@pytest.fixture
def estate(inventory: Inventory) -> Estate:
    return Estate(inventory)


def said(inventory: Inventory, ip: str = "10.1.0.20") -> set[tuple[str, str]]:
    found = inventory.find(address(ip))
    assert found is not None
    return {(item.name, item.value) for one in found.observations for item in one.evidence}


def test_an_empty_inventory_has_no_hosts(inventory: Inventory) -> None:
    assert list(inventory.hosts()) == []
    assert inventory.find(address("10.1.0.20")) is None
    assert inventory.host(1) is None
    assert list(inventory.observations()) == []
    assert list(inventory.distinct_evidence()) == []


def test_a_replaced_camera_is_not_accused_by_its_predecessor(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ("sadp.model", "DS-2CD2032")))
    estate.scan(("10.1.0.20", ("http.title", "AXIS")))
    assert said(estate.inventory) == {("http.title", "AXIS")}


def test_what_a_camera_said_last_year_counts_where_a_key_ties_it_to_today(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ("arp.mac", MAC_A), ("sadp.model", "DS-2CD2032"), ("http.title", "old")))
    estate.scan(("10.1.0.20", ("arp.mac", MAC_A), ("http.title", "new")))
    assert said(estate.inventory) == {("arp.mac", MAC_A), ("sadp.model", "DS-2CD2032"), ("http.title", "new")}


LAST_YEAR = MORNING - timedelta(days=365)


def listen(inventory: Inventory, *pairs: tuple[str, str], ip: str = "10.1.0.20") -> str:
    """Takes in a capture of last year, today."""
    scan_id = inventory.begin_scan(replace(start(kind=ScanKind.LISTEN), started=LAST_YEAR))
    each = [heard(ip, pair, probe=pair[0].partition(".")[0], at=LAST_YEAR) for pair in pairs]
    inventory.save_host(scan_id, address(ip), SITE, each)
    inventory.finish_scan(scan_id, ScanStatus.COMPLETE, 0, True, "head", [], finished=LAST_YEAR)
    return scan_id


def test_a_capture_of_last_year_does_not_speak_for_today(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ("arp.mac", MAC_A), ("http.title", "new")))
    listen(estate.inventory, ("arp.mac", MAC_A), ("http.title", "old"), ("sadp.model", "DS-2CD2032"))
    assert said(estate.inventory) == {("arp.mac", MAC_A), ("http.title", "new"), ("sadp.model", "DS-2CD2032")}
    (device,) = estate.inventory.hosts()
    assert (device.first_seen, device.last_seen) == (LAST_YEAR, MORNING + timedelta(days=1))


def test_who_had_the_address_last_year_is_not_who_has_it_today(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ("http.title", "AXIS")))
    listen(estate.inventory, ("sadp.model", "DS-2CD2032"))
    assert said(estate.inventory) == {("http.title", "AXIS")}
    estate.scan(("10.1.0.20", ("arp.mac", MAC_B)))
    listen(estate.inventory, ("arp.mac", MAC_A), ("sadp.model", "DS-2CD2032"))
    assert said(estate.inventory) == {("arp.mac", MAC_B)}
    estate.scan(("10.1.0.20", ("http.title", "AXIS")))
    found = estate.inventory.find(address("10.1.0.20"))
    assert found is not None
    assert ("sadp.model", "DS-2CD2032") not in said(estate.inventory)


def test_a_listening_has_the_times_of_its_packets(estate: Estate) -> None:
    listen(estate.inventory, ("http.title", "old"))
    (scan,) = estate.inventory.scans()
    assert (scan.kind, scan.started, scan.finished, scan.packets_sent) == (ScanKind.LISTEN, LAST_YEAR, LAST_YEAR, 0)


def test_silence_leaves_the_last_answers_in_place(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ("sadp.model", "DS-2CD2032")))
    scan_id = estate.inventory.begin_scan(start())
    silent = heard("10.1.0.20", outcome=Outcome.TIMED_OUT, at=MORNING + timedelta(days=9))
    estate.inventory.save_host(scan_id, address("10.1.0.20"), SITE, [silent])
    assert said(estate.inventory) == {("sadp.model", "DS-2CD2032")}
    (device,) = estate.inventory.hosts()
    assert device.last_seen == MORNING + timedelta(days=1)
    assert list(estate.inventory.hosts(scan_id)) == []


def test_what_never_answered_is_no_device(inventory: Inventory) -> None:
    scan_id = inventory.begin_scan(start())
    inventory.save_host(scan_id, address("10.1.0.20"), SITE, [heard("10.1.0.20", outcome=Outcome.TIMED_OUT)])
    assert list(inventory.hosts()) == []


def test_a_device_that_only_a_list_names_was_never_seen(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ("import.maker", "hikvision")), kind=ScanKind.IMPORT)
    (device,) = estate.inventory.hosts()
    assert (device.first_seen, device.last_seen) == (None, None)
    assert said(estate.inventory) == {("import.maker", "hikvision")}


def test_hosts_of_one_scan(estate: Estate) -> None:
    first = estate.scan(("10.1.0.20",), ("10.1.0.21",))
    second = estate.scan(("10.1.0.21",))
    assert [str(one.ip) for one in estate.inventory.hosts(first)] == ["10.1.0.20", "10.1.0.21"]
    assert [str(one.ip) for one in estate.inventory.hosts(second)] == ["10.1.0.21"]


def test_hosts_are_read_in_pages(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    estate.scan(*((f"10.1.0.{n}", ("port.open", f"tcp/{n}")) for n in range(1, 31)))
    whole = list(estate.inventory.hosts())
    monkeypatch.setattr(reading, "PAGE", 7)
    assert list(estate.inventory.hosts()) == whole
    assert len(whole) == 30
    assert len({one.device_id for one in whole}) == 30


def test_an_inventory_may_grow_while_it_is_read(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    estate.scan(*((f"10.1.0.{n}",) for n in range(1, 6)))
    seen = []
    for host in estate.inventory.hosts():
        seen.append(host.device_id)
        if len(seen) == 3:
            estate.scan(("10.1.0.200",))
    assert len(seen) == len(set(seen)) == 6


def test_a_talkative_device_is_cut_short(inventory: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "OBSERVATIONS", 10)
    scan_id = inventory.begin_scan(start())
    flood = [heard("10.1.0.20", ("wsd.scope", f"name/{n}")) for n in range(200)]
    inventory.save_host(scan_id, address("10.1.0.20"), SITE, flood)
    (device,) = inventory.hosts()
    assert len(device.observations) == 10
    assert len(list(inventory.observations())) == 200


def test_the_newest_evidence_comes_first(estate: Estate) -> None:
    for n in range(3):
        estate.scan(("10.1.0.20", ("arp.mac", MAC_A), (f"sadp.{('model', 'firmware', 'dsp')[n]}", str(n))))
    (device,) = estate.inventory.hosts()
    times = [one.at for one in device.observations]
    assert times == sorted(times, reverse=True)


def test_raw_answers_are_there_when_asked_for(inventory: Inventory) -> None:
    scan_id = inventory.begin_scan(start())
    one = heard("10.1.0.20", ("http.status", "200"), raw=b"HTTP/1.0 200 OK\r\n\r\n\x00\xff")
    inventory.save_host(scan_id, address("10.1.0.20"), SITE, [one, heard("10.1.0.20", probe="other")])
    (plain,) = inventory.hosts()
    (full,) = inventory.hosts(with_raw=True)
    assert {item.raw for item in plain.observations} == {b""}
    assert {item.sha256 for item in plain.observations} == {one.sha256, ""}
    assert one in full.observations
    assert inventory.find(address("10.1.0.20")) == full == inventory.host(full.device_id)


def test_all_history_of_one_device_and_of_all(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ("sadp.serial", SERIAL_A)), ("10.1.0.21",))
    estate.scan(("10.1.0.35", ("sadp.serial", SERIAL_A)))
    device = estate.device("10.1.0.35")
    history = list(estate.inventory.observations(device))
    assert [str(one.ip) for one in history] == ["10.1.0.35", "10.1.0.20"]
    assert len(list(estate.inventory.observations())) == 3
    assert list(estate.inventory.observations(10_000)) == []


def test_history_is_read_in_pages(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    estate.scan(*((f"10.1.0.{n}", ("port.open", f"tcp/{n}")) for n in range(1, 31)))
    whole = list(estate.inventory.observations())
    monkeypatch.setattr(reading, "PAGE", 1)
    assert list(estate.inventory.observations()) == whole


def test_each_distinct_pair_of_field_and_value_is_read_once(estate: Estate) -> None:
    for _ in range(3):
        estate.scan(("10.1.0.20", ("http.title", "NETSurveillance")), ("10.1.0.21", ("http.title", "NETSurveillance")))
    assert list(estate.inventory.distinct_evidence()) == [Evidence("http.title", "NETSurveillance")]


def test_fields_that_the_vocabulary_no_longer_has_are_passed_over(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.scan(("10.1.0.20", ("http.title", "x"), ("http.server", "y")))
    monkeypatch.delitem(FIELDS, "http.title")
    assert said(estate.inventory) == {("http.server", "y")}
    assert [one.name for one in estate.inventory.distinct_evidence()] == ["http.server"]


def test_a_device_is_where_it_was_last_heard_even_if_an_import_is_newer(estate: Estate) -> None:
    estate.scan(("10.1.0.20", ("sadp.serial", SERIAL_A)))
    estate.scan(("10.1.0.35", ("sadp.serial", SERIAL_A)))
    estate.scan(("10.1.0.20", ("import.kind", "camera")), kind=ScanKind.IMPORT)
    assert sorted(estate.addresses().values()) == [("10.1.0.20",), ("10.1.0.35",)]
    found = estate.inventory.find(address("10.1.0.20"))
    assert found is not None
    assert str(found.ip) == "10.1.0.35"
