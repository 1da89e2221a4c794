"""Deletes what the owner wants forgotten: devices, a site, or all that was heard before a day.

Everything that rests on it goes with it: answers and values that nothing else has, keys, joinings, conclusions. Devices
that were one through an address that is forgotten stay one.
"""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from camscan.errors import InventoryError
from camscan.evidence import Outcome
from camscan.inventory import joining, schema, software
from camscan.inventory.doubts import doubt
from camscan.inventory.saving import chunks
from camscan.inventory.schema import (
    conclusion,
    device,
    done,
    evidence,
    identity_key,
    merge,
    observation,
    raw,
    rejection,
    scan,
    sighting,
    sighting_key,
    value,
)
from camscan.inventory.times import from_number, to_number


@dataclass(frozen=True, slots=True)
class Selection:
    """What is to be forgotten: exactly one of the three. ``devices`` are their numbers; ``before`` is a time with its
    zone, and what was heard at that moment or later is kept."""

    devices: frozenset[int] = frozenset()
    site: str | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """A device of which nothing is left. ``last_seen`` is None for one that only a list had named."""

    device_id: int
    site: str
    addresses: tuple[str, ...]
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What went. ``observations`` are answers and silences, ``values`` what they said that nothing else says."""

    devices: tuple[Gone, ...] = ()
    observations: int = 0
    values: int = 0
    raw_answers: int = 0
    scans: int = 0

    @property
    def anything(self) -> bool:
        """Whether there was anything to forget."""
        return bool(self.devices or self.observations or self.scans)

    def counts(self) -> dict[str, int]:
        """The figures alone, for the audit log: it is to say how much was deleted, and not what."""
        return {
            "devices": len(self.devices),
            "observations": self.observations,
            "values": self.values,
            "raw_answers": self.raw_answers,
            "scans": self.scans,
        }


@dataclass(slots=True)
class _Before:
    """The devices as they were: each part's root, and what is told of a device that goes."""

    roots: dict[int, int] = field(default_factory=dict)
    told: dict[int, list[tuple[str, str, int | None]]] = field(default_factory=lambda: defaultdict(list))


def forget(connection: Connection, selection: Selection) -> Forgotten:
    """Deletes what is selected, within the caller's transaction. Raises InventoryError for a site that is not there."""
    before = _devices(connection)
    scans = 0
    if selection.before is not None:
        touched, observations = _trim(connection, to_number(selection.before))
        software.forget(connection, before=to_number(selection.before))
        scans = _drop_scans(connection, to_number(selection.before))
    else:
        wanted = sighting.c.site == selection.site
        if selection.site is None:
            wanted = sighting.c.device_id.in_(
                sa.select(device.c.id).where(device.c.root.in_(_roots(connection, selection.devices)))
            )
        else:
            _require_site(connection, selection.site)
            _strip_site(connection, selection.site)
        touched, observations = _drop_sightings(connection, wanted)
    _sweep_devices(connection, touched)
    values, answers = _sweep_loose(connection, selection.site)
    doubt(connection, sa.true())
    left = set(connection.execute(sa.select(device.c.id)).scalars())
    kept = {before.roots[one] for one in left}
    software.forget(connection, addresses={ip for root in before.told.keys() - kept for _, ip, _ in before.told[root]})
    gone = tuple(_gone(root, told) for root, told in before.told.items() if root not in kept)
    return Forgotten(gone, observations, values, answers, scans)


def _devices(connection: Connection) -> _Before:
    found = _Before()
    found.roots = {row.id: row.root for row in connection.execute(sa.select(device.c.id, device.c.root))}
    rows = connection.execute(
        sa.select(device.c.root, device.c.site, device.c.ip, sa.func.max(sighting.c.last_seen).label("last"))
        .join(sighting, sighting.c.device_id == device.c.id)
        .where(sighting.c.heard)
        .group_by(device.c.root, device.c.id, device.c.site, device.c.ip)
        .order_by(device.c.root, device.c.id)
    )
    for row in rows:
        found.told[row.root].append((row.site, row.ip, row.last))
    return found


def _gone(root: int, told: list[tuple[str, str, int | None]]) -> Gone:
    seen = [last for _site, _ip, last in told if last is not None]
    addresses = tuple(dict.fromkeys(ip for _site, ip, _last in told))
    return Gone(root, told[-1][0], addresses, from_number(max(seen, default=None)))


def _roots(connection: Connection, devices: Collection[int]) -> list[int]:
    return [
        root
        for some in chunks(sorted(devices))
        for root in connection.execute(sa.select(device.c.root).distinct().where(device.c.id.in_(some))).scalars()
    ]


def _require_site(connection: Connection, site: str) -> None:
    told = connection.execute(sa.select(scan.c.sites)).scalars()
    names = set(connection.execute(sa.select(sighting.c.site).distinct()).scalars())
    names |= {name for one in told for name in json.loads(one)}
    if site not in names:
        listed = ", ".join(f'"{name}"' for name in sorted(names)) or "none at all"
        raise InventoryError(f'There is no site "{site}" in this inventory. It has {listed}.')


def _strip_site(connection: Connection, site: str) -> None:
    """Takes a site out of what scans say of themselves."""
    for row in connection.execute(sa.select(scan.c.id, scan.c.sites, scan.c.coverage)).all():
        sites = [name for name in json.loads(row.sites) if name != site]
        coverage = [one for one in json.loads(row.coverage) if one["site"] != site]
        connection.execute(
            sa.update(scan).where(scan.c.id == row.id).values(sites=json.dumps(sites), coverage=json.dumps(coverage))
        )
    connection.execute(sa.delete(rejection).where(rejection.c.site == site))


def _drop_sightings(connection: Connection, wanted: sa.ColumnElement[bool]) -> tuple[set[int], int]:
    """Deletes whole sightings. Returns the parts of devices that had them, and how many observations there were."""
    rows = connection.execute(sa.select(sighting.c.id, sighting.c.device_id).where(wanted)).all()
    count = 0
    for some in chunks([row.id for row in rows]):
        chosen = sighting.c.id.in_(some)
        places = sa.select(sighting.c.scan_id, sighting.c.ip).where(chosen)
        connection.execute(sa.delete(done).where(sa.tuple_(done.c.scan_id, done.c.ip).in_(places)))
        count += _drop_observations(connection, observation.c.sighting_id.in_(some))
        connection.execute(sa.delete(sighting_key).where(sighting_key.c.sighting_id.in_(some)))
        connection.execute(sa.delete(sighting).where(chosen))
    return {row.device_id for row in rows}, count


def _drop_observations(connection: Connection, wanted: sa.ColumnElement[bool]) -> int:
    ids = sa.select(observation.c.id).where(wanted)
    connection.execute(sa.delete(evidence).where(evidence.c.observation_id.in_(ids)))
    return connection.execute(sa.delete(observation).where(wanted)).rowcount


def _trim(connection: Connection, moment: int) -> tuple[set[int], int]:
    """Deletes what was heard before ``moment``, and the sightings of which nothing is left."""
    old = observation.c.at < moment
    rows = connection.execute(
        sa.select(sighting.c.id, sighting.c.device_id)
        .distinct()
        .join(observation, observation.c.sighting_id == sighting.c.id)
        .where(old)
    ).all()
    count = _drop_observations(connection, old)
    for some in chunks([row.id for row in rows]):
        left = sa.select(observation.c.sighting_id).where(observation.c.sighting_id.in_(some))
        kept = set(connection.execute(left.distinct()).scalars())
        for number in sorted(kept):
            _shorten(connection, number)
        empty = [one for one in some if one not in kept]
        _drop_sightings(connection, sighting.c.id.in_(empty))
    return {row.device_id for row in rows}, count


def _shorten(connection: Connection, number: int) -> None:
    """A sighting that lasted begins with what is left of it."""
    alive = connection.execute(
        sa.select(sa.func.min(observation.c.at), sa.func.max(observation.c.at)).where(
            observation.c.sighting_id == number,
            observation.c.outcome.not_in((Outcome.TIMED_OUT.value, Outcome.OUT_OF_SCOPE.value)),
        )
    ).one()
    first, last = alive
    connection.execute(
        sa.update(sighting)
        .where(sighting.c.id == number)
        .values(first_seen=first, last_seen=last, heard=first is not None)
    )


def _drop_scans(connection: Connection, moment: int) -> int:
    """Deletes scans that began before ``moment`` and of which nothing is left. The newest one with an audit head stays:
    by it a cut-off audit log is found; and so do those that may still run."""
    newest = sa.select(sa.func.max(scan.c.id)).where(scan.c.audit_head != "").scalar_subquery()
    used = sa.union(sa.select(sighting.c.scan_id), sa.select(merge.c.scan_id), sa.select(schema.software.c.scan_id))
    wanted = sa.select(scan.c.id).where(
        scan.c.started < moment, scan.c.id.not_in(used), scan.c.id != sa.func.coalesce(newest, 0)
    )
    ids = connection.execute(wanted).scalars().all()
    for some in chunks(ids):
        connection.execute(sa.delete(done).where(done.c.scan_id.in_(some)))
        connection.execute(sa.delete(scan).where(scan.c.id.in_(some)))
    return len(ids)


def _sweep_devices(connection: Connection, touched: Collection[int]) -> None:
    """Of the parts of devices that lost something: deletes those of which nothing is left, and settles the others."""
    roots = _roots(connection, touched)
    for some in chunks(roots):
        connection.execute(sa.delete(conclusion).where(conclusion.c.device_id.in_(some)))
    empty = []
    for parts in chunks(sorted(touched)):
        busy = set(
            connection.execute(
                sa.select(sighting.c.device_id).distinct().where(sighting.c.device_id.in_(parts))
            ).scalars()
        )
        empty += [one for one in parts if one not in busy]
    for parts in chunks(empty):
        joining.leave_out(connection, parts)
        connection.execute(sa.delete(conclusion).where(conclusion.c.device_id.in_(parts)))
        connection.execute(sa.delete(rejection).where(rejection.c.device_id.in_(parts)))
        connection.execute(sa.delete(device).where(device.c.id.in_(parts)))
    for some in chunks(roots):
        joining.settle(connection, some)


def _sweep_loose(connection: Connection, site: str | None) -> tuple[int, int]:
    """Deletes what nothing refers to any more. Returns how many values and raw answers there were."""
    keys = _loose(identity_key, sighting_key.c.key_id, merge.c.key_id)
    gateway = sa.func.coalesce(identity_key.c.shared, "") == "gateway"
    # A gateway's MAC stands here by the owner's word, without a sighting.
    own = sa.or_(~gateway, identity_key.c.site == site) if site is not None else ~gateway
    connection.execute(sa.delete(identity_key).where(identity_key.c.id.in_(keys), own))
    values = connection.execute(sa.delete(value).where(value.c.id.in_(_loose(value, evidence.c.value_id)))).rowcount
    # Without it both databases look through all observations for each answer, to be sure that none refers to it.
    connection.execute(sa.text("CREATE INDEX forgetting_raw ON observation (raw_id)"))
    answers = connection.execute(sa.delete(raw).where(raw.c.id.in_(_loose(raw, observation.c.raw_id)))).rowcount
    connection.execute(sa.text("DROP INDEX forgetting_raw"))
    return values, answers


def _loose(table: Table, *references: sa.ColumnElement[int]) -> sa.CompoundSelect[int]:
    """Ids that none of ``references`` has. By EXCEPT, which both databases do by sorting, not row by row."""
    return sa.except_(sa.select(table.c.id), *(sa.select(one).where(one.is_not(None)) for one in references))
