"""Times as the database keeps them: whole microseconds since 1970-01-01 UTC."""

from datetime import UTC, datetime, timedelta
from typing import overload

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_number(moment: datetime) -> int:
    """A time with its zone, as a number."""
    return (moment - _EPOCH) // _MICROSECOND


@overload
def from_number(number: int) -> datetime: ...
@overload
def from_number(number: None) -> None: ...
def from_number(number: int | None) -> datetime | None:
    """A number as a time in UTC; None stays None."""
    return None if number is None else _EPOCH + number * _MICROSECOND
