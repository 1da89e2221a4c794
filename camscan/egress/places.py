"""Country and network owner of an address, from a table that ships with camscan: nothing is asked of anybody.

``signatures/places.zst`` (built by tools/build_places.py) is one zstd frame. A line of JSON: the date, the attribution
that the licences ask for, the counts of IPv4 and IPv6 ranges, the country codes. Then for each IP version the sorted
starts (32 bits; of IPv6 the upper 64), country numbers (8 bits) and network numbers (32 bits), little-endian, 0 for
none. Then a line for each network: its AS number, a tab, its organisation.
"""

import json
import sys
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources.abc import Traversable
from ipaddress import ip_address
from typing import Protocol

import zstandard

from camscan.errors import SignatureError
from camscan.identify.loader import shipped
from camscan.safe.text import neutralise

FILE = "places.zst"

UNPACKED_LIMIT = 64 * 1024 * 1024
"""Bytes of the table when unpacked; ours has about a sixth of it."""

STALE_DAYS = 180
"""Age from which on a report says that the table is old: ranges change hands."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What the table says of an address. ``country`` is a code of ISO 3166-1: where the range is registered or routed,
    which need not be where the machine stands."""

    country: str | None = None
    asn: int | None = None
    org: str | None = None


class Gazetteer(Protocol):
    """Something that knows where addresses are."""

    def of(self, address: str) -> Whereabouts:
        """What is known of an address."""

    def note(self, today: date) -> str:
        """Where that comes from and how old it is, for the report."""


class Places:
    """The table, ready to be asked."""

    def __init__(self, content: bytes) -> None:
        head, _, body = content.partition(b"\n")
        told = json.loads(head)
        self.date = date.fromisoformat(told["date"])
        self.attribution = str(told["attribution"])
        self._countries = [str(code) for code in told["countries"]]
        self._tables: dict[int, tuple[array[int], array[int], array[int]]] = {}
        at = 0
        for version, form, count in zip((4, 6), ("I", "Q"), told["counts"], strict=True):
            columns = []
            for letter in (form, "B", "I"):
                column: array[int] = array(letter)
                size = count * column.itemsize
                column.frombytes(body[at : at + size])
                at += size
                if len(column) != count:
                    raise ValueError("cut off")
                if sys.byteorder == "big":
                    column.byteswap()
                columns.append(column)
            self._tables[version] = (columns[0], columns[1], columns[2])
        self._networks = body[at:].decode("utf-8").split("\n")
        for _, countries, networks in self._tables.values():
            if max(countries, default=0) > len(self._countries) or max(networks, default=0) > len(self._networks):
                raise ValueError("an entry without a name")

    def of(self, address: str) -> Whereabouts:
        """What is known of an address; nothing for one that the table does not have."""
        ip = ip_address(address)
        if not ip.is_global:
            return Whereabouts()  # documentation ranges and the like are registered somewhere, which says nothing
        starts, countries, networks = self._tables[ip.version]
        place = bisect_right(starts, int(ip) if ip.version == 4 else int(ip) >> 64) - 1
        if place < 0:
            return Whereabouts()
        country, network = countries[place], networks[place]
        number, _, org = self._networks[network - 1].partition("\t") if network else ("", "", "")
        return Whereabouts(
            country=self._countries[country - 1] if country else None,
            asn=int(number) if number else None,
            org=neutralise(org, 80) or None,
        )

    def note(self, today: date) -> str:
        """The attribution, with the table's date, and a warning where it is old."""
        old = f" It is older than {STALE_DAYS} days." if (today - self.date).days > STALE_DAYS else ""
        return f"Countries and network owners as of {self.date.isoformat()}.{old} {self.attribution}."


@cache
def shipped_places() -> Places | None:
    """The table that came with camscan, or None where it was left out. Raises SignatureError for a damaged one."""
    entry = shipped() / FILE
    return read_places(entry) if entry.is_file() else None


def read_places(entry: Traversable) -> Places:
    """The table in a file. Raises SignatureError."""
    try:
        reader = zstandard.ZstdDecompressor().stream_reader(entry.read_bytes())
        return Places(reader.read(UNPACKED_LIMIT))
    except (OSError, ValueError, KeyError, TypeError, IndexError, zstandard.ZstdError):
        raise SignatureError(f"{FILE}:1", "the table of places is damaged; install camscan again") from None
