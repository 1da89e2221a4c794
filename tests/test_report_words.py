"""Words for people."""

from ipaddress import ip_address

import pytest

from camscan.device import Device, Kind, Verdict
from camscan.report.words import is_video, kind_name, plural

IP = ip_address("10.1.0.20")


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_name_without_jargon(kind: Kind) -> None:
    name = kind_name(kind)
    assert name
    assert name == name.lower()
    assert "-" not in name


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 devices"), (1, "1 device"), (2, "2 devices"), (1024, "1,024 devices")],
)
def test_one_is_one_and_many_are_many(count: int, said: str) -> None:
    assert plural(count, "device") == said


def test_an_irregular_plural() -> None:
    assert plural(2, "address", "addresses") == "2 addresses"


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        (Device(IP, kind=Kind.CAMERA), True),
        (Device(IP, kind=Kind.RECORDER), True),
        (Device(IP, kind=Kind.INTERCOM), True),
        (Device(IP, kind=Kind.ACCESS_CONTROL), True),
        (Device(IP, kind=Kind.VMS_SERVER), True),
        (Device(IP, maker="hikvision", verdict=Verdict.SUSPECTED), True),
        (Device(IP), False),
        (Device(IP, kind=Kind.OTHER), False),
        (Device(IP, kind=Kind.SWITCH), False),
    ],
)
def test_what_belongs_in_a_list_of_cameras(device: Device, expected: bool) -> None:
    assert is_video(device) is expected
