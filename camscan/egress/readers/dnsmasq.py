"""dnsmasq's log-queries, which Pi-hole writes as pihole.log (thekelleys.org.uk/dnsmasq, man page; docs.pi-hole.net)."""

from collections.abc import Iterator

from camscan.egress.addresses import canonical_text
from camscan.egress.clock import Clock
from camscan.egress.flow import Answer, Direction, Flow, Item, Mark, Outcome, domain_name
from camscan.egress.known import Known
from camscan.egress.readers import syslog
from camscan.egress.readers.shape import Reader
from camscan.egress.source import Source, Tally
from camscan.errors import ParseError

PENDING = 10_000
"""Names remembered with who asked, until their answers come."""

_KINDS = ("query[A]", "query[AAAA]", "query[HTTPS]", "query[ANY]")

_OTHERS = frozenset(
    {"forwarded", "dnssec-query[DS]", "dnssec-query[DNSKEY]", "validation", "exactly", "config", "hosts"}
)


def _recognises(head: bytes) -> bool:
    return b"dnsmasq[" in head and b"query[" in head and b" from " in head


def _read(source: Source, known: Known) -> Iterator[Item]:
    reading = _Reading(source.tally, known)
    clock = Clock(source)
    for number, line in source.lines():
        parts = syslog.split(line.decode("utf-8", "replace"), "dnsmasq[")
        if parts is None:
            source.tally.other += bool(line.strip())
            continue
        when, message = parts
        words = message.split()
        # log-queries=extra puts a serial number and the asker before each message.
        if len(words) > 2 and words[0].isdigit() and "/" in words[1]:
            del words[:2]
        if len(words) < 3 or words[0] in _OTHERS:
            source.tally.other += 1
            continue
        try:
            at = clock.read(when)
        except ParseError as error:
            source.tally.skip(str(error))
            continue
        yield from reading.message(words, at, number)


class _Reading:
    """Joins questions with the answers that follow them: an answer does not say whom it was given to."""

    def __init__(self, tally: Tally, known: Known) -> None:
        self._tally = tally
        self._known = known
        self._asked: dict[str, str] = {}
        self._alias: tuple[str, str] = ("", "")

    def message(self, words: list[str], at: float, number: int) -> Iterator[Item]:
        """What one line tells."""
        tally = self._tally
        if words[0].startswith("query[") and len(words) >= 4 and words[2] == "from":
            tally.records += 1
            yield from self._query(words, at, number)
        elif len(words) >= 4 and words[2] == "is":
            tally.records += 1
            yield from self._answer(words[0], words[1].lower(), words[3], at, number)
        elif len(words) >= 5 and words[3] == "is":  # Pi-hole: gravity blocked NAME is ADDRESS
            tally.records += 1
            yield from self._answer(f"{words[0]} {words[1]}", words[2].lower(), words[4], at, number)
        else:
            tally.other += 1

    def _query(self, words: list[str], at: float, number: int) -> Iterator[Item]:
        client = canonical_text(words[3])
        self._tally.inside = self._tally.inside or bool(client)
        if not client:
            self._tally.skip("not an address where one is expected")
            return
        name = domain_name(words[1])
        if not name or words[0] not in _KINDS:
            return
        if not self._known.knows(client):
            self._asked.pop(name, None)  # the next answer is somebody else's
            return
        if len(self._asked) >= PENDING:
            del self._asked[next(iter(self._asked))]
        self._asked[name] = client
        yield Flow(client, "", "dns", None, Direction.OUT, Outcome.NAME_ONLY, at, at, number, name=name)

    def _answer(self, how: str, name: str, value: str, at: float, number: int) -> Iterator[Item]:
        asked = self._alias[1] if self._alias[0] == name else name
        if value == "<CNAME>":
            # The next line gives the name that this one stands for.
            self._alias = ("", asked)
            return
        if self._alias == ("", self._alias[1]) and self._alias[1] in self._asked and name not in self._asked:
            asked = self._alias[1]
            self._alias = (name, asked)
        client = self._asked.get(asked)
        if client is None:
            return
        address = canonical_text(value)
        if "blocked" in how or address in ("0.0.0.0", "::"):  # noqa: S104 - an answer that means "nowhere"
            yield Flow(
                client, "", "dns", None, Direction.OUT, Outcome.NAME_ONLY, at, at, number,
                connections=0, name=asked, marks=frozenset({Mark.DNS_BLOCKED}),
            )  # fmt: skip
        elif address:
            yield Answer(client, asked, (address,), at)


def _claims(line: bytes) -> bool:
    return b"dnsmasq[" in line


DNSMASQ = Reader("dnsmasq", _recognises, _read, claims=_claims)
