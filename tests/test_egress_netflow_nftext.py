from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, MAC, START, device

from camscan.egress.clock import Clock
from camscan.egress.flow import Binding, Flow, Item
from camscan.egress.known import Known
from camscan.egress.netflow.exported import Exported
from camscan.egress.netflow.nftext import Printed, exported
from camscan.egress.source import Source, Tally

ROW = {"first": "2026-11-21 10:00:00.000", "source": CAMERA, "target": CLOUD, "protocol": "TCP"}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    path = tmp_path / "empty"
    path.write_bytes(b"")
    with Source.open(path, Tally()) as opened:
        return opened


def told(source: Source, **changes: str) -> Exported:
    return exported({**ROW, **changes}, Clock(source), 1)


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        ({}, START), ({"lasted": "2.500"}, START + 2.5), ({"last": "2026-11-21 10:00:03"}, START + 3),
        ({"last": "0000-00-00 00:00:00.000", "lasted": "x"}, START), ({"last": "2026-11-21 09:00:00"}, START),
        ({"first": str(int(START * 1000)), "last": str(int(START * 1000) + 5)}, START + 0.005),
    ],
)  # fmt: skip
def test_times(source: Source, changes: dict[str, str], last: float) -> None:
    one = told(source, **changes)
    assert (one.first, one.last) == (START, last)


def test_the_time_of_an_event_where_there_is_no_other(source: Source) -> None:
    for first in ("0000-00-00 00:00:00.000", "1970-01-01T00:00:00.000"):
        assert told(source, first=first, event_at="2026-11-21T10:00:00.5").first == START + 0.5


def test_numbers_and_flags(source: Source) -> None:
    one = told(source, source_port="40000", target_port="443", octets="500", flags="...AP.SF", forwarding="128")
    assert (one.source_port, one.target_port, one.octets, one.flags, one.denied) == (40_000, 443, 500, 0x1B, True)
    assert told(source, flags="........").flags is None
    assert told(source, octets="1.2 M").octets is None


@pytest.mark.parametrize(
    ("protocol", "number"), [("6", 6), ("UDP", 17), ("ICMP6", 58), ("IPv6-ICMP", 58), ("GRE", -1), ("", -1)]
)
def test_protocols(source: Source, protocol: str, number: int) -> None:
    assert told(source, protocol=protocol).protocol == number


def test_pings(source: Source) -> None:
    for changes in ({"target_port": "8.0"}, {"target_port": "2048"}, {"icmp_type": "8", "icmp_code": "0"}):
        assert told(source, protocol="ICMP", **changes).icmp == 2048


def test_counters_of_the_other_direction(source: Source) -> None:
    assert told(source, packets="1", octets="5", back_packets="2", back_octets="90").back_octets == 90
    assert not told(source, packets="1", octets="5", back_packets="0", back_octets="0").both
    assert not told(source, packets="1", octets="5", back_packets="1", back_octets="5").both


def test_events(source: Source) -> None:
    one = told(source, event="1", octets="5")
    assert (one.event, one.begins, one.by_source, one.octets) == (True, True, True, 5)
    assert told(source, nat_event="4", octets="0").octets is None
    assert told(source, event="3", octets="0").denied


def test_what_known_devices_did(source: Source) -> None:
    printed = Printed(source, Known([device(mac=MAC)]))
    found: list[Item] = []
    for changes in (
        {}, {"source": "10.9.9.9"}, {"source": ""}, {"first": "x"}, {"source": "10.1.0.99", "mac": MAC, "sampled": "1"},
        {"source": CLOUD, "target": "198.51.100.1", "translated": CAMERA},
    ):  # fmt: skip
        found += printed.row({**ROW, **changes}, 1)
    assert found == [Binding("10.1.0.99", MAC, START)]
    flows = list(printed.finish())
    assert {flow.device for flow in flows if isinstance(flow, Flow)} == {CAMERA, "10.1.0.99"}
    tally = source.tally
    assert (tally.records, sum(tally.skipped.values()), tally.inside, len(tally.notes)) == (4, 2, True, 2)
