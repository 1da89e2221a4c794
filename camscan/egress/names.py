"""Names of addresses: from DNS answers in the same period first, then from TLS where a connection told one."""

from bisect import bisect_right
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TypeVar

NAME_LIMIT = 1_000_000
"""Pairs of device and address remembered. Past it new ones are counted and left out."""

NAMES_EACH = 16
"""Changes of name remembered for one address; shared hosts change often, and the first ones are as good as any."""

_Key = TypeVar("_Key")

_Told = list[tuple[float, str]]
"""Since when an address had which name, in the order of time."""

REFRESH = 3_600.0
"""Seconds after which it is noted that an address still has its name."""

MEMORY = 86_400.0
"""Seconds for which a device may go on using an answer: few time-to-live values are longer than a day."""


@dataclass(slots=True)
class Names:
    """What each known device was told about each address. A device's own answers come before those of others. ``limit``
    is how many pairs are remembered."""

    limit: int = field(default_factory=lambda: NAME_LIMIT)
    _own: dict[tuple[int, str], _Told] = field(default_factory=dict)
    _others: dict[str, _Told] = field(default_factory=dict)
    _told: dict[tuple[int, str], str] = field(default_factory=dict)
    _resolved: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    _asked: dict[int, tuple[float, float]] = field(default_factory=dict)
    dropped: int = 0

    def answer(self, device: int | None, name: str, address: str, at: float, *, shared: bool = True) -> None:
        """A DNS answer to ``device`` (None: to one that the log does not name). What is ``shared`` names the address to
        all devices."""
        if len(self._own) + len(self._others) >= self.limit:
            self.dropped += 1
            return
        if device is not None:
            self.asked(device, at)
            self._resolved.setdefault((device, name), set()).add(address)
            _put(self._own.setdefault((device, address), []), name, at)
        if shared:
            _put(self._others.setdefault(address, []), name, at)

    def asked(self, device: int, at: float) -> None:
        """A lookup of ``device`` is in an input that tells answers too."""
        first, last = self._asked.get(device, (at, at))
        self._asked[device] = min(first, at), max(last, at)

    def sees(self, device: int, at: float) -> bool:
        """Whether lookups of ``device`` around that time, and their answers, are in the inputs, so that a missing one
        means something."""
        first, last = self._asked.get(device, (at + 1, at))
        return first <= at <= last + MEMORY

    def told(self, device: int, address: str, name: str) -> None:
        """A connection itself named its destination (TLS SNI, or a column of a log)."""
        if len(self._told) < self.limit:
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

    def forget(self, before: float, used: AbstractSet[tuple[int, str]]) -> None:
        """Lets go of what was last told before ``before``, for those who watch without end. What ``used`` holds, pairs
        of device and address, keeps its name however old that is. More than half of ``limit`` never stays."""
        addresses = {address for _, address in used}
        _prune(self._own, before, used, self.limit // 4)
        _prune(self._others, before, addresses, self.limit // 4)
        self._told = {pair: name for pair, name in self._told.items() if pair in used}
        resolved: dict[tuple[int, str], set[str]] = {}
        for (device, name), found in self._resolved.items():
            kept = {address for address in found if (device, address) in self._own}
            if kept:
                resolved[device, name] = kept
        self._resolved = resolved


def _prune(names: dict[_Key, _Told], before: float, used: AbstractSet[_Key], most: int) -> None:
    """Takes out what is older, of each address the names that it no longer has, and past ``most`` the oldest."""
    for key, told in list(names.items()):
        if told[-1][0] < before and key not in used:
            del names[key]
        else:
            del told[: max(bisect_right(told, before, key=lambda one: one[0]) - 1, 0)]
    if len(names) > most:
        for key in sorted(names, key=lambda key: names[key][-1][0])[: len(names) - most]:
            del names[key]


def _put(told: _Told, name: str, at: float) -> None:
    """Notes that from ``at`` on the address had this name, where it had another before. That it still has it stands in
    one entry more, which moves on with the time."""
    place = bisect_right(told, at, key=lambda one: one[0])
    if place and told[place - 1][1] == name:
        if place == len(told) and at - told[-1][0] >= REFRESH:
            if place > 1 and told[-2][1] == name:
                told.pop()
            told.append((at, name))
        return
    if place < len(told) and told[place][1] == name:
        told[place] = (at, name)
    elif len(told) < NAMES_EACH:
        told.insert(place, (at, name))


def _name_at(told: _Told, at: float) -> str:
    """The name that the newest answer before ``at`` gave; the first one, where all came later (clocks differ)."""
    return told[max(bisect_right(told, at, key=lambda one: one[0]) - 1, 0)][1]
