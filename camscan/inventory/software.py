"""Programs on the owner's computers, as the owner's lists name them: by host name mostly, so they are no devices.

A newer list speaks for every computer that it names: what it no longer has there is kept as history and not shown.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address

import sqlalchemy as sa
from sqlalchemy import Connection

from camscan.evidence import IPAddress
from camscan.inventory.saving import chunks
from camscan.inventory.schema import software
from camscan.inventory.times import from_number, to_number


@dataclass(frozen=True, slots=True)
class Installed:
    """A program on a computer, in the words of the list that was imported ``at``: print them through ``safe.text``.
    ``host`` is a name or an address."""

    host: str
    name: str
    version: str | None
    at: datetime


def computer(host: str) -> str:
    """A host as lists are compared by it: an address in its one spelling, or a name without regard to case."""
    try:
        return str(ip_address(host))
    except ValueError:
        return host.casefold().rstrip(".")


def save(
    connection: Connection, scan_id: int, computers: Collection[str], programs: Sequence[tuple[str, str, str | None]]
) -> None:
    """Adds (host, name, version) of a list that names ``computers`` (each as ``computer`` spells it)."""
    now = to_number(datetime.now(UTC))
    for some in chunks(sorted(computers)):
        known = software.c.until.is_(None), software.c.computer.in_(some)
        connection.execute(sa.update(software).where(*known).values(until=now))
    rows = [
        {"scan_id": scan_id, "computer": computer(host), "host": host, "name": name, "version": version, "at": now}
        for host, name, version in programs
    ]
    if rows:
        connection.execute(sa.insert(software), rows)


def read(connection: Connection) -> tuple[Installed, ...]:
    """What the newest list that names a computer has there, by computer."""
    rows = connection.execute(
        sa.select(software).where(software.c.until.is_(None)).order_by(software.c.computer, software.c.id)
    )
    return tuple(Installed(row.host, row.name, row.version, from_number(row.at)) for row in rows)


def forget(connection: Connection, *, before: int | None = None, addresses: Collection[str] = ()) -> None:
    """Deletes what was listed ``before``, or of the computers at ``addresses``."""
    if before is not None:
        connection.execute(sa.delete(software).where(software.c.at < before))
    for some in chunks(sorted(addresses)):
        connection.execute(sa.delete(software).where(software.c.computer.in_(some)))


class Places:
    """Which device of the inventory is the computer of a list? Only where exactly one can be."""

    def __init__(self) -> None:
        self._at: dict[str, set[IPAddress]] = {}

    def add(self, hostname: str | None, ip: IPAddress) -> None:
        """Notes a device."""
        self._at.setdefault(str(ip), set()).add(ip)
        if hostname:
            for name in _spellings(hostname):
                self._at.setdefault(name, set()).add(ip)

    def of(self, host: str) -> IPAddress | None:
        """The address of the device that has this name or address; None where none has it, or several have.

        A name without a domain is that of a device with any domain, and the other way round.
        """
        name = computer(host)
        found = self._at.get(name) or (self._at.get(f"{name.partition('.')[0]}.") if "." in name else None)
        return next(iter(found)) if found and len(found) == 1 else None


def _spellings(hostname: str) -> set[str]:
    """Under which names a device is found. A bare name that a full one may be short for ends with a dot."""
    name = computer(hostname)
    first = name.partition(".")[0]
    return {name, first} if "." in name else {name, f"{name}."}
