"""Watching without end: the packets of a live interface in periods, each judged as a capture of it would be.

What must outlive a period does: names that devices were told, connections that are open, whose address it is, what was
sent on that day. All of it is bounded, whatever comes.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from camscan.egress.addresses import canonical_text, place_of
from camscan.egress.baseline import Baseline
from camscan.egress.check import judge_of, report_of
from camscan.egress.connections import PATIENCE
from camscan.egress.contacts import DAY, Contact, Gathering, Key
from camscan.egress.inputs import OUTSIDE
from camscan.egress.judge import Judge, Sent
from camscan.egress.known import Known
from camscan.egress.link import ETHERNET, LINKS, unsupported
from camscan.egress.names import MEMORY, Names
from camscan.egress.packets import Packets
from camscan.egress.places import Gazetteer
from camscan.egress.report import Input, Report
from camscan.egress.sentences import Naming
from camscan.egress.sieve import SAMPLE, Sieve, key_of
from camscan.egress.source import Tally
from camscan.errors import UsageError
from camscan.net.mirror import Mirror
from camscan.scope import Scope

NAMES = 200_000
"""Pairs of device and address whose names are remembered."""

CONTACTS = 50_000
"""Contacts after which a period ends early, so that its memory stays bounded and nothing is left out."""

SENT = 50_000
"""Hosts whose volume of the day is carried on from period to period; those that were sent most stay."""

LITTLE = 20

LIVE = "live"
"""The format of the input, where a file has pcap."""

DROPPED = "lost before it could be read: more came than this machine can take"
NOTHING = "not one packet came. Is this the port to which the switch mirrors?"


@dataclass(frozen=True)
class Terms:
    """What is judged by."""

    scope: Scope | None = None
    baseline: Baseline | None = None
    places: Gazetteer | None = None
    naming: Naming = str.capitalize


class Watch:
    """One interface. ``feed`` takes packets until a time; then ``look`` shows the period so far, ``turn`` ends it and
    begins the next, ``end`` ends it for good. ``clock`` gives seconds since 1970 UTC."""

    def __init__(self, mirror: Mirror, known: Known, terms: Terms, clock: Callable[[], float] = time.time) -> None:
        if mirror.link not in LINKS:
            raise UsageError(f"{mirror.interface} cannot be watched: {unsupported(mirror.link)}.")
        self.known = known
        self.began = self._away_since = clock()
        self._mirror, self._terms, self._clock = mirror, terms, clock
        self._locate = LINKS[mirror.link]
        self._tally = Tally(kind=LIVE)
        self._packets = Packets(known, self._tally)
        self._sieve = Sieve()
        self._sent: dict[tuple[int, str], Sent] = {}
        self._drops = 0
        self._present = True
        self._gathering = Gathering(known, terms.scope, Names(limit=NAMES))

    @property
    def interface(self) -> str:
        """Its name."""
        return self._mirror.interface

    @property
    def records(self) -> int:
        """Packets of this period."""
        return self._tally.records

    @property
    def drops(self) -> int:
        """Packets of this period that were lost before they could be read."""
        return self._mirror.dropped - self._drops

    @property
    def present(self) -> bool:
        """Whether the interface is there."""
        return self._present

    @property
    def full(self) -> bool:
        """Whether the period should end early."""
        return len(self._gathering.contacts) >= CONTACTS

    def feed(self, until: float) -> None:
        """Takes what comes until the packets or the clock have passed ``until``, or the period is full. Written for
        speed, as the readers of captures are."""
        ethernet, dull, tally = self._mirror.link == ETHERNET, self._sieve.dull, self._tally
        for captured in self._mirror:
            if captured is None:
                self._tick()
                if self._clock() >= until:
                    return
                continue
            at, _, frame, _ = captured
            tally.records += 1
            if not (ethernet and dull and key_of(frame, 0) in dull and tally.records % SAMPLE):
                self._take(at, frame, ethernet=ethernet)
            if at >= until or self.full:
                return

    def _take(self, at: float, frame: bytes, *, ethernet: bool) -> None:
        packets = self._packets
        self._gathering.take(packets.packet(at, frame, *self._locate(frame), self._tally.records), 0, self._tally)
        if packets.dull and ethernet:
            self._sieve.add(key_of(frame, 0))
        if packets.addresses_changed():
            self._sieve.dull.clear()

    def _tick(self) -> None:
        """Takes note of when the interface goes and comes back."""
        present = self._mirror.present
        if present is not self._present:
            if present:
                self._tally.note(self._gap())
            self._away_since, self._present = self._clock(), present

    def _gap(self) -> str:
        return f"The interface was away {self._span(self._away_since)}; what went on then was not seen."

    def _span(self, since: float) -> str:
        began, ended = (time.strftime("%d %b %H:%M:%S", time.gmtime(at)) for at in (since, self._clock()))
        return f"from {began} to {ended} UTC"

    def look(self) -> Report:
        """The period so far. What was only looked up just now, and what may still be answered, waits."""
        now = self._clock()
        self._gathering.take(self._packets.cut(now, anew=False), 0, self._tally)
        ripe, _ = _ripe(self._gathering, now)
        return self._report(self._judge(replace(self._gathering, contacts=ripe)))

    def turn(self) -> Report:
        """The report on the period that ends now; another begins."""
        now = self._clock()
        self._gathering.take(self._packets.cut(now, anew=True), 0, self._tally)
        ripe, waiting = _ripe(self._gathering, now)
        if len(waiting) > CONTACTS // 4:
            ripe, waiting = self._gathering.contacts, {}
        whole = self._judge(self._gathering)
        waiting = {key: contact for key, contact in waiting.items() if not whole.reached_or_local(contact)}
        ended = replace(self._gathering, contacts=ripe)
        judge = self._judge(ended)
        report = self._report(judge)
        self._carry(judge, now)
        ended.names.forget(now - MEMORY, {(key.device, key.peer) for key in ripe})
        ended.names.dropped = 0
        self.known.forget(now - MEMORY)
        for cache in (place_of, canonical_text, judge.catalogue.by_name):
            cache.cache_clear()
        self._gathering = Gathering(self.known, self._terms.scope, ended.names, contacts=waiting)
        self._sieve.dull.clear()
        self._drops = self._mirror.dropped
        self._away_since = now
        self.began = now
        tally = self._tally
        tally.records = tally.other = 0
        tally.skipped.clear()
        tally.notes.clear()
        tally.inside = False
        return report

    def end(self) -> Report:
        """The report on the period that ends now, with all that is still open."""
        self._gathering.take(self._packets.finish(), 0, self._tally)
        return self._report(self._judge(self._gathering))

    def _judge(self, gathering: Gathering) -> Judge:
        return judge_of(gathering, self._terms.baseline, self._terms.places, self._sent)

    def _carry(self, judge: Judge, now: float) -> None:
        """Keeps what was sent today, but for hosts that were sent so little that all of it together, over a whole day
        of such periods, would be one part in LITTLE of what is told."""
        today = int(now // DAY)
        least = judge.upload_alert_bytes * (now - self.began) / DAY / LITTLE
        kept = {
            place: Sent(Counter({today: sent.days[today]}), sent.back)
            for place, sent in judge.sent.items()
            if sent.days[today] > least
        }
        if len(kept) > SENT:
            most = sorted(kept, key=lambda place: -kept[place].days[today])[:SENT]
            kept = {place: kept[place] for place in most}
        self._sent = kept

    def _report(self, judge: Judge) -> Report:
        tally = self._tally
        notes = list(tally.notes)
        if not self._present:
            notes.append(self._gap())
        if not tally.records and self._present:
            notes.append(f"F{self._span(self.began)[1:]} {NOTHING}")
        elif tally.records and not tally.inside:
            notes.append(OUTSIDE)
        skipped = Counter(tally.skipped)
        if self.drops:
            skipped[DROPPED] = self.drops
        told = replace(
            Input.of(self._mirror.interface, tally), skipped=tuple(sorted(skipped.items())), notes=tuple(notes)
        )
        # Watched was all the time, also when no device said anything.
        return replace(report_of(judge, (told,), self._terms.naming), began=self.began, ended=self._clock())


def _ripe(gathering: Gathering, now: float) -> tuple[dict[Key, Contact], dict[Key, Contact]]:
    """The contacts that can be judged, and the names that were looked up so lately that a connection may follow."""
    waiting = {
        key: contact
        for key, contact in gathering.contacts.items()
        if contact.name_only and now - contact.first < PATIENCE
    }
    return {key: contact for key, contact in gathering.contacts.items() if key not in waiting}, waiting
