"""WS-Discovery: who answers which probe, and how."""

import pytest
from lab_tools import DN, TDS, host, probe

from camscan.lab.estate import profiles
from camscan.lab.model import Wsd
from camscan.lab.speak.shape import Datagram
from camscan.lab.speak.wsd import GROUP, PORT, WsdSpeaker
from camscan.safe.xml import parse_device

ASKER = ("127.0.0.1", 40000)
SPEAKING = sorted(name for name, profile in profiles().items() if profile.wsd)


def speaker(profile: str, **changes: object) -> WsdSpeaker:
    device = host(profile)
    spec = device.device.profile.wsd
    assert spec is not None
    return WsdSpeaker(device, Wsd.model_validate(spec.model_dump() | changes))


def answers(asked: WsdSpeaker, data: bytes, *, group: bool = True) -> list[bytes]:
    replies = asked.answer(Datagram(data, ASKER, group=group))
    assert all(reply.to == ASKER for reply in replies)
    return [reply.data for reply in replies]


@pytest.mark.parametrize("name", SPEAKING)
def test_every_answer_is_well_formed_and_relates_to_the_question(name: str) -> None:
    device = host(name)
    spec = device.device.profile.wsd
    assert spec is not None
    wanted = {"dn": DN, "tds": TDS, "untyped": ""}[spec.answers[0]]
    (data,) = answers(WsdSpeaker(device, spec), probe(wanted, "uuid:0123"))
    root = parse_device(data)
    assert root.value("RelatesTo") == "uuid:0123"
    assert root.value("Action").endswith("/ProbeMatches")
    match = root.first("ProbeMatch")
    assert match is not None
    assert "uuid:" in match.value("Address")
    assert str(device.place.ip) in match.value("XAddrs")
    assert [item for item in match.value("Scopes").split() if item] == [
        device.fixed(scope).strip() for scope in spec.scopes
    ]


@pytest.mark.parametrize("name", SPEAKING)
def test_every_hello_is_well_formed(name: str) -> None:
    (reply,) = speaker(name, hello=True).hello()
    root = parse_device(reply.data)
    assert root.value("Action").endswith("/Hello")
    assert root.first("ProbeMatch", "ProbeMatches", "RelatesTo") is None
    hello = next(child for child in root.walk() if child.tag == "Hello")
    assert "uuid:" in hello.value("Address")
    assert reply.to == (GROUP, PORT)


@pytest.mark.parametrize(
    ("profile", "dn", "tds", "untyped"),
    [
        ("hikvision-camera-2017", 1, 1, 1),
        ("annke-camera", 1, 1, 0),
        ("dahua-camera-2014", 1, 0, 1),
        ("tp-link-camera-2012", 1, 0, 0),
        ("windows-pc", 0, 1, 1),
    ],
)
def test_devices_answer_the_probes_they_like(profile: str, dn: int, tds: int, untyped: int) -> None:
    asked = speaker(profile)
    assert [len(answers(asked, probe(types))) for types in (DN, TDS, "")] == [dn, tds, untyped]


def test_a_probe_for_both_is_one_for_the_transmitter() -> None:
    assert len(answers(speaker("dahua-camera-2014"), probe(f"{DN} {TDS}"))) == 1


def test_some_know_a_type_only_by_its_usual_prefix() -> None:
    other = probe("ns01:NetworkVideoTransmitter")
    assert len(answers(speaker("hikvision-camera-2017"), other)) == 1
    assert answers(speaker("hikvision-camera-2017", literal=True), other) == []


def test_other_types_get_no_answer() -> None:
    assert answers(speaker("hikvision-camera-2017"), probe("dn:NetworkVideoDisplay")) == []


def test_one_wants_the_identifier_to_begin_with_uuid() -> None:
    asked = speaker("tp-link-camera")
    assert answers(asked, probe(DN, "urn:uuid:1")) == []
    assert len(answers(asked, probe(DN, "uuid:1"))) == 1


def test_unicast_may_be_ignored_or_answered_with_a_fault() -> None:
    assert answers(speaker("hikvision-camera-2017", unicast="ignore"), probe(DN), group=False) == []
    (fault,) = answers(speaker("hikvision-recorder"), probe(DN), group=False)
    assert parse_device(fault).value("Subcode") == ""
    assert b"d:MatchingRuleNotSupported" in fault
    (match,) = answers(speaker("hikvision-recorder"), probe(DN), group=True)
    assert b"ProbeMatches" in match


def test_some_answer_twice() -> None:
    assert len(answers(speaker("hikvision-camera-2017", repeat=2), probe(DN))) == 2


def test_no_hello_where_the_device_gives_none() -> None:
    assert list(speaker("hikvision-camera-2017", hello=False).hello()) == []


def test_what_is_no_probe_gets_no_answer() -> None:
    asked = speaker("hikvision-camera-2017")
    resolve = probe(DN).replace(b"discovery/Probe<", b"discovery/Resolve<")
    assert answers(asked, resolve) == []
    assert answers(asked, probe(DN)[:-5]) == []
