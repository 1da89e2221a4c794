"""What a listening leaves in the inventory."""

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_tools import scope_of
from egress_makers import START
from inventory_makers import MAC_A, MAC_B, heard

from camscan.cli import listen_run
from camscan.cli.listen_run import Records, Run
from camscan.cli.options import Format
from camscan.egress.report import Input
from camscan.errors import UsageError
from camscan.evidence import IPAddress, Observation
from camscan.inventory import ScanKind, ScanStatus
from camscan.listen.hosts import moment
from camscan.scope import load

AT = moment(START)


def given(ip: str, mac: str, at: datetime = AT) -> tuple[IPAddress, str, tuple[Observation, ...]]:
    one = heard(ip, ("arp.mac", mac), at=at)
    return one.ip, "Town Hall", (one,)


def read(error: str | None = None, skipped: tuple[tuple[str, int], ...] = ()) -> Input:
    return Input("mirror.pcap", "pcap", 9, 0, skipped, (), error)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    scope_of(tmp_path)
    return tmp_path


def begun(folder: Path) -> AbstractContextManager[Run]:
    return listen_run.opened(load(folder / "camscan.toml"), None, Format.JSON, folder / "out.json")


def save(records: Records, number: int, ip: str, mac: str, at: datetime = AT) -> None:
    address, site, observations = given(ip, mac, at)
    records.save(address, site, number, observations)


def test_nothing_is_recorded_before_something_was_heard(folder: Path) -> None:
    with begun(folder) as run:
        assert run.inventory.scans() == ()
        assert run.records.ids == []


def test_one_record_for_what_is_of_one_moment(folder: Path) -> None:
    with begun(folder) as run:
        save(run.records, 0, "10.1.0.20", MAC_A)
        save(run.records, 0, "10.1.0.21", MAC_B)
        (scan,) = run.inventory.scans()
        assert (scan.id, scan.kind, scan.started) == (run.records.ids[0], ScanKind.LISTEN, AT)


def test_who_came_later_is_newer_however_it_is_handed_over(folder: Path) -> None:
    with begun(folder) as run:
        save(run.records, 1, "10.1.0.20", MAC_B)
        save(run.records, 0, "10.1.0.20", MAC_A)
        first, second = run.inventory.scans()
        assert first.started < second.started
        found = run.inventory.find(given("10.1.0.20", MAC_A)[0])
        assert found is not None
        assert found.observations[0].values("arp.mac") == (MAC_B,)
        assert len(list(run.inventory.hosts())) == 2


def test_the_gateways_of_the_scope_identify_nobody(tmp_path: Path) -> None:
    text = scope_of(tmp_path).read_text()
    link = f'\n[[site.link]]\nnetwork = "10.1.0.0/22"\ngateway_mac = "{MAC_A}"\n'
    scope_of(tmp_path, text + link)
    with begun(tmp_path) as run:
        save(run.records, 0, "10.1.0.20", MAC_A)
        save(run.records, 0, "10.1.0.21", MAC_A)
        assert len(list(run.inventory.hosts())) == 2
        assert run.inventory.merges() == ()


@pytest.mark.parametrize(
    ("inputs", "drops", "code", "status"),
    [
        ([read()], 0, 0, ScanStatus.COMPLETE),
        ([read(), read("it is empty")], 0, 4, ScanStatus.PARTIAL),
        ([read(skipped=(("cut off", 1),))], 0, 4, ScanStatus.PARTIAL),
        ([read()], 3, 4, ScanStatus.PARTIAL),
    ],
)
def test_how_it_ended(folder: Path, inputs: list[Input], drops: int, code: int, status: ScanStatus) -> None:
    with begun(folder) as run:
        assert run.finish(inputs, drops=drops) == code
        (scan,) = run.inventory.scans()
        assert (scan.status, scan.packets_sent, scan.packets_exact) == (status, 0, True)
        assert scan.audit_head == run.audit.head
        assert abs(datetime.now(UTC) - scan.started) < timedelta(hours=1)
        assert (scan.coverage[0].site, scan.coverage[0].kernel_drops) == ("Town Hall", drops)


def test_where_nothing_could_be_read_nothing_is_recorded_but_the_attempt(folder: Path) -> None:
    with begun(folder) as run:
        with pytest.raises(UsageError, match=r"mirror\.pcap: it is empty\."):
            run.finish([read("it is empty")])
        with pytest.raises(UsageError, match="nothing to listen to"):
            run.finish([])
        assert run.inventory.scans() == ()
        assert run.audit.head
