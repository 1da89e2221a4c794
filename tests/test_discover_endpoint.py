import pytest

from camscan.discover.endpoint import endpoint_form, endpoint_mac

HOLDS_A_MAC = [
    ("urn:uuid:aa85c000-6324-11b3-819e-5850ed1fe385", "58:50:ed:1f:e3:85"),  # Hikvision, version 1
    ("urn:uuid:812b12f7-45a0-11b5-8404-c056e3a2e020", "c0:56:e3:a2:e0:20"),  # Hikvision OEM, version 1
    ("urn:uuid:bc329e00-1dd8-11b2-8601-00107b0f7270", "00:10:7b:0f:72:70"),  # gSOAP, version 1
    ("urn:uuid:13814000-8752-1052-bfff-045d4b150782", "04:5d:4b:15:07:82"),  # Sony, version 1, odd time
    ("d4a02dea-afca-11ec-45e7-0013e225956f", "00:13:e2:25:95:6f"),  # GeoVision, odd variant
    ("urn:uuid:de9b935e-5566-7788-99aa-0012314ae65b", "00:12:31:4a:e6:5b"),  # XiongMai
    ("urn:uuid:4d454930-0000-1000-8000-bcc34217e292", "bc:c3:42:17:e2:92"),  # i-PRO
    ("urn:uuid:00030050-0000-1000-8000-104fa8e2cc96", "10:4f:a8:e2:cc:96"),  # Sony
    ("uuid:3fa1fe68-b915-4053-a3e1-c006c3afec0e", "c0:06:c3:af:ec:0e"),  # TP-Link
    ("urn:uuid:88d87a05-d7f7-7e45-b1e9-C4D6553FDFAB", "c4:d6:55:3f:df:ab"),  # Foscam, tail in capitals
    ("urn:uuid:2419d68a-2dd2-21b2-a205-ec:71:db:16:b1:12", "ec:71:db:16:b1:12"),  # Reolink, tail with colons
    ("urn:uuid:00075fc4-23b6-b623-c45f-0700075fc45f", "00:07:5f:c4:23:b6"),  # Bosch, forwards and backwards
]
HOLDS_NONE = [
    "urn:uuid:e83a0086-3fdc-4d87-b8c4-83c0a16ad9f4",  # Axis, random
    "uuid:503b687a-b9d7-474f-a2d0-a18c8b25a464",  # Dahua, random
    "uuid:278b1b37-153c-452d-b316-d2ed4e99e6a2",  # Amcrest, random
    "54072677-7e74-dabf-24eb-a12a321db374",  # Honeywell, measured: not its MAC
    "urn:uuid:cd279d60-afd3-3a22-00dc-daaa234e772c",  # Canon
    "urn:uuid:5a4d5857-3656-3452-3330-3032304d4100",  # Dahua, a serial number in hex
    "urn:uuid:1419d68a-1dd2-11b2-a105-000000000000",  # a sample program's, never filled in
    "urn:uuid:1419d68a-1dd2-11b2-a105-0101010101ab",  # a group address: RFC 4122 4.5 marks random nodes so
    "urn:uuid:2419d68a-2dd2-21b2-a205-X2018101811779",
    "urn:uuid:camera",
    "http://10.0.0.1/onvif/device_service",
    "",
]


@pytest.mark.parametrize(("address", "mac"), HOLDS_A_MAC)
def test_endpoints_that_hold_the_mac(address: str, mac: str) -> None:
    assert endpoint_mac(address, frozenset()) == mac


@pytest.mark.parametrize("address", HOLDS_NONE)
def test_endpoints_that_do_not(address: str) -> None:
    assert endpoint_mac(address, frozenset()) is None


def test_a_mac_stated_elsewhere_settles_it() -> None:
    address = "uuid:503b687a-b9d7-474f-a2d0-a08c8b25a464"
    assert endpoint_mac(address, frozenset({"a0:8c:8b:25:a4:64"})) == "a0:8c:8b:25:a4:64"
    assert endpoint_mac(address, frozenset({"a0:8c:8b:25:a4:65"})) is None


@pytest.mark.parametrize(
    ("address", "mac", "form"),
    [
        ("urn:uuid:AA85C000-6324-11b3-819e-5850ED1FE385", "58:50:ed:1f:e3:85", "urn:uuid:hhhhhhhh-hhhh-hhhh-hhhh-mac"),
        ("uuid:503b687a-b9d7-474f-a2d0-a18c8b25a464", None, "uuid:hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh"),
        ("503b687a-b9d7-474f-a2d0-a18c8b25a464", "44:19:b6:00:00:01", "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh"),
        (
            "urn:uuid:2419d68a-2dd2-21b2-a205-ec:71:db:16:b1:12",
            "ec:71:db:16:b1:12",
            "urn:uuid:hhhhhhhh-hhhh-hhhh-hhhh-mac",
        ),
        ("urn:uuid:camera", None, None),
    ],
)
def test_form(address: str, mac: str | None, form: str | None) -> None:
    assert endpoint_form(address, mac) == form
