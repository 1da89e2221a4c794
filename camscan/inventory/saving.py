"""Writes one host's observations, within the caller's transaction."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from camscan.evidence import Evidence, IPAddress, Observation
from camscan.inventory import joining, schema
from camscan.inventory.database import Database
from camscan.inventory.doubts import doubt
from camscan.inventory.identity import HeardKey, Key, KeyKind, consistent, keys_of, proves_life, proves_presence
from camscan.inventory.joining import Place
from camscan.inventory.times import to_number

CHUNK = 500
"""Rows looked up by one statement."""

_Item = TypeVar("_Item")


def chunks(items: Sequence[_Item], size: int = CHUNK) -> Iterator[Sequence[_Item]]:
    """``items`` in order, at most ``size`` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def mark_done(database: Database, connection: Connection, scan_id: int, ip: IPAddress) -> None:
    """Notes that a scan has all that it wants from an address."""
    connection.execute(database.insert_new(schema.done).values(scan_id=scan_id, ip=str(ip)))


def add(
    database: Database, connection: Connection, scan_id: int, ip: IPAddress, site: str, heard: Sequence[Observation]
) -> None:
    """Adds what was heard of one address in one scan."""
    if heard:
        sighting_id = _sighting(database, connection, Place(scan_id, site, ip), heard)
        _observations(database, connection, sighting_id, heard)


def _sighting(database: Database, connection: Connection, place: Place, heard: Sequence[Observation]) -> int:
    sighting, sighting_key = schema.sighting, schema.sighting_key
    former = connection.execute(
        sa.select(sighting).where(
            sighting.c.scan_id == place.scan_id, sighting.c.ip == str(place.ip), sighting.c.site == place.site
        )
    ).one_or_none()
    keys = keys_of(place.site, heard)
    if former is not None:
        keys = consistent(keys | _keys_of_sighting(connection, former.id))
    ids = joining.key_ids(database, connection, keys)
    usable = frozenset(one for one in keys if one.key in ids)
    device_id = joining.device_at(connection, place, usable)
    times = [to_number(one.at) for one in heard if proves_presence(one)]
    if former is not None:
        times += [former.first_seen, former.last_seen] if former.first_seen is not None else []
    row = {
        "device_id": device_id,
        "heard": any(proves_life(one) for one in heard) or (former is not None and former.heard),
        "first_seen": min(times, default=None),
        "last_seen": max(times, default=None),
    }
    if former is None:
        sighting_id: int = connection.execute(
            sa.insert(sighting)
            .values(scan_id=place.scan_id, site=place.site, ip=str(place.ip), **row)
            .returning(sighting.c.id)
        ).scalar_one()
    else:
        sighting_id = former.id
        connection.execute(sa.update(sighting).where(sighting.c.id == sighting_id).values(**row))
        connection.execute(sa.delete(sighting_key).where(sighting_key.c.sighting_id == sighting_id))
    if usable:
        connection.execute(
            sa.insert(sighting_key),
            [{"sighting_id": sighting_id, "key_id": ids[one.key], "field": one.field} for one in sorted(usable)],
        )
        joining.join(connection, place, device_id, ids)
    concerned = {device_id, device_id if former is None else former.device_id}
    doubt(connection, schema.device.c.id.in_(concerned))
    return sighting_id


def _keys_of_sighting(connection: Connection, sighting_id: int) -> frozenset[HeardKey]:
    identity_key, sighting_key = schema.identity_key, schema.sighting_key
    rows = connection.execute(
        sa.select(identity_key.c.kind, identity_key.c.site, identity_key.c.value, sighting_key.c.field)
        .join(sighting_key, sighting_key.c.key_id == identity_key.c.id)
        .where(sighting_key.c.sighting_id == sighting_id)
    )
    return frozenset(HeardKey(Key(KeyKind(row.kind), row.site, row.value), row.field) for row in rows)


def _observations(database: Database, connection: Connection, sighting_id: int, heard: Sequence[Observation]) -> None:
    bodies = _ids(database, connection, schema.raw, {_digest(one.raw): {"bytes": one.raw} for one in heard if one.raw})
    distinct = {item for one in heard for item in one.evidence}
    values = _ids(
        database,
        connection,
        schema.value,
        {_value_digest(item): {"field": item.name, "value": item.value} for item in distinct},
    )
    ids = connection.execute(
        sa.insert(schema.observation).returning(schema.observation.c.id, sort_by_parameter_order=True),
        [
            {
                "sighting_id": sighting_id,
                "at": to_number(one.at),
                "ip": str(one.ip),
                "port": one.port,
                "transport": one.transport.value,
                "via": one.via.value,
                "probe": one.probe,
                "outcome": one.outcome.value,
                "interface": one.interface,
                "detail": one.detail,
                "sha256": one.sha256,
                "raw_id": bodies[_digest(one.raw)] if one.raw else None,
                "answers": len(one.evidence),
            }
            for one in heard
        ],
    ).scalars()
    rows = [
        {"observation_id": observation_id, "position": position, "value_id": values[_value_digest(item)]}
        for observation_id, one in zip(ids, heard, strict=True)
        for position, item in enumerate(one.evidence)
    ]
    if rows:
        connection.execute(sa.insert(schema.evidence), rows)


def _ids(
    database: Database,
    connection: Connection,
    table: Table,
    rows: Mapping[bytes, Mapping[str, object]],
) -> dict[bytes, int]:
    """The id of the row of each digest; rows that are new are added.

    In the order of their digests, so that two writers can never wait for each other.
    """
    found: dict[bytes, int] = {}
    for digests in chunks(sorted(rows)):
        connection.execute(database.insert_new(table), [{"digest": digest, **rows[digest]} for digest in digests])
        known = connection.execute(sa.select(table.c.digest, table.c.id).where(table.c.digest.in_(digests)))
        found.update({bytes(row.digest): row.id for row in known})
    return found


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


def _value_digest(item: Evidence) -> bytes:
    return _digest(item.name.encode() + b"\x00" + item.value.encode())
