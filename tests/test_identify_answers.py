"""Every recorded answer of a real device leads to its true maker, or to none where that one answer cannot tell."""

import itertools
import tomllib
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from answer_evidence import DATAGRAMS, JUDGED, heard_from, observation
from answers import Answer, answers
from hypothesis import given, settings
from hypothesis import strategies as st

from camscan.device import Verdict
from camscan.evidence import Via
from camscan.identify import SignatureSet, assess, load

EXPECTED = Path(__file__).parent / "data" / "expected_verdicts.toml"
ACCUSED = {"hikvision", "dahua"}
NOT_WITHOUT_LOGIN = {"isapi-deviceInfo", "isapi-adminAccesses", "dahua-cgi"}


@cache
def shipped() -> SignatureSet:
    return load()


@cache
def expected() -> dict[int, dict[str, Any]]:
    rows = tomllib.loads(EXPECTED.read_text(encoding="utf-8"))["answer"]
    return {row["line"]: row for row in rows}


def numbered() -> list[tuple[int, Answer]]:
    return list(enumerate(answers(), start=1))


def test_every_row_of_the_judged_protocols_has_an_expectation() -> None:
    assert set(expected()) == {line for line, row in numbered() if row["protocol"] in JUDGED}


@pytest.mark.parametrize(
    ("line", "row"),
    [pair for pair in numbered() if pair[1]["protocol"] in JUDGED],
    ids=lambda value: str(value) if isinstance(value, int) else f"{value['protocol']}-{value['maker']}",
)
def test_one_answer_alone(line: int, row: Answer) -> None:
    device = assess([heard_from(row)], shipped())
    wanted = expected()[line]
    assert (device.maker or "unknown", device.verdict.value, device.kind.value) == (
        wanted["maker"],
        wanted["verdict"],
        wanted["kind"],
    )


def test_expectations_name_the_true_maker_or_none() -> None:
    rows = dict(numbered())
    wrong = [line for line, row in expected().items() if row["maker"] not in {rows[line]["maker"], "unknown"}]
    assert wrong == []


def test_unknown_is_expected_only_with_a_reason() -> None:
    assert all(row["why"] for row in expected().values())


def test_kind_is_never_wrong() -> None:
    """A recorder's RTSP or TLS may not tell its class; what is said must hold."""
    wrong = []
    for line, row in numbered():
        if row["protocol"] in JUDGED:
            kind = assess([heard_from(row)], shipped()).kind.value
            if kind not in {"unknown", row["kind"]}:
                wrong.append((line, kind, row["kind"]))
    assert wrong == []


def readable() -> list[Answer]:
    """Rows of every protocol that a scan without credentials understands."""
    return [row for row in answers() if row["protocol"] in JUDGED or row["protocol"].startswith("onvif-")]


def test_no_other_makers_answer_accuses_hikvision_or_dahua() -> None:
    wrong = [
        (row["protocol"], row["model"], device.maker)
        for row in readable()
        for device in (assess([heard_from(row)], shipped()),)
        if device.maker in ACCUSED and device.maker != row["maker"]
    ]
    assert wrong == []


@pytest.mark.parametrize("protocol", ["sadp", "dhip"])
def test_a_makers_own_protocol_confirms_once_its_sender_has_spoken_over_tcp(protocol: str) -> None:
    for row in answers(protocol):
        claimed = heard_from(row)
        assert assess([claimed], shipped()).verdict is Verdict.PROBABLE
        spoken = observation(("http.status", "200"), via=Via.CONVERSATION)
        assert assess([claimed, spoken], shipped()).verdict is Verdict.CONFIRMED


def test_all_answers_of_one_maker_together_never_name_another() -> None:
    """Devices of one maker, put together from any two of its answers over different protocols."""
    wrong = []
    for one, other in itertools.combinations(readable(), 2):
        if one["maker"] == other["maker"] and one["protocol"] != other["protocol"]:
            device = assess([heard_from(one), heard_from(other)], shipped())
            disputed = any(conflict.axis == "maker" for conflict in device.conflicts)
            if device.maker not in {None, one["maker"]} or disputed:
                wrong.append((one["model"], other["model"], device.maker, device.conflicts))
    assert wrong == []


innocent = st.sampled_from([row for row in readable() if row["maker"] not in ACCUSED])


@settings(max_examples=150, deadline=None)
@given(st.lists(innocent, min_size=1, max_size=6))
def test_innocent_answers_in_any_mixture_accuse_nobody(rows: list[Answer]) -> None:
    device = assess([heard_from(row) for row in rows], shipped())
    assert device.maker not in ACCUSED


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([row for row in readable() if row["maker"] in ACCUSED]), innocent)
def test_another_makers_answer_never_raises_the_verdict(guilty: Answer, other: Answer) -> None:
    ladder = [Verdict.UNKNOWN, Verdict.SUSPECTED, Verdict.PROBABLE, Verdict.CONFIRMED]
    spoken = observation(("http.status", "404"), port=81)
    alone = assess([heard_from(guilty), spoken], shipped())
    mixed = assess([heard_from(guilty), heard_from(other), spoken], shipped())
    if mixed.maker == alone.maker:
        assert ladder.index(mixed.verdict) <= ladder.index(alone.verdict)


def test_the_address_of_an_answer_changes_nothing() -> None:
    for row in answers("rtsp"):
        one = assess([heard_from(row)], shipped())
        other = assess([heard_from(row, ip=ip_address("2001:db8::7"))], shipped())
        assert (one.maker, one.verdict, one.signs) == (other.maker, other.verdict, other.signs)


def test_the_datagram_protocols_are_those_that_discovery_speaks() -> None:
    assert set(DATAGRAMS) <= JUDGED
    assert NOT_WITHOUT_LOGIN.isdisjoint(JUDGED)
