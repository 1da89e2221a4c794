"""DHIP as the device side does it."""

import json

import pytest
from lab_tools import DHIP_QUESTION, device_info, host

from camscan.lab.speak.dhip import GROUP, PORT, DhipSpeaker, frame
from camscan.lab.speak.shape import Datagram

ASKER = ("127.0.0.1", 40000)


def speaker(profile: str) -> DhipSpeaker:
    device = host(profile)
    assert device.device.profile.dhip is not None
    return DhipSpeaker(device, device.device.profile.dhip)


def question(**parameters: object) -> bytes:
    return frame(json.dumps({"method": "DHDiscover.search", "params": parameters}).encode())


@pytest.mark.parametrize(
    "profile",
    ["dahua-camera-2014", "dahua-camera-2020", "dahua-recorder", "lorex-camera", "bcs-camera", "intelbras-access"],
)
def test_the_answer_is_framed_and_ends_as_devices_end_it(profile: str) -> None:
    (reply,) = speaker(profile).answer(Datagram(DHIP_QUESTION, ASKER, group=True))
    length = int.from_bytes(reply.data[16:20], "little")
    assert reply.data[:8] == b"\x20\0\0\0DHIP"
    assert length == int.from_bytes(reply.data[24:28], "little") == len(reply.data) - 32
    assert reply.data.endswith(b"\n\0")
    assert reply.to == ASKER
    assert device_info(reply.data)["IPv4Address"]["IPAddress"].startswith("127.")


def test_our_frame_is_that_of_the_maker_s_tool() -> None:
    body = b'{ "method" : "DHDiscover.search", "params" : { "mac" : "", "uni" : 1 } }\n'
    assert frame(body) == DHIP_QUESTION


def test_without_uni_the_answer_goes_to_the_group() -> None:
    (reply,) = speaker("dahua-camera-2020").answer(Datagram(question(mac=""), ASKER, group=True))
    assert reply.to == (GROUP, PORT)


def test_bare_json_gets_no_answer() -> None:
    assert list(speaker("dahua-camera-2020").answer(Datagram(DHIP_QUESTION[32:], ASKER, group=True))) == []


def test_another_s_mac_gets_no_answer() -> None:
    device = host("dahua-camera-2020")
    assert device.device.profile.dhip is not None
    mine = DhipSpeaker(device, device.device.profile.dhip)
    assert list(mine.answer(Datagram(question(mac="00:00:00:00:00:01", uni=1), ASKER, group=True))) == []
    assert len(mine.answer(Datagram(question(mac=device.device.mac.upper(), uni=1), ASKER, group=True))) == 1


def test_old_firmware_answers_one_byte_and_that_is_noted() -> None:
    for profile, answers in (("dahua-camera-2014", 1), ("dahua-camera-2020", 0)):
        device = host(profile)
        assert device.device.profile.dhip is not None
        replies = DhipSpeaker(device, device.device.profile.dhip).answer(Datagram(b"\xff", ASKER, group=False))
        assert len(replies) == answers
        assert device.state.unsafe == ["DHIP one byte"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"params": 3}', b"[" * 100_000])
def test_rubbish_behind_the_header_is_no_question(body: bytes) -> None:
    assert list(speaker("dahua-camera-2020").answer(Datagram(frame(body), ASKER, group=True))) == []


def test_nobody_announces_itself() -> None:
    assert list(speaker("dahua-camera-2020").hello()) == []
