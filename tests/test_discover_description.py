from ipaddress import ip_address

import pytest
from answers import answers, wire
from hypothesis import given
from hypothesis import strategies as st

from camscan.discover import description
from camscan.errors import ParseError
from camscan.evidence import Evidence

SENDER = ip_address("192.168.1.20")


def test_the_real_document() -> None:
    (row,) = answers("ssdp-description")
    assert description.parse(wire(row)) == (
        Evidence("ssdp.device_type", "urn:schemas-upnp-org:device:Basic:1"),
        Evidence("ssdp.friendly_name", "AXIS M1014 - ACCC8E270AD8"),
        Evidence("ssdp.manufacturer", "AXIS"),
        Evidence("ssdp.manufacturer_url", "http://www.axis.com/"),
        Evidence("ssdp.model_description", "AXIS M1014 Fixed Network Camera"),
        Evidence("ssdp.model", "AXIS M1014"),
        Evidence("ssdp.model_number", "M1014"),
        Evidence("ssdp.serial", "ACCC8E270AD8"),
        Evidence("ssdp.udn", "uuid:Upnp-BasicDevice-1_0-ACCC8E270AD8"),
        Evidence("ssdp.service_type", "urn:axis-com:service:BasicService:1"),
    )


def test_an_embedded_device_does_not_speak_for_the_root() -> None:
    inner = "<deviceList><device><manufacturer>Other</manufacturer></device></deviceList>"
    raw = f"<root><device><modelName>A</modelName>{inner}</device></root>".encode()
    assert description.parse(raw) == (Evidence("ssdp.model", "A"),)


def test_many_services_are_bounded() -> None:
    services = "".join(f"<service><serviceType>s{at}</serviceType></service>" for at in range(500))
    raw = f"<root><device><serviceList>{services}</serviceList></device></root>".encode()
    assert len(description.parse(raw)) == description.SERVICES


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html><head/></html>",
        b"<root/>",
        b"<root><device/></root>",
        b"<device><modelName>A</modelName></device>",
        b'<!DOCTYPE root [<!ENTITY x SYSTEM "file:///etc/passwd">]><root><device><modelName>&x;</modelName></device></root>',
    ],
    ids=range(6),
)
def test_what_is_no_description(raw: bytes) -> None:
    with pytest.raises(ParseError):
        description.parse(raw)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("http://192.168.1.20:49152/upnp_device_desc.xml", (49152, "/upnp_device_desc.xml")),
        ("HTTP://192.168.1.20/a/b-c/Desc.XML", (80, "/a/b-c/Desc.XML")),
        ("http://192.168.1.20:50510/", (50510, "/")),
        ("http://192.168.1.20:50510", (50510, "/")),
    ],
)
def test_what_may_be_fetched(location: str, target: tuple[int, str]) -> None:
    assert description.fetch_target(location, SENDER) == target


def test_an_ipv6_sender() -> None:
    location = "http://[fe80::1]:49152/d.xml"
    assert description.fetch_target(location, ip_address("fe80::1%eth0")) == (49152, "/d.xml")
    assert description.fetch_target(location, ip_address("fe80::2")) is None
    assert description.fetch_target("http://[::ffff:192.168.1.20]/d.xml", SENDER) is None


@pytest.mark.parametrize(
    "location",
    [
        "",
        "http://192.168.1.21/d.xml",
        "http://192.168.1.20.example.org/d.xml",
        "http://camera.local/d.xml",
        "http://192.168.1.020/d.xml",
        "http://3232235796/d.xml",
        "http://0xc0a80114/d.xml",
        "http://192.168.1.20@192.168.1.21/d.xml",
        "http://192.168.1.21\\@192.168.1.20/d.xml",
        "http://192.168.1.20#@192.168.1.21/d.xml",
        "http://admin:x@192.168.1.20/d.xml",
        "https://192.168.1.20/d.xml",
        "file:///etc/passwd",
        "//192.168.1.20/d.xml",
        "http:/192.168.1.20/d.xml",
        "http://192.168.1.20:0/d.xml",
        "http://192.168.1.20:65536/d.xml",
        "http://192.168.1.20:x/d.xml",
        "http://192.168.1.20::80/d.xml",
        "http://[192.168.1.20]/d.xml",
        "http://192.168.1.20/cgi-bin/reboot",
        "http://192.168.1.20/cgi-bin/reboot?d.xml",
        "http://192.168.1.20/cgi-bin/reboot;d.xml",
        "http://192.168.1.20/a/../reboot.xml",
        "http://192.168.1.20/%2e%2e/d.xml",
        "http://192.168.1.20//192.168.1.21/d.xml",
        "http://192.168.1.20/d.xml\r\nX: y",
        "http://192.168.1.20/d.xml\n",
        "http://192.168.1.20/a b.xml",
        "http://192.168.1.20/" + "a" * 600 + ".xml",
    ],
)
def test_what_is_never_fetched(location: str) -> None:
    assert description.fetch_target(location, SENDER) is None


@given(st.text() | st.from_regex(r"http://[0-9.:@\[\]a-f]{0,40}/[^ ]{0,20}(\.xml)?", fullmatch=True))
def test_any_location_is_judged(location: str) -> None:
    target = description.fetch_target(location, SENDER)
    assert target is None or str(SENDER) in location
