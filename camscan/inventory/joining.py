"""Decides, within the transaction that saves a host, which device it is. The rules themselves are in identity.py."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from time import time_ns

import sqlalchemy as sa
from sqlalchemy import Connection

from camscan.evidence import IPAddress
from camscan.inventory.database import Database
from camscan.inventory.doubts import doubt
from camscan.inventory.identity import (
    HeardKey,
    Key,
    KeyKind,
    Known,
    answers_for_several,
    choose,
    components,
    may_join,
)
from camscan.inventory.schema import device, identity_key, merge, scan, sighting, sighting_key

_FORMER = 8
"""So many former devices of one address are compared with what is heard there now."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when something was heard."""

    scan_id: int
    site: str
    ip: IPAddress


def key_ids(database: Database, connection: Connection, keys: Collection[HeardKey]) -> dict[Key, int]:
    """The row of each of ``keys`` that may still identify a device; new ones are added."""
    plain = sorted({heard.key for heard in keys})
    if not plain:
        return {}
    connection.execute(
        database.insert_new(identity_key),
        [{"kind": key.kind.value, "site": key.site, "value": key.value} for key in plain],
    )
    found: dict[Key, int] = {}
    for key in plain:
        row = connection.execute(
            sa.select(identity_key.c.id, identity_key.c.shared).where(
                identity_key.c.kind == key.kind.value,
                identity_key.c.site == key.site,
                identity_key.c.value == key.value,
            )
        ).one()
        if row.shared is None:
            found[key] = row.id
    return found


def mark_gateways(database: Database, connection: Connection, sites: Iterable[str], macs: Collection[str]) -> None:
    """Notes that these MACs, at these sites, are gateways' and identify nothing behind them."""
    rows = [{"kind": KeyKind.MAC.value, "site": site, "value": mac} for site in sites for mac in macs]
    if not rows:
        return
    connection.execute(database.insert_new(identity_key), rows)
    for row in rows:
        found = connection.execute(
            sa.select(identity_key.c.id).where(
                identity_key.c.kind == row["kind"],
                identity_key.c.site == row["site"],
                identity_key.c.value == row["value"],
                identity_key.c.shared.is_(None),
            )
        ).scalar_one_or_none()
        if found is not None:
            _share(connection, [found], "gateway")


def device_at(connection: Connection, place: Place, keys: frozenset[HeardKey]) -> int:
    """The device that is heard at ``place`` with ``keys``; a new one where none is known or the known one differs."""
    rows = connection.execute(
        sa.select(device.c.id, device.c.root)
        .where(device.c.ip == str(place.ip), device.c.site == place.site)
        .order_by(device.c.id.desc())
        .limit(_FORMER)
    ).all()
    if rows:
        heard = _heard_by_scans(connection, {row.root for row in rows})
        known_keys = _keys_by_device(connection, [row.id for row in rows])
        here = [
            Known(row.id, _moved(place.ip, row.id, heard[row.root]), frozenset(known_keys.get(row.id, ())))
            for row in sorted(rows, key=lambda row: (_newest(row.id, heard[row.root]), row.id), reverse=True)
        ]
        chosen = choose(here, keys)
        if chosen is not None:
            return chosen
    added: int = connection.execute(
        sa.insert(device).values(site=place.site, ip=str(place.ip), root=0).returning(device.c.id)
    ).scalar_one()
    connection.execute(sa.update(device).where(device.c.id == added).values(root=added))
    return added


def join(connection: Connection, place: Place, device_id: int, ids: Mapping[Key, int]) -> None:
    """Joins a device with those that have a key in common with it, after its sighting was written.

    A key that answers at several addresses in this scan joins nothing from now on, and what it joined is undone.
    """
    if not ids:
        return
    shared = [
        key_id
        for key_id, addresses in _heard_in_scan(connection, place.scan_id, ids.values()).items()
        if answers_for_several(addresses)
    ]
    _share(connection, shared, "several")
    for key_id in (ids[key] for key in sorted(ids) if ids[key] not in shared):
        others = connection.execute(
            sa.select(device.c.id)
            .distinct()
            .join(sighting, sighting.c.device_id == device.c.id)
            .join(sighting_key, sighting_key.c.sighting_id == sighting.c.id)
            .where(sighting_key.c.key_id == key_id, device.c.id != device_id)
            .order_by(device.c.id)
        ).scalars()
        for other in others.all():
            _join_two(connection, place.scan_id, (device_id, other), key_id)


def undo(connection: Connection, merges: Collection[int], by: str) -> None:
    """Undoes merges; each device gets back its own identity."""
    if not merges:
        return
    pairs = connection.execute(sa.select(merge.c.device_a, merge.c.device_b).where(merge.c.id.in_(merges))).all()
    connection.execute(sa.update(merge).where(merge.c.id.in_(merges)).values(undone_at=time_ns() // 1000, undone_by=by))
    ids = {one for pair in pairs for one in pair}
    roots = connection.execute(sa.select(device.c.root).distinct().where(device.c.id.in_(ids))).scalars().all()
    settle(connection, roots)


def _join_two(connection: Connection, scan_id: int, pair: tuple[int, int], key_id: int) -> None:
    rows = connection.execute(sa.select(device.c.id, device.c.root).where(device.c.id.in_(pair))).all()
    mine, theirs = (next(row.root for row in rows if row.id == one) for one in pair)
    if mine == theirs or _refused_by_owner(connection, mine, theirs):
        return
    if answers_for_several(_addresses_in_scan(connection, scan_id, (mine, theirs))):
        return
    if not may_join(_keys_of_root(connection, mine), _keys_of_root(connection, theirs)):
        return
    connection.execute(
        sa.insert(merge).values(
            device_a=pair[0], device_b=pair[1], key_id=key_id, scan_id=scan_id, at=time_ns() // 1000
        )
    )
    settle(connection, (mine, theirs))


def _share(connection: Connection, ids: Collection[int], why: str) -> None:
    if not ids:
        return
    connection.execute(sa.update(identity_key).where(identity_key.c.id.in_(ids)).values(shared=why))
    standing = sa.select(merge.c.id).where(merge.c.key_id.in_(ids), merge.c.undone_at.is_(None))
    undo(connection, connection.execute(standing).scalars().all(), "shared")
    told = sa.select(sighting.c.device_id).join(sighting_key, sighting_key.c.sighting_id == sighting.c.id)
    doubt(connection, device.c.id.in_(told.where(sighting_key.c.key_id.in_(ids))))


def leave_out(connection: Connection, devices: Collection[int]) -> None:
    """Deletes the merges of devices that are to be deleted. What was one device through them stays one."""
    concerned = sa.or_(merge.c.device_a.in_(devices), merge.c.device_b.in_(devices))
    rows = connection.execute(sa.select(merge).where(concerned)).all()
    connection.execute(sa.delete(merge).where(concerned))
    standing = [row for row in rows if row.undone_at is None]
    ids = {one for row in standing for one in (row.device_a, row.device_b)}
    together = components(ids, [(row.device_a, row.device_b) for row in standing])
    first: dict[int, int] = {}
    for one in sorted(ids - set(devices)):
        other = first.setdefault(together[one], one)
        if other != one:
            reason = next(row for row in standing if one in (row.device_a, row.device_b))
            connection.execute(
                sa.insert(merge).values(
                    device_a=one, device_b=other, key_id=reason.key_id, scan_id=reason.scan_id, at=reason.at
                )
            )


def settle(connection: Connection, roots: Collection[int]) -> None:
    """Gives each part of the devices ``roots`` the root that the standing merges say."""
    members = connection.execute(sa.select(device.c.id, device.c.root).where(device.c.root.in_(roots))).all()
    ids = [row.id for row in members]
    standing = connection.execute(
        sa.select(merge.c.device_a, merge.c.device_b).where(merge.c.undone_at.is_(None), merge.c.device_a.in_(ids))
    ).all()
    settled = components(ids, [(row.device_a, row.device_b) for row in standing])
    for row in members:
        if settled[row.id] != row.root:
            connection.execute(sa.update(device).where(device.c.id == row.id).values(root=settled[row.id]))
    doubt(connection, device.c.id.in_(ids))


def _refused_by_owner(connection: Connection, one: int, two: int) -> bool:
    a, b = device.alias(), device.alias()
    found = connection.execute(
        sa.select(merge.c.id)
        .join(a, a.c.id == merge.c.device_a)
        .join(b, b.c.id == merge.c.device_b)
        .where(merge.c.undone_by == "owner", a.c.root.in_((one, two)), b.c.root.in_((one, two)), a.c.root != b.c.root)
        .limit(1)
    )
    return found.first() is not None


def _heard_in_scan(connection: Connection, scan_id: int, ids: Iterable[int]) -> dict[int, set[IPAddress]]:
    rows = connection.execute(
        sa.select(sighting_key.c.key_id, sighting.c.ip)
        .distinct()
        .join(sighting, sighting.c.id == sighting_key.c.sighting_id)
        .where(sighting_key.c.key_id.in_(list(ids)), sighting.c.scan_id == scan_id)
    )
    found: dict[int, set[IPAddress]] = defaultdict(set)
    for row in rows:
        found[row.key_id].add(ip_address(row.ip))
    return found


def _addresses_in_scan(connection: Connection, scan_id: int, roots: Collection[int]) -> set[IPAddress]:
    rows = connection.execute(
        sa.select(sighting.c.ip)
        .join(device, device.c.id == sighting.c.device_id)
        .where(device.c.root.in_(roots), sighting.c.scan_id == scan_id, sighting.c.heard)
    )
    return {ip_address(ip) for ip in rows.scalars()}


def _keys_by_device(connection: Connection, devices: Collection[int]) -> dict[int, set[HeardKey]]:
    return _keys(connection, sighting.c.device_id, sighting.c.device_id.in_(devices))


def _keys_of_root(connection: Connection, root: int) -> set[HeardKey]:
    return _keys(connection, device.c.root, device.c.root == root).get(root, set())


def _keys(
    connection: Connection, owner: sa.ColumnElement[int], condition: sa.ColumnElement[bool]
) -> dict[int, set[HeardKey]]:
    rows = connection.execute(
        sa.select(
            owner.label("owner"), identity_key.c.kind, identity_key.c.site, identity_key.c.value, sighting_key.c.field
        )
        .distinct()
        .select_from(sighting)
        .join(device, device.c.id == sighting.c.device_id)
        .join(sighting_key, sighting_key.c.sighting_id == sighting.c.id)
        .join(identity_key, identity_key.c.id == sighting_key.c.key_id)
        .where(condition, identity_key.c.shared.is_(None))
    )
    found: dict[int, set[HeardKey]] = defaultdict(set)
    for row in rows:
        found[row.owner].add(HeardKey(Key(KeyKind(row.kind), row.site, row.value), row.field))
    return found


def _heard_by_scans(connection: Connection, roots: Collection[int]) -> dict[int, dict[int, tuple[IPAddress, int]]]:
    """For each root, each of its devices' address and when the newest scan (no import) that heard it there began."""
    rows = connection.execute(
        sa.select(device.c.root, device.c.id, device.c.ip, sa.func.max(scan.c.started).label("newest"))
        .join(sighting, sighting.c.device_id == device.c.id)
        .join(scan, scan.c.id == sighting.c.scan_id)
        .where(device.c.root.in_(roots), sighting.c.heard, scan.c.kind != "import")
        .group_by(device.c.root, device.c.id, device.c.ip)
    )
    found: dict[int, dict[int, tuple[IPAddress, int]]] = defaultdict(dict)
    for row in rows:
        found[row.root][row.id] = (ip_address(row.ip), row.newest)
    return found


def _newest(device_id: int, heard: Mapping[int, tuple[IPAddress, int]]) -> int:
    return heard[device_id][1] if device_id in heard else 0


def _moved(ip: IPAddress, device_id: int, heard: Mapping[int, tuple[IPAddress, int]]) -> bool:
    newest = _newest(device_id, heard)
    return any(other.version == ip.version and other != ip and when > newest for other, when in heard.values())
