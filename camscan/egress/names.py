"""Names of addresses: from DNS answers in the same period first, then from TLS where a connection told one."""

from dataclasses import dataclass, field

NAME_LIMIT = 1_000_000
"""Pairs of device and address remembered. Past it new ones are counted and left out."""

MEMORY = 86_400.0
"""Seconds for which a device may go on using an answer: few time-to-live values are longer than a day."""


@dataclass(slots=True)
class Names:
    """What each known device was told about each address. A device's own answers come before those of others."""

    _own: dict[tuple[int, str], tuple[str, float]] = field(default_factory=dict)
    _others: dict[str, tuple[str, float]] = field(default_factory=dict)
    _told: dict[tuple[int, str], str] = field(default_factory=dict)
    _resolved: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    _asked: dict[int, tuple[float, float]] = field(default_factory=dict)
    dropped: int = 0

    def answer(self, device: int | None, name: str, address: str, at: float) -> None:
        """A DNS answer to ``device`` (None: to one that the log does not name). The newest answer stands."""
        if len(self._own) + len(self._others) >= NAME_LIMIT:
            self.dropped += 1
            return
        if device is not None:
            self.asked(device, at)
            self._resolved.setdefault((device, name), set()).add(address)
            before = self._own.get((device, address))
            if before is None or before[1] <= at:
                self._own[device, address] = (name, at)
        seen = self._others.get(address)
        if seen is None or seen[1] <= at:
            self._others[address] = (name, at)

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

    def of(self, device: int, address: str) -> tuple[str, str]:
        """(name, source) of an address as this device knows it; source is dns, sni, dns-other or empty."""
        own = self._own.get((device, address))
        if own is not None:
            return own[0], "dns"
        told = self._told.get((device, address))
        if told is not None:
            return told, "sni"
        other = self._others.get(address)
        return (other[0], "dns-other") if other is not None else ("", "")

    def addresses(self, device: int, name: str) -> frozenset[str]:
        """Addresses that this device was given for ``name``."""
        return frozenset(self._resolved.get((device, name), ()))
