"""What was heard: a fixed vocabulary, values that any store can hold, and nothing secret in any of it."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.evidence import (
    FIELDS,
    RAW_LIMIT,
    VALUE_LIMIT,
    Evidence,
    Observation,
    Outcome,
    Transport,
    Via,
    observe,
    outcome_of,
)

IP = ip_address("10.1.0.1")


def heard(outcome: Outcome = Outcome.OK, raw: bytes = b"", evidence: tuple[Evidence, ...] = ()) -> Observation:
    return observe(IP, 80, Transport.TCP, Via.CONVERSATION, "http", outcome, raw=raw, evidence=evidence)


def test_only_fields_of_the_vocabulary() -> None:
    assert Evidence("http.title", "x").source == "http"
    with pytest.raises(ValueError, match=r"no such evidence field: http\.titel"):
        Evidence("http.titel", "x")


def test_the_vocabulary_is_spelled_one_way() -> None:
    for name, meaning in FIELDS.items():
        source, dot, field = name.partition(".")
        assert dot, name
        assert source.replace("_", "").isalnum(), name
        assert field.replace("_", "").isalnum(), name
        assert name == name.lower()
        assert meaning


@given(st.text(st.characters(), max_size=200) | st.text(st.characters(categories=["Cs"]), max_size=20))
def test_any_value_can_be_stored(value: str) -> None:
    kept = Evidence("http.title", value).value
    kept.encode("utf-8")
    assert "\x00" not in kept
    assert len(kept) <= VALUE_LIMIT
    if value.isprintable():
        assert kept == value


def test_values_that_a_json_answer_can_spell() -> None:
    assert Evidence("dhip.name", "a\x00b").value == "a\ufffdb"
    assert Evidence("dhip.name", "a\ud800b").value == "a\ufffdb"
    assert Evidence("dhip.name", "\ud83d\ude00").value == "\U0001f600"
    assert len(Evidence("dhip.name", "x" * 10_000).value) == VALUE_LIMIT


def test_neither_can_change() -> None:
    item = Evidence("http.title", "x")
    with pytest.raises(FrozenInstanceError):
        item.value = "y"  # type: ignore[misc] # that is the point
    with pytest.raises(FrozenInstanceError):
        heard().port = 1  # type: ignore[misc] # that is the point


def test_raw_bytes_are_hashed_whole_and_cut() -> None:
    raw = b"x" * (RAW_LIMIT + 1)
    kept = heard(raw=raw)
    assert kept.raw == raw[:RAW_LIMIT]
    assert kept.sha256 == sha256(raw).hexdigest()
    assert kept.outcome is Outcome.TRUNCATED
    assert heard(raw=raw[:-1]).outcome is Outcome.OK
    assert heard(Outcome.AUTH_REQUIRED, raw).outcome is Outcome.TRUNCATED
    assert heard(Outcome.MALFORMED, raw).outcome is Outcome.MALFORMED
    assert heard().sha256 == ""


def test_secrets_are_removed_from_bytes_and_values() -> None:
    raw = b"GET / HTTP/1.1\r\nAuthorization: Basic YWRtaW46Y2FuYXJ5\r\n\r\n"
    kept = heard(raw=raw, evidence=(Evidence("http.location", "rtsp://admin:canary@10.1.0.1/x"),))
    assert b"YWRtaW46" not in kept.raw
    assert kept.sha256 == sha256(kept.raw).hexdigest()
    assert kept.values("http.location") == ("rtsp://[removed]@10.1.0.1/x",)


@given(st.text(max_size=300))
def test_redaction_keeps_values_storable(value: str) -> None:
    (item,) = heard(evidence=(Evidence("http.body", value),)).evidence
    item.value.encode("utf-8")
    assert len(item.value) <= VALUE_LIMIT


def test_time_is_utc_and_bytes_are_not_shown() -> None:
    before = datetime.now(UTC)
    kept = heard(raw=b"\x1b]0;title\x07")
    assert before <= kept.at <= datetime.now(UTC)
    assert kept.at.tzinfo is UTC
    assert "title" not in repr(kept)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert observe(IP, 0, Transport.LINK, Via.UNICAST, "arp", Outcome.OK, at=moment).at is moment


def test_values_come_in_order() -> None:
    kept = heard(
        evidence=(Evidence("http.header", "b: 1"), Evidence("http.title", "x"), Evidence("http.header", "a: 2"))
    )
    assert kept.values("http.header") == ("b: 1", "a: 2")
    assert kept.values("http.realm") == ()


@pytest.mark.parametrize(
    ("name", "value", "outcome"),
    [
        ("http.status", "401", Outcome.AUTH_REQUIRED),
        ("isapi.status", "403", Outcome.AUTH_REQUIRED),
        ("rtsp.status", "401", Outcome.AUTH_REQUIRED),
        ("onvif.fault", "s:Sender ter:NotAuthorized: no", Outcome.AUTH_REQUIRED),
        ("onvif.fault", "s:Receiver ter:ActionNotSupported", Outcome.OK),
        ("http.status", "200", Outcome.OK),
        ("http.title", "401", Outcome.OK),
    ],
)
def test_what_asks_for_credentials(name: str, value: str, outcome: Outcome) -> None:
    assert outcome_of((Evidence("http.server", "x"), Evidence(name, value))) is outcome
    assert outcome_of(()) is Outcome.OK


def test_the_words_of_the_exported_format() -> None:
    assert [item.value for item in Outcome] == [
        "ok",
        "refused",
        "timed-out",
        "closed",
        "malformed",
        "truncated",
        "not-this-protocol",
        "auth-required",
        "out-of-scope",
    ]
    assert {item.value for item in Transport} == {"tcp", "udp", "link", "os", "file"}
