"""deviceInfo of Hikvision's ISAPI: what real devices told their owners, and what hostile ones might."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from answers import Answer, answers
from device_server import Device, DigestDoor
from gates import audited, gate_over
from hypothesis import given
from hypothesis import strategies as st
from visits import CANARY, visit_device

from camscan.errors import NotThisProtocolError, ParseError
from camscan.evidence import Outcome
from camscan.net.gate import Gate
from camscan.owner import isapi

ROWS = answers("isapi-deviceInfo")


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with gate_over(tmp_path) as made:
        yield made


@pytest.mark.parametrize("row", ROWS, ids=[row["model"] for row in ROWS])
def test_real_devices(row: Answer) -> None:
    found = {item.name: item.value for item in isapi.parse(row["raw"].encode())}
    assert found["owner.model"] == row["model"]
    assert found["owner.serial"]
    assert found["owner.firmware"].startswith("V")
    assert found["owner.firmware_date"][:4] >= "2010"
    kinds = {"camera": {"IPCamera", "IPDome", "IPZoom"}, "recorder": {"NVR", "DVR"}}
    assert found["owner.device_type"] in kinds[row["kind"]]


def test_every_field_of_one_device() -> None:
    (row,) = (row for row in ROWS if row["model"] == "DS-7616NI-K2")
    assert [(item.name, item.value) for item in isapi.parse(row["raw"].encode())] == [
        ("owner.manufacturer", "hikvision"),
        ("owner.model", "DS-7616NI-K2"),
        ("owner.firmware", "V4.74.210"),
        ("owner.serial", "DS-7616NI-K20000000000CCRRG00000000WCVU"),
        ("owner.device_type", "NVR"),
        ("owner.name", "NVR"),
        ("owner.firmware_date", "2024-01-08"),
    ]  # its MAC is no MAC: the source made it up, with the group bit set


def test_nested_and_repeated_elements_do_not_replace_the_devices_own() -> None:
    body = (
        b"<DeviceInfo><model>first</model><x><model>nested</model><firmwareVersion>no</firmwareVersion></x>"
        b"<model>second</model><macAddress>44-19-B6-00-00-01</macAddress></DeviceInfo>"
    )
    assert [(item.name, item.value) for item in isapi.parse(body)] == [
        ("owner.model", "first"),
        ("owner.mac", "44:19:b6:00:00:01"),
    ]


@pytest.mark.parametrize("body", [b"<userCheck><statusValue>401</statusValue></userCheck>", b"<html/>"])
def test_other_documents(body: bytes) -> None:
    with pytest.raises(NotThisProtocolError):
        isapi.parse(body)


def test_cut_at_every_byte() -> None:
    raw = ROWS[0]["raw"].encode()
    for end in range(len(raw) - len(b"</DeviceInfo>\n")):
        with pytest.raises(ParseError):
            isapi.parse(raw[:end])


@given(st.binary(max_size=400))
def test_any_bytes(raw: bytes) -> None:
    for body in (raw, b"<DeviceInfo>" + raw + b"</DeviceInfo>"):
        try:
            isapi.parse(body)
        except ParseError:
            continue


def test_a_visit(gate: Gate) -> None:
    page = ROWS[0]["raw"].encode()
    door = DigestDoor({"/ISAPI/System/deviceInfo": page}, password=CANARY)
    with Device(door) as device:
        reading, accepted = visit_device(gate, device, "isapi", isapi.visit)
    (observation,) = reading.observations
    assert (observation.outcome, observation.probe, accepted) == (Outcome.OK, "owner.isapi.deviceInfo", 1)
    assert observation.values("owner.door") == ("isapi",)
    assert observation.values("owner.model") == (ROWS[0]["model"],)
    assert observation.raw.startswith(b"HTTP/1.1 200 OK\r\n")
    assert observation.raw.endswith(page)
    assert not reading.rejected
    assert (door.logins, door.failures) == (1, 0)
    assert [item[3] for line in audited(gate, "send") for item in line["batch"]] == ["owner.isapi"] * 2  # type: ignore[attr-defined] # JSON
    assert all(request.startswith(b"GET /ISAPI/System/deviceInfo HTTP/1.1\r\n") for request in device.received)
