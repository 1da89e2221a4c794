"""Who was heard: by address, and within an address by the device that held it then.

Only addresses of the scope have an entry. What comes under another MAC than the one that holds the address by ARP is
nobody's: it is counted and left out, so that no forged announcement speaks for a device.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from camscan.evidence import IPAddress, Observation, Outcome, Transport, Via, observe
from camscan.scan.state import CLAIMS_PER_PROBE
from camscan.scope import Scope, canonical

MOST_HOSTS = 1 << 16
"""Addresses of the scope that are told apart: those of a /16. More are counted."""

HOLDERS = 4
"""Devices that are told apart at one address."""

ANSWERS_PER_PORT = 4
"""Different answers of one protocol at one TCP port that are kept."""

_LIMITS = {"mdns": 32, "ssdp": 32, "dhcp": 8}
"""Protocols of which each message tells one of many things about a device."""

PER_STAY = 128
"""Observations of one device that are kept in all."""

PENDING = 20_000
"""Observations kept in memory before they are judged and saved, about 100 MB at most."""

PRESENCE_SECONDS = 6 * 3600.0
"""How often it is written down that a device is still there."""

PRESENCE = "presence"
"""Probe of observations that only say when something was heard."""

_OUTSIDE = 10_000
_REMEMBERED = 200_000

Kept = Callable[[Sequence[Observation]], bool]
"""Whether observations of one device show that it is a camera or one of its kin."""

Sink = Callable[[IPAddress, str, int, tuple[Observation, ...]], None]
"""Takes what was heard of one device for good: its address, site, a number, and the observations. Of two devices at
one address, and of two addresses of one device, the later one has the higher number: they are not of one moment."""


@dataclass(slots=True)
class Stay:
    """One device's time at an address. ``mac`` is empty where nothing tells which device it is; ``number`` is that of
    Sink; ``told`` is when what was handed over last was heard."""

    number: int
    mac: bytes
    first: float
    last: float
    observations: list[tuple[bytes, Observation]] = field(default_factory=list)
    kept: bool = False
    judged: int = 0
    told: float | None = None
    _said: set[bytes] = field(default_factory=set)
    _claims: Counter[str] = field(default_factory=Counter)

    def said(self, what: bytes) -> bool:
        """Whether the very same was said before."""
        return _digest(what) in self._said

    def remember(self, what: bytes) -> None:
        """From now on the same is no news. Of a device that says ever new things not all is remembered."""
        if len(self._said) < 4 * PER_STAY:
            self._said.add(_digest(what))

    def sated(self, transport: Transport, probe: str, port: int) -> bool:
        """Whether it has said as much in one protocol as is believed of one device."""
        limit = _LIMITS.get(probe, CLAIMS_PER_PROBE if transport is Transport.UDP else ANSWERS_PER_PORT)
        return self._claims[_door(transport, probe, port)] >= limit or self._claims.total() >= PER_STAY

    def add(self, mac: bytes, observation: Observation) -> bool:
        """Keeps it, unless that were one claim too many."""
        way = observation.transport, observation.probe, observation.port
        if self.sated(*way):
            return False
        self._claims[_door(*way)] += 1
        self.observations.append((mac, observation))
        return True

    def belongs_to(self, mac: bytes) -> int:
        """Says whose stay this is; returns how much of it came from others, which is dropped."""
        self.mac = mac
        before = len(self.observations)
        self.observations = [one for one in self.observations if one[0] in (b"", mac)]
        return before - len(self.observations)


@dataclass(slots=True)
class Host:
    """One address of the scope."""

    ip: IPAddress
    site: str
    stays: list[Stay]
    current: Stay

    def stay(self, mac: bytes) -> Stay | None:
        """The stay that a frame from ``mac`` belongs to; None where another device holds the address."""
        if not mac or not self.current.mac or mac == self.current.mac:
            return self.current
        return next((stay for stay in self.stays if stay.mac == mac), None)


@dataclass(slots=True)
class Hosts:
    """Every address that was met. ``outside`` are addresses beyond the scope, of which nothing else is known;
    ``foreign`` counts what named an address that another device holds; ``cut`` are addresses that said too much;
    ``handed_on`` those that changed hands; ``crowded`` counts packets of addresses beyond MOST_HOSTS."""

    scope: Scope
    interface: str | None = None
    outside: set[bytes] = field(default_factory=set)
    foreign: int = 0
    crowded: int = 0
    forgotten: int = 0
    cut: set[IPAddress] = field(default_factory=set)
    handed_on: set[IPAddress] = field(default_factory=set)
    pending: int = 0
    _hosts: dict[bytes, Host] = field(default_factory=dict)
    _elsewhere: set[bytes] = field(default_factory=set)
    _by_mac: dict[bytes, list[Stay]] = field(default_factory=dict)

    def get(self, address: bytes) -> Host | None:
        """The host at a packed address; None for one outside the scope."""
        host = self._hosts.get(address)
        if host is not None or address in self._elsewhere:
            return host
        ip = canonical(IPv4Address(address) if len(address) == 4 else IPv6Address(address))
        site = self.scope.site_of(ip)
        if site is None:
            if len(self._elsewhere) >= _REMEMBERED:
                self._elsewhere.clear()
            self._elsewhere.add(address)
            return None
        if len(self._hosts) >= MOST_HOSTS:
            self.crowded += 1
            return None
        stay = Stay(0, b"", float("inf"), float("-inf"))
        host = self._hosts[address] = Host(ip, site.name, [stay], stay)
        return host

    def heard(self, address: bytes, mac: bytes, at: float) -> Host | None:
        """The same, for the sender of a packet, which was there at that time."""
        host = self.get(address)
        if host is None:
            if len(self.outside) < _OUTSIDE and any(address):
                self.outside.add(address)
            return None
        stay = host.stay(mac)
        if stay is not None:
            stay.first, stay.last = min(stay.first, at), max(stay.last, at)
        return host

    def held(self, host: Host, mac: bytes, at: float) -> bool:
        """Notes that ``mac`` holds the address now. Returns whether that is news."""
        current = host.current
        if current.mac == mac:
            self._together(host, current)
            return False
        if not current.mac:
            dropped = current.belongs_to(mac)
            self.foreign += dropped
            self.pending -= dropped
            self._moved(host, current)
            return True
        self.handed_on.add(host.ip)
        known = next((stay for stay in host.stays if stay.mac == mac), None)
        if known is None and len(host.stays) >= HOLDERS:
            self.cut.add(host.ip)
            return False
        if known is None:
            known = Stay(max(stay.number for stay in host.stays) + 1, mac, at, at)
            host.stays.append(known)
            self._moved(host, known)
        host.current = known
        return True

    def _moved(self, host: Host, stay: Stay) -> None:
        """A device that had another address before comes after itself; one that has two at once does not."""
        if not isinstance(host.ip, IPv4Address) or host.ip.is_link_local:
            return
        before = self._by_mac.setdefault(stay.mac, [])
        if before and stay.told is None:
            stay.number = min(max(stay.number, before[-1].number + 1), HOLDERS)
        if len(before) < 2 * HOLDERS:
            before.append(stay)

    def _together(self, host: Host, stay: Stay) -> None:
        """A device that is heard again at an address after it was heard at another has both at once."""
        places = self._by_mac.get(stay.mac, ())
        if len(places) > 1 and places[-1] is not stay and isinstance(host.ip, IPv4Address):
            for other in places:
                if other.told is None and other.first > stay.first:
                    other.number = stay.number

    def add(self, host: Host, mac: bytes, observation: Observation) -> None:
        """Keeps what a device said in a frame from ``mac``."""
        stay = host.stay(mac)
        if stay is None:
            self.foreign += 1
        elif stay.add(mac, observation):
            self.pending += 1
        else:
            self.boasts(host, observation.transport, observation.probe)

    def boasts(self, host: Host, transport: Transport, probe: str) -> None:
        """Notes that more was said than is believed of one device, where each answer tells of a whole one."""
        if transport is Transport.UDP and probe not in _LIMITS:
            self.cut.add(host.ip)

    def save(self, kept: Kept, sink: Sink, *, last: bool = False) -> None:
        """Hands what cameras said to ``sink`` and lets go of it. ``last``: nothing comes after this.

        What the others said stays, while there is room, since a sign may still come.
        """
        for host in self._hosts.values():
            for stay in host.stays:
                self._save(host, stay, kept, sink, last=last)
        self.pending = sum(len(stay.observations) for host in self._hosts.values() for stay in host.stays)
        if self.pending > PENDING // 2:
            for host in self._hosts.values():
                for stay in host.stays:
                    stay.observations.clear()
            self.forgotten += self.pending
            self.pending = 0

    def _save(self, host: Host, stay: Stay, kept: Kept, sink: Sink, *, last: bool) -> None:
        said = [one for _, one in stay.observations]
        if not stay.kept and len(said) > stay.judged:
            stay.kept = kept(said)
            stay.judged = len(said)
        due = last or (stay.told is not None and stay.last - stay.told >= PRESENCE_SECONDS)
        if not stay.kept or not (said or due):
            return
        moments = [stay.first] if stay.told is None else []
        if due and stay.last not in (*moments, stay.told):
            moments.append(stay.last)
        if said or moments:
            stay.told = moments[-1] if moments else stay.told
            sink(host.ip, host.site, stay.number, (*(self._presence(host, at) for at in moments), *said))
        stay.observations.clear()
        stay.judged = 0

    def _presence(self, host: Host, at: float) -> Observation:
        return observe(
            host.ip, 0, Transport.LINK, Via.PASSIVE, PRESENCE, Outcome.OK, interface=self.interface, at=moment(at)
        )

    def holds(self, mac: bytes) -> bool:
        """Whether a device with this MAC holds an address of the scope."""
        return any(stay.mac == mac for host in self._hosts.values() for stay in host.stays)

    def any_in(self, network: IPv4Network | IPv6Network) -> bool:
        """Whether the MAC of any device in ``network`` is known."""
        return any(host.current.mac and host.ip in network for host in self._hosts.values())

    @property
    def met(self) -> dict[str, Counter[bool]]:
        """By site, how many devices were met: kept (True) and only counted (False)."""
        counts: dict[str, Counter[bool]] = {}
        for host in self._hosts.values():
            for stay in host.stays:
                if stay.last >= stay.first:
                    counts.setdefault(host.site, Counter())[stay.kept] += 1
        return counts


def _door(transport: Transport, probe: str, port: int) -> str:
    return f"{transport} {probe} {port}"


def _digest(what: bytes) -> bytes:
    return sha256(what).digest()[:12]


def moment(at: float) -> datetime:
    """Seconds since 1970 as a time."""
    return datetime.fromtimestamp(at, UTC)
