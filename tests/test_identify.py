from datetime import timedelta
from functools import cache
from ipaddress import ip_address

import pytest
from answer_evidence import WHEN, arp, observation
from hypothesis import given
from hypothesis import strategies as st

from camscan.device import Kind, Verdict
from camscan.evidence import FIELDS, Evidence, Observation, Outcome, Transport, Via
from camscan.identify import SignatureSet, assess, explain, identified, load
from camscan.safe.text import neutralise


@cache
def shipped() -> SignatureSet:
    return load()


SADP = observation(
    ("sadp.answer", "yes"),
    ("sadp.model", "DS-7616NI-K2"),
    ("sadp.serial", "DS-7616NI-K21620200101CCRRE00000001WCVU"),
    ("sadp.firmware", "V4.74.210 build 240108"),
    ("sadp.mac", "44:19:b6:00:00:05"),
    ("sadp.channels_digital", "16"),
    via=Via.UNICAST,
    port=37020,
    probe="sadp",
)


def test_a_whole_device() -> None:
    page = observation(("http.status", "401"), ("http.server", "DNVRS-Webs"), at=WHEN + timedelta(seconds=2))
    device = assess([page, SADP, arp("44:19:b6:00:00:05")], shipped())
    assert (device.maker, device.verdict) == ("hikvision", Verdict.CONFIRMED)
    assert (device.kind, device.kind_verdict) == (Kind.RECORDER, Verdict.PROBABLE)
    assert (device.model, device.firmware, device.firmware_date) == ("DS-7616NI-K2", "V4.74.210", "2024-01-08")
    assert (device.mac, device.mac_heard, device.channels) == ("44:19:b6:00:00:05", True, 16)
    assert (device.first_seen, device.last_seen) == (WHEN, WHEN + timedelta(seconds=2))
    assert device.would_settle == ()
    assert [item.id for item in device.evidence] == list(range(1, 10))
    numbers = {item.id for item in device.evidence}
    assert all(numbers.issuperset(sign.evidence) and sign.evidence for sign in device.signs)


def test_addresses() -> None:
    six = observation(("wsd.camera", "yes"), ip="fe80::1", at=WHEN + timedelta(days=1))
    four = observation(("wsd.camera", "yes"), ip="192.0.2.9")
    device = assess([six, four, observation(ip="192.0.2.10", at=WHEN - timedelta(days=1))], shipped())
    assert device.ip == ip_address("192.0.2.9")
    assert device.addresses == ("192.0.2.9", "192.0.2.10", "fe80::1")
    assert assess([six], shipped()).ip == ip_address("fe80::1")
    assert assess([six], shipped(), ip=ip_address("192.0.2.1")).ip == ip_address("192.0.2.1")


def test_no_observation_is_no_device() -> None:
    with pytest.raises(ValueError, match="at least one observation"):
        assess([], shipped())


def test_silence_is_no_verdict() -> None:
    device = assess([observation(outcome=Outcome.TIMED_OUT)], shipped())
    assert (device.maker, device.verdict, device.kind, device.kind_verdict) == (
        None,
        Verdict.UNKNOWN,
        Kind.UNKNOWN,
        Verdict.UNKNOWN,
    )


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        ([], False),
        ([arp("44:19:b6:00:00:05")], False),
        ([observation(("http.server", "nginx"))], False),
        ([SADP], True),
        ([observation(("rtsp.realm", "IP Camera(J2914)"))], True),
    ],
)
def test_identified_is_probable_or_better(observations: list[Observation], expected: bool) -> None:
    assert identified(observations, shipped()) is expected


def test_the_order_of_observations_changes_nothing() -> None:
    several = [SADP, arp("44:19:b6:00:00:05"), observation(("http.server", "DNVRS-Webs"))]
    devices = [assess(order, shipped()) for order in (several, several[::-1])]
    assert devices[0].signs[0].signature == devices[1].signs[0].signature
    assert [(d.maker, d.verdict, d.kind, d.model, d.mac) for d in devices][:1] * 2 == [
        (d.maker, d.verdict, d.kind, d.model, d.mac) for d in devices
    ]


def test_hearing_the_same_again_changes_nothing() -> None:
    once = assess([SADP], shipped())
    twice = assess([SADP, SADP, SADP], shipped())
    assert (once.verdict, once.signs, len(once.evidence)) == (twice.verdict, twice.signs, len(twice.evidence))


anything = st.builds(
    lambda pairs, via, transport, port, outcome: Observation(
        at=WHEN,
        ip=ip_address("192.0.2.7"),
        port=port,
        transport=transport,
        via=via,
        probe="any",
        outcome=outcome,
        evidence=tuple(Evidence(name, value) for name, value in pairs),
    ),
    st.lists(st.tuples(st.sampled_from(sorted(FIELDS)), st.text(max_size=60)), max_size=6),
    st.sampled_from(list(Via)),
    st.sampled_from(list(Transport)),
    st.integers(0, 65535),
    st.sampled_from(list(Outcome)),
)


@given(st.lists(anything, min_size=1, max_size=4))
def test_any_text_in_any_field_is_judged_and_explained(observations: list[Observation]) -> None:
    device = assess(observations, shipped())
    explanation = explain(device, shipped())
    texts = [explanation.headline, explanation.why, *explanation.conflicts]
    texts += [text for row in explanation.rows for text in (row.sign, row.value, row.points_to)]
    assert all(neutralise(text, 10_000) == text for text in texts)
