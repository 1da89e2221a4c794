import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from inventory_makers import MAC_A, MAC_B, MORNING, SERIAL_A, SITE, Estate, address, heard, opened, start

from camscan.errors import InventoryError
from camscan.evidence import Outcome
from camscan.gaps import SiteCoverage
from camscan.identify import load
from camscan.inventory import Forgotten, Inventory, ScanKind, ScanStatus, Selection, schema

CANARY, KEPT = "canary-the-mayors-office", "kept-the-library"
ARP_A, ARP_B = ("arp.mac", MAC_A), ("arp.mac", MAC_B)
SERIAL = ("sadp.serial", SERIAL_A)


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    yield from opened(tmp_path)


def told(name: str) -> tuple[str, str]:
    return "dhip.name", name


def day(number: int) -> datetime:
    """Just before the scan of that day."""
    return MORNING + timedelta(days=number, hours=-1)


def rows(inventory: Inventory) -> dict[str, int]:
    with inventory._database.read() as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in schema.metadata.tables.items()
        }


def addresses(inventory: Inventory) -> list[str]:
    return sorted(str(one.ip) for one in inventory.hosts())


def of(inventory: Inventory, ip: str) -> Selection:
    found = inventory.find(address(ip))
    assert found is not None
    return Selection(devices=frozenset({found.device_id}))


def content(inventory: Inventory) -> bytes:
    return b"".join(path.read_bytes() for path in inventory.files())


def test_a_device_goes_with_all_that_rests_on_it(inventory: Inventory) -> None:
    estate = Estate(inventory)
    estate.scan(("10.1.0.20", ARP_A, SERIAL, told(CANARY)), ("10.1.0.21", ARP_B, told(KEPT)))
    inventory.rematch(load())
    inventory.record_rejection(address("10.1.0.20"), SITE, "http", "cameras")
    before = rows(inventory)
    gone = inventory.forget(of(inventory, "10.1.0.20"))
    assert [(one.site, one.addresses) for one in gone.devices] == [(SITE, ("10.1.0.20",))]
    assert gone.counts() == {"devices": 1, "observations": 3, "values": 3, "raw_answers": 0, "scans": 0}
    assert addresses(inventory) == ["10.1.0.21"]
    assert set(inventory.conclusions()) == {inventory.find(address("10.1.0.21")).device_id}  # type: ignore[union-attr]  # it is there
    assert not inventory.rejections()
    after = rows(inventory)
    assert after["value"] == before["value"] - 3
    assert after["identity_key"] == 1
    assert after["device"] == after["sighting"] == 1
    assert inventory.forget(Selection(devices=frozenset({999}))) == Forgotten()


def test_what_others_said_too_is_kept(inventory: Inventory) -> None:
    Estate(inventory).scan(("10.1.0.20", told(KEPT)), ("10.1.0.21", told(KEPT)))
    assert inventory.forget(of(inventory, "10.1.0.20")).values == 0
    (left,) = inventory.hosts()
    assert [item.value for one in left.observations for item in one.evidence] == [KEPT]


def test_a_device_is_forgotten_at_all_its_addresses(inventory: Inventory) -> None:
    estate = Estate(inventory)
    estate.scan(("10.1.0.20", SERIAL))
    estate.scan(("10.1.0.30", SERIAL))
    (gone,) = inventory.forget(of(inventory, "10.1.0.30")).devices
    assert gone.addresses == ("10.1.0.20", "10.1.0.30")
    assert gone.last_seen == MORNING + timedelta(days=2)
    assert rows(inventory)["device"] == rows(inventory)["merge"] == 0


def test_a_rehearsal_says_the_same_and_deletes_nothing(inventory: Inventory) -> None:
    Estate(inventory).scan(("10.1.0.20", ARP_A, told(CANARY)))
    before = rows(inventory)
    rehearsed = inventory.forget(of(inventory, "10.1.0.20"), dry_run=True)
    assert rows(inventory) == before
    assert inventory.forget(of(inventory, "10.1.0.20")) == rehearsed


def test_a_site_goes_with_what_scans_say_of_it(inventory: Inventory) -> None:
    estate = Estate(inventory)
    estate.scan(("10.2.0.20", ARP_A, told(CANARY)), site="Library", gateways=("44:19:b6:00:00:fe",))
    scan_id = estate.scan(("10.1.0.20", ARP_B))
    inventory.finish_scan(
        scan_id, ScanStatus.COMPLETE, 1, True, "head", [SiteCoverage("Library", 1, 0, 0), SiteCoverage(SITE, 1, 0, 0)]
    )
    gone = inventory.forget(Selection(site="Library"))
    assert [one.addresses for one in gone.devices] == [("10.2.0.20",)]
    assert addresses(inventory) == ["10.1.0.20"]
    assert all("Library" not in one.sites for one in inventory.scans())
    assert [one.site for one in inventory.scans()[-1].coverage] == [SITE]
    inventory.wipe()
    assert b"Library" not in content(inventory)


def test_another_site_is_refused_by_name(inventory: Inventory) -> None:
    Estate(inventory).scan(("10.1.0.20", ARP_A))
    with pytest.raises(InventoryError, match='It has "Library", "Town Hall"'):
        inventory.forget(Selection(site="Depot"))


def test_what_is_older_goes_and_what_is_newer_stays(inventory: Inventory) -> None:
    estate = Estate(inventory)
    estate.scan(("10.1.0.20", ARP_A, told(CANARY)), ("10.1.0.21", ARP_B))
    estate.scan(("10.1.0.20", ARP_A, told(KEPT)))
    inventory.rematch(load())
    gone = inventory.forget(Selection(before=day(2)))
    assert [one.addresses for one in gone.devices] == [("10.1.0.21",)]
    (left,) = inventory.hosts()
    assert left.first_seen == left.last_seen == MORNING + timedelta(days=2)
    said = {item.value for one in inventory.observations() for item in one.evidence}
    assert said == {MAC_A, KEPT}
    # What was concluded with the older evidence is not kept either; the next rematch begins anew.
    assert inventory.conclusions() == {}
    assert len(inventory.scans()) == 2 - gone.scans == 1
    assert not inventory.forget(Selection(before=day(2))).anything


def test_the_newest_scan_stays_as_the_witness_of_the_audit_log(inventory: Inventory) -> None:
    Estate(inventory).scan(("10.1.0.20", ARP_A))
    inventory.forget(Selection(before=datetime.now(MORNING.tzinfo) + timedelta(days=900)))
    assert addresses(inventory) == []
    assert [one.audit_head for one in inventory.scans()] == ["head"]


def test_a_listening_that_lasted_begins_with_what_is_left_of_it(inventory: Inventory) -> None:
    scan_id = inventory.begin_scan(start(kind=ScanKind.LISTEN))
    for number in (0, 5):
        inventory.save_host(
            scan_id, address("10.1.0.20"), SITE, [heard("10.1.0.20", ARP_A, at=MORNING + timedelta(days=number))]
        )
    inventory.save_host(scan_id, address("10.1.0.21"), SITE, [heard("10.1.0.21", ARP_B)])
    silence = heard("10.1.0.21", at=MORNING + timedelta(days=5), outcome=Outcome.TIMED_OUT)
    inventory.save_host(scan_id, address("10.1.0.21"), SITE, [silence])
    gone = inventory.forget(Selection(before=day(2)))
    assert gone.observations == 2
    (left,) = inventory.hosts()
    assert (str(left.ip), left.first_seen) == ("10.1.0.20", MORNING + timedelta(days=5))


def test_devices_that_were_one_through_a_forgotten_address_stay_one(inventory: Inventory) -> None:
    estate = Estate(inventory)
    for ip in ("10.1.0.20", "10.1.0.30", "10.1.0.40"):
        estate.scan((ip, SERIAL))
    inventory.forget(Selection(before=day(2)))
    (left,) = inventory.hosts()
    assert (str(left.ip), left.first_seen) == ("10.1.0.40", MORNING + timedelta(days=2))
    assert estate.device("10.1.0.30") == left.device_id
    assert [one.value for one in inventory.merges()] == [SERIAL_A]
    # And it is known again at the next address.
    estate.scan(("10.1.0.50", SERIAL))
    assert len(list(inventory.hosts())) == 1


def test_a_device_that_only_a_list_names_goes_by_the_age_of_the_row(inventory: Inventory) -> None:
    Estate(inventory).scan(("10.1.0.20", ("import.model", "X")), kind=ScanKind.IMPORT)
    assert not inventory.forget(Selection(before=day(1))).anything
    assert len(inventory.forget(Selection(before=day(2))).devices) == 1


def test_a_scan_goes_on_after_its_devices_were_forgotten(inventory: Inventory) -> None:
    scan_id = inventory.begin_scan(start())
    ip = address("10.1.0.20")
    inventory.save_host(scan_id, ip, SITE, [heard("10.1.0.20", ARP_A)])
    assert inventory.done_addresses(scan_id) == {ip}
    inventory.forget(of(inventory, "10.1.0.20"))
    assert inventory.done_addresses(scan_id) == frozenset()
    inventory.save_host(scan_id, ip, SITE, [heard("10.1.0.20", ARP_A)])
    assert addresses(inventory) == ["10.1.0.20"]


def test_nothing_of_it_is_left_in_the_files(inventory: Inventory) -> None:
    estate = Estate(inventory)
    estate.scan(
        *((f"10.1.0.{number}", told(f"{CANARY}-{number}")) for number in range(20, 60)), ("10.1.0.9", told(KEPT))
    )
    assert CANARY.encode() in content(inventory)
    chosen = frozenset(one.device_id for one in inventory.hosts() if str(one.ip) != "10.1.0.9")
    inventory.forget(Selection(devices=chosen))
    inventory.wipe()
    left = content(inventory)
    assert CANARY.encode() not in left
    assert b"10.1.0.33" not in left
    assert KEPT.encode() in left
    inventory.begin_scan(start())


def test_wiping_waits_for_no_reader_for_ever(inventory: Inventory) -> None:
    Estate(inventory).scan(("10.1.0.20", told(CANARY)))
    inventory._database._connection.exec_driver_sql("PRAGMA busy_timeout = 10")
    inventory._database._connection.rollback()
    with closing(sqlite3.connect(inventory.files()[0], isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM value").fetchall()
        inventory.forget(of(inventory, "10.1.0.20"))
        with pytest.raises(InventoryError, match="another program reads it"):
            inventory.wipe()
    inventory.wipe()
    assert CANARY.encode() not in content(inventory)


HOSTS = st.tuples(
    st.sampled_from(["10.1.0.20", "10.1.0.21", "10.1.0.22"]),
    st.sets(st.sampled_from([ARP_A, ARP_B, SERIAL, told(CANARY), told(KEPT)])),
)
CHOICES = st.one_of(
    st.sets(st.integers(1, 6)).map(lambda numbers: Selection(devices=frozenset(numbers))),
    st.integers(0, 6).map(lambda number: Selection(before=day(number))),
    st.just(Selection(site=SITE)),
)


@settings(max_examples=40, deadline=None)
@given(
    scans=st.lists(st.lists(HOSTS, min_size=1, max_size=3), min_size=1, max_size=5),
    choices=st.lists(CHOICES, max_size=2),
)
def test_whatever_is_forgotten_the_rest_holds_together(
    scans: list[list[tuple[str, set[tuple[str, str]]]]],
    choices: list[Selection],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with Inventory.open(tmp_path_factory.mktemp("forget") / "camscan.db") as inventory:
        estate = Estate(inventory)
        for choice in [None, *choices]:
            for hosts in scans:
                for ip, pairs in hosts:
                    estate.scan((ip, *sorted(pairs)))
            if choice is not None:
                planned = inventory.forget(choice, dry_run=True)
                assert inventory.forget(choice) == planned
            hold_together(inventory)
        inventory.wipe()


def hold_together(inventory: Inventory) -> None:
    """Nothing refers to what is not there, nothing is there to which nothing refers, and every device can be shown."""
    questions = {
        "PRAGMA foreign_key_check": [],
        "SELECT id FROM device WHERE root NOT IN (SELECT id FROM device WHERE root = id)": [],
        "SELECT id FROM device WHERE id NOT IN (SELECT device_id FROM sighting)": [],
        "SELECT id FROM sighting WHERE id NOT IN (SELECT sighting_id FROM observation)": [],
        "SELECT id FROM value WHERE id NOT IN (SELECT value_id FROM evidence)": [],
        "SELECT id FROM merge WHERE device_a = device_b": [],
        "PRAGMA integrity_check": [("ok",)],
    }
    with inventory._database.read() as connection:
        for question, answer in questions.items():
            assert [tuple(row) for row in connection.exec_driver_sql(question)] == answer, question
    for host in inventory.hosts():
        assert host.observations
    assert {one.device_id for one in inventory.holdings()} >= {
        one.device_id for one in inventory.hosts() if one.last_seen
    }
