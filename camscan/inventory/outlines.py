"""Devices in brief, for judging a whole inventory anew: what each value means to the signatures is noted once, in a
table of this connection alone, and a device is one text of meanings, a thousandth of what it said.

What speaks for a device is decided as in ``reading``; a device that one scan alone heard, which most are, needs none
of the questions about which evidence still speaks.
"""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Select

from camscan.identify.likeness import Likeness, life
from camscan.inventory import reading
from camscan.inventory.identity import addresses_of, speaking
from camscan.inventory.saving import chunks
from camscan.inventory.schema import device, evidence, observation, sighting, value

PAGE = 400
"""Devices read by one transaction."""

VALUES = 10_000
"""Distinct values read by one transaction; with their text, about 10 MB."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One device, where it was last heard, and its observations in the order of time, a line for each: its address
    (nothing where it is ``ip``), transport, way, outcome, whether it yielded evidence, port and probe, and after a tab
    what ``Likeness.of_value`` has for what it told, in the order of the answer."""

    device_id: int
    site: str
    ip: str
    text: str


class Meanings:
    """What ``likeness`` has for each value of an inventory. Goes with the connection."""

    def __init__(self, likeness: Likeness) -> None:
        self._likeness = likeness
        self._last: int | None = None
        # A name of its own: on one connection there may be several.
        number = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # which SQLite finds rows by without an index
        self._told = sa.Table(
            f"told_{secrets.token_hex(8)}",
            sa.MetaData(),
            sa.Column("value_id", number, primary_key=True, autoincrement=False),
            sa.Column("meaning", sa.Integer, nullable=False),
            prefixes=["TEMPORARY"],
        )

    def read(self, connection: Connection) -> bool:
        """Reads on in the distinct values; False where there are no more."""
        if self._last is None:
            self._told.create(connection)
            self._last = 0
        fields = self._likeness.fields
        wanted = sa.select(value.c.id, value.c.field, value.c.value).where(
            value.c.id > self._last, value.c.field.in_(fields)
        )
        rows = _plain(connection, wanted.order_by(value.c.id).limit(VALUES))
        told = [
            {"value_id": number, "meaning": meaning}
            for number, field, text in rows
            if (meaning := self._likeness.of_value(field, text)) is not None
        ]
        if told:
            connection.execute(sa.insert(self._told), told)
        if rows:
            self._last = rows[-1][0]
        return bool(rows)

    def drop(self, connection: Connection) -> None:
        """Makes room."""
        self._told.drop(connection)

    def lines(self, connection: Connection, of: sa.ColumnElement[int]) -> Select[Any]:
        """The lines of observations (one column is read in a fraction of the time of ten), in the order that
        ``identify.heard`` finds them in: by time, of one moment the one saved last first.

        SQLite and PostgreSQL keep the order of what they aggregate (sqlite.org/optoverview.html, "Omit ORDER BY
        clauses on subqueries"; postgresql.org/docs/current/functions-aggregate.html).
        """
        said = (
            sa.select(self._told.c.meaning)
            .join(evidence, evidence.c.value_id == self._told.c.value_id)
            .where(evidence.c.observation_id == observation.c.id)
            .order_by(evidence.c.position)
            .correlate(observation)
            .subquery()
        )
        meanings = sa.select(sa.func.aggregate_strings(sa.cast(said.c.meaning, sa.String), " ")).scalar_subquery()
        # One function for eight parts, in a third of the time of joining them. SQLite has had it by this name longer.
        form = sa.func.printf if connection.dialect.name == "sqlite" else sa.func.format
        line = form(
            "%s %s %s %s %s %s %s\t%s",
            observation.c.ip,
            observation.c.transport,
            observation.c.via,
            observation.c.outcome,
            sa.case((observation.c.answers > 0, "answered"), else_="-"),
            observation.c.port,
            observation.c.probe,
            meanings,
            type_=sa.String,
        )
        return (
            sa.select(of.label("of"), observation.c.at, observation.c.id, line.label("line"))
            .select_from(observation)
            .order_by(of, observation.c.at, observation.c.id.desc())
        )


def answers(text: str) -> list[tuple[str, str]]:
    """The address of each observation in an outline's text, and the rest of its line."""
    return [(ip, rest) for ip, _, rest in [line.partition(" ") for line in text.split("\n")]]


def answer(rest: str, likeness: Likeness) -> int:
    """``Likeness.of_answer`` of a line without its address."""
    door, _, meanings = rest.partition("\t")
    transport, via, outcome, answered = door.split(" ", 4)[:4]
    proves = life(transport, via, outcome, answered=answered == "answered")
    return likeness.of_answer(door, proves, [int(number) for number in meanings.split()])


def devices(connection: Connection, after: int) -> list[int]:
    """The next devices, by number."""
    wanted = sa.select(device.c.id).where(device.c.root == device.c.id, device.c.id > after)
    return [row[0] for row in _plain(connection, wanted.order_by(device.c.id).limit(PAGE))]


def outlines(connection: Connection, roots: Sequence[int], meanings: Meanings) -> list[Outline]:
    """Those of these devices that were heard, in that order."""
    once, often = _heard(connection, roots)
    texts: dict[int, str] = {}
    for some in chunks(list(once)):
        each = (
            meanings.lines(connection, observation.c.sighting_id).where(observation.c.sighting_id.in_(some)).subquery()
        )
        joined = sa.select(each.c.of, sa.func.aggregate_strings(each.c.line, "\n")).group_by(each.c.of)
        texts |= {once[number][0]: text for number, text in _plain(connection, joined)}
    often += [root for root, text in texts.items() if text.count("\n") >= reading.OBSERVATIONS]
    found = {root: (site, ip) for root, site, ip in once.values()}
    if often:
        sightings = reading.sightings_of(connection, often)
        sites = {row.root: row.site for row in reading.sites_of(connection, often)}
        for root in often:
            if addresses := addresses_of(sightings.get(root, ())):
                found[root] = (sites[root], str(addresses[0]))
        spoken = [one.id for some in sightings.values() for one in speaking(some)]
        texts |= _newest(connection, reading.newest_of_each_door(connection, spoken), meanings)
    return [_outline(root, *found[root], texts[root]) for root in roots if root in found and root in texts]


def _outline(root: int, site: str, ip: str, text: str) -> Outline:
    return Outline(root, site, ip, f"\n{text}".replace(f"\n{ip} ", "\n ")[1:])


def _newest(connection: Connection, ids: Sequence[int], meanings: Meanings) -> dict[int, str]:
    """The lines of these observations, by device."""
    rows: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for some in chunks(ids):
        wanted = (
            meanings.lines(connection, device.c.root)
            .join(sighting, sighting.c.id == observation.c.sighting_id)
            .join(device, device.c.id == sighting.c.device_id)
            .where(observation.c.id.in_(some))
        )
        for root, at, number, line in _plain(connection, wanted):
            rows[root].append((at, -number, line))
    return {root: "\n".join(line for _at, _number, line in sorted(several)) for root, several in rows.items()}


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


def _plain(connection: Connection, wanted: Select[Any]) -> list[tuple[Any, ...]]:
    """Rows of numbers and text as the driver gives them: a third of the time, where there are millions."""
    cursor: Any = connection.execute(wanted).cursor
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
