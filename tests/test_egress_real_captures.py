"""Captures of real cameras and of awkward link types, read where they lie: they may not be copied into the project."""

import os
import struct
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Self

import pytest

from camscan.egress.check import check, device_of
from camscan.egress.known import Known
from camscan.egress.report import Report
from camscan.egress.summary import Summary
from camscan.egress.watch import Terms, Watch
from camscan.net.mirror import Captured

FOLDER = Path(os.environ.get("CAMSCAN_CAPTURES", Path(__file__).parents[2] / "shared" / "data" / "captures"))

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the real captures are not here; CAMSCAN_CAPTURES names their folder"
)


def told(address: str, *names: str) -> Report:
    return check([FOLDER / name for name in names], [device_of(address)])


@pytest.mark.parametrize("name", ["sentinel_dlinkcam_setupA1.pcap", "sentinel_dlinkcam_setupC1.pcap"])
def test_a_camera_that_calls_its_makers_cloud(name: str) -> None:
    report = told("10.10.10.37", name)
    assert {one.destination.name for one in report.findings if one.rule.value == "vendor-cloud"} == {
        "signal.mydlink.com", "mp-eu-signal.auto.mydlink.com", "ntp1.dlink.com",
    }  # fmt: skip
    assert {one.rule.value for one in report.findings} == {"vendor-cloud", "port-mapping"}
    assert (report.dns_visible, report.exit_code) == (True, 0)


def test_a_camera_without_a_call_outside() -> None:
    report = told("192.168.20.111", "sentinel_ednetcam1_setupA1.pcap")
    assert not report.findings


@pytest.mark.parametrize(
    ("name", "form", "records"),
    [
        ("ndpi_rtsp.pcap", "pcapng", 568),
        ("suricata_sll2-01.pcap", "pcap", 4),
        ("suricata_vlan02.pcap", "pcap", 1),
        ("ndpi_syslog.pcap", "pcap", 22),
        ("ndpi_rtp.pcapng", "pcapng", 90),
        ("suricata_vxlan.pcap", "pcap", 1),
    ],
)
def test_awkward_link_types_are_read(name: str, form: str, records: int) -> None:
    (one,) = told("192.0.2.1", name).inputs
    assert (one.format, one.error) == (form, None)
    assert one.records > 0
    assert one.records >= records or one.skipped


def test_exported_flows_whose_templates_were_sent_before_the_capture() -> None:
    (one,) = told("192.0.2.1", "ndpi_netflowv9.pcap").inputs
    assert (one.records, one.error) == (10, None)
    assert [count for why, count in one.skipped if "template" in why] == [23]


class Replayed:
    """The packets of a classic capture as they would come live."""

    interface, present, dropped, received = "eth7", True, 0, 0

    def __init__(self, content: bytes) -> None:
        self.link = int.from_bytes(content[20:24], "little")
        self.now = 0.0
        self._packets = list(self._records(content))

    def _records(self, content: bytes) -> Iterator[Captured]:
        assert content[:4] == b"\xd4\xc3\xb2\xa1"
        at = 24
        while at + 16 <= len(content):
            seconds, micro, kept, length = struct.unpack_from("<IIII", content, at)
            yield Captured(seconds + micro * 1e-6, self.link, content[at + 16 : at + 16 + kept], length)
            at += 16 + kept

    @property
    def times(self) -> list[float]:
        return [packet.at for packet in self._packets]

    def clock(self) -> float:
        return self.now

    def __iter__(self) -> Iterator[Captured | None]:
        while self._packets:
            self.now = self._packets[0].at
            yield self._packets.pop(0)

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


def facts(report: Report) -> list[object]:
    return [
        (one.rule, one.destination, one.protocol, one.port, one.outcomes, one.bytes_out, one.bytes_in, one.evidence)
        for one in report.findings
    ]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("sentinel_dlinkcam_setupA1.pcap", "10.10.10.37"),
        ("sentinel_dlinkcam_setupC1.pcap", "10.10.10.37"),
        ("sentinel_ednetcam1_setupA1.pcap", "192.168.20.111"),
    ],
)
def test_live_they_are_judged_alike_and_in_two_periods_nothing_is_lost(name: str, address: str) -> None:
    recorded = told(address, name)
    mirror = Replayed((FOLDER / name).read_bytes())
    watch = Watch(mirror, Known([device_of(address)]), Terms(), mirror.clock)
    watch.feed(inf)
    assert facts(watch.end()) == facts(recorded)

    mirror = Replayed((FOLDER / name).read_bytes())
    times = mirror.times
    known = Known([device_of(address)])
    watch, whole = Watch(mirror, known, Terms(), mirror.clock), Summary(known, str.capitalize)
    watch.feed((times[0] + times[-1]) / 2)
    whole.add(watch.turn())
    watch.feed(inf)
    whole.add(watch.end())
    found = whole.report()
    assert {(one.rule, one.destination.name or one.destination.ip) for one in found.findings} == {
        (one.rule, one.destination.name or one.destination.ip) for one in recorded.findings
    }
    assert sum(one.bytes_out or 0 for one in found.findings) == sum(one.bytes_out or 0 for one in recorded.findings)
    assert found.inputs[0].records == recorded.inputs[0].records
