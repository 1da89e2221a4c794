"""pfSense's and OPNsense's filterlog (docs.netgate.com, "Raw Filter Log Format"): the first packet of a connection,
and whether a rule let it pass."""

from collections.abc import Iterator

from camscan.egress.clock import Clock
from camscan.egress.flow import Direction, Flow, Item, Outcome
from camscan.egress.known import Known
from camscan.egress.readers import syslog
from camscan.egress.readers.shape import Reader
from camscan.egress.readers.sides import port_of, sides
from camscan.egress.source import Source
from camscan.errors import ParseError

_ACTION, _VERSION = 6, 8
_ENDS = {"4": 18, "6": 15}
"""Column of the source address; the protocol's name stands in 16 (IPv4) or 12 (IPv6), ports after the addresses."""

_NAMES = {"4": 16, "6": 12}

_OUTCOMES = {"pass": Outcome.ALLOWED, "block": Outcome.DENIED, "reject": Outcome.DENIED}

COLUMNS = "a filterlog line without the columns of its IP version"


def _recognises(head: bytes) -> bool:
    return any(b"filterlog" in line and line.count(b",") >= 18 for line in head.split(b"\n")[:500])


def _read(source: Source, known: Known) -> Iterator[Item]:
    clock, tally = Clock(source), source.tally
    for number, line in source.lines():
        parts = syslog.split(line.decode("utf-8", "replace"), "filterlog")
        if parts is None:
            tally.other += bool(line.strip())
            continue
        when, message = parts
        columns = message.split(",")
        version = columns[_VERSION] if len(columns) > _VERSION else ""
        place = _ENDS.get(version, 0)
        if not place or len(columns) < place + 2:
            tally.skip(COLUMNS)
            continue
        try:
            at = clock.read(when)
        except ParseError as error:
            tally.skip(str(error))
            continue
        tally.records += 1
        yield from _flows(columns, (version, place), (at, number), source, known)


def _flows(
    columns: list[str], where: tuple[str, int], when: tuple[float, int], source: Source, known: Known
) -> Iterator[Item]:
    (version, place), (at, number) = where, when
    protocol = columns[_NAMES[version]].lower()
    protocol = "icmp" if protocol in ("icmpv6", "ipv6-icmp") else protocol
    ported = protocol in ("tcp", "udp") and len(columns) > place + 3
    flags = columns[place + 5] if protocol == "tcp" and len(columns) > place + 5 else "S"
    for device, peer, direction in sides(known, source.tally, columns[place], columns[place + 1]):
        yield Flow(
            device=device,
            peer=peer,
            protocol=protocol,
            port=port_of(columns[place + 3]) if ported else None,
            # A packet from the middle of a connection does not tell who began.
            direction=direction if "S" in flags and "A" not in flags else Direction.UNKNOWN,
            outcome=_OUTCOMES.get(columns[_ACTION], Outcome.UNKNOWN),
            first=at,
            last=at,
            record=number,
        )


def _claims(line: bytes) -> bool:
    return b"filterlog" in line


FILTERLOG = Reader("filterlog", _recognises, _read, claims=_claims)
