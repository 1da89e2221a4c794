"""Times as logs write them, with what they leave out: the year, the zone."""

from datetime import UTC, datetime, timedelta

from camscan.egress.source import Source
from camscan.errors import ParseError

NO_TIME = "no time that can be read"
IMPOSSIBLE_TIME = "its time is impossible"
NO_ZONE = "a time without a zone, though other lines have one"
NOTE_ZONE = "Its times have no zone; they are read as {zone}."
NOTE_MIXED = "Later ones have a zone: the times before the first of these may be wrong by some hours."
NOTE_YEAR = "Its times have no year; it is taken from when the file was written."

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}

EARLIEST, LATEST = 0.0, 4_102_444_800.0
"""1970 and 2100: a time outside is a damaged one."""


class Clock:
    """Reads the times of one input, and notes in its tally what it had to assume."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._zoned = False
        self._assumed = False
        self._last: tuple[str | None, float] = (None, 0.0)

    def read(self, text: str) -> float:
        """Seconds since 1970 UTC of ``text``: ISO 8601, seconds since 1970, ``Nov 21 10:00:00`` (RFC 3164) or
        ``21-Nov-2026 10:00:00.123`` (BIND). Raises ParseError, with one of our reasons."""
        if text == self._last[0]:
            return self._last[1]
        at = self._seconds(text.strip())
        if not EARLIEST <= at <= LATEST:
            raise ParseError(NO_TIME)
        self._last = (text, at)
        return at

    def _seconds(self, text: str) -> float:
        try:
            if text[:1].isdigit():
                return self._zoned_seconds(_dated(text)) if not _plain(text) else float(text)
            return self._zoned_seconds(self._without_year(text))
        except (ValueError, OverflowError, KeyError, IndexError):
            raise ParseError(NO_TIME) from None

    def _without_year(self, text: str) -> datetime:
        month, day, clock = text.split()[:3]
        hour, minute, second = clock.split(":")
        year = self._source.written.year
        self._source.tally.note(NOTE_YEAR)
        limit = self._source.written.astimezone(UTC).replace(tzinfo=None) + timedelta(days=1)
        for candidate in range(year + 1, year - 9, -1):  # 29 February is not in every year
            try:
                moment = datetime(  # noqa: DTZ001 - the zone is added by the caller
                    candidate, _MONTHS[month[:3].title()], int(day), int(hour), int(minute), int(second[:2])
                )
            except ValueError:
                continue
            if moment <= limit:
                return moment
        raise ValueError(text)

    def _zoned_seconds(self, moment: datetime) -> float:
        if moment.tzinfo is not None:
            self._zoned = True
            if self._assumed:
                self._source.tally.note(NOTE_MIXED)
            return moment.timestamp()
        if self._zoned:
            raise ParseError(NO_ZONE)
        self._assumed = True
        zone = self._source.zone
        self._source.tally.note(NOTE_ZONE.format(zone=zone))
        return moment.replace(tzinfo=zone).timestamp()


def _plain(text: str) -> bool:
    whole, _, fraction = text.partition(".")
    return len(whole) >= 9 and whole.isdigit() and (not fraction or fraction.isdigit())


def _dated(text: str) -> datetime:
    day, _, rest = text.partition("-")
    if len(day) == 2:  # 21-Nov-2026 10:00:00.123
        month, _, rest = rest.partition("-")
        year, _, clock = rest.partition(" ")
        return datetime.fromisoformat(f"{int(year):04}-{_MONTHS[month.title()]:02}-{int(day):02}T{clock}")
    return datetime.fromisoformat(text)
