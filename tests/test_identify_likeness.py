"""Devices that are alike come to the same conclusion; what tells nothing is passed over."""

from collections.abc import Hashable
from functools import cache

import pytest
from answer_evidence import IP, arp, heard_from, observation
from answers import answers
from hypothesis import given, settings
from hypothesis import strategies as st

from camscan.evidence import Observation, Outcome, Transport, Via
from camscan.identify import SignatureSet, assess, load
from camscan.identify.likeness import Life, Likeness, life


@cache
def shipped() -> SignatureSet:
    return load()


def key(likeness: Likeness, *observations: Observation) -> Hashable:
    found = []
    for one in sorted(observations, key=lambda item: item.at):
        words = (one.transport.value, one.via.value, one.outcome.value)
        numbers = [likeness.of_value(item.name, item.value) for item in one.evidence]
        said = [number for number in numbers if number is not None]
        door = f"{one.port} {one.probe} {' '.join(words)}"
        found.append((str(one.ip), likeness.of_answer(door, life(*words, answered=bool(one.evidence)), said)))
    return likeness.of_device(found)


def alike(*devices: tuple[Observation, ...]) -> bool:
    likeness = Likeness(shipped())
    return len({key(likeness, *device) for device in devices}) == 1


def test_numbers_of_their_own_do_not_matter() -> None:
    one = observation(("rtsp.realm", "IP Camera(J2914)"), ("onvif.time", "2026-11-21T10:00:00Z"), port=554)
    two = observation(("rtsp.realm", "IP Camera(21388)"), ("onvif.time", "2026-11-21T10:00:07Z"), port=554)
    assert alike((arp("44:19:b6:00:00:01"), one), (arp("44:19:b6:77:00:02"), two))


def test_makers_of_network_cards_matter_and_not_their_blocks() -> None:
    assert alike((arp("44:19:b6:00:00:01"),), (arp("c0:56:e3:00:00:01"),))  # both Hikvision's
    assert not alike((arp("44:19:b6:00:00:01"),), (arp("3c:ef:8c:00:00:01"),))
    assert not alike((arp("44:19:b6:00:00:01"),), (arp("02:00:00:00:00:01"),))


def test_the_newest_model_matters() -> None:
    new = observation(("onvif.model", "B"), port=81)
    old = observation(("onvif.model", "A"), at=new.at.replace(hour=1))
    later = observation(("onvif.model", "A"), at=new.at.replace(hour=23))
    assert not alike((old, new), (new, later))


def test_one_side_of_a_conversation_that_was_overheard_proves_nothing() -> None:
    words = (Transport.TCP.value, Via.PASSIVE.value, Outcome.OK.value)
    assert life(*words, answered=True) is Life.NOTHING


def test_a_conversation_makes_a_difference() -> None:
    claim = observation(("sadp.answer", "yes"), via=Via.MULTICAST)
    knock = observation(outcome=Outcome.REFUSED, port=81)
    spoke = observation(outcome=Outcome.OK, port=81)
    silence = observation(outcome=Outcome.TIMED_OUT, port=81)
    assert alike((claim,), (claim, silence))
    assert not alike((claim,), (claim, spoke))
    assert not alike((claim,), (claim, knock))
    assert not alike((claim, knock), (claim, spoke))


@pytest.mark.parametrize(
    ("words", "answered", "expected"),
    [
        (("tcp", "conversation", "ok"), False, Life.SPOKE),
        (("tcp", "conversation", "timed-out"), False, Life.NOTHING),
        (("tcp", "conversation", "refused"), False, Life.REFUSED),
        (("tcp", "imported", "ok"), True, Life.NOTHING),
        (("udp", "unicast", "ok"), True, Life.UNICAST),
        (("udp", "unicast", "ok"), False, Life.NOTHING),
        (("udp", "multicast", "ok"), True, Life.NOTHING),
    ],
)
def test_what_an_answer_proves(words: tuple[str, str, str], *, answered: bool, expected: Life) -> None:
    assert life(*words, answered=answered) is expected


PARTS = [
    *(heard_from(row) for row in answers() if row["protocol"] in {"sadp", "dhip", "ws-discovery", "rtsp", "ssdp"}),
    *(arp(mac) for mac in ("44:19:b6:00:00:01", "c0:56:e3:00:00:02", "3c:ef:8c:00:00:02", "02:00:00:00:00:01")),
    *(observation(outcome=outcome, port=99) for outcome in (Outcome.OK, Outcome.REFUSED, Outcome.TIMED_OUT)),
    observation(("sadp.answer", "yes"), via=Via.MULTICAST),
    observation(outcome=Outcome.OK, port=99, via=Via.PASSIVE),
    observation(outcome=Outcome.REFUSED, port=98, via=Via.PASSIVE),
    observation(("wsd.camera", "yes"), via=Via.UNICAST, port=3702, transport=Transport.UDP),
    observation(("http.realm", "DS-2CD2310FD-I")),
    observation(("http.realm", "4419b6000009"), ip="192.0.2.21"),
    observation(("import.model", "DS-7616NI-K2"), via=Via.IMPORTED, transport=Transport.FILE),
]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=5), st.lists(st.sampled_from(PARTS), max_size=5), st.data()
)
def test_devices_that_are_alike_are_judged_alike(
    one: list[Observation], other: list[Observation], data: st.DataObject
) -> None:
    """Whatever two devices said: where the keys are the same, so are the conclusions."""
    other = other or data.draw(st.permutations(one))
    if alike(tuple(one), tuple(other)):
        first, second = (assess(some, shipped(), ip=IP) for some in (one, other))
        for name in ("maker", "verdict", "brand", "brand_verdict", "kind", "kind_verdict", "model"):
            assert getattr(first, name) == getattr(second, name)
        assert {sign.signature for sign in first.signs} == {sign.signature for sign in second.signs}
