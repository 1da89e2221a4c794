from datetime import UTC, datetime, timedelta, timezone

import pytest
from egress_makers import START
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.clock import NO_ZONE, NOTE_MIXED, NOTE_YEAR, Clock
from camscan.egress.source import Source, Tally
from camscan.errors import ParseError


def clock(written: datetime = datetime(2026, 11, 22, tzinfo=UTC), zone: timezone = UTC) -> Clock:
    return Clock(Source("log", written, Tally(), zone))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T10:00:00Z", "2026-11-21T11:00:00+01:00", "2026-11-21T10:00:00.000000+00:00", "2026-11-21 10:00:00",
        str(int(START)), f"{START:.6f}", "Nov 21 10:00:00", "nov 21 10:00:00", "21-Nov-2026 10:00:00.000",
    ],
)  # fmt: skip
def test_times_as_logs_write_them(text: str) -> None:
    assert clock().read(text) == START


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "Nov", "Nov 99 10:00:00", "Foo 21 10:00:00", "2026-13-01", "99999999999999", "-5", "21-Nov", "1"],
)
def test_what_is_no_time_is_a_parse_error(text: str) -> None:
    with pytest.raises(ParseError):
        clock().read(text)


def test_a_missing_year_is_taken_from_the_file_and_told() -> None:
    one = clock(datetime(2026, 1, 2, tzinfo=UTC))
    assert datetime.fromtimestamp(one.read("Dec 31 23:59:59"), UTC).year == 2025
    assert datetime.fromtimestamp(one.read("Jan 2 00:30:00"), UTC).year == 2026
    assert datetime.fromtimestamp(one.read("Feb 29 00:30:00"), UTC).year == 2024
    assert NOTE_YEAR in one._source.tally.notes


def test_a_missing_zone_is_the_one_that_was_given_and_told() -> None:
    one = clock(zone=timezone(timedelta(hours=2)))
    assert one.read("2026-11-21 12:00:00") == START
    assert one._source.tally.notes == ["Its times have no zone; they are read as UTC+02:00."]


def test_where_some_times_have_a_zone_the_others_are_not_guessed() -> None:
    one = clock()
    one.read("2026-11-21T10:00:00Z")
    with pytest.raises(ParseError, match=NO_ZONE):
        one.read("2026-11-21 10:00:00")


def test_times_read_before_the_first_with_a_zone_are_told() -> None:
    one = clock()
    one.read("2026-11-21 10:00:00")
    assert NOTE_MIXED not in one._source.tally.notes
    one.read("2026-11-21T10:00:00+01:00")
    assert one._source.tally.notes[-1] == NOTE_MIXED
    with pytest.raises(ParseError, match=NO_ZONE):
        one.read("2026-11-21 10:00:01")


@given(st.text())
def test_any_text_is_a_time_or_a_parse_error(text: str) -> None:
    try:
        clock().read(text)
    except ParseError:
        return
