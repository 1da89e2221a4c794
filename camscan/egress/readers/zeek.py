"""What Zeek's conn, dns and ssl logs mean (docs.zeek.org, logs), whichever way they are written."""

from collections.abc import Iterator, Mapping

from camscan.egress.addresses import canonical_text
from camscan.egress.clock import Clock
from camscan.egress.flow import Answer, Direction, Flow, Item, Outcome, domain_name
from camscan.egress.known import Known
from camscan.egress.readers.sides import count_of, port_of, sides
from camscan.egress.source import Source
from camscan.egress.wire_dns import NOT_DNS

STATES = {
    "S0": Outcome.UNANSWERED,
    "REJ": Outcome.DENIED,
    "RSTOS0": Outcome.UNANSWERED,
    "SH": Outcome.UNANSWERED,
    "RSTRH": Outcome.DENIED,
    "OTH": Outcome.UNKNOWN,
    "SHR": Outcome.UNKNOWN,
}
"""conn_state of attempts that came to nothing or tell nothing; every other state is a connection that was made."""

UNSTARTED = frozenset({"OTH", "SHR", "RSTRH"})
"""States in which the first packet of the originator was not seen: who is called originator may be wrong."""

ASKS = frozenset({"A", "AAAA", "HTTPS", "*"})
"""Question types that look for an address."""

Row = Mapping[str, str]
"""A row by Zeek's own field names (``id.orig_h``), without those that are unset."""


def kind_of(fields: frozenset[str] | set[str]) -> str | None:
    """Which log has these fields: conn, dns, ssl, or None."""
    if not {"ts", "id.orig_h", "id.resp_h"} <= fields:
        return None
    if "conn_state" in fields:
        return "conn"
    if "query" in fields:
        return "dns"
    return "ssl" if "server_name" in fields else None


def items(kind: str, row: Row, record: int, source: Source, clock: Clock, known: Known) -> Iterator[Item]:
    """What one row tells. Raises ParseError for a time that cannot be read, KeyError for a missing field."""
    at = clock.read(row["ts"])
    source.tally.records += 1
    source.tally.kind = f"zeek-{kind}"
    yield from _KINDS[kind](row, at, record, source, known)


def _conn(row: Row, at: float, record: int, source: Source, known: Known) -> Iterator[Item]:
    state = row.get("conn_state", "OTH")
    try:
        last = at + max(float(row.get("duration", "0")), 0.0)
    except ValueError:
        last = at
    sent, got = count_of(row.get("orig_bytes", "")), count_of(row.get("resp_bytes", ""))
    for device, peer, direction in sides(known, source.tally, row["id.orig_h"], row["id.resp_h"]):
        out = direction is Direction.OUT
        yield Flow(
            device=device,
            peer=peer,
            protocol=row.get("proto", "unknown"),
            port=port_of(row.get("id.resp_p", "")),
            direction=Direction.UNKNOWN if state in UNSTARTED else direction,
            outcome=STATES.get(state, Outcome.ALLOWED),
            first=at,
            last=last,
            record=record,
            bytes_out=sent if out else got,
            bytes_in=got if out else sent,
        )


def _dns(row: Row, at: float, record: int, source: Source, known: Known) -> Iterator[Item]:
    for device, peer, direction in sides(known, source.tally, row["id.orig_h"], row["id.resp_h"]):
        if direction is not Direction.OUT or port_of(row.get("id.resp_p", "")) in NOT_DNS:
            continue
        answered = Outcome.ALLOWED if row.get("rcode") else Outcome.UNANSWERED
        yield Flow(
            device,
            peer,
            row.get("proto", "udp"),
            port_of(row.get("id.resp_p", "")),
            direction,
            answered,
            at,
            at,
            record,
        )
        name = domain_name(row.get("query", ""))
        if not name or row.get("qtype_name", "A") not in ASKS:
            continue
        yield Flow(device, "", "dns", None, direction, Outcome.NAME_ONLY, at, at, record, name=name)
        addresses = tuple(one for one in map(canonical_text, row.get("answers", "").split(",")) if one)
        if addresses:
            yield Answer(device, name, addresses, at)


def _ssl(row: Row, at: float, record: int, source: Source, known: Known) -> Iterator[Item]:
    for device, peer, direction in sides(known, source.tally, row["id.orig_h"], row["id.resp_h"]):
        yield Flow(
            device=device,
            peer=peer,
            protocol="tcp",
            port=port_of(row.get("id.resp_p", "")),
            direction=direction,
            outcome=Outcome.ALLOWED if row.get("established", "T") in ("T", "true") else Outcome.UNKNOWN,
            first=at,
            last=at,
            record=record,
            name=domain_name(row.get("server_name", "")) if direction is Direction.OUT else "",
        )


_KINDS = {"conn": _conn, "dns": _dns, "ssl": _ssl}
