"""Palo Alto Networks' traffic log as CSV, sent by syslog or exported (docs.paloaltonetworks.com, PAN-OS, "Traffic Log
Fields": the columns have kept their places since PAN-OS 7; later versions add some at the end)."""

import csv
from collections.abc import Iterator

from camscan.egress.clock import Clock
from camscan.egress.flow import Direction, Flow, Item, Outcome
from camscan.egress.known import Known
from camscan.egress.readers.sessions import News, Sessions
from camscan.egress.readers.shape import Reader
from camscan.egress.readers.sides import count_of, port_of, sides
from camscan.egress.source import Source
from camscan.errors import ParseError

COLUMNS = "a traffic record without its first 37 columns"

_SERIAL, _TYPE, _SUBTYPE, _GENERATED, _SOURCE, _TARGET = 2, 3, 4, 6, 7, 8
_SESSION, _TARGET_PORT, _PROTOCOL, _ACTION = 22, 25, 29, 30
_SENT, _GOT, _START, _ELAPSED = 32, 33, 35, 36
_NEEDED = _ELAPSED + 1


def _recognises(head: bytes) -> bool:
    return any(b",TRAFFIC," in line and line.count(b",") >= _NEEDED for line in head.split(b"\n")[:500])


def _read(source: Source, known: Known) -> Iterator[Item]:
    clock, tally, told = Clock(source), source.tally, Sessions()
    for number, line in source.lines():
        if b",TRAFFIC," not in line:
            tally.other += bool(line.strip())
            continue
        try:
            row = next(csv.reader([line.decode("utf-8", "replace")], strict=True), [])
            if len(row) <= _NEEDED or row[_TYPE] != "TRAFFIC":
                tally.skip(COLUMNS)
                continue
            at = clock.read(_time(row[_GENERATED]))
            began = clock.read(_time(row[_START])) if row[_START] else at
        except ParseError as error:
            tally.skip(str(error))
            continue
        except csv.Error:
            tally.skip("not a row of CSV")
            continue
        tally.records += 1
        yield from _flows(row, (min(began, at), at, number), source, known, told)


def _time(text: str) -> str:
    return text.strip().replace("/", "-")


def _outcome(row: list[str]) -> Outcome:
    if row[_SUBTYPE] in ("drop", "deny") or row[_ACTION].lower() != "allow":
        return Outcome.DENIED
    if row[_SUBTYPE] == "end" and row[_GOT] == "0":
        return Outcome.UNANSWERED
    return Outcome.ALLOWED


def _news(row: list[str], told: Sessions) -> News:
    sent, got = count_of(row[_SENT]), count_of(row[_GOT])
    if row[_SUBTYPE] not in ("start", "end") or row[_SESSION] in ("", "0"):
        return News(1, sent, got)
    return told.news(f"{row[_SERIAL]} {row[_SESSION]}", sent, got, ended=row[_SUBTYPE] == "end")


def _flows(
    row: list[str], when: tuple[float, float, int], source: Source, known: Known, told: Sessions
) -> Iterator[Item]:
    began, at, number = when
    found = list(sides(known, source.tally, row[_SOURCE], row[_TARGET]))
    if not found:
        return
    protocol = row[_PROTOCOL].lower()
    protocol = "icmp" if protocol in ("icmp6", "ipv6-icmp") else protocol
    news = _news(row, told)
    for device, peer, direction in found:
        out = direction is Direction.OUT
        yield Flow(
            device=device,
            peer=peer,
            protocol=protocol,
            port=port_of(row[_TARGET_PORT]) if protocol in ("tcp", "udp") else None,
            direction=direction,
            outcome=_outcome(row),
            first=began,
            last=at,
            record=number,
            bytes_out=news.sent if out else news.got,
            bytes_in=news.got if out else news.sent,
            connections=news.connections,
        )


def _claims(line: bytes) -> bool:
    return b",TRAFFIC," in line


PALO_ALTO = Reader("palo-alto", _recognises, _read, claims=_claims)
