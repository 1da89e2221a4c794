import json

import pytest
from answers import Answer, answers, label, wire

from camscan.discover import dhip
from camscan.errors import ParseError
from camscan.evidence import Evidence

SEARCH = (
    "20000000444849500000000000000000490000000000000049000000000000007b20226d6574686f6422203a20224448446973636f7665722e"
    "736561726368222c2022706172616d7322203a207b20226d616322203a2022222c2022756e6922203a2031207d207d0a"
)


def as_dict(evidence: tuple[Evidence, ...]) -> dict[str, str]:
    values = {item.name: item.value for item in evidence}
    assert len(values) == len(evidence)
    return values


def body(**device: object) -> bytes:
    return json.dumps({"method": "client.notifyDevInfo", "params": {"deviceInfo": device}}).encode()


def framed(content: bytes) -> bytes:
    length = len(content).to_bytes(4, "little")
    return b"\x20\x00\x00\x00DHIP" + bytes(8) + length + bytes(4) + length + bytes(4) + content


def test_the_request_is_the_one_that_devices_answer() -> None:
    assert [request.hex() for request in dhip.requests(0)] == [SEARCH]
    assert dhip.requests(0) == dhip.requests(1)


def test_our_own_request_is_no_answer() -> None:
    with pytest.raises(ParseError):
        dhip.parse(dhip.requests(0)[0])


@pytest.mark.parametrize("row", answers("dhip"), ids=label)
def test_real_answers(row: Answer) -> None:
    found = as_dict(dhip.parse(wire(row)))
    device = json.loads(row["raw"])
    assert found["dhip.answer"] == "yes"
    assert found["dhip.model"] == row["model"]
    assert found["dhip.serial"] == device["params"]["deviceInfo"]["SerialNo"]
    assert found["dhip.mac"] == device["mac"]
    assert found == as_dict(dhip.parse(row["raw"].encode())), "the header must not matter"


def test_every_field_of_a_full_answer() -> None:
    assert as_dict(dhip.parse(wire(answers("dhip")[0]))) == {
        "dhip.answer": "yes",
        "dhip.class": "IPC",
        "dhip.model": "IPC-HDW1431T1-S4",
        "dhip.serial": "6C01E93PAG69A7D",
        "dhip.vendor": "Private",
        "dhip.manufacturer": "Private",
        "dhip.firmware": "2.800.0000000.13.R",
        "dhip.name": "6C01E93PAG69A7D",
        "dhip.channels_remote": "0",
        "dhip.channels": "1",
        "dhip.init": "2714",
        "dhip.http_port": "80",
        "dhip.port": "37777",
        "dhip.mac": "08:ed:ed:87:42:7a",
        "dhip.ip": "192.168.124.17",
    }


def test_line_feed_and_nul_at_the_end() -> None:
    raw = wire(answers("dhip")[0])
    assert dhip.parse(raw + b"\n\x00") == dhip.parse(raw)


@pytest.mark.parametrize("length", [0x7B, 0x7B * 256 + 0x22, 0x227B])
def test_a_length_that_looks_like_a_brace(length: int) -> None:
    empty = len(body(DeviceType="A", MachineName=""))
    padded = body(DeviceType="A", MachineName="n" * max(0, length - empty))
    assert as_dict(dhip.parse(framed(padded)))["dhip.model"] == "A"


def test_another_header_is_skipped() -> None:
    assert as_dict(dhip.parse(b"\x01{\x02other" + body(DeviceType="A")))["dhip.model"] == "A"


def test_values_that_are_not_text() -> None:
    found = as_dict(
        dhip.parse(
            body(DeviceType=31, Vendor=None, Version=1.5, DeviceClass=True, SerialNo=["x"], IPv4Address="10.0.0.1")
        )
    )
    assert found == {
        "dhip.answer": "yes",
        "dhip.model": "31",
        "dhip.firmware": "1.5",
        "dhip.class": "true",
    }


def test_a_mac_inside_the_device_info_counts_too() -> None:
    assert as_dict(dhip.parse(body(DeviceType="A", mac="E0-50-8B-00-00-01")))["dhip.mac"] == "e0:50:8b:00:00:01"


def test_half_a_surrogate_pair_can_be_stored() -> None:
    raw = b'{"method":"client.notifyDevInfo","params":{"deviceInfo":{"MachineName":"a\\ud800\\u0000b"}}}'
    found = as_dict(dhip.parse(raw))
    assert found["dhip.name"].encode("utf-8").startswith(b"a")
    assert "\x00" not in found["dhip.name"]


def test_text_in_a_chinese_encoding() -> None:
    raw = (
        b'{"method":"client.notifyDevInfo","params":{"deviceInfo":{"MachineName":"' + "大门".encode("gb18030") + b'"}}}'
    )
    assert as_dict(dhip.parse(raw))["dhip.name"] == "大门"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"no object",
        b"[]",
        b'{"method":"client.notifyDevInfo"}',
        b'{"method":"client.notifyDevInfo","params":[]}',
        b'{"method":"client.notifyDevInfo","params":{"deviceInfo":{}}}',
        b'{"method":"client.notifyDevInfo","params":{"deviceInfo":"x"}}',
        b'{"method":"other","params":{"deviceInfo":{"DeviceType":"A"}}}',
        b'{"method":"client.notifyDevInfo","params":{"deviceInfo":{"Port":' + b"9" * 6000 + b"}}}",
        b'{"a":' * 50_000,
        b'{"a":' + b"[" * 50_000,
        b" " * 70_000 + b'{"method":"client.notifyDevInfo","params":{"deviceInfo":{"DeviceType":"A"}}}',
    ],
    ids=range(13),
)
def test_what_is_no_answer(raw: bytes) -> None:
    with pytest.raises(ParseError):
        dhip.parse(raw)
