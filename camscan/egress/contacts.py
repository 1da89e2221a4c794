"""What each device did, added up while the inputs are read: memory follows destinations, not records."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address

from camscan.egress.addresses import Place, place_of
from camscan.egress.flow import Answer, Binding, Direction, Flow, Item, Mark, Outcome, protocol_name
from camscan.egress.known import Known
from camscan.egress.names import Names
from camscan.egress.source import Tally
from camscan.scope import Scope

EVIDENCE = 3
"""Records kept as evidence of one contact: the first of each outcome, up to so many."""

PEERS = 20_000
"""Destinations of one device that are told apart; what comes after is counted as ``not_told_apart``."""

DAY = 86_400
"""Seconds of a UTC day (POSIX time has no leap seconds)."""

SERVICE_PORTS = frozenset({53, 123, 853})
"""Local DNS and NTP servers are judged too; other local contacts only show that the device is there."""


@dataclass(frozen=True, slots=True)
class Key:
    """What makes two records one contact. ``peer`` is an address, or a name where no connection was seen."""

    device: int
    peer: str
    protocol: str
    port: int | None
    direction: Direction


@dataclass(slots=True)
class Account:
    """What one kind of input tells of a contact. ``days`` holds bytes sent on each UTC day (days since 1970)."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    bytes_out: int | None = None
    bytes_in: int | None = None
    days: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Contact:
    """All that one device did with one destination.

    ``accounts`` are by kind of input: what a firewall and a capture saw of the same connections is one thing, so the
    larger figure counts, while the files of one kind are added up.
    """

    key: Key
    first: float
    last: float
    place: Place
    accounts: dict[str, Account] = field(default_factory=dict)
    marks: frozenset[Mark] = frozenset()
    evidence: list[tuple[int, int]] = field(default_factory=list)

    @property
    def outcomes(self) -> Counter[Outcome]:
        """Connections by what became of them. Where a firewall says that it blocked what a capture shows to have been
        without an answer, the firewall's word counts; any word counts more than none."""
        if len(self.accounts) == 1:
            return next(iter(self.accounts.values())).outcomes
        merged: Counter[Outcome] = Counter()
        for account in self.accounts.values():
            merged |= account.outcomes
        merged[Outcome.UNANSWERED] -= merged[Outcome.DENIED]
        told = sum(max(merged[one], 0) for one in (Outcome.ALLOWED, Outcome.DENIED, Outcome.UNANSWERED))
        merged[Outcome.UNKNOWN] -= told
        return +merged

    @property
    def bytes_out(self) -> int | None:
        """Bytes the device sent, None where no input has a figure."""
        return max([one.bytes_out for one in self.accounts.values() if one.bytes_out is not None], default=None)

    @property
    def bytes_in(self) -> int | None:
        """Bytes the device got, None where no input has a figure."""
        return max([one.bytes_in for one in self.accounts.values() if one.bytes_in is not None], default=None)

    @property
    def days(self) -> dict[int, int]:
        """Bytes sent on each day."""
        told = [one.days for one in self.accounts.values() if one.days]
        return told[0] if len(told) == 1 else max(told, key=lambda days: sum(days.values()), default={})

    @property
    def connections(self) -> int:
        """Connections, attempts and looked-up names."""
        return sum(self.outcomes.values())

    @property
    def name_only(self) -> bool:
        """Whether only a name was looked up."""
        return self.key.protocol == "dns"


@dataclass(slots=True)
class Seen:
    """That a device was there, or of when a file tells."""

    first: float
    last: float
    records: int = 0

    def widen(self, first: float, last: float) -> None:
        """Takes one record more."""
        self.first, self.last = min(self.first, first), max(self.last, last)
        self.records += 1


@dataclass(slots=True)
class Gathering:
    """Everything the inputs told about the known devices. ``seen`` is by device, ``spans`` by number of the input."""

    known: Known
    scope: Scope | None = None
    names: Names = field(default_factory=Names)
    contacts: dict[Key, Contact] = field(default_factory=dict)
    seen: dict[int, Seen] = field(default_factory=dict)
    spans: dict[int, Seen] = field(default_factory=dict)
    unattributed: Counter[str] = field(default_factory=Counter)
    not_told_apart: int = 0
    dns_records: int = 0
    _peers: Counter[int] = field(default_factory=Counter)
    _places: dict[str, Place] = field(default_factory=dict)

    def take(self, items: Iterable[Item], file: int, tally: Tally) -> None:
        """Adds what a reader yields; ``file`` is the number of the input it came from."""
        for item in items:
            if isinstance(item, Flow):
                self._flow(item, file, tally)
            elif isinstance(item, Answer):
                self._answer(item)
            else:
                self._binding(item, file)

    def place(self, address: str) -> Place:
        """Where an address is: what a site declares, excluded parts among them, is local whatever its number."""
        found = self._places.get(address)
        if found is None:
            found = place_of(address)
            if found in (Place.INTERNET, Place.CARRIER) and self.scope is not None:
                ip = ip_address(address)
                if any(ip in network for site in self.scope.sites for network in site.networks):
                    found = Place.LOCAL
            if len(self._places) > 500_000:
                self._places.clear()
            self._places[address] = found
        return found

    def _binding(self, item: Binding, file: int) -> None:
        self.known.learn(item)
        if self.known.knows(item.address):
            who = self.known.who(item.address, item.at)
            if isinstance(who, int):
                self._mark_seen(who, item.at, item.at, file)

    def _answer(self, item: Answer) -> None:
        self.dns_records += 1
        who = self.known.who(item.client, item.at) if item.client else None
        if isinstance(who, str):
            return  # at that time the address was another's
        for address in item.addresses:
            # What somebody else's computer looked up, which --all lets in, names no destination of a camera.
            self.names.answer(who, item.name, address, item.at, shared=who is None or who < self.known.listed)

    def _mark_seen(self, device: int, first: float, last: float, file: int) -> None:
        for table, key in ((self.seen, device), (self.spans, file)):
            seen = table.get(key)
            if seen is None:
                seen = table[key] = Seen(first, last)
            seen.widen(first, last)

    def _flow(self, flow: Flow, file: int, tally: Tally) -> None:
        device = self.known.who(flow.device, flow.first)
        if isinstance(device, str):
            self.unattributed[device] += flow.connections
            return
        if flow.direction is not Direction.IN or flow.outcome is Outcome.ALLOWED:
            # That somebody tried to reach an address does not show that anything is there.
            self._mark_seen(device, flow.first, flow.last, file)
        if flow.outcome is Outcome.NAME_ONLY:
            self.dns_records += flow.connections
            if tally.answers:
                self.names.asked(device, flow.first)
            place = Place.INTERNET
        else:
            place = self.place(flow.peer)
            if flow.name:
                self.names.told(device, flow.peer, flow.name)
        if place is Place.INTERNET or place is Place.CARRIER or flow.marks or flow.port in SERVICE_PORTS:
            self._add(device, flow, place, (file, tally.kind))

    def _add(self, device: int, flow: Flow, place: Place, origin: tuple[int, str]) -> None:
        key = Key(device, flow.peer or flow.name, protocol_name(flow.protocol), flow.port, flow.direction)
        contact = self.contacts.get(key)
        if contact is None:
            if self._peers[device] >= PEERS:
                self.not_told_apart += flow.connections
                return
            self._peers[device] += 1
            contact = self.contacts[key] = Contact(key, flow.first, flow.last, place)
        file, kind = origin
        account = contact.accounts.get(kind)
        if account is None:
            account = contact.accounts[kind] = Account()
        if len(contact.evidence) < EVIDENCE and not account.outcomes[flow.outcome]:
            contact.evidence.append((file, flow.record))
        contact.first, contact.last = min(contact.first, flow.first), max(contact.last, flow.last)
        contact.marks |= flow.marks
        account.outcomes[flow.outcome] += flow.connections
        if flow.bytes_out is not None:
            account.bytes_out = (account.bytes_out or 0) + flow.bytes_out
            day = int(flow.first // DAY)
            account.days[day] = account.days.get(day, 0) + flow.bytes_out
        if flow.bytes_in is not None:
            account.bytes_in = (account.bytes_in or 0) + flow.bytes_in
