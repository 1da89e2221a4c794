"""Who is kept: cameras and their kin. Staff's machines never are."""

import pytest
from answer_evidence import arp, observation
from listen_makers import signatures

from camscan.listen.keeping import keeper

KEPT = keeper(signatures())


@pytest.mark.parametrize(
    ("mac", "kept"),
    [
        ("44:19:b6:00:00:01", True),  # Hikvision
        ("00:40:84:00:00:01", True),  # Honeywell's block of cameras
        ("8c:16:45:00:00:01", False),  # a laptop
        ("b0:c5:54:00:00:01", False),  # D-Link makes routers too
        ("02:00:00:00:00:01", False),  # random
    ],
)
def test_the_block_of_a_mac(mac: str, kept: bool) -> None:
    assert KEPT([arp(mac)]) is kept


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("sadp.answer", "yes", True),
        ("wsd.camera", "yes", True),
        ("wsd.types", "Device Computer", False),
        ("mdns.service", "_axis-video._tcp", True),
        ("mdns.instance", "Mrs Smith's iPhone", False),
        ("dhcp.hostname", "DESKTOP-SMITH", False),
        ("http.title", "Intranet of Mrs Smith", False),
        ("http.server", "nginx", False),
        ("rtsp.server", "AirTunes/377.40.00", False),
        ("ssdp.server", "Microsoft-Windows/10.0 UPnP/1.0 UPnP-Device-Host/1.0", False),
        ("port.open", "tcp/554", False),
    ],
)
def test_what_it_says(field: str, value: str, kept: bool) -> None:
    assert KEPT([observation((field, value))]) is kept
