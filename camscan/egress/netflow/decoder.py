"""Messages to flow records. Total: whatever is damaged is counted with its reason, and the rest is used."""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from struct import Struct

from camscan.egress.addresses import CACHE, Place, canonical_text, place_of
from camscan.egress.clock import IMPOSSIBLE_TIME, LATEST
from camscan.egress.flow import Binding
from camscan.egress.known import Known
from camscan.egress.netflow.domain import Domain
from camscan.egress.netflow.exported import Exported
from camscan.egress.netflow.framing import IPFIX, IPFIX_HEAD, V5_HEAD, V9_HEAD
from camscan.egress.netflow.framing import V5 as VERSION_5
from camscan.egress.netflow.moments import Header, span
from camscan.egress.netflow.record import plain_record_of, record_of
from camscan.egress.netflow.template import V5, Row, Template, fields_of
from camscan.egress.source import Tally
from camscan.safe.mac import mac_address

DOMAINS = 1_000
"""Exporters remembered; past it the oldest is forgotten."""

WAITING, WAITING_BYTES = 1_000, 4 * 1024 * 1024
"""Sets of flow records that are kept until their template comes."""

NO_TEMPLATE = "a set of flow records whose template did not come"
BAD_TEMPLATE = "a template that is damaged or impossible"
CUT = "a set of records that is cut off or has an impossible length"
NO_ADDRESSES = "Some of its records name no addresses (counted as other lines)."
MIXED = (
    "A template in it changes. If it holds the messages of several exporters, which a file does not tell apart, some "
    "of its flows may be misread; give one file for each exporter."
)
LOST = "Going by the exporters' own numbers, {lost:,} {unit} did not reach it."
SAMPLED = (
    "It was made from one packet in {rate:,}: volumes are estimates, and short connections may be missing from it."
)

_head9 = Struct(">HHIIII").unpack_from
_head10 = Struct(">HHIII").unpack_from
_head5 = Struct(">HHIIIIBBH").unpack_from
_pair = Struct(">HH").unpack_from


Told = Exported | Binding
_TRANSLATED = ("translated", "translated6")


class Ends(dict[int | bytes, bool]):
    """Whether an address, as packed, is that of a known device."""

    def __init__(self, known: Known, tally: Tally) -> None:
        super().__init__()
        self._known = known
        self._tally = tally

    def __missing__(self, packed: int | bytes) -> bool:
        text = text_of(packed) if isinstance(packed, bytes) else ""
        mine = bool(text) and self._known.knows(text)
        if text and not self._tally.inside:
            self._tally.inside = mine or place_of(text) is Place.LOCAL
        if len(self) > 200_000:
            self.clear()
        self[packed] = mine
        return mine


@lru_cache(maxsize=CACHE)
def text_of(packed: bytes) -> str:
    """An address in canonical spelling."""
    return canonical_text(str(IPv4Address(packed) if len(packed) == 4 else IPv6Address(packed)))


class Decoder:
    """Takes the messages of any number of exporters. ``records`` counts flow records, of whomever."""

    def __init__(self, known: Known, tally: Tally) -> None:
        self._known = known
        self._tally = tally
        self._ends = Ends(known, tally)
        self._changes = known.changes
        self._domains: dict[tuple[str, int, int], Domain] = {}
        self._waiting: dict[tuple[str, int, int, int], list[tuple[Header, bytes, int | None]]] = {}
        self._waits = self._waiting_bytes = 0
        self._lost: Counter[str] = Counter()
        self._told_rate = False
        self.records = 0

    def message(self, exporter: str, data: bytes, record: int | None = None) -> Iterator[Told]:
        """The flow records of known devices in one message, which framing.py has recognised. ``record`` is the number
        that they are given; without it they are counted from 1."""
        if self._changes != self._known.changes:
            self._changes = self._known.changes
            self._ends.clear()
        version = data[1]
        if version == VERSION_5:
            yield from self._v5(exporter, data, record)
            return
        if version == IPFIX:
            _, length, at, _, domain = _head10(data)
            header = Header(exporter, version, domain, float(at), None)
            data, start = data[:length], IPFIX_HEAD
        else:
            _, _, uptime, at, sequence, domain = _head9(data)
            header = Header(exporter, version, domain, float(at), uptime)
            start = V9_HEAD
            self._count(header, sequence, 1)
        yield from self._sets(header, data, start, record)

    def finish(self) -> None:
        """Counts what no template came for."""
        if self._waits:
            self._tally.skip(NO_TEMPLATE, self._waits)
        for unit, lost in self._lost.items():
            if lost > 0:
                self._tally.note(LOST.format(lost=lost, unit=unit))
        self._lost.clear()
        self._waiting.clear()
        self._waits = self._waiting_bytes = 0

    def _count(self, header: Header, sequence: int, count: int) -> None:
        """Messages of IPFIX are not counted: not all exporters number them as RFC 7011 has it. In files, which do not
        say who sent a message, the numbers of several exporters may be mixed."""
        if header.exporter:
            unit = "flow records" if header.version == VERSION_5 else "messages"
            self._lost[unit] += self._domain(header).missing(sequence, count)

    def _v5(self, exporter: str, data: bytes, record: int | None) -> Iterator[Told]:
        _, count, uptime, at, nanoseconds, sequence, kind, engine, sampling = _head5(data)
        header = Header(exporter, VERSION_5, kind << 8 | engine, at + nanoseconds / 1e9, uptime)
        self._count(header, sequence, count)
        domain = self._domain(header)
        # The two upper bits are the way of sampling, the rest is one in how many.
        domain.rate = sampling & 0x3FFF or 1
        body = data[V5_HEAD : V5_HEAD + count * 48]
        if len(body) < count * 48:
            self._tally.skip(CUT)
        yield from self._flows(header, domain, V5, body, record)

    def _domain(self, header: Header) -> Domain:
        key = (header.exporter, header.version, header.domain)
        domain = self._domains.get(key)
        if domain is None:
            if len(self._domains) >= DOMAINS:
                del self._domains[next(iter(self._domains))]
            domain = self._domains[key] = Domain()
        return domain

    def _sets(self, header: Header, data: bytes, start: int, record: int | None) -> Iterator[Told]:
        domain = self._domain(header)
        templates, options = (2, 3) if header.version == IPFIX else (0, 1)
        position = start
        while position + 4 <= len(data):
            number, length = _pair(data, position)
            if length < 4:
                self._tally.skip(CUT)
                return
            if position + length > len(data):
                self._tally.skip(CUT)
            body = data[position + 4 : position + length]
            position += length
            if number in (templates, options):
                yield from self._templates(header, domain, body, options=number == options)
            elif number >= 256:
                yield from self._data(header, domain, number, body, record)

    def _data(self, header: Header, domain: Domain, number: int, body: bytes, record: int | None) -> Iterator[Told]:
        template = domain.templates.get(number)
        if template is None:
            self._wait(header, number, body, record)
        elif template.options:
            for row in template.rows(body):
                domain.learn(template.values(row))
        else:
            yield from self._flows(header, domain, template, body, record)

    def _wait(self, header: Header, number: int, body: bytes, record: int | None) -> None:
        if self._waits >= WAITING or self._waiting_bytes + len(body) > WAITING_BYTES:
            self._tally.skip(NO_TEMPLATE)
            return
        key = (header.exporter, header.version, header.domain, number)
        self._waiting.setdefault(key, []).append((header, body, record))
        self._waits += 1
        self._waiting_bytes += len(body)

    def _templates(self, header: Header, domain: Domain, body: bytes, *, options: bool) -> Iterator[Told]:
        """The templates of a set; then what waited for them."""
        position, ipfix = 0, header.version == IPFIX
        # What is left at the end is padding.
        while position + (6 if options else 4) <= len(body) and any(body[position : position + 4]):
            number, count = _pair(body, position)
            if ipfix and count == 0 and (number >= 256 or number in (2, 3)):
                _withdraw(domain, number)
                position += 4
                continue
            position += 4
            if options:
                second = int.from_bytes(body[position : position + 2], "big")
                # NetFlow v9 tells the bytes of the scope's fields and of the others, IPFIX the number of all fields.
                count = count if ipfix else (count + second) // 4
                position += 2
            read = fields_of(body, position, count, ipfix=ipfix)
            if number < 256 or read is None:
                self._tally.skip(BAD_TEMPLATE)
                return
            fields, position = read
            template = Template(fields, options=options)
            if not 0 < template.least <= 0xFFFF:
                self._tally.skip(BAD_TEMPLATE)
                continue
            if domain.keep(number, template) and not header.exporter:
                self._tally.note(MIXED)
            yield from self._came(header, domain, number)

    def _came(self, header: Header, domain: Domain, number: int) -> Iterator[Told]:
        for waited, body, record in self._waiting.pop((header.exporter, header.version, header.domain, number), ()):
            self._waits -= 1
            self._waiting_bytes -= len(body)
            yield from self._data(waited, domain, number, body, record)

    def _flows(
        self, header: Header, domain: Domain, template: Template, body: bytes, record: int | None
    ) -> Iterator[Told]:
        """The records that concern a known device. Written for speed: most concern nobody."""
        ends, known = template.ends, self._ends
        if len(ends) == 2 and template.mac is None:
            first, second = ends
            number = self.records
            for row in template.rows(body):
                number += 1
                if known[row[first]] or known[row[second]]:
                    one = self._flow(header, domain, template, row, record or number)
                    if one is not None:
                        yield one
            self.records = number
            return
        for row in template.rows(body):
            self.records += 1
            if not ends:
                self._tally.other += 1
                self._tally.note(NO_ADDRESSES)
                continue
            yield from self._moved(header, domain, template, row)
            if any(known[row[place]] for place in ends):
                one = self._flow(header, domain, template, row, record or self.records)
                if one is not None:
                    yield one

    def _moved(self, header: Header, domain: Domain, template: Template, row: Row) -> Iterator[Told]:
        """The MAC of a known device at an address that is not known."""
        mac = mac_address(template.raw(row, "mac").hex()) if template.mac is not None else None
        if mac is not None and self._known.knows_mac(mac):
            at, _ = span(template.values(row), header, domain.started_ms)
            binding = self._known.moved(_ends(template, row, self._known)[0], mac, at)
            if binding is not None:
                self._ends.clear()
                yield binding

    def _flow(self, header: Header, domain: Domain, template: Template, row: Row, record: int) -> Exported | None:
        values = template.values(row)
        rate = domain.sampled(values) if template.sampling else domain.rate
        if rate > 1 and not self._told_rate:
            self._told_rate = True
            self._tally.note(SAMPLED.format(rate=rate))
        source, target, translated = _ends(template, row, self._known)
        if translated:
            values["target_port"] = values.get("translated_port") or values.get("target_port", 0)
        read = plain_record_of if template.plain else record_of
        one = read(values, (source, target), (header, domain, rate), record)
        if not (0.0 <= one.first <= LATEST and one.last <= LATEST):
            self._tally.skip(IMPOSSIBLE_TIME)
            return None
        return one if one.source and one.target else None


def _withdraw(domain: Domain, number: int) -> None:
    """RFC 7011, 8.1: one template, or all (of options) where the number is that of the set."""
    if number >= 256:
        domain.templates.pop(number, None)
        return
    for key in [key for key, one in domain.templates.items() if one.options == (number == 3)]:
        del domain.templates[key]


def _ends(template: Template, row: Row, known: Known) -> tuple[str, str, bool]:
    """Source, destination, and whether that is the one after address translation: so where packets to a known device
    came in."""
    source, target = template.raw(row, "source"), template.raw(row, "target")
    if not any(source) and not any(target):
        source, target = template.raw(row, "source6"), template.raw(row, "target6")
    began = text_of(source) if source else ""
    if len(template.ends) > 2:
        behind = next((packed for name in _TRANSLATED if any(packed := template.raw(row, name))), b"")
        if behind and known.knows(text_of(behind)):
            return began, text_of(behind), True
    return began, text_of(target) if target else "", False
