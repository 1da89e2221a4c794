"""Countries and network owners from the owner's own .mmdb files, before the table that ships with camscan.

The format is MaxMind's (maxmind.github.io/MaxMind-DB, 2.0); DB-IP, IPinfo and others publish it too, each with names
of its own for the same things.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Self

import maxminddb

from camscan.egress.places import STALE_DAYS, Places, Whereabouts
from camscan.errors import UsageError
from camscan.safe.text import neutralise

SIZE_LIMIT = 512 * 1024 * 1024
"""Bytes of one file, which is held in memory; those of countries and networks have about 10 million, of cities 70."""

_DAMAGE = (maxminddb.InvalidDatabaseError, OSError, ValueError, TypeError, LookupError, RecursionError, OverflowError,
           AttributeError, struct.error)  # fmt: skip
"""What the reader was seen to raise for bytes that are no such file, or a broken one."""


class _Own:
    """One file. ``answered`` and ``damaged`` say what came of asking it."""

    def __init__(self, path: Path, reader: maxminddb.Reader) -> None:
        self.path = path
        self._reader = reader
        facts = reader.metadata()
        self.kind = neutralise(str(facts.database_type), 60) or "of no named type"
        self.built = datetime.fromtimestamp(facts.build_epoch, UTC).date()
        self.has_ipv6 = facts.ip_version == 6
        self.answered = self.damaged = False

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises UsageError with the reason where the file cannot be used."""
        shown = neutralise(str(path), 200)
        try:
            size = path.stat().st_size
            if 0 < size <= SIZE_LIMIT:
                # Not the reader's part in C: what a damaged file does there is worse than an exception. And not mapped
                # into memory: a file that is overwritten meanwhile would end the process.
                own = cls(path, maxminddb.open_database(path, maxminddb.MODE_MEMORY))
                own._reader.get(IPv4Address("8.8.8.8"))
                return own
        except OSError as error:
            raise UsageError(f"{shown} cannot be read: {error.strerror or error}.") from None
        except _DAMAGE:
            pass
        else:
            reason = f"it has more than {SIZE_LIMIT:,} bytes" if size else "it is empty"
            raise UsageError(f"{shown} is no .mmdb file that can be used: {reason}.")
        raise UsageError(
            f"{shown} is no .mmdb file that can be used: it is none, is damaged, or was not downloaded whole.\n"
            "  Unpack it first if it is a .tar.gz, then try again."
        )

    def of(self, ip: IPv4Address | IPv6Address) -> Whereabouts:
        """What the file says of an address. After damage was met it is asked no more."""
        if self.damaged or (ip.version == 6 and not self.has_ipv6):
            return Whereabouts()
        try:
            told = _read(self._reader.get(ip))
        except _DAMAGE:
            self.damaged = True
            return Whereabouts()
        self.answered = self.answered or told != Whereabouts()
        return told

    def note(self, today: date) -> str:
        """One sentence about the file, or two."""
        name = f"{neutralise(self.path.name, 80)} ({self.kind}, built {self.built.isoformat()})"
        if self.damaged:
            return f"{name} is damaged and was not asked further."
        if not self.answered:
            return f"{name} named no country and no network of any destination."
        old = f" It is older than {STALE_DAYS} days." if (today - self.built).days > STALE_DAYS else ""
        return f"Countries or network owners from your own {name}.{old}"


class OwnPlaces:
    """The owner's files in the order they were given, then the shipped table for what none of them has."""

    def __init__(self, paths: Sequence[Path], shipped: Places | None) -> None:
        """Raises UsageError, naming the file and the reason, where one cannot be used."""
        self._files = [_Own.open(path) for path in paths]
        self._shipped = shipped
        self._shipped_used = False

    def of(self, address: str) -> Whereabouts:
        """Country and network, each from the first that knows it; number and name of a network are never mixed."""
        ip = ip_address(address)
        if not ip.is_global:
            return Whereabouts()
        country: str | None = None
        network = Whereabouts()
        for file in self._files:
            told = file.of(ip)
            country = country or told.country
            network = told if network.asn is None and network.org is None else network
        if self._shipped is not None and (country is None or (network.asn is None and network.org is None)):
            told = self._shipped.of(address)
            self._shipped_used = self._shipped_used or told != Whereabouts()
            country = country or told.country
            network = told if network.asn is None and network.org is None else network
        return Whereabouts(country, network.asn, network.org)

    def note(self, today: date) -> str:
        """What each file is, and the shipped table's own note where that was needed."""
        notes = [file.note(today) for file in self._files]
        if self._shipped is not None and self._shipped_used:
            notes.append(f"For the rest: {self._shipped.note(today)}")
        return " ".join(notes)


def _read(record: object) -> Whereabouts:
    """Country and network of one record, by the names that publishers give them."""
    if not isinstance(record, Mapping):
        return Whereabouts()
    country = _code(
        value
        for key in ("country", "registered_country", "country_code")
        for value in (record.get(key), *_inner(record.get(key), "iso_code"))
    )
    number = _number(record.get(key) for key in ("autonomous_system_number", "asn", "as_number"))
    names = (record.get(key) for key in ("autonomous_system_organization", "as_name", "as_organization", "as_org"))
    org = next((neutralise(name, 80) for name in names if isinstance(name, str) and name.strip()), None)
    return Whereabouts(country, number, org)


def _inner(value: object, key: str) -> tuple[object, ...]:
    return (value.get(key),) if isinstance(value, Mapping) else ()


def _code(values: Iterable[object]) -> str | None:
    """The first code of ISO 3166-1."""
    for value in values:
        if isinstance(value, str) and len(value) == 2 and value.isascii() and value.isalpha():
            return value.upper()
    return None


def _number(values: Iterable[object]) -> int | None:
    """The first AS number, written as a number, as digits or with AS before it (RFC 5396: below 2 to the 32)."""
    for value in values:
        digits = value.strip().upper().removeprefix("AS") if isinstance(value, str) else str(value)
        if not isinstance(value, bool) and digits.isascii() and digits.isdigit() and len(digits) <= 10:
            number = int(digits)
            if 0 < number < 1 << 32:
                return number
    return None
