"""Reads devices and evidence in pages: short transactions, bounded memory, however large the inventory is."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from camscan.evidence import FIELDS, Evidence, IPAddress, Observation, Outcome, Transport, Via
from camscan.inventory.database import Database
from camscan.inventory.identity import Key, KeyKind, Sighting, addresses_of, speaking
from camscan.inventory.records import HostRecord, ScanKind
from camscan.inventory.saving import chunks
from camscan.inventory.schema import (
    device,
    evidence,
    identity_key,
    observation,
    raw,
    scan,
    sighting,
    sighting_key,
    value,
)
from camscan.inventory.times import from_number

PAGE = 64
"""Devices read by one transaction."""

SIGHTINGS = 8
"""So many of a device's newest scans, listenings and imports each are looked at for evidence that still speaks."""

OBSERVATIONS = 512
"""So many observations of one device are read, the newest first."""

KEPT = 20_000
"""Short pieces of evidence that are kept while devices are listed; about 8 MB."""

_SHORT = 200
"""Characters of a piece of evidence that is kept."""


class _Values:
    """Evidence by the id of its row. The short ones come again in device after device, and are kept over pages."""

    def __init__(self) -> None:
        self._kept: dict[int, Evidence] = {}

    def read(self, connection: Connection, ids: Collection[int]) -> dict[int, Evidence]:
        """The evidence of each id; none for a field of a vocabulary that is not ours."""
        kept = self._kept
        found = {one: kept[one] for one in ids if one in kept}
        if len(kept) > KEPT:
            kept.clear()
        for some in chunks([one for one in ids if one not in found]):
            wanted = sa.select(value.c.id, value.c.field, value.c.value).where(value.c.id.in_(some))
            for number, name, text in connection.execute(wanted).all():
                if name not in FIELDS:
                    continue
                found[number] = Evidence(name, text)
                if len(text) <= _SHORT:
                    kept[number] = found[number]
        return found


def host_records(database: Database, *, scan_id: int | None, with_raw: bool) -> Iterator[HostRecord]:
    """Every device that was heard (in one scan, where one is given) or that an import names, by its number."""
    if scan_id is None:
        wanted = sa.select(device.c.id).where(device.c.root == device.c.id).order_by(device.c.id)
        number = device.c.id
    else:
        wanted = (
            sa.select(device.c.root)
            .distinct()
            .join(sighting, sighting.c.device_id == device.c.id)
            .where(sighting.c.scan_id == scan_id, sighting.c.heard)
            .order_by(device.c.root)
        )
        number = device.c.root
    last, values = 0, _Values()
    while True:
        with database.read() as connection:
            roots = connection.execute(wanted.where(number > last).limit(PAGE)).scalars().all()
            page = records(connection, roots, with_raw=with_raw, values=values)
        if not roots:
            return
        last = roots[-1]
        yield from page


def host_record(database: Database, device_id: int) -> HostRecord | None:
    """One device with its raw answers, by the number of any of its parts."""
    with database.read() as connection:
        root = connection.execute(sa.select(device.c.root).where(device.c.id == device_id)).scalar_one_or_none()
        return next(iter(records(connection, [root], with_raw=True)), None) if root is not None else None


def device_last_at(connection: Connection, ip: IPAddress) -> int | None:
    """The device that was last heard at an address: by a scan, or else by an import."""
    found: int | None = connection.execute(
        sa.select(device.c.root)
        .join(sighting, sighting.c.device_id == device.c.id)
        .join(scan, scan.c.id == sighting.c.scan_id)
        .where(device.c.ip == str(ip), sighting.c.heard)
        .order_by(scan.c.kind == "import", scan.c.started.desc(), sighting.c.scan_id.desc(), sighting.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found


def history(database: Database, device_id: int | None, *, with_raw: bool) -> Iterator[Observation]:
    """Every observation that is kept, of one device or of all, last saved first."""
    last: int | None = None
    while True:
        wanted = sa.select(observation.c.id).order_by(observation.c.id.desc()).limit(PAGE * 8)
        if last is not None:
            wanted = wanted.where(observation.c.id < last)
        if device_id is not None:
            root = sa.select(device.c.root).where(device.c.id == device_id).scalar_subquery()
            wanted = (
                wanted.join(sighting, sighting.c.id == observation.c.sighting_id)
                .join(device, device.c.id == sighting.c.device_id)
                .where(device.c.root == root)
            )
        with database.read() as connection:
            ids = connection.execute(wanted).scalars().all()
            page = list(_observations(connection, ids, with_raw=with_raw))
        if not ids:
            return
        last = ids[-1]
        yield from (one for _, one in page)


def distinct_evidence(database: Database) -> Iterator[Evidence]:
    """Every distinct pair of field and value, once."""
    last = 0
    while True:
        with database.read() as connection:
            rows = connection.execute(
                sa.select(value.c.id, value.c.field, value.c.value)
                .where(value.c.id > last)
                .order_by(value.c.id)
                .limit(PAGE * 64)
            ).all()
        if not rows:
            return
        last = rows[-1].id
        yield from (Evidence(row.field, row.value) for row in rows if row.field in FIELDS)


def records(
    connection: Connection, roots: Sequence[int], *, with_raw: bool = False, values: _Values | None = None
) -> list[HostRecord]:
    """The devices of these numbers that were heard, in that order."""
    sightings = sightings_of(connection, roots)
    sites = {row.root: row.site for row in sites_of(connection, roots)}
    spoken = {root: speaking(found) for root, found in sightings.items()}
    ids = newest_of_each_door(connection, [one.id for some in spoken.values() for one in some])
    heard: dict[int, list[Observation]] = defaultdict(list)
    for root, one in _observations(connection, ids, with_raw=with_raw, values=values):
        heard[root].append(one)
    seen = _seen(connection, roots)
    found = []
    for root in roots:
        addresses = addresses_of(sightings.get(root, ()))
        if not addresses:
            continue
        first, last = seen[root]
        found.append(
            HostRecord(
                device_id=root,
                site=sites[root],
                ip=addresses[0],
                addresses=addresses,
                observations=tuple(heard[root]),
                first_seen=from_number(first),
                last_seen=from_number(last),
            )
        )
    return found


def sightings_of(connection: Connection, roots: Collection[int]) -> dict[int, list[Sighting]]:
    """The newest sightings of each device, by its number."""
    place = sa.func.row_number().over(
        partition_by=(device.c.root, scan.c.kind),
        order_by=(scan.c.started.desc(), sighting.c.scan_id.desc(), sighting.c.id.desc()),
    )
    # Not by number: a capture of last year may be listened to today.
    order = sa.func.dense_rank().over(order_by=(scan.c.started, scan.c.id))
    numbered = (
        sa.select(
            device.c.root,
            sighting.c.id,
            sighting.c.ip,
            sighting.c.heard,
            sighting.c.last_seen,
            scan.c.kind,
            order.label("order"),
            place.label("place"),
        )
        .join(device, device.c.id == sighting.c.device_id)
        .join(scan, scan.c.id == sighting.c.scan_id)
        .where(device.c.root.in_(roots), sighting.c.heard)
        .subquery()
    )
    rows = connection.execute(sa.select(numbered).where(numbered.c.place <= SIGHTINGS)).all()
    keys = _keys_of_sightings(connection, [row.id for row in rows])
    found: dict[int, list[Sighting]] = defaultdict(list)
    for row in rows:
        found[row.root].append(
            Sighting(
                id=row.id,
                order=row.order,
                ip=ip_address(row.ip),
                heard=row.heard,
                kind=ScanKind(row.kind),
                seen=from_number(row.last_seen),
                keys=frozenset(keys[row.id]),
            )
        )
    return found


def _keys_of_sightings(connection: Connection, sightings: Sequence[int]) -> dict[int, set[Key]]:
    found: dict[int, set[Key]] = defaultdict(set)
    for some in chunks(sightings):
        rows = connection.execute(
            sa.select(sighting_key.c.sighting_id, identity_key.c.kind, identity_key.c.site, identity_key.c.value)
            .join(identity_key, identity_key.c.id == sighting_key.c.key_id)
            .where(sighting_key.c.sighting_id.in_(some), identity_key.c.shared.is_(None))
        )
        for row in rows:
            found[row.sighting_id].add(Key(KeyKind(row.kind), row.site, row.value))
    return found


def sites_of(connection: Connection, roots: Collection[int]) -> Iterable[Row[tuple[int, str]]]:
    """The site where each device was last heard."""
    return connection.execute(
        sa.select(device.c.root, sighting.c.site)
        .join(sighting, sighting.c.device_id == device.c.id)
        .join(scan, scan.c.id == sighting.c.scan_id)
        .where(device.c.root.in_(roots), sighting.c.heard)
        .order_by(scan.c.started, sighting.c.scan_id, sighting.c.id)
    )


def _seen(connection: Connection, roots: Collection[int]) -> dict[int, tuple[int | None, int | None]]:
    rows = connection.execute(
        sa.select(
            device.c.root,
            sa.func.min(sighting.c.first_seen).label("first"),
            sa.func.max(sighting.c.last_seen).label("last"),
        )
        .join(sighting, sighting.c.device_id == device.c.id)
        .where(device.c.root.in_(roots))
        .group_by(device.c.root)
    )
    return {row.root: (row.first, row.last) for row in rows}


def newest_of_each_door(connection: Connection, sightings: Sequence[int]) -> list[int]:
    """What each door said in the newest scan that it said anything in, and its newest silence."""
    found: list[int] = []
    for some in chunks(sightings):
        said_something = observation.c.answers > 0
        door = (device.c.root, observation.c.transport, observation.c.port, observation.c.probe, said_something)
        ranked = (
            sa.select(
                observation.c.id,
                device.c.root,
                sa.func.rank().over(partition_by=door, order_by=(scan.c.started.desc(), scan.c.id.desc())).label("age"),
            )
            .join(sighting, sighting.c.id == observation.c.sighting_id)
            .join(scan, scan.c.id == sighting.c.scan_id)
            .join(device, device.c.id == sighting.c.device_id)
            .where(observation.c.sighting_id.in_(some))
            .subquery()
        )
        place = sa.func.row_number().over(partition_by=ranked.c.root, order_by=ranked.c.id.desc())
        newest = sa.select(ranked.c.id, place.label("place")).where(ranked.c.age == 1).subquery()
        found += connection.execute(sa.select(newest.c.id).where(newest.c.place <= OBSERVATIONS)).scalars()
    return sorted(found, reverse=True)


def _observations(
    connection: Connection, ids: Sequence[int], *, with_raw: bool, values: _Values | None = None
) -> Iterator[tuple[int, Observation]]:
    """Observations by their ids, in that order, each with the root of its device."""
    values = values or _Values()
    columns = [observation.c[name] for name in _COLUMNS]
    body = raw.c.bytes if with_raw else sa.null()
    for some in chunks(ids):
        told = connection.execute(
            sa.select(evidence.c.observation_id, evidence.c.value_id)
            .where(evidence.c.observation_id.in_(some))
            .order_by(evidence.c.observation_id, evidence.c.position)
        ).all()
        known = values.read(connection, {number for _, number in told})
        said: dict[int, list[Evidence]] = defaultdict(list)
        for one, number in told:
            if number in known:  # an older vocabulary may have had others
                said[one].append(known[number])
        query = (
            sa.select(observation.c.id, device.c.root, body, *columns)
            .join(sighting, sighting.c.id == observation.c.sighting_id)
            .join(device, device.c.id == sighting.c.device_id)
            .where(observation.c.id.in_(some))
        )
        if with_raw:
            query = query.outerjoin(raw, raw.c.id == observation.c.raw_id)
        rows = {row[0]: row for row in connection.execute(query).all()}
        for one in some:
            _, root, content, *facts = rows[one]
            yield root, _observation(facts, bytes(content or b""), tuple(said.get(one, ())))


_COLUMNS = ("at", "ip", "port", "transport", "via", "probe", "outcome", "sha256", "interface", "detail")


def _observation(facts: Sequence[Any], content: bytes, said: tuple[Evidence, ...]) -> Observation:
    at, ip, port, transport, via, probe, outcome, sha256, interface, detail = facts
    return Observation(
        at=from_number(at),
        ip=_address(ip),
        port=port,
        transport=_TRANSPORTS[transport],
        via=_VIAS[via],
        probe=probe,
        outcome=_OUTCOMES[outcome],
        evidence=said,
        raw=content,
        sha256=sha256,
        interface=interface,
        detail=detail,
    )


_TRANSPORTS = {one.value: one for one in Transport}
_VIAS = {one.value: one for one in Via}
_OUTCOMES = {one.value: one for one in Outcome}
_address = lru_cache(maxsize=4 * PAGE)(ip_address)
