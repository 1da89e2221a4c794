"""BIND's query log (bind9.readthedocs.io, reference, "query log entry"): who asked for which name, without answers."""

from collections.abc import Iterator

from camscan.egress.addresses import canonical_text
from camscan.egress.clock import Clock
from camscan.egress.flow import Direction, Flow, Item, Outcome, domain_name
from camscan.egress.known import Known
from camscan.egress.readers.shape import Reader
from camscan.egress.source import Source
from camscan.errors import ParseError
from camscan.safe.pattern import compile_bytes

_ENTRY = compile_bytes(
    rb"^(?:<\d+>)?(?:1 )?(\d\S+(?: \d\d:\S+)?|[A-Z][a-z][a-z] +\d+ \d\d:\d\d:\d\d) .*?"
    rb"client (?:@0x[0-9a-f]+ )?([0-9A-Fa-f.:]+)(?:%\S+)?#\d+ \([^)]*\):(?: view [^:]+:)? "
    rb"query: (\S+) \S+ (\S+)"
)

_TYPES = frozenset({b"A", b"AAAA", b"HTTPS", b"ANY"})


def _recognises(head: bytes) -> bool:
    return any(b" query: " in line and b"client " in line and _ENTRY.search(line) for line in head.split(b"\n")[:200])


def _read(source: Source, known: Known) -> Iterator[Item]:
    clock, tally = Clock(source), source.tally
    tally.answers = False
    for number, line in source.lines():
        found = _ENTRY.search(line) if b"query: " in line else None
        if found is None:
            if b"query: " in line:
                tally.skip("not a query log entry")
            else:
                tally.other += bool(line.strip())
            continue
        when, client, name, kind = (found.group(group) or b"" for group in (1, 2, 3, 4))
        try:
            at = clock.read(when.decode("latin-1"))
        except ParseError as error:
            tally.skip(str(error))
            continue
        tally.records += 1
        tally.inside = True
        asker, asked = canonical_text(client.decode("latin-1")), domain_name(name.decode("latin-1"))
        if asked and kind in _TYPES and known.knows(asker):
            yield Flow(asker, "", "dns", None, Direction.OUT, Outcome.NAME_ONLY, at, at, number, name=asked)


def _claims(line: bytes) -> bool:
    return b" query: " in line and b"client " in line


BIND = Reader("bind", _recognises, _read, claims=_claims)
