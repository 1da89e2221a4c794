"""Firmware versions: the forms makers write, and the order they are in."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import ParseError
from camscan.identify.firmware import Firmware, compare, parse_firmware

versions = st.lists(st.integers(0, 999), min_size=1, max_size=4).map(lambda parts: (max(parts[0], 1), *parts[1:]))
builds = st.dates(date(2010, 1, 1), date(2039, 12, 31))


def _trimmed(parts: tuple[int, ...]) -> tuple[int, ...]:
    while len(parts) > 1 and parts[-1] == 0:
        parts = parts[:-1]
    return parts


whole = st.builds(lambda version, build: Firmware(_trimmed(version), build), versions, builds)
partial = st.builds(Firmware, st.one_of(st.just(()), versions.map(_trimmed)), st.one_of(st.none(), builds))


@pytest.mark.parametrize(
    ("text", "version", "build"),
    [
        ("V5.7.17 build 240606", (5, 7, 17), date(2024, 6, 6)),
        ("V5.6.2build 190701", (5, 6, 2), date(2019, 7, 1)),
        ("V4.74.210 build 240108", (4, 74, 210), date(2024, 1, 8)),
        ("V7.3 build 190626", (7, 3), date(2019, 6, 26)),
        ("V1.4.0_build221212", (1, 4), date(2022, 12, 12)),
        ("V5.7.13_230822", (5, 7, 13), date(2023, 8, 22)),
        ("V5.7.7build241203", (5, 7, 7), date(2024, 12, 3)),
        ("V5.4.0 Build 160401", (5, 4), date(2016, 4, 1)),
        ("V2.3.8-8", (2, 3, 8, 8), None),
        ("build 250807", (), date(2025, 8, 7)),
        ("build 2025-04-16", (), date(2025, 4, 16)),
        ("2.800.0000000.13.R,build:2020-11-17", (), date(2020, 11, 17)),
        ("5.7.3", (5, 7, 3), None),
        ("V5.6.2 build 991399", (5, 6, 2), None),
    ],
)
def test_the_forms_makers_write(text: str, version: tuple[int, ...], build: date | None) -> None:
    assert parse_firmware(text) == Firmware(version, build)


@pytest.mark.parametrize("text", ["", "   ", "unknown", "2.800.0000000.13.R", "V2.X", "encrypted", "build 999999"])
def test_what_tells_neither_version_nor_date_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_firmware(text)


def test_a_date_known_apart_is_taken() -> None:
    assert parse_firmware("V5.7.1", "2021-06-28") == Firmware((5, 7, 1), date(2021, 6, 28))
    assert parse_firmware("2.800.0000000.13.R", "2020-11-17") == Firmware((), date(2020, 11, 17))
    assert parse_firmware("V5.7.1", "soon") == Firmware((5, 7, 1), None)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("V5.4.0 build 160401", "V5.4.0 build 160530", -1),
        ("V5.4.800 build 210813", "V5.5.800 build 210628", 1),  # a fix on an old branch: the later build
        ("V5.5.0", "V5.4.0 build 160530", 1),
        ("V5.4.0", "V5.4.0 build 160530", None),  # built before or after?
        ("V5.10.0", "V5.9.0", 1),
        ("V5.7.0", "V5.7", None),
        ("V5.7.0 build 240606", "V5.7 build 240606", 0),
        ("build 250807", "V4.74.210 build 240108", 1),
        ("build 250807", "V4.74.210", None),
        ("build 250807", "V4.74.210 build 250807", 0),
    ],
)
def test_which_is_later(one: str, other: str, expected: int | None) -> None:
    assert compare(parse_firmware(one), parse_firmware(other)) == expected


@given(whole, whole)
def test_two_whole_versions_always_have_an_order_and_it_is_the_same_from_both_sides(
    one: Firmware, other: Firmware
) -> None:
    order = compare(one, other)
    assert order is not None
    assert compare(other, one) == -order
    assert (order == 0) == (one == other)


@given(whole, whole, whole)
def test_the_order_of_whole_versions_is_transitive(one: Firmware, two: Firmware, three: Firmware) -> None:
    ordered = sorted((one, two, three), key=lambda item: (item.build, item.version))
    for first, second in ((0, 1), (1, 2), (0, 2)):
        order = compare(ordered[first], ordered[second])
        assert order is not None
        assert order <= 0


@given(partial, partial)
def test_what_lacks_a_part_is_never_ordered_two_ways(one: Firmware, other: Firmware) -> None:
    there, back = compare(one, other), compare(other, one)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert there == -back


@given(whole, st.integers(1, 400))
def test_a_later_build_is_later_whatever_its_version(one: Firmware, days: int) -> None:
    assert one.build is not None
    assert compare(Firmware((1,), one.build + timedelta(days=days)), one) == 1


@given(versions, builds, st.sampled_from(["V{} build {}", "V{}build {}", "{} Build {}", "V{}_build{}", "V{}_{}"]))
def test_every_form_says_the_same(version: tuple[int, ...], build: date, form: str) -> None:
    text = form.format(".".join(map(str, version)), f"{build:%y%m%d}")
    assert parse_firmware(text) == Firmware(_trimmed(version), build)


@given(st.text(max_size=200))
def test_any_text_is_a_version_or_refused(text: str) -> None:
    try:
        found = parse_firmware(text)
    except ParseError:
        return
    assert found.version or found.build
