"""Suricata's eve.json: its flow, dns and tls events (docs.suricata.io, "Eve JSON Format"; dns versions 1 to 3).

Other events (alerts, statistics) are counted and passed over.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from camscan.egress.addresses import canonical_text
from camscan.egress.clock import Clock
from camscan.egress.connections import RST, SYN
from camscan.egress.flow import Answer, Direction, Flow, Item, Outcome, domain_name
from camscan.egress.known import Known
from camscan.egress.readers.shape import Reader
from camscan.egress.readers.sides import count_of, port_of, sides
from camscan.egress.readers.zeek import ASKS
from camscan.egress.source import Source
from camscan.egress.wire_dns import NOT_DNS
from camscan.errors import ParseError

NO_JSON = "not a JSON object"
NO_PART = "an event without the part that its type names"
KIND = "suricata"

Event = Mapping[str, Any]

_QUESTIONS = ("query", "request")
"""What a dns event of a question is called: versions 1 and 2, version 3."""


def _recognises(head: bytes) -> bool:
    return head.lstrip()[:1] == b"{" and b'"event_type"' in head and b'"timestamp"' in head


def _read(source: Source, known: Known) -> Iterator[Item]:
    clock, tally = Clock(source), source.tally
    for number, line in source.lines():
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            tally.skip(NO_JSON)
            continue
        if not isinstance(event, dict) or "event_type" not in event:
            tally.skip(NO_JSON)
            continue
        name = _text(event, "event_type")
        reads = _EVENTS.get(name)
        if reads is None:
            tally.other += 1
            continue
        part = event.get(name)
        if not isinstance(part, dict):
            tally.skip(NO_PART)
            continue
        try:
            at = clock.read(_text(part, "start") or _text(event, "timestamp"))
            last = clock.read(_text(part, "end")) if part.get("end") else at
        except ParseError as error:
            tally.skip(str(error))
            continue
        tally.records += 1
        # What the flow and the tls event tell of one connection is counted once.
        tally.kind = f"{KIND}-{name}"
        yield from reads(event, part, (at, max(at, last), number), source, known)
    tally.kind = KIND


def _text(part: Event, name: str) -> str:
    value = part.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _protocol(event: Event) -> str:
    name = _text(event, "proto").lower()
    if name == "ipv6-icmp":
        return "icmp"
    return name


def _flags(event: Event, name: str) -> int | None:
    """TCP flags of one side, in hexadecimal; None where they are not logged."""
    tcp = event.get("tcp")
    try:
        return int(_text(tcp, name), 16) if isinstance(tcp, dict) else None
    except ValueError:
        return None


def _outcome(event: Event, flow: Event) -> Outcome:
    if _text(flow, "action") == "drop":
        return Outcome.DENIED
    if _text(flow, "pkts_toclient") == "0":
        return Outcome.UNANSWERED
    back = _flags(event, "tcp_flags_tc")
    if back is not None and back & (SYN | RST) == RST:
        return Outcome.DENIED
    return Outcome.ALLOWED if _text(flow, "pkts_toclient") else Outcome.UNKNOWN


def _flow(event: Event, flow: Event, when: tuple[float, float, int], source: Source, known: Known) -> Iterator[Item]:
    first, last, number = when
    sent, got = count_of(_text(flow, "bytes_toserver")), count_of(_text(flow, "bytes_toclient"))
    began = _flags(event, "tcp_flags_ts")
    for device, peer, direction in sides(known, source.tally, _text(event, "src_ip"), _text(event, "dest_ip")):
        out = direction is Direction.OUT
        yield Flow(
            device=device,
            peer=peer,
            protocol=_protocol(event),
            port=port_of(_text(event, "dest_port")),
            # Picked up in the middle: who is called the client may be wrong.
            direction=Direction.UNKNOWN if began is not None and not began & SYN else direction,
            outcome=_outcome(event, flow),
            first=first,
            last=last,
            record=number,
            bytes_out=sent if out else got,
            bytes_in=got if out else sent,
        )


def _dns(event: Event, dns: Event, when: tuple[float, float, int], source: Source, known: Known) -> Iterator[Item]:
    at, _, number = when
    client, server, port = _text(event, "src_ip"), _text(event, "dest_ip"), _text(event, "dest_port")
    if _text(event, "src_port") == "53" and port != "53":
        # Some versions log an answer from its sender's side.
        client, server, port = server, client, "53"
    question = _text(dns, "type") in _QUESTIONS
    for device, peer, direction in sides(known, source.tally, client, server):
        if direction is not Direction.OUT or port_of(port) in NOT_DNS:
            continue
        yield Flow(
            device=device,
            peer=peer,
            protocol=_protocol(event),
            port=port_of(port),
            direction=direction,
            outcome=Outcome.UNKNOWN if question else Outcome.ALLOWED,
            first=at,
            last=at,
            record=number,
            connections=1 if question else 0,
        )
        for name in _names(dns):
            if question:
                yield Flow(device, "", "dns", None, direction, Outcome.NAME_ONLY, at, at, number, name=name)
            elif addresses := _addresses(dns):
                yield Answer(device, name, addresses, at)


def _objects(dns: Event, name: str) -> Iterator[Event]:
    listed = dns.get(name)
    if isinstance(listed, list):
        yield from (one for one in listed if isinstance(one, dict))


def _names(dns: Event) -> tuple[str, ...]:
    """The names asked for by questions that look for an address."""
    asked = list(_objects(dns, "queries")) or [dns]
    names = (domain_name(_text(one, "rrname")) for one in asked if (_text(one, "rrtype") or "A") in ASKS)
    return tuple(name for name in names if name)


def _addresses(dns: Event) -> tuple[str, ...]:
    """The addresses of an answer: listed, grouped by type, or (version 1) one in the event itself."""
    told = [_text(one, "rdata") for one in (*_objects(dns, "answers"), dns)]
    grouped = dns.get("grouped")
    if isinstance(grouped, dict):
        for kind in ("A", "AAAA"):
            listed = grouped.get(kind)
            told += [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    return tuple(dict.fromkeys(address for address in map(canonical_text, told) if address))


def _tls(event: Event, tls: Event, when: tuple[float, float, int], source: Source, known: Known) -> Iterator[Item]:
    at, _, number = when
    for device, peer, direction in sides(known, source.tally, _text(event, "src_ip"), _text(event, "dest_ip")):
        yield Flow(
            device=device,
            peer=peer,
            protocol="tcp",
            port=port_of(_text(event, "dest_port")),
            direction=direction,
            outcome=Outcome.ALLOWED,
            first=at,
            last=at,
            record=number,
            name=domain_name(_text(tls, "sni")) if direction is Direction.OUT else "",
        )


_EVENTS = {"flow": _flow, "dns": _dns, "tls": _tls}

SURICATA = Reader(KIND, _recognises, _read)
