"""Devices in brief, for judging a whole inventory anew: numbers of values instead of text, a thousandth of the bytes.

What speaks for a device is decided as in ``reading``; a device that one scan alone heard, which most are, needs none
of the questions about which evidence still speaks.
"""

import operator
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from ipaddress import ip_address
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Select

from camscan.evidence import FIELDS, Evidence, Observation, Outcome, Transport, Via
from camscan.identify.likeness import Life, Line, life
from camscan.inventory import reading
from camscan.inventory.database import Database
from camscan.inventory.identity import addresses_of, speaking
from camscan.inventory.saving import chunks
from camscan.inventory.schema import device, evidence, observation, sighting, value
from camscan.inventory.times import from_number

PAGE = 400
"""Devices read by one transaction; with a hundred pieces of evidence each, about 10 MB."""

VALUES = 10_000
"""Distinct values read by one transaction."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One device: the ids of its observations and the ``lines`` of them, in the order of time."""

    device_id: int
    site: str
    ip: str
    ids: tuple[int, ...]
    lines: list[Line]


def values(database: Database, fields: Collection[str]) -> Iterator[tuple[int, str, str]]:
    """Number, field and text of every distinct value of ``fields``."""
    last = 0
    while True:
        wanted = sa.select(value.c.id, value.c.field, value.c.value).where(value.c.id > last, value.c.field.in_(fields))
        with database.read() as connection:
            rows = _plain(connection, wanted.order_by(value.c.id).limit(VALUES))
        if not rows:
            return
        last = rows[-1][0]
        yield from rows


def outlines(database: Database, told: Mapping[int, int]) -> Iterator[Outline]:
    """Every device, by its number. Of what it said, the values that stand in ``told`` are given, each as ``told``
    numbers it."""
    last = 0
    while True:
        wanted = sa.select(device.c.id).where(device.c.root == device.c.id, device.c.id > last)
        with database.read() as connection:
            roots = connection.execute(wanted.order_by(device.c.id).limit(PAGE)).scalars().all()
            page = _page(connection, roots, told)
        if not roots:
            return
        last = roots[-1]
        yield from page


def observations(database: Database, outline: Outline) -> tuple[Observation, ...]:
    """The observations of an outline with all that they yielded, without their raw answers."""
    said: dict[int, list[Evidence]] = defaultdict(list)
    with database.read() as connection:
        for some in chunks(outline.ids):
            wanted = (
                sa.select(evidence.c.observation_id, value.c.field, value.c.value)
                .join(value, value.c.id == evidence.c.value_id)
                .where(evidence.c.observation_id.in_(some))
                .order_by(evidence.c.observation_id, evidence.c.position)
            )
            for one, field, text in _plain(connection, wanted):
                if field in FIELDS:
                    said[one].append(Evidence(field, text))
        rows = {}
        for some in chunks(outline.ids):
            columns = [observation.c[name] for name in _FACTS]
            for row in _plain(connection, sa.select(observation.c.id, *columns).where(observation.c.id.in_(some))):
                rows[row[0]] = row[1:]
    return tuple(_observation(rows[one], tuple(said.get(one, ()))) for one in outline.ids)


_FACTS = ("at", "ip", "port", "transport", "via", "probe", "outcome")


def _observation(facts: tuple[Any, ...], said: tuple[Evidence, ...]) -> Observation:
    at, ip, port, transport, via, probe, outcome = facts
    return Observation(
        at=from_number(at),
        ip=ip_address(ip),
        port=port,
        transport=Transport(transport),
        via=Via(via),
        probe=probe,
        outcome=Outcome(outcome),
        evidence=said,
    )


def _page(connection: Connection, roots: Sequence[int], told: Mapping[int, int]) -> list[Outline]:
    once, often = _heard(connection, roots)
    found: dict[int, tuple[str, str]] = {root: (site, ip) for root, site, ip in once.values()}
    rows: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    said: dict[int, list[int]] = defaultdict(list)
    for some in chunks(list(once)):
        here = observation.c.sighting_id.in_(some)
        for row in _plain(connection, sa.select(*_COLUMNS, observation.c.sighting_id).where(here)):
            rows[once[row[5]][0]].append(row)
        of_them = evidence.c.observation_id.in_(sa.select(observation.c.id).where(here))
        _note(connection, of_them, told, said)
    if often:
        sightings = reading.sightings_of(connection, often)
        sites = {row.root: row.site for row in reading.sites_of(connection, often)}
        for root in often:
            if addresses := addresses_of(sightings.get(root, ())):
                found[root] = (sites[root], str(addresses[0]))
        spoken = [one.id for root in found.keys() & set(often) for one in speaking(sightings[root])]
        for some in chunks(reading.newest_of_each_door(connection, spoken)):
            wanted = (
                sa.select(*_COLUMNS, device.c.root)
                .join(sighting, sighting.c.id == observation.c.sighting_id)
                .join(device, device.c.id == sighting.c.device_id)
                .where(observation.c.id.in_(some))
            )
            for row in _plain(connection, wanted):
                rows[row[5]].append(row)
            _note(connection, evidence.c.observation_id.in_(some), told, said)
    return [_outline(root, *found[root], rows[root], said) for root in roots if root in found]


def _heard(connection: Connection, roots: Sequence[int]) -> tuple[dict[int, tuple[int, str, str]], list[int]]:
    """Of devices that were heard once, the sighting with device, site and address; and which were heard more often."""
    once: dict[int, tuple[int, str, str]] = {}
    often: list[int] = []
    for some in chunks(roots):
        wanted = (
            sa.select(
                device.c.root,
                sa.func.count(),
                sa.func.min(sighting.c.id),
                sa.func.min(sighting.c.site),
                sa.func.min(sighting.c.ip),
            )
            .join(sighting, sighting.c.device_id == device.c.id)
            .where(device.c.root.in_(some), sighting.c.heard)
            .group_by(device.c.root)
        )
        for root, count, number, site, ip in _plain(connection, wanted):
            if count == 1:
                once[number] = (root, site, ip)
            else:
                often.append(root)
    return once, often


def _note(
    connection: Connection, which: sa.ColumnElement[bool], told: Mapping[int, int], said: dict[int, list[int]]
) -> None:
    wanted = (
        sa.select(evidence.c.observation_id, evidence.c.value_id)
        .where(which)
        .order_by(evidence.c.observation_id, evidence.c.position)
    )
    if connection.dialect.name != "sqlite":
        for one, number in _plain(connection, wanted):
            if number in told:
                said[one].append(told[number])
        return
    # One row for each answer is read in half the time. SQLite keeps the order of what group_concat is given
    # (sqlite.org/optoverview.html, "Omit ORDER BY clauses on subqueries").
    each = wanted.subquery()
    joined = sa.select(each.c.observation_id, sa.func.group_concat(each.c.value_id)).group_by(each.c.observation_id)
    for one, numbers in _plain(connection, joined):
        found = [told[number] for number in map(int, numbers.split(",")) if number in told]
        if found:
            said[one] = found


_DOOR = reduce(
    operator.add,
    (
        sa.literal(" ") + column
        for column in (observation.c.probe, observation.c.transport, observation.c.via, observation.c.outcome)
    ),
    sa.cast(observation.c.port, sa.String),
)
_COLUMNS = (observation.c.id, observation.c.at, observation.c.ip, _DOOR, observation.c.answers > 0)
"""One text for the door: a third of the time of five."""


@lru_cache(maxsize=4096)
def _life(door: str, answered: bool) -> Life:  # noqa: FBT001 - a column of the row
    transport, via, outcome = door.rsplit(" ", 3)[1:]
    return life(transport, via, outcome, answered=answered)


def _outline(root: int, site: str, ip: str, rows: list[tuple[Any, ...]], said: Mapping[int, Sequence[int]]) -> Outline:
    # The order that ``identify.heard`` finds them in: by time, of one moment the one saved last first.
    rows.sort(reverse=True)
    rows = sorted(rows[: reading.OBSERVATIONS], key=_time)
    lines = [
        Line(where, door, _life(door, answered), said.get(one, ())) for one, _at, where, door, answered, _root in rows
    ]
    return Outline(device_id=root, site=site, ip=ip, ids=tuple(row[0] for row in rows), lines=lines)


_time = operator.itemgetter(1)


def _plain(connection: Connection, wanted: Select[Any]) -> list[tuple[Any, ...]]:
    """Rows of numbers and text as the driver gives them: a third of the time, where there are millions."""
    cursor: Any = connection.execute(wanted).cursor
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
