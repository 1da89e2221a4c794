"""The debug log of Windows' DNS server (learn.microsoft.com, "DNS Logging and Diagnostics"; the file begins with the
key to its fields): who asked for which name. What was answered stands in its detailed form only, which is not read.

The date is written as the server's region has it, so its order is worked out from the dates themselves.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from camscan.egress.addresses import canonical_text
from camscan.egress.clock import NO_TIME, Clock
from camscan.egress.flow import Direction, Flow, Item, Outcome, domain_name
from camscan.egress.known import Known
from camscan.egress.readers.shape import Reader
from camscan.egress.source import Source
from camscan.errors import ParseError
from camscan.safe.pattern import compile_text

NO_FORM = "not a packet line of the DNS debug log"
NOTE_ORDER = (
    "Its dates do not tell the day from the month; they are read in the order that brings them nearer to when the "
    "file was written."
)

_PACKET = compile_text(
    r"^(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4}) (\d{1,2}):(\d\d):(\d\d) ?([AaPp][Mm])? [0-9A-Fa-f]+ PACKET +[0-9A-Fa-f]+ "
    r"(UDP|TCP) (Snd|Rcv) ([0-9A-Fa-f.:]+) +[0-9A-Fa-f]{4} ([R ]) (\S) +\[[^\]]*\] (\S+) +(\(\S+\(0\))$"
)
_LENGTH = compile_text(r"\(\d+\)")

_ASKS = frozenset({"A", "AAAA", "ALL", "HTTPS", "TYPE65"})
"""Question types that look for an address; 65 is HTTPS (RFC 9460), which older servers cannot name."""

_ORDERS = ((2, 1, 0), (2, 0, 1))
"""Where year, month and day stand: day first, month first. A year of four digits in front settles it."""

Date = tuple[int, int, int]


def _recognises(head: bytes) -> bool:
    lines = head.decode("utf-8", "replace").split("\n")[:500]
    return any(" PACKET " in line and _PACKET.search(line.rstrip()) is not None for line in lines)


def _read(source: Source, known: Known) -> Iterator[Item]:
    clock, tally = Clock(source), source.tally
    tally.answers = False
    order = _order(source)
    for number, raw in source.lines():
        line = raw.decode("utf-8", "replace").rstrip()
        if " PACKET " not in line:
            tally.other += bool(line)
            continue
        found = _PACKET.search(line)
        if found is None:
            tally.skip(NO_FORM)
            continue
        parts = [found.group(part) or "" for part in range(1, 15)]
        try:
            at = clock.read(_time(parts, order))
        except ParseError as error:
            tally.skip(str(error))
            continue
        tally.records += 1
        direction, client, response, operation, kind, labels = parts[8], *parts[9:14]
        asker = canonical_text(client)
        if not asker:
            tally.skip("not an address where one is expected")
            continue
        tally.inside = True
        asked = domain_name(_name(labels))
        wanted = direction == "Rcv" and response == " " and operation == "Q" and kind in _ASKS
        if wanted and asked and known.knows(asker):
            yield Flow(asker, "", "dns", None, Direction.OUT, Outcome.NAME_ONLY, at, at, number, name=asked)


def _name(labels: str) -> str:
    """``(3)www(7)example(3)com(0)`` as a name."""
    return _LENGTH.sub(".", labels).strip(".")


def _date(parts: Iterable[str], order: Date) -> Date:
    numbers = [int(part) for part in parts]
    if numbers[0] > 999:
        return numbers[0], numbers[1], numbers[2]
    year = numbers[order[0]]
    return year + 2000 if year < 100 else year, numbers[order[1]], numbers[order[2]]


def _moment(parts: list[str], order: Date) -> datetime | None:
    try:
        return datetime(*_date(parts[:3], order), tzinfo=UTC)
    except ValueError:
        return None


def _order(source: Source) -> Date:
    """The order of day and month: the one in which each date of the head is a date, or else the one that brings the
    newest of them nearer to when the file was written."""
    lines = (line.rstrip() for line in source.head.decode("utf-8", "replace").split("\n"))
    found = [match for line in lines if " PACKET " in line and (match := _PACKET.search(line)) is not None]
    dates = {tuple(match.group(part) or "" for part in (1, 2, 3)) for match in found}
    readings = {order: [_moment(list(date), order) for date in dates] for order in _ORDERS}
    faults = {order: moments.count(None) for order, moments in readings.items()}
    if readings[_ORDERS[0]] == readings[_ORDERS[1]] or faults[_ORDERS[0]] != faults[_ORDERS[1]]:
        return min(_ORDERS, key=lambda order: faults[order])
    source.tally.note(NOTE_ORDER)
    return min(_ORDERS, key=lambda order: _distance(readings[order], source.written))


def _distance(moments: list[datetime | None], written: datetime) -> float:
    return min((abs((written - moment).total_seconds()) for moment in moments if moment is not None), default=0.0)


def _time(parts: list[str], order: Date) -> str:
    """The time as ISO 8601. Raises ParseError."""
    year, month, day = _date(parts[:3], order)
    hour, half = int(parts[3]), parts[6].lower()
    if half:
        if not 1 <= hour <= 12:
            raise ParseError(NO_TIME)
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{parts[4]}:{parts[5]}"


WINDOWS_DNS = Reader("windows-dns", _recognises, _read)
