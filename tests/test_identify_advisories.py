"""Advisories by model and firmware: affected, not affected, or cannot tell, always with the reason."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged import device

from camscan.device import Kind, Verdict
from camscan.identify.advisories import Advisories, AdvisoryStatus, Status, status
from camscan.identify.advisory_data import load_advisories
from camscan.identify.advisory_table import Advisory, Affected

SHIPPED = load_advisories()
BACKDOOR, INJECTION = "CVE-2017-7921", "CVE-2021-36260"


def _told(identifier: str, maker: str = "hikvision", **facts: Any) -> AdvisoryStatus | None:
    found = {item.id: item for item in status(device(maker, **facts), SHIPPED)}
    return found.get(identifier)


def _status(identifier: str, maker: str = "hikvision", **facts: Any) -> str | None:
    told = _told(identifier, maker, **facts)
    return told.status.value if told else None


@pytest.mark.parametrize(
    ("model", "firmware", "built", "expected"),
    [
        ("DS-2CD2032F-I", "V5.2.0", "2014-07-21", "affected"),  # the first affected build
        ("DS-2CD2032F-I", "V5.4.0", "2016-04-01", "affected"),
        ("DS-2CD2032F-I", "V5.4.0", "2016-05-30", "affected"),  # the last one
        ("DS-2CD2032F-I", "V5.4.0", "2016-05-31", "not-affected"),
        ("DS-2CD2120F-I", "V5.4.0", "2016-04-02", "not-affected"),  # another series, another last build
        ("DS-2CD2032F-I", "V5.1.6", "2014-04-12", "not-affected"),
        ("DS-2CD2032F-I", "V5.4.5", "2017-01-23", "not-affected"),
        ("DS-2DF8236I-AEL", "V5.4.5", "2016-09-28", "affected"),
        ("DS-2CD6362F-IV", "V5.3.5", "2016-01-06", "affected"),
        ("DS-2CD2032F-I", "V5.4.0", None, "cannot-tell"),
        ("DS-2CD2032F-I", "V5.5.0", None, "not-affected"),
        ("DS-2CD2032F-I", "V5.3.0", None, "affected"),
        ("DS-2CD2032F-I", None, None, "cannot-tell"),
        (None, "V5.4.0", "2016-04-01", "cannot-tell"),
        ("DS-2CD2385G1-I", "V5.4.0", "2016-04-01", None),  # not among the series it names
    ],
)
def test_the_authentication_bypass_of_2017(
    model: str | None, firmware: str | None, built: str | None, expected: str | None
) -> None:
    assert _status(BACKDOOR, model=model, firmware=firmware, firmware_date=built, kind=Kind.CAMERA) == expected


def test_an_affected_device_is_told_with_the_versions() -> None:
    told = _told(BACKDOOR, model="DS-2CD2032F-I", firmware="V5.4.0", firmware_date="2016-04-01")
    assert told is not None
    assert told.contract() == {
        "id": BACKDOOR,
        "status": "affected",
        "why": "V5.4.0 built 2016-04-01 is among the affected versions. "
        "Affected: from V5.2.0 build 140721 up to V5.4.0 build 160530.",
        "kev": True,
    }
    assert told.kev_added == date(2026, 3, 5)
    assert told.as_of == date(2026, 11, 21)


def test_what_the_record_does_not_say_cannot_be_told_and_why_is_said() -> None:
    told = _told(INJECTION, model="DS-2CD2385G1-I", firmware="V5.7.1", firmware_date="2021-06-28", kind=Kind.CAMERA)
    assert told is not None
    assert told.status is Status.CANNOT_TELL
    assert "HSRC-202109-01" in told.why
    assert told.kev


@pytest.mark.parametrize(
    ("model", "firmware", "built", "expected"),
    [
        ("DS-7616NI-Q2/16P", "V4.74.210", "2024-01-08", "affected"),
        ("DS-7616NI-Q2/16P", "V4.90.100", "2025-08-07", "not-affected"),
        ("DS-7616NI-Q2/16P", "V4.74.210", None, "cannot-tell"),
        ("DS-2CD1043G2-LIU", "V5.7.13", "2023-08-22", "affected"),
        ("DS-2CD1043G2-LIU", "V5.7.15", "2023-09-01", "not-affected"),
        ("IPC-B140H", "V5.7.0", "2022-01-01", "affected"),
    ],
)
def test_the_search_and_discovery_overflow(model: str, firmware: str, built: str | None, expected: str) -> None:
    assert _status("CVE-2025-66177", model=model, firmware=firmware, firmware_date=built) == expected


def test_dahuas_answers_give_no_build_date() -> None:
    told = _told("CVE-2021-33044", "dahua", model="IPC-HDW5442T-ZE", firmware="2.800.0000000.13.R")
    assert told is not None
    assert told.status is Status.CANNOT_TELL
    assert "tells no build date" in told.why
    assert "owner's credentials" in told.why


def test_with_the_owners_date_it_is_told() -> None:
    facts = {"model": "IPC-HDW5442T-ZE", "firmware": "2.800.0000000.13.R", "firmware_date": "2020-11-17"}
    assert _status("CVE-2021-33044", "dahua", **facts) == "affected"
    assert _status("CVE-2021-33045", "dahua", **facts) == "not-affected"


def test_certain_models_of_a_series_cannot_be_told_apart() -> None:
    facts = {"model": "IPC-HFW1230S", "firmware": "2.800.0000000.13.R"}
    early, late = {**facts, "firmware_date": "2024-01-01"}, {**facts, "firmware_date": "2025-04-16"}
    assert _status("CVE-2025-31700", "dahua", **early) == "cannot-tell"
    assert _status("CVE-2025-31700", "dahua", **late) == "not-affected"


@pytest.mark.parametrize("verdict", [Verdict.SUSPECTED, Verdict.UNKNOWN])
def test_nothing_is_said_of_a_maker_that_is_not_sure(verdict: Verdict) -> None:
    assert status(device("hikvision", verdict, model="DS-2CD2032F-I", firmware="V5.4.0"), SHIPPED) == ()


def test_nothing_is_said_of_another_makers_device() -> None:
    assert status(device("axis", model="DS-2CD2032F-I", firmware="V5.4.0"), SHIPPED) == ()
    assert status(device(None), SHIPPED) == ()


def test_a_class_of_device_that_an_advisory_is_not_about_is_left_out() -> None:
    assert _status(INJECTION, model="DS-3E0318P-E", kind=Kind.SWITCH) is None
    assert _status("CVE-2023-28810", model="DS-K1T804AMF", firmware="V1.3.0", kind=Kind.ACCESS_CONTROL) == "affected"


def test_a_device_under_another_name_has_another_model_name() -> None:
    told = _told(BACKDOOR, brand="annke", model="C800", firmware="V5.4.0", kind=Kind.CAMERA)
    assert told is not None
    assert told.status is Status.CANNOT_TELL
    assert "another name" in told.why
    assert _status(BACKDOOR, brand="hikvision", model="DS-2CD2385G1-I", kind=Kind.CAMERA) is None


def test_an_advisory_about_a_brand_is_for_that_brand() -> None:
    assert _status("CVE-2020-5735", "dahua", brand="amcrest", model="IP2M-841B") == "cannot-tell"
    assert _status("CVE-2020-5735", "dahua", brand="lorex", model="N84") is None
    assert _status("CVE-2020-5735", "dahua", model="IPC-HFW1230S") is None


def test_what_is_affected_comes_first() -> None:
    found = status(device("hikvision", model="DS-2CD2032F-I", firmware="V5.4.0", firmware_date="2016-04-01"), SHIPPED)
    order = [Status.AFFECTED, Status.CANNOT_TELL, Status.NOT_AFFECTED]
    assert [item.status for item in found] == sorted((item.status for item in found), key=order.index)


def test_device_text_in_a_reason_is_made_harmless() -> None:
    told = _told(BACKDOOR, model="DS-2CD2032F-I", firmware="V5.4.0\x1b[31m" + "x" * 500, firmware_date="2016-04-01")
    assert told is not None
    assert told.why.isprintable()
    assert len(told.why) < 300


def _own(*rows: Affected) -> Advisories:
    item = Advisory(id="CVE-2030-0001", maker="hikvision", title="A test", affected=rows, source="a test")
    return Advisories((item,), date(2030, 1, 1), date(2030, 1, 1))


def test_a_row_without_models_cannot_be_compared() -> None:
    (told,) = status(device("hikvision", model="DS-2CD1"), _own(Affected(before="build 250101")))
    assert told.status is Status.CANNOT_TELL


def test_one_affected_row_is_enough() -> None:
    rows = Affected(models=("DS-2CD1*",), last="V1"), Affected(models=("DS-2CD*",), last="V9")
    (told,) = status(device("hikvision", model="DS-2CD1", firmware="V5"), _own(*rows))
    assert told.status is Status.AFFECTED


builds = st.dates(date(2014, 1, 1), date(2026, 12, 31))
numbers = st.lists(st.integers(0, 40), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))


@given(numbers, builds, builds)
def test_a_build_before_the_limit_is_affected_and_no_other(version: str, built: date, limit: date) -> None:
    advisories = _own(Affected(models=("DS-2CD*",), before=f"build {limit.isoformat()}"))
    found = device("hikvision", model="DS-2CD1", firmware=f"V{version}", firmware_date=built.isoformat())
    (told,) = status(found, advisories)
    assert told.status is (Status.AFFECTED if built < limit else Status.NOT_AFFECTED)


@given(st.text(max_size=60), st.text(max_size=60), st.one_of(st.none(), st.text(max_size=12)))
def test_any_device_text_is_answered(model: str, firmware: str, built: str | None) -> None:
    for maker in ("hikvision", "dahua"):
        for told in status(device(maker, model=model, firmware=firmware, firmware_date=built), SHIPPED):
            assert told.why.endswith((".", "?"))
