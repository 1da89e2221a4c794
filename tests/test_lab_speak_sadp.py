"""SADP as the device side does it."""

import pytest
from lab_tools import SADP_QUESTION, host, listener, place, udp, with_server

from camscan.lab.serve import Server
from camscan.lab.speak.sadp import GROUP, PORT, SadpSpeaker
from camscan.lab.speak.shape import Datagram
from camscan.safe.xml import parse_device

ASKER = ("127.0.0.1", 40000)


def speaker(profile: str) -> SadpSpeaker:
    device = host(profile)
    assert device.device.profile.sadp is not None
    return SadpSpeaker(device, device.device.profile.sadp)


@pytest.mark.parametrize(
    ("profile", "to"),
    [
        ("hikvision-camera-2013", [(GROUP, PORT)]),
        ("hilook-camera", [ASKER]),
        ("hikvision-camera-2021", [(GROUP, PORT), ASKER]),
    ],
)
def test_old_firmware_multicasts_its_answer(profile: str, to: list[tuple[str, int]]) -> None:
    replies = speaker(profile).answer(Datagram(SADP_QUESTION, ASKER, group=False))
    assert [reply.to for reply in replies] == to


def test_the_answer_is_the_device_s_own() -> None:
    device = host("hikvision-camera-2017")
    assert device.device.profile.sadp is not None
    (reply,) = SadpSpeaker(device, device.device.profile.sadp).answer(Datagram(SADP_QUESTION, ASKER, group=True))
    root = parse_device(reply.data)
    assert root.tag == "ProbeMatch"
    assert root.value("Uuid") == "4F1A0B6C-0000-4000-8000-000000000001"
    assert root.value("DeviceSN") == device.device.serial
    assert root.value("MAC") == device.device.mac.replace(":", "-")
    assert root.value("IPv4Address") == str(device.place.ip)
    assert root.value("HttpPort") == "18080"


def test_other_verbs_are_not_answered_and_noted() -> None:
    device = host("hikvision-camera-2021")
    assert device.device.profile.sadp is not None
    loud = SADP_QUESTION.replace(b"inquiry", b"update")
    assert list(SadpSpeaker(device, device.device.profile.sadp).answer(Datagram(loud, ASKER, group=True))) == []
    assert device.state.unsafe == ["SADP update"]


def test_answers_of_others_are_no_questions() -> None:
    first = speaker("hikvision-camera-2017")
    (answer,) = first.answer(Datagram(SADP_QUESTION, ASKER, group=True))
    assert list(speaker("hikvision-camera-2017").answer(Datagram(answer.data, ASKER, group=True))) == []


def test_a_multicast_answer_is_heard_on_loopback() -> None:
    device = place("hikvision-camera-2013")

    async def body(_: Server) -> bytes:
        import asyncio

        with listener(GROUP, PORT) as ear, udp() as asker:
            asker.sendto(SADP_QUESTION, (GROUP, PORT))

            def hear() -> bytes:
                while True:
                    data, sender = ear.recvfrom(65535)
                    if sender[0] == str(device.ip):
                        return data

            return await asyncio.to_thread(hear)

    assert device.device.serial.encode() in with_server([device], body)
