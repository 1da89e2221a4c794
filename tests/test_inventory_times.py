"""Times survive the database to the microsecond."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from camscan.inventory.times import from_number, to_number


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
                    min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)))  # fmt: skip # noqa: DTZ001
def test_times_come_back_as_they_were(moment: datetime) -> None:
    back = from_number(to_number(moment))
    assert back == moment
    assert back.tzinfo is UTC


def test_no_time_stays_no_time() -> None:
    assert from_number(None) is None
    assert to_number(datetime(1970, 1, 1, tzinfo=UTC)) == 0
