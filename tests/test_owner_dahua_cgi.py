"""magicBox of Dahua: what real devices told their owners."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from answers import answers
from device_server import Device, DigestDoor
from gates import gate_over
from hypothesis import given
from hypothesis import strategies as st
from visits import CANARY, visit_device

from camscan.errors import ParseError
from camscan.evidence import Outcome
from camscan.net.gate import Gate
from camscan.owner import dahua_cgi

ROWS = {str(row["note"]).rpartition(" ")[2]: row["raw"].encode() for row in answers("dahua-cgi")}


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with gate_over(tmp_path) as made:
        yield made


def pairs(body: bytes) -> list[tuple[str, str]]:
    return [(item.name, item.value) for item in dahua_cgi.parse(body)]


def test_real_devices() -> None:
    assert pairs(ROWS["getSystemInfo"]) == [("owner.serial", "4F07335PAZEEA9B"), ("owner.model", "NVR2X-4KS3")]
    assert pairs(ROWS["getSoftwareVersion"]) == [
        ("owner.firmware", "4.001.0000005.0"),
        ("owner.firmware_date", "2020-11-17"),
    ]
    assert pairs(ROWS["getVendor"]) == [("owner.manufacturer", "Dahua")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"type=IPC-HDW5831R-ZE\r\n", [("owner.model", "IPC-HDW5831R-ZE")]),
        (b"name=Front door\r\n", [("owner.name", "Front door")]),
        (b"class=NVR", [("owner.device_type", "NVR")]),
        (
            b"deviceType=IPC-HDW5831R-ZE\r\nserialNumber=4X7C5A1ZAG21L3F\r\nupdateSerial=IPC-HX5X3X\r\n",
            [("owner.serial", "4X7C5A1ZAG21L3F"), ("owner.model", "IPC-HDW5831R-ZE")],
        ),
        (b"version=2.800.0000016.0.R\r\n", [("owner.firmware", "2.800.0000016.0.R")]),
    ],
)
def test_single_answers(body: bytes, expected: list[tuple[str, str]]) -> None:
    assert pairs(body) == expected


@pytest.mark.parametrize(
    "body", [b"", b"Error\r\nBad Request!\r\n", b"<html>name</html>", b"type=31", b"type=", b"=name", b"\x00" * 50]
)
def test_what_says_nothing(body: bytes) -> None:
    with pytest.raises(ParseError):
        dahua_cgi.parse(body)


@given(st.binary(max_size=400))
def test_any_bytes(raw: bytes) -> None:
    for body in (raw, b"name=" + raw, b"version=" + raw):
        try:
            assert dahua_cgi.parse(body)
        except ParseError:
            continue


def test_only_actions_that_read() -> None:
    assert all(action.startswith("get") for action in dahua_cgi.ACTIONS)
    assert {page.path.partition("?")[0] for page in dahua_cgi.PAGES} == {"/cgi-bin/magicBox.cgi"}


def test_a_visit_asks_on_where_an_action_is_missing(gate: Gate) -> None:
    path = "/cgi-bin/magicBox.cgi?action="
    pages = {
        path + "getSystemInfo": ROWS["getSystemInfo"],
        path + "getSoftwareVersion": ROWS["getSoftwareVersion"],
        path + "getVendor": b"Error\r\nBad Request!\r\n",
    }
    door = DigestDoor(pages, password=CANARY)
    with Device(door) as device:
        reading, accepted = visit_device(gate, device, "dahua-cgi", dahua_cgi.visit)
    outcomes = [(item.probe.rpartition(".")[2], item.outcome) for item in reading.observations]
    ok, other = Outcome.OK, Outcome.NOT_THIS_PROTOCOL
    assert outcomes == [
        ("getSystemInfo", ok),
        ("getDeviceType", other),
        ("getSoftwareVersion", ok),
        ("getVendor", other),
        ("getDeviceClass", other),
        ("getMachineName", other),
    ]
    assert accepted == 1
    assert (door.logins, door.failures) == (6, 0)


def test_a_refusal_ends_the_visit(gate: Gate) -> None:
    door = DigestDoor({})
    with Device(door) as device:
        reading, accepted = visit_device(gate, device, "dahua-cgi", dahua_cgi.visit)
    assert reading.rejected
    assert [item.outcome for item in reading.observations] == [Outcome.AUTH_REQUIRED]
    assert (door.failures, device.connections, accepted) == (1, 2, 0)
