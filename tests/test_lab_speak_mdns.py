"""mDNS as devices do it."""

import pytest
from lab_tools import host
from zeroconf import DNSIncoming, DNSOutgoing, DNSPointer, DNSQuestion, DNSRecord, DNSService, DNSText

from camscan.lab.host import Host
from camscan.lab.speak.mdns import GROUP, PORT, MdnsSpeaker
from camscan.lab.speak.shape import Datagram, Reply

AXIS = "_axis-video._tcp.local."
ASKER = ("127.0.0.1", 40000)
PEER = ("127.0.0.1", PORT)


@pytest.fixture
def axis() -> Host:
    return host("axis-camera", mac="ac:cc:8e:00:11:22", model="P3245-LVE")


def speaker(device: Host) -> MdnsSpeaker:
    assert device.device.profile.mdns is not None
    return MdnsSpeaker(device, device.device.profile.mdns)


def question(*names: str, kind: int = 12, unicast: bool = False, number: int = 0) -> bytes:
    out = DNSOutgoing(0, multicast=number == 0, id_=number)
    for name in names:
        asked = DNSQuestion(name, kind, 1)
        asked.unicast = unicast
        out.add_question(asked)
    (packet,) = out.packets()
    return packet


def records(replies: "list[Reply] | tuple[Reply, ...]") -> list[DNSRecord]:
    return [record for reply in replies for record in DNSIncoming(reply.data).answers()]


def test_the_answer_brings_place_text_and_address(axis: Host) -> None:
    replies = list(speaker(axis).answer(Datagram(question(AXIS), ASKER, group=True)))
    found = records(replies)
    (pointer,) = [record for record in found if isinstance(record, DNSPointer)]
    (service,) = [record for record in found if isinstance(record, DNSService)]
    (text,) = [record for record in found if isinstance(record, DNSText)]
    assert pointer.alias == f"AXIS P3245-LVE - ACCC8E001122.{AXIS}"
    assert (service.server, service.port) == ("axis-accc8e001122.local.", 18080)
    assert text.text == b"\x17macaddress=ACCC8E001122"


def test_who_asks_from_another_port_gets_the_answer_and_its_question(axis: Host) -> None:
    (reply,) = speaker(axis).answer(Datagram(question(AXIS, number=77), ASKER, group=True))
    packet = DNSIncoming(reply.data)
    assert reply.to == ASKER
    assert packet.id == 77
    assert [asked.name for asked in packet.questions] == [AXIS]


def test_another_responder_s_question_is_answered_to_the_group(axis: Host) -> None:
    (reply,) = speaker(axis).answer(Datagram(question(AXIS), PEER, group=True))
    assert reply.to == (GROUP, PORT)
    assert not DNSIncoming(reply.data).questions


def test_who_wants_a_unicast_answer_gets_one(axis: Host) -> None:
    (reply,) = speaker(axis).answer(Datagram(question(AXIS, unicast=True), PEER, group=True))
    assert reply.to == PEER


def test_the_list_of_services(axis: Host) -> None:
    found = records(list(speaker(axis).answer(Datagram(question("_services._dns-sd._udp.local."), ASKER, group=True))))
    assert sorted(record.alias for record in found if isinstance(record, DNSPointer)) == [AXIS, "_http._tcp.local."]


def test_names_are_compared_without_case(axis: Host) -> None:
    assert records(list(speaker(axis).answer(Datagram(question(AXIS.upper()), ASKER, group=True))))


def test_instance_and_host_can_be_resolved(axis: Host) -> None:
    asked = speaker(axis)
    instance = f"AXIS P3245-LVE - ACCC8E001122.{AXIS}"
    for name, kind in ((instance, 33), (instance, 16), (instance, 255), ("axis-accc8e001122.local.", 1)):
        assert records(list(asked.answer(Datagram(question(name, kind=kind), ASKER, group=True)))), (name, kind)


def test_others_names_get_no_answer(axis: Host) -> None:
    assert list(speaker(axis).answer(Datagram(question("_ipp._tcp.local."), ASKER, group=True))) == []


def test_a_service_without_text_has_an_empty_one() -> None:
    found = records(list(speaker(host("printer")).answer(Datagram(question("_http._tcp.local."), ASKER, group=True))))
    assert [record.text for record in found if isinstance(record, DNSText)] == [b"\0"]


def test_it_announces_all_at_start(axis: Host) -> None:
    (reply,) = speaker(axis).hello()
    assert reply.to == (GROUP, PORT)
    assert len(DNSIncoming(reply.data).answers()) == 7
