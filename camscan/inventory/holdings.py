"""Which device had which address, and when, as far as the scans tell."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address
from itertools import groupby, islice, takewhile
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa

from camscan.inventory.database import Database
from camscan.inventory.saving import chunks
from camscan.inventory.schema import device, sighting
from camscan.inventory.times import from_number


@dataclass(frozen=True, slots=True)
class Holding:
    """A device had an address from ``first`` to ``last``: it was heard there, and nowhere else in between.

    ``from_before``: nothing says that it had another address earlier; ``since_then``: nor that it has another one now.
    Where one of them is False, nobody knows when between two sightings it moved. Other addresses are those of the same
    IP version; link-local ones stand beside.
    """

    device_id: int
    ip: str
    first: datetime
    last: datetime
    from_before: bool
    since_then: bool


class _Heard(NamedTuple):
    first: int
    last: int
    ip: str


def holdings(database: Database) -> list[Holding]:
    """Every holding of every device that was heard on the network. What a list merely states is none."""
    found: list[Holding] = []
    moved: list[int] = []
    with database.read() as connection:
        ends = (sa.func.min(sighting.c.first_seen), sa.func.max(sighting.c.last_seen))
        rows = connection.execute(
            _sightings(*ends).group_by(device.c.root, sighting.c.ip).order_by(device.c.root)
        ).all()
        for root, mine in groupby(rows, key=itemgetter(0)):
            places = [_Heard(first, last, ip) for _, ip, first, last in mine]
            if len(places) == len({_class_of(one.ip) for one in places}):
                # One address of each kind, as nearly all devices have: nothing else to look at.
                found += [_holding(root, one.ip, one.first, one.last) for one in places]
            else:
                moved.append(root)
        for some in chunks(moved):
            wanted = _sightings(sighting.c.first_seen, sighting.c.last_seen).where(device.c.root.in_(some))
            detail = connection.execute(wanted.order_by(device.c.root, sighting.c.first_seen, sighting.c.last_seen))
            for root, mine in groupby(detail.all(), key=itemgetter(0)):
                found += _of_device(root, [_Heard(first, last, ip) for _, ip, first, last in mine])
    return found


def _sightings(first: sa.ColumnElement[int], last: sa.ColumnElement[int]) -> sa.Select[Any]:
    return (
        sa.select(device.c.root, sighting.c.ip, first, last)
        .join(sighting, sighting.c.device_id == device.c.id)
        .where(sighting.c.heard, sighting.c.first_seen.is_not(None))
    )


@lru_cache(maxsize=4096)
def _class_of(ip: str) -> tuple[int, bool]:
    """Addresses of one class take each other's place."""
    address = ip_address(ip)
    return address.version, address.is_link_local


def _of_device(root: int, heard: Sequence[_Heard]) -> Iterator[Holding]:
    classes: dict[tuple[int, bool], list[_Heard]] = defaultdict(list)
    for one in heard:
        classes[_class_of(one.ip)].append(one)
    for sightings in classes.values():
        yield from _of_class(root, sightings)


def _of_class(root: int, heard: Sequence[_Heard]) -> Iterator[Holding]:
    """The holdings at addresses of one class, from their sightings in the order of time."""
    by_end = sorted(heard, key=lambda one: one.last)
    places: dict[str, list[_Heard]] = defaultdict(list)
    for one in heard:
        places[one.ip].append(one)
    for ip, own in places.items():
        first, last, _ = own[0]
        earlier = next((other.last < first for other in by_end if other.ip != ip), False)
        for one in own[1:]:
            if _elsewhere(heard, ip, last, one.first):
                yield _holding(root, ip, first, last, from_before=not earlier, since_then=False)
                first, last, earlier = one.first, one.last, True
            last = max(last, one.last)
        later = next((other.first > last for other in reversed(heard) if other.ip != ip), False)
        yield _holding(root, ip, first, last, from_before=not earlier, since_then=not later)


def _elsewhere(heard: Sequence[_Heard], ip: str, since: int, until: int) -> bool:
    """Whether the device was at another address after ``since`` and before ``until``, and nowhere at both times."""
    start = bisect_right(heard, since, key=lambda one: one.first)
    between = takewhile(lambda one: one.first < until, islice(heard, start, None))
    return any(one.ip != ip and one.last < until for one in between)


def _holding(
    root: int, ip: str, first: int, last: int, *, from_before: bool = True, since_then: bool = True
) -> Holding:
    return Holding(root, ip, from_number(first), from_number(last), from_before, since_then)
