"""Captures of real devices, read where they lie: they may not be copied into the project."""

import os
from pathlib import Path

import pytest
from cli_tools import SCOPE, camscan, scope_of
from listen_makers import Heard, a_scope, signatures

from camscan.device import Device, Kind, Verdict
from camscan.identify import assess
from camscan.listen.captures import read_captures

FOLDER = Path(os.environ.get("CAMSCAN_CAPTURES", Path(__file__).parents[2] / "shared" / "data" / "captures"))
INSIDE = ("10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/16", "10.10.0.0/16", "172.16.0.0/16", "192.168.0.0/16")

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the real captures are not here; CAMSCAN_CAPTURES names their folder"
)


def listened(*names: str, networks: tuple[str, ...] = INSIDE, everyone: bool = False) -> Heard:
    found = Heard(a_scope(*networks), everyone=everyone, latest=2e9)
    inputs = read_captures([FOLDER / name for name in names], found.listening)
    assert [one.error for one in inputs] == [None] * len(names)
    return found


def devices(found: Heard) -> dict[str, Device]:
    return {ip: assess(observations, signatures()) for (ip, _), observations in sorted(found.kept.items())}


@pytest.mark.parametrize("name", ["sentinel_dlinkcam_setupA1.pcap", "sentinel_dlinkcam_setupC1.pcap"])
def test_a_camera_that_is_being_set_up(name: str) -> None:
    """It has one address, then another; a router and a telephone are there too and are not kept."""
    found = listened(name)
    kept = devices(found)
    assert "10.10.10.37" in kept
    assert set(kept) <= {"10.10.10.37", "192.168.0.20"}
    camera = kept["10.10.10.37"]
    assert (camera.maker, camera.model, camera.kind) == ("d-link", "DCS-935L", Kind.CAMERA)
    assert (camera.mac, camera.verdict) == ("b0:c5:54:25:5b:0e", Verdict.CONFIRMED)
    assert found.values("dhcp.hostname", "10.10.10.37") == ["DCS-935L"]
    assert found.values("dhcp.vendor_class", "10.10.10.37") == ["udhcp 1.22.1"]
    assert [number for ip, number in found.kept if ip == "10.10.10.37"] == [1]


def test_a_camera_that_says_nothing_of_itself_is_not_made_one() -> None:
    found = listened("sentinel_ednetcam1_setupA1.pcap")
    assert found.kept == {}
    assert found.listening.hosts.met["Town Hall"][False] > 0


def test_the_name_of_somebodys_computer_is_not_kept() -> None:
    found = listened("zeek_mdns.pcap")
    assert found.kept == {}
    assert "johanna" not in repr(found.listening.hosts.met)


def test_an_rtsp_server_in_linux_cooked_packets() -> None:
    found = listened("ndpi_rtsp.pcap", everyone=True)
    assert "VLC/3.0.12" in found.values("rtsp.server", "10.2.2.2")


def test_no_maker_is_named_who_is_not_in_the_recording() -> None:
    """All of them: two kinds of camera, and much else."""
    names = sorted(path.name for path in FOLDER.glob("*.pcap*"))
    made = {}
    for name in names:
        made.update({(name, ip): device.maker for ip, device in devices(listened(name)).items()})
    assert set(made.values()) == {"d-link"}
    assert {name for name, _ in made} == {"sentinel_dlinkcam_setupA1.pcap", "sentinel_dlinkcam_setupC1.pcap"}


def test_the_whole_folder_by_the_command_line(tmp_path: Path) -> None:
    scope = scope_of(tmp_path, SCOPE.replace('["10.1.0.0/22"]', '["10.10.10.0/24"]'))
    ran = camscan("listen", FOLDER, "--scope", scope, "-f", "csv")
    assert ran.code == 4  # JSON of another tool lies in it, and captures that are cut off
    assert "DCS-935L" in ran.out
    assert "it is no capture" in ran.err
