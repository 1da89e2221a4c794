"""A flow as nfdump prints it, whatever the columns are called."""

from collections.abc import Iterator, Mapping

from camscan.egress.addresses import Place, canonical_text, place_of
from camscan.egress.clock import Clock
from camscan.egress.connections import PROTOCOLS
from camscan.egress.flow import Item
from camscan.egress.known import Known
from camscan.egress.netflow.domain import Domain
from camscan.egress.netflow.exported import Exported
from camscan.egress.netflow.joining import Joining
from camscan.egress.netflow.moments import Header
from camscan.egress.netflow.nfrecord import SAMPLED
from camscan.egress.netflow.record import record_of
from camscan.egress.readers.sides import NO_ADDRESS, count_of, port_of
from camscan.egress.source import Source
from camscan.errors import ParseError
from camscan.safe.mac import mac_address

_NUMBERS = {name: number for number, name in PROTOCOLS.items()} | {"icmp6": 58, "ipv6-icmp": 58, "sctp": 132}
_FLAGS = {"C": 0x80, "E": 0x40, "U": 0x20, "A": 0x10, "P": 0x08, "R": 0x04, "S": 0x02, "F": 0x01}
_NO_TIME = ("0000-00-00", "1970-01-01")
_ICMP = frozenset({1, 58})
_EMPTY = Domain()

MILLISECONDS = 13
"""Digits of a time in milliseconds since 1970, as ``csv-fast`` prints it."""


class Printed:
    """The flows of one input as nfdump printed them."""

    def __init__(self, source: Source, known: Known) -> None:
        self._clock = Clock(source)
        self._tally = source.tally
        self._known = known
        self._joining = Joining(known)

    def row(self, row: Mapping[str, str], record: int) -> Iterator[Item]:
        """What one flow tells. ``row`` is as ``exported`` takes it, with ``mac`` for who sent it."""
        known, tally = self._known, self._tally
        ends = {name: canonical_text(row.get(name, "")) for name in ("source", "target", "translated")}
        if not ends["source"] or not ends["target"]:
            tally.skip(NO_ADDRESS)
            return
        if known.knows(ends["translated"]):
            ends["target"] = ends["translated"]
            if row.get("translated_port", "0") != "0":
                ends["target_port"] = row["translated_port"]
        try:
            one = exported({**row, **ends}, self._clock, record)
        except ParseError as error:
            tally.skip(str(error))
            return
        tally.records += 1
        if row.get("sampled", "0") != "0":
            tally.note(SAMPLED)
        if not tally.inside:
            tally.inside = any(known.knows(end) or place_of(end) is Place.LOCAL for end in (one.source, one.target))
        binding = known.moved(one.source, mac_address(row["mac"]) or "", one.first) if row.get("mac") else None
        if binding is not None:
            yield binding
        yield from self._joining.add(one)

    def finish(self) -> Iterator[Item]:
        """The connections that are still open."""
        yield from self._joining.finish()


def exported(row: Mapping[str, str], clock: Clock, record: int) -> Exported:
    """The flow in ``row``, whose keys are ``first`` ``last`` ``lasted`` ``source`` ``target`` ``translated``
    ``translated_port`` ``source_port`` ``target_port`` ``icmp_type`` ``icmp_code`` ``protocol`` ``flags``
    ``forwarding`` ``packets`` ``octets`` ``back_packets`` ``back_octets`` ``event`` ``event_at`` ``nat_event`` and
    ``exporter``; only ``first`` and the two addresses need be there. Raises ParseError for a time that cannot be
    read."""
    told = row["event_at"] if row["first"].startswith(_NO_TIME) and "event_at" in row else row["first"]
    first = _moment(told, clock)
    last = first + _seconds(row.get("lasted", ""))
    if row.get("last") and not row["last"].startswith(_NO_TIME):
        last = _moment(row["last"], clock)
    values = {"protocol": _protocol(row.get("protocol", "")), "first_ms": round(first * 1e3)}
    values["last_ms"] = round(max(first, last) * 1e3)
    _numbers(row, values)
    header = Header(row.get("exporter", ""), 0, 0, first, None)
    return record_of(values, (row["source"], row["target"]), (header, _EMPTY, 1), record)


def _numbers(row: Mapping[str, str], values: dict[str, int]) -> None:
    for name in ("packets", "octets", "forwarding"):
        number = count_of(row.get(name, ""))
        if number is not None:
            values[name] = number
    for name in ("source_port", "target_port"):
        port = port_of(row.get(name, ""))
        if port is not None:
            values[name] = port
    if (flags := row.get("flags", "")).strip("."):
        values["flags"] = sum(_FLAGS.get(letter, 0) for letter in set(flags))
    if values["protocol"] in _ICMP:
        _icmp(row, values)
    _back(row, values)
    _events(row, values)


def _icmp(row: Mapping[str, str], values: dict[str, int]) -> None:
    """Type and code: by themselves, or "8.0" in place of the port."""
    kind, _, code = row.get("target_port", "").partition(".")
    kind, code = row.get("icmp_type", kind if code else ""), row.get("icmp_code", code)
    number = count_of(kind)
    if number is not None and number < 256:
        values["icmp_type"], values["icmp_code"] = number, count_of(code) or 0


def _back(row: Mapping[str, str], values: dict[str, int]) -> None:
    """Counters of the other direction. nfdump prints nought where nothing was counted; and with NetFlow v9 the same
    columns hold those of the packets as they went out."""
    back = {name: count_of(row.get(name, "")) for name in ("back_packets", "back_octets")}
    if any(back.values()) and tuple(back.values()) != (values.get("packets"), values.get("octets")):
        values |= {name: count for name, count in back.items() if count is not None}


def _events(row: Mapping[str, str], values: dict[str, int]) -> None:
    for name, key in (("event", "firewall_event"), ("nat_event", "nat_event")):
        event = count_of(row.get(name, ""))
        if event:
            values[key] = event
            octets = values.pop("octets", None)
            if key == "firewall_event" and octets is not None:
                values["octets_initiator"] = octets


def _moment(text: str, clock: Clock) -> float:
    if len(text) == MILLISECONDS and text.isascii() and text.isdigit():
        text = f"{text[:-3]}.{text[-3:]}"
    return clock.read(text)


def _protocol(text: str) -> int:
    number = port_of(text)
    return number if number is not None else _NUMBERS.get(text.strip().lower(), -1)


def _seconds(text: str) -> float:
    try:
        return max(float(text), 0.0) if len(text) < 20 else 0.0
    except ValueError:
        return 0.0
