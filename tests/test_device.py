"""What we conclude: values that cannot change, and words that are part of the exported format."""

from dataclasses import FrozenInstanceError
from ipaddress import ip_address

import pytest

from camscan.device import Device, Kind, Strength, Verdict


def test_nothing_is_concluded_from_nothing() -> None:
    device = Device(ip_address("10.1.0.1"))
    assert (device.maker, device.brand, device.kind) == (None, None, Kind.UNKNOWN)
    assert device.verdict is device.brand_verdict is device.kind_verdict is Verdict.UNKNOWN


def test_a_device_cannot_change() -> None:
    device = Device(ip_address("10.1.0.1"))
    with pytest.raises(FrozenInstanceError):
        device.maker = "hikvision"  # type: ignore[misc] # that is the point


def test_the_words_of_the_exported_format() -> None:
    """Scripts compare with these; see contract camscan.inventory/1."""
    assert [item.value for item in Verdict] == ["confirmed", "probable", "suspected", "unknown"]
    assert [item.value for item in Strength] == ["decisive", "strong", "medium", "weak"]
    assert [item.value for item in Kind] == [
        "camera",
        "recorder",
        "intercom",
        "access-control",
        "switch",
        "vms-server",
        "other",
        "unknown",
    ]
