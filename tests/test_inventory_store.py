"""Scans, rejections, marks: what the inventory keeps beside the devices."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from inventory_makers import MAC_A, MORNING, SITE, Estate, address, heard, start

from camscan import __version__
from camscan.errors import InventoryError
from camscan.inventory import Inventory, NotSeen, Rejection, ScanKind, ScanStart, ScanStatus, SiteCoverage

COVERAGE = SiteCoverage(SITE, 41, 2, 7, (NotSeen("10.1.2.0/24", "answered nothing", "is it routed from here?"),))


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    with Inventory.open(tmp_path / "camscan.db") as opened:
        yield opened


def test_a_scan_is_recorded_from_begin_to_end(inventory: Inventory) -> None:
    scan_id = inventory.begin_scan(start())
    (running,) = inventory.scans()
    assert (running.id, running.status, running.finished) == (scan_id, ScanStatus.INTERRUPTED, None)
    inventory.finish_scan(scan_id, ScanStatus.COMPLETE, 8200, False, "f" * 64, [COVERAGE])
    (done,) = inventory.scans()
    assert done.status is ScanStatus.COMPLETE
    assert done.finished is not None
    assert done.finished >= done.started
    assert (done.packets_sent, done.packets_exact, done.audit_head) == (8200, False, "f" * 64)
    assert done.coverage == (COVERAGE,)
    assert (done.organisation, done.sites, done.addresses_in_scope) == (
        "Example Borough Council",
        (SITE, "Library"),
        1024,
    )
    assert (done.tool_version, done.kind) == (__version__, ScanKind.SCAN)


def test_a_scan_may_begin_at_a_time_of_its_own(inventory: Inventory) -> None:
    when = datetime(2025, 3, 1, 12, 30, 0, 123456, tzinfo=UTC)
    scan_id = inventory.begin_scan(ScanStart("a" * 64, "Org", (SITE,), "sha256:x", started=when))
    assert inventory.scans()[0].started == when
    assert scan_id.startswith("20250301T123000Z-")


def test_scans_have_different_ids(inventory: Inventory) -> None:
    assert len({inventory.begin_scan(start()) for _ in range(20)}) == 20


def test_an_unfinished_scan_of_the_same_scope_can_go_on(inventory: Inventory) -> None:
    assert inventory.unfinished_scan("a" * 64) is None
    killed = inventory.begin_scan(start())
    inventory.save_host(killed, address("10.1.0.20"), SITE, [heard("10.1.0.20")])
    inventory.save_host(killed, address("10.1.0.21"), SITE, [heard("10.1.0.21")], done=False)
    inventory.save_host(killed, address("fe80::1"), SITE, [])
    found = inventory.unfinished_scan("a" * 64)
    assert found is not None
    assert found.id == killed
    assert inventory.done_addresses(killed) == {address("10.1.0.20"), address("fe80::1")}
    assert inventory.unfinished_scan("c" * 64) is None  # a changed scope file is a new scan


def test_an_interrupted_scan_can_go_on_and_ends_anew(inventory: Inventory) -> None:
    scan_id = inventory.begin_scan(start())
    inventory.finish_scan(scan_id, ScanStatus.INTERRUPTED, 10, True, "h", [])
    found = inventory.unfinished_scan("a" * 64)
    assert found is not None
    assert found.packets_sent == 10
    inventory.finish_scan(scan_id, ScanStatus.COMPLETE, 25, True, "i", [COVERAGE])
    assert inventory.unfinished_scan("a" * 64) is None
    assert inventory.scans()[0].packets_sent == 25


@pytest.mark.parametrize("status", [ScanStatus.COMPLETE, ScanStatus.PARTIAL])
def test_nothing_older_than_a_finished_scan_goes_on(inventory: Inventory, status: ScanStatus) -> None:
    inventory.begin_scan(start())
    newer = inventory.begin_scan(start())
    inventory.finish_scan(newer, status, 1, True, "", [])
    assert inventory.unfinished_scan("a" * 64) is None


def test_an_import_or_a_listening_is_never_resumed(inventory: Inventory) -> None:
    inventory.begin_scan(start(kind=ScanKind.IMPORT))
    inventory.begin_scan(start(kind=ScanKind.LISTEN))
    assert inventory.unfinished_scan("a" * 64) is None
    assert [one.kind for one in inventory.scans()] == [ScanKind.IMPORT, ScanKind.LISTEN]


def test_a_scan_that_is_not_there_is_refused(inventory: Inventory) -> None:
    for call in (
        lambda: inventory.save_host("nope", address("10.1.0.20"), SITE, []),
        lambda: inventory.finish_scan("nope", ScanStatus.COMPLETE, 0, True, "", []),
        lambda: inventory.done_addresses("nope"),
        lambda: inventory.hosts("nope"),
    ):
        with pytest.raises(InventoryError, match="no scan 'nope'"):
            call()


def test_a_mark_without_an_answer_makes_no_device(inventory: Inventory) -> None:
    scan_id = inventory.begin_scan(start())
    for _ in range(2):
        inventory.save_host(scan_id, address("10.1.0.20"), SITE, [])
    assert inventory.done_addresses(scan_id) == {address("10.1.0.20")}
    assert list(inventory.hosts()) == []


def test_rejections_are_remembered_by_name_and_can_be_cleared(inventory: Inventory) -> None:
    estate = Estate(inventory)
    estate.scan(("10.1.0.20", ("arp.mac", MAC_A)))
    device = estate.device("10.1.0.20")
    inventory.record_rejection(address("10.1.0.20"), SITE, "isapi", "cameras", MORNING)
    inventory.record_rejection(address("10.1.0.99"), SITE, "onvif", "cameras")
    first, second = inventory.rejections()
    assert first == Rejection(device, SITE, address("10.1.0.20"), "isapi", "cameras", MORNING)
    assert second.device_id is None
    inventory.clear_rejections([address("10.1.0.20")])
    assert inventory.rejections() == (second,)


def test_a_rejection_follows_the_device_that_moves(inventory: Inventory) -> None:
    estate = Estate(inventory)
    estate.scan(("10.1.0.20", ("arp.mac", MAC_A)))
    inventory.record_rejection(address("10.1.0.20"), SITE, "isapi", "cameras")
    estate.scan(("10.1.0.35", ("arp.mac", MAC_A)))
    assert inventory.rejections()[0].device_id == estate.device("10.1.0.35")


def test_everything_is_there_after_closing_and_opening_again(tmp_path: Path) -> None:
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        Estate(inventory).scan(("10.1.0.20", ("arp.mac", MAC_A), ("sadp.model", "DS-2CD2032")))
        before = list(inventory.hosts(with_raw=True)), inventory.scans(), inventory.merges()
    with Inventory.open(tmp_path / "camscan.db", create=False) as inventory:
        assert (list(inventory.hosts(with_raw=True)), inventory.scans(), inventory.merges()) == before


def test_threads_share_one_inventory(inventory: Inventory) -> None:
    scan_id = inventory.begin_scan(start())

    def save(block: int) -> None:
        for n in range(20):
            ip = f"10.1.{block}.{n}"
            inventory.save_host(scan_id, address(ip), SITE, [heard(ip, ("http.title", f"{n}"))])

    threads = [threading.Thread(target=save, args=(block,)) for block in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(inventory.done_addresses(scan_id)) == 80
    assert len(list(inventory.hosts())) == 80


def test_it_says_where_it_is_and_what_files_it_has(tmp_path: Path) -> None:
    path = tmp_path / "camscan.db"
    with Inventory.open(str(path)) as inventory:
        assert inventory.where == str(path)
        assert {file.name for file in inventory.files()} == {"camscan.db", "camscan.db-wal", "camscan.db-shm"}
