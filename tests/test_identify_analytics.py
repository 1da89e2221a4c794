"""What a device can analyse: heard from itself, capable by series, or unknown."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged import device, heard

from camscan.device import Device, Verdict
from camscan.errors import SignatureError
from camscan.identify.analytics import Basis, analytics, load_analytics

RULES = load_analytics()


def _features(found: Device) -> dict[str, Basis]:
    return {item.feature: item.basis for item in analytics(found, RULES) or ()}


@pytest.mark.parametrize(
    ("field", "value", "feature"),
    [
        ("onvif.service", "http://www.onvif.org/ver20/analytics/wsdl", "analytics"),
        ("onvif.service", "http://www.onvif.org/ver10/analyticsdevice/wsdl", "analytics"),
        ("onvif.service", "http://www.onvif.org/ver10/thermal/wsdl", "thermal"),
        ("wsd.scope", "type/video_analytics", "analytics"),
        ("wsd.scope", "Profile/M", "video-metadata"),
        ("wsd.scope", "type/audio_encoder", "audio-microphone-or-input"),
    ],
)
def test_what_it_says_is_heard(field: str, value: str, feature: str) -> None:
    (item,) = analytics(device(evidence=heard(("http.title", "Login"), (field, value))), RULES) or ()
    assert item.contract() == {"feature": feature, "basis": "heard", "evidence": [2]}
    assert item.words
    assert item.source


def test_two_ways_of_saying_the_same_are_one_feature_with_both_numbers() -> None:
    said = heard(("onvif.service", "http://www.onvif.org/ver20/analytics/wsdl"), ("wsd.scope", "type/video_analytics"))
    (item,) = analytics(device(evidence=said), RULES) or ()
    assert item.evidence == (1, 2)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("onvif.service", "http://www.onvif.org/ver10/media/wsdl"),
        ("wsd.scope", "Profile/Streaming"),
        ("wsd.scope", "Profile/Media"),
        ("wsd.scope", "type/video_encoder"),
        ("http.title", "Face recognition"),
    ],
)
def test_other_words_say_nothing(field: str, value: str) -> None:
    assert analytics(device(evidence=heard((field, value))), RULES) is None


@pytest.mark.parametrize(
    ("maker", "model", "feature"),
    [
        ("hikvision", "iDS-2CD7A46G0-IZHS", "face-recognition"),
        ("hikvision", "DS-2CD7A26G0/P-IZS", "anpr"),
        ("hikvision", "DS-2CD2386G2-IU", "people-vehicle-classification"),
        ("hikvision", "DS-2TD2617-3/PA", "thermal"),
        ("hikvision", "DS-K1T341AMF", "face-recognition"),
        ("dahua", "DH-IPC-HDW5442T-ZE", "face-recognition"),
        ("dahua", "ITC413-PW4D-IZ1", "anpr"),
    ],
)
def test_what_its_series_is_capable_of(maker: str, model: str, feature: str) -> None:
    found = device(maker, model=model, evidence=heard(("sadp.mac", "44:19:b6:00:00:01"), ("owner.model", model)))
    item = {item.feature: item for item in analytics(found, RULES) or ()}[feature]
    assert item.basis is Basis.SERIES
    assert item.reason.startswith("capable by series: ")
    assert item.evidence == (2,)


def test_the_evidence_of_a_series_is_whatever_told_the_model() -> None:
    said = heard(("wsd.scope", "hardware/DS-2CD2386G2-IU"), ("wsd.scope", "name/x"), ("sadp.model", "DS-2CD2386G2-IU"))
    (first, *_) = analytics(device("hikvision", model="DS-2CD2386G2-IU", evidence=said), RULES) or ()
    assert first.evidence == (1, 3)


def test_what_is_heard_is_not_said_again_by_the_series() -> None:
    said = heard(("onvif.service", "http://www.onvif.org/ver10/thermal/wsdl"))
    assert _features(device("hikvision", model="DS-2TD2617-3/PA", evidence=said))["thermal"] is Basis.HEARD


@pytest.mark.parametrize("verdict", [Verdict.SUSPECTED, Verdict.UNKNOWN])
def test_a_series_counts_for_a_sure_maker_only(verdict: Verdict) -> None:
    assert analytics(device("hikvision", verdict, model="DS-2CD2386G2-IU"), RULES) is None


def test_a_series_is_of_its_maker() -> None:
    assert analytics(device("dahua", model="DS-2CD2386G2-IU"), RULES) is None


def test_nothing_known_is_unknown_and_not_nothing() -> None:
    assert analytics(device(), RULES) is None
    assert analytics(device("hikvision"), RULES) is None
    assert analytics(device("hikvision", model="DS-3E0318P-E"), RULES) is None


@pytest.mark.parametrize("model", ["iDS-2CD8A46G0", "DS-2CD6825G0", "ASI7213X"])
def test_rows_that_nobody_verified_are_not_there(model: str) -> None:
    for maker in ("hikvision", "dahua"):
        assert analytics(device(maker, model=model), RULES) is None


def test_every_row_is_sourced_and_of_some_confidence() -> None:
    assert {rule.confidence for rule in RULES.series} == {"high", "medium"}
    assert all(rule.source for rule in RULES.series)
    assert all(rule.source for rule in RULES.heard)


@pytest.mark.parametrize(
    "wrong",
    [
        '[[heard]]\nfeature = "telepathy"\nfield = "wsd.scope"\nequals = "a"\nreason = "bb"\nsource = "cc"\n',
        '[[series]]\nmaker = "a"\npattern = "(?=abc)"\nseries = "bb"\nfeatures = ["anpr"]\nconfidence = "high"\n',
        '[[series]]\nmaker = "a"\npattern = "(abc)*"\nseries = "bb"\nfeatures = ["anpr"]\nconfidence = "high"\n',
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, wrong: str) -> None:
    text = f'as_of = 2026-11-21\n[features]\nanpr = "number plates"\n{wrong}'
    (tmp_path / "analytics.toml").write_text(text + ('source = "dd"\n' if "series" in wrong else ""))
    with pytest.raises(SignatureError, match=r"analytics\.toml:1"):
        load_analytics(tmp_path)


@given(st.text(max_size=90))
def test_any_model_name_is_answered(model: str) -> None:
    for maker in ("hikvision", "dahua", "uniview"):
        assert set(_features(device(maker, model=model))) <= set(RULES.words)
