"""From contacts to findings: each contact by the rules, then those that belong together as one finding."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

from camscan.egress.addresses import Place
from camscan.egress.baseline import Baseline, Entry
from camscan.egress.catalogue import Catalogue
from camscan.egress.contacts import Contact, Gathering
from camscan.egress.expected import Expected
from camscan.egress.finding import Destination, Finding
from camscan.egress.flow import Direction, Mark
from camscan.egress.places import Gazetteer, Whereabouts
from camscan.egress.rules import Case, Reason, Rule, Severity, decide

FLEET = 5
"""Devices that went to one unlisted place, from which on it is one finding of rule ``fleet``."""

UPLOAD_RATIO = 2
"""An upload is at least so many times what came back."""

EVIDENCE = 5
"""Records a finding names."""

FLEET_RULES = frozenset({Rule.UNLISTED, Rule.DIRECT_TO_IP, Rule.NEW})
"""The rules that it takes the place of."""

_LOCAL_NAMES = (".local", ".lan", ".home", ".internal", ".arpa", ".localdomain")
"""Names that lead nowhere outside (RFC 6762, RFC 8375, RFC 9476, RFC 3172, and common routers' defaults)."""

_RANK = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}


@dataclass(slots=True)
class Sent:
    """What one device sent to one host on each UTC day (days since 1970), and what came back in all, in bytes."""

    days: Counter[int] = field(default_factory=Counter)
    back: int = 0


@dataclass(frozen=True)
class Judge:
    """What contacts are judged by. ``expected_of`` gives the expectations of a device's site; ``earlier`` is what the
    devices sent on this day before the gathering began, by number and host."""

    gathering: Gathering
    catalogue: Catalogue
    expected_of: Callable[[int], Expected]
    upload_alert_bytes: int
    baseline: Baseline | None = None
    places: Gazetteer | None = None
    earlier: Mapping[tuple[int, str], Sent] = field(default_factory=dict)

    def findings(self) -> list[Finding]:
        """All findings: the gravest first, then those with most devices."""
        with _uncollected():
            found = [one for group in self._groups().values() for one in group.findings(self)]
            found += self._uploads()
        found.sort(key=_order)
        return found

    @cached_property
    def cases(self) -> list[Case]:
        """Every contact that may be judged, with what the rules look at."""
        return [
            self._case(contact)
            for contact in self.gathering.contacts.values()
            if not (contact.name_only and self.reached_or_local(contact))
        ]

    @cached_property
    def _device_keys(self) -> list[frozenset[str]]:
        return [
            frozenset({device.mac or str(device.ip), str(device.ip), *device.addresses})
            for device in self.gathering.known.devices
        ]

    def entries(self) -> tuple[Entry, ...]:
        """Every destination off the site as entries of a baseline, none of them approved."""
        devices: dict[tuple[str, str, int | None], set[str]] = {}
        for case in self.cases:
            if case.outward and case.contact.key.device < self.gathering.known.listed:
                place = (case.name or case.contact.key.peer, case.contact.key.protocol, case.contact.key.port)
                devices.setdefault(place, set()).add(self._label(case.contact.key.device))
        ordered = sorted(devices, key=lambda place: (place[0], place[1], place[2] or 0))
        return tuple(
            Entry(host=host, protocol=protocol, port=port, devices=tuple(sorted(devices[host, protocol, port])))
            for host, protocol, port in ordered
        )

    def _label(self, device: int) -> str:
        one = self.gathering.known.devices[device]
        return one.mac or str(one.ip)

    def _case(self, contact: Contact) -> Case:
        key, names = contact.key, self.gathering.names
        name, source = (key.peer, "dns") if contact.name_only else names.of(key.device, key.peer, contact.first)
        return Case(
            contact=contact,
            name=name,
            name_source=source,
            service=self.catalogue.by_name(name, key.protocol, key.port) if name else None,
            hint=self.catalogue.by_port(key.protocol, key.port),
            expected=self.expected_of(key.device),
            sees_dns=names.sees(key.device, contact.first),
            baseline=self.baseline,
            device_keys=self._device_keys[key.device],
        )

    @cached_property
    def _peers(self) -> dict[int, set[str]]:
        peers: dict[int, set[str]] = {}
        for key in self.gathering.contacts:
            peers.setdefault(key.device, set()).add(key.peer)
        return peers

    def reached_or_local(self, contact: Contact) -> bool:
        """Whether a name that was only looked up was connected to in another contact, or belongs to the site."""
        name = contact.key.peer
        if name.endswith(_LOCAL_NAMES):
            return True
        addresses = self.gathering.names.addresses(contact.key.device, name)
        if addresses and all(self.gathering.place(address) is Place.LOCAL for address in addresses):
            return True
        return not addresses.isdisjoint(self._peers[contact.key.device])

    def _groups(self) -> dict[tuple[object, ...], "_Group"]:
        groups: dict[tuple[object, ...], _Group] = {}
        listed = self.gathering.known.listed
        for case in self.cases:
            reason = decide(case)
            if reason is None:
                continue
            key = case.contact.key
            if key.device >= listed and not _of_cameras(case, reason):
                continue  # with --all, other people's devices are shown only where a camera's service is concerned
            # Whoever knocks from the internet, it is one finding about the door.
            place = reason.severity if reason.rule is Rule.INBOUND else case.name or key.peer
            identity = (reason.rule, place, key.protocol, key.port)
            groups.setdefault(identity, _Group(reason)).cases.append((case, reason))
        return groups

    def _uploads(self) -> Iterator[Finding]:
        """Destinations that were sent more than the alert's volume on one UTC day by one device."""
        reason = Reason(Rule.UPLOAD, Severity.MEDIUM, "", ("recorder", "allow"))
        by_place: dict[str, _Group] = {}
        totals: dict[str, tuple[int, int]] = {}
        for place, cases in self._senders.items():
            sent, host = self.sent[place], place[1]
            days = [sent.days[day] for day in {day for case in cases for day in case.contact.days}]
            out = sum(days)
            if max(days) >= self.upload_alert_bytes and out >= UPLOAD_RATIO * sent.back:
                by_place.setdefault(host, _Group(reason)).cases += [(case, reason) for case in cases]
                before = totals.get(host, (0, 0))
                totals[host] = before[0] + out, before[1] + sent.back
        for host, group in by_place.items():
            finding = group.one(self, reason)
            out, back = totals[host]
            yield replace(finding, bytes_out=out, bytes_in=back) if self.earlier else finding

    @cached_property
    def _senders(self) -> dict[tuple[int, str], list[Case]]:
        """Contacts in which a device sent something to a host that is not expected, by device and host."""
        senders: dict[tuple[int, str], list[Case]] = {}
        for case in self.cases:
            contact = case.contact
            if contact.key.direction is Direction.IN or not case.outward or not contact.days:
                continue
            if contact.key.device >= self.gathering.known.listed or self._is_allowed(case):
                continue
            senders.setdefault((contact.key.device, case.name or contact.key.peer), []).append(case)
        return senders

    @cached_property
    def sent(self) -> dict[tuple[int, str], Sent]:
        """What each of these devices sent to each of these hosts, and what they had sent ``earlier``."""
        found = {place: Sent(Counter(sent.days), sent.back) for place, sent in self.earlier.items()}
        for place, cases in self._senders.items():
            sent = found.setdefault(place, Sent())
            for case in cases:
                sent.days.update(case.contact.days)
                sent.back += case.contact.bytes_in or 0
        return found

    def _is_allowed(self, case: Case) -> bool:
        if case.baseline is not None and case.baseline.approves(case):
            return True
        return case.expected.allows(case.address, case.name, case.contact.key.port)


def _order(one: Finding) -> tuple[object, ...]:
    """The gravest first, then those with most devices; nothing hangs on how the inputs were read."""
    goal, weight = one.destination, (_RANK[one.severity], -len(one.devices), -one.connections)
    return *weight, one.first, one.because, goal.name or "", goal.ip or "", one.protocol, one.port or 0


def _of_cameras(case: Case, reason: Reason) -> bool:
    """Whether it is a service in the catalogue, or a payload of cameras: STUN alone is every video call."""
    if reason.rule is not Rule.P2P:
        return reason.rule is Rule.VENDOR_CLOUD
    return case.service is not None or case.hint is not None or case.contact.marks != {Mark.STUN}


@contextmanager
def _uncollected() -> Iterator[None]:
    """Holds Python's collector of cycles off: of a hundred thousand findings, which have none, it goes through all that
    there are again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@dataclass(slots=True)
class _Group:
    """Contacts of one rule with one place."""

    reason: Reason
    cases: list[tuple[Case, Reason]] = field(default_factory=list)

    def findings(self, judge: Judge) -> Iterator[Finding]:
        """One finding, of rule ``fleet`` where many devices went to one unlisted place."""
        devices = {case.contact.key.device for case, _ in self.cases}
        reason = min((reason for _, reason in self.cases), key=lambda one: (_RANK[one.severity], one.because))
        if len(devices) >= FLEET and reason.rule in FLEET_RULES:
            because = f"{len(devices)} devices went to one place; {reason.because}"
            reason = reason._replace(rule=Rule.FLEET, severity=Severity.HIGH, because=because)
        yield self.one(judge, reason)

    def one(self, judge: Judge, reason: Reason) -> Finding:
        """The finding for ``reason``, its sentence still to be written."""
        contacts = [case.contact for case, _ in self.cases]
        keys = {(contact.key.protocol, contact.key.port) for contact in contacts}
        protocol, port = next(iter(keys)) if len(keys) == 1 else (_one(key[0] for key in keys), None)
        outcomes = Counter(contacts[0].outcomes)
        for contact in contacts[1:]:
            outcomes.update(contact.outcomes)
        new = None
        if judge.baseline is not None:
            new = not all(judge.baseline.lists(case) for case, _ in self.cases)
        return Finding(
            rule=reason.rule,
            severity=reason.severity,
            devices=tuple(sorted({contact.key.device for contact in contacts})),
            destination=self._destination(reason.rule, judge.places),
            protocol=protocol,
            port=port,
            direction=contacts[0].key.direction,
            outcomes=outcomes,
            bytes_out=_total([contact.bytes_out for contact in contacts]),
            bytes_in=_total([contact.bytes_in for contact in contacts]),
            first=min([contact.first for contact in contacts]),
            last=max([contact.last for contact in contacts]),
            because=reason.because,
            expected=self._expected(reason),
            evidence=tuple(sorted({item for contact in contacts for item in contact.evidence})[:EVIDENCE]),
            new=new,
        )

    def _expected(self, reason: Reason) -> tuple[str, ...]:
        first = self.cases[0][0].expected
        if all(case.expected is first for case, _ in self.cases):
            return first.words(*reason.expects)
        sites = {id(case.expected): case.expected for case, _ in self.cases}
        return _distinct(word for one in sites.values() for word in one.words(*reason.expects))

    def _destination(self, rule: Rule, places: Gazetteer | None) -> Destination:
        weights: dict[str, int] = {}
        named: Case | None = None
        for case, _ in self.cases:
            if address := case.address:
                weights[address] = weights.get(address, 0) + case.contact.connections
            named = named or (case if case.name else None)
        if rule is Rule.INBOUND:
            named = named if len(weights) == 1 else None
        most = min(weights, key=lambda address: (-weights[address], address), default=None)
        # Of the site's own addresses a table of the internet knows nothing.
        outside = self.cases[0][0].contact.place is Place.INTERNET
        where = places.of(most) if places is not None and most is not None and outside else Whereabouts()
        return Destination(
            ip=most,
            name=named.name if named else None,
            name_source=named.name_source if named else None,
            addresses=len(weights),
            country=where.country,
            asn=where.asn,
            org=where.org,
        )


def _one(values: Iterable[str]) -> str:
    """The one value, or ``several``."""
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else "several"


def _total(values: list[int | None]) -> int | None:
    figures = [value for value in values if value is not None]
    return sum(figures) if figures else None


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
