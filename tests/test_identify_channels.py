"""Cameras behind recorders: a number only where there is no choice, and no gap that is hidden."""

from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged import device, heard

from camscan.device import Device, Kind
from camscan.identify.channels import Hidden, Sited, hidden_channels

SITE = "Town Hall"


def recorder(channels: int | None, last: int = 5, **facts: Any) -> Device:
    one = device("hikvision", kind=Kind.RECORDER, channels=channels, **facts)
    return replace(one, ip=ip_address(f"10.1.0.{last}"))


def camera(channels: int | None = None) -> Device:
    return device("axis", kind=Kind.CAMERA, channels=channels)


def hidden(*devices: Device) -> Hidden:
    return hidden_channels([(SITE, one) for one in devices])


def sentences(found: Hidden) -> list[str]:
    return [f"{gap.what} | {gap.why} | {gap.what_to_do}" for _, gap in found.gaps]


def test_one_recorder() -> None:
    found = hidden(recorder(16), *[camera()] * 9)
    assert found.channels == (7, *[None] * 9)
    (text,) = sentences(found)
    assert text.startswith(
        "10.1.0.5 is a recorder for 16 cameras; 9 were seen at this site | the rest may be behind it"
    )
    assert "or not connected" in text
    assert "own menu" in text


@pytest.mark.parametrize(
    ("count", "words"), [(0, "none was seen"), (1, "1 was seen"), (2, "2 were seen"), (3, "3 were seen")]
)
def test_how_many_were_seen_in_words(count: int, words: str) -> None:
    assert words in sentences(hidden(recorder(4), *[camera()] * count))[0]


def test_nothing_is_hidden_where_enough_cameras_were_seen() -> None:
    found = hidden(recorder(4), *[camera()] * 4)
    assert (found.channels[0], found.gaps) == (0, ())
    assert hidden(recorder(4), *[camera()] * 9).channels[0] == 0


def test_a_camera_with_four_sensors_fills_four_channels() -> None:
    assert hidden(recorder(16), camera(4)).channels[0] == 12


def test_without_a_number_of_channels_nothing_is_told() -> None:
    found = hidden(recorder(None), camera())
    assert (found.channels, found.gaps) == ((None, None), ())


def test_a_number_that_only_a_camera_or_a_switch_states_hides_nothing() -> None:
    assert hidden(camera(4), device("hikvision", kind=Kind.SWITCH, channels=8)).channels == (None, None)


def test_of_several_recorders_each_has_a_number_where_there_is_no_choice() -> None:
    assert hidden(recorder(16), recorder(8, 6)).channels == (16, 8)
    assert hidden(recorder(16), recorder(8, 6), *[camera()] * 24).channels[:2] == (0, 0)


def test_whose_camera_it_is_is_not_guessed() -> None:
    found = hidden(recorder(16), recorder(16, 6), *[camera()] * 20)
    assert found.channels[:2] == (None, None)
    (text,) = sentences(found)
    assert text.startswith(
        "10.1.0.5 (16), 10.1.0.6 (16) are recorders for 32 cameras together; 20 were seen at this site"
    )
    assert "cannot be told from outside" in text


def test_many_recorders_are_not_all_named() -> None:
    found = hidden(*(recorder(16, last) for last in range(1, 9)), camera())
    assert "and 3 more are recorders for 128 cameras together" in sentences(found)[0]


def test_analogue_inputs_are_named_as_such() -> None:
    dvr = recorder(18, evidence=heard(("sadp.channels_analog", "16"), ("sadp.channels_digital", "2")))
    assert "16 channels are for analogue cameras, which have no address" in sentences(hidden(dvr))[0]
    for lie in ("x", "-1", "\u0661\u0662", "999999999"):
        assert "analogue" not in sentences(hidden(recorder(4, evidence=heard(("sadp.channels_analog", lie)))))[0]


def test_each_site_stands_for_itself() -> None:
    found = hidden_channels([("A", recorder(4)), ("B", camera()), ("B", recorder(1, 6))])
    assert found.channels == (4, None, 0)
    assert [site for site, _ in found.gaps] == ["A"]


def test_nothing_at_all() -> None:
    assert hidden_channels([]) == Hidden((), ())


KINDS = st.sampled_from([Kind.RECORDER, Kind.CAMERA, Kind.UNKNOWN])
DEVICES = st.builds(
    lambda site, kind, channels: (site, device("dahua", kind=kind, channels=channels)),
    st.sampled_from(["A", "B"]),
    KINDS,
    st.one_of(st.none(), st.integers(1, 64)),
)


@given(st.lists(DEVICES, max_size=12))
def test_more_channels_than_cameras_are_never_passed_over(devices: list[Sited]) -> None:
    found = hidden_channels(devices)
    assert len(found.channels) == len(devices)
    told = {site for site, _ in found.gaps}
    for site in ("A", "B"):
        here = [(one, count) for (name, one), count in zip(devices, found.channels, strict=True) if name == site]
        total = sum(one.channels or 0 for one, _ in here if one.kind is Kind.RECORDER)
        seen = sum(one.channels or 1 for one, _ in here if one.kind is Kind.CAMERA)
        assert (site in told) == (total > seen)
        for one, count in here:
            if count is not None:
                assert one.kind is Kind.RECORDER
                assert 0 <= count <= (one.channels or 0)
