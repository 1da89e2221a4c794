"""Names of addresses: from DNS answers in the same period first, then from TLS where a connection told one."""

from bisect import bisect_right
from dataclasses import dataclass, field

NAME_LIMIT = 1_000_000
"""Pairs of device and address remembered. Past it new ones are counted and left out."""

NAMES_EACH = 16
"""Changes of name remembered for one address; shared hosts change often, and the first ones are as good as any."""

_Told = list[tuple[float, str]]
"""Since when an address had which name, in the order of time."""

MEMORY = 86_400.0
"""Seconds for which a device may go on using an answer: few time-to-live values are longer than a day."""


@dataclass(slots=True)
class Names:
    """What each known device was told about each address. A device's own answers come before those of others."""

    _own: dict[tuple[int, str], _Told] = field(default_factory=dict)
    _others: dict[str, _Told] = field(default_factory=dict)
    _told: dict[tuple[int, str], str] = field(default_factory=dict)
    _resolved: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    _asked: dict[int, tuple[float, float]] = field(default_factory=dict)
    dropped: int = 0

    def answer(self, device: int | None, name: str, address: str, at: float) -> None:
        """A DNS answer to ``device`` (None: to one that the log does not name)."""
        if len(self._own) + len(self._others) >= NAME_LIMIT:
            self.dropped += 1
            return
        if device is not None:
            self.asked(device, at)
            self._resolved.setdefault((device, name), set()).add(address)
            _put(self._own.setdefault((device, address), []), name, at)
        _put(self._others.setdefault(address, []), name, at)

    def asked(self, device: int, at: float) -> None:
        """A lookup of ``device`` is in the inputs."""
        first, last = self._asked.get(device, (at, at))
        self._asked[device] = min(first, at), max(last, at)

    def sees(self, device: int, at: float) -> bool:
        """Whether lookups of ``device`` around that time are in the inputs, so that a missing one means something."""
        first, last = self._asked.get(device, (at + 1, at))
        return first <= at <= last + MEMORY

    def told(self, device: int, address: str, name: str) -> None:
        """A connection itself named its destination (TLS SNI, or a column of a log)."""
        if len(self._told) < NAME_LIMIT:
            self._told[device, address] = name

    def of(self, device: int, address: str, at: float) -> tuple[str, str]:
        """(name, source) of an address as this device knew it then; source is dns, sni, dns-other or empty."""
        own = self._own.get((device, address))
        if own:
            return _name_at(own, at), "dns"
        told = self._told.get((device, address))
        if told is not None:
            return told, "sni"
        other = self._others.get(address)
        return (_name_at(other, at), "dns-other") if other else ("", "")

    def addresses(self, device: int, name: str) -> frozenset[str]:
        """Addresses that this device was given for ``name``."""
        return frozenset(self._resolved.get((device, name), ()))


def _put(told: _Told, name: str, at: float) -> None:
    """Notes that from ``at`` on the address had this name, where it had another before."""
    place = bisect_right(told, at, key=lambda one: one[0])
    if place and told[place - 1][1] == name:
        return
    if place < len(told) and told[place][1] == name:
        told[place] = (at, name)
    elif len(told) < NAMES_EACH:
        told.insert(place, (at, name))


def _name_at(told: _Told, at: float) -> str:
    """The name that the newest answer before ``at`` gave; the first one, where all came later (clocks differ)."""
    return told[max(bisect_right(told, at, key=lambda one: one[0]) - 1, 0)][1]
