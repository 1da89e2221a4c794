"""Captures of real cameras and of awkward link types, read where they lie: they may not be copied into the project."""

import os
from pathlib import Path

import pytest

from camscan.egress.check import check, device_of
from camscan.egress.report import Report

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
