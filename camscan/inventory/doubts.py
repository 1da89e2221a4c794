"""Which conclusions still hold? Whatever changes what speaks for a device says so here, within its transaction, so that
not the whole inventory need be judged anew after each scan."""

import sqlalchemy as sa
from sqlalchemy import Connection

from camscan.inventory.schema import conclusion, device, merge, observation, scan, sighting

DOUBTED = ""
"""Stands in the place of what a conclusion was drawn with."""


def doubt(connection: Connection, devices: sa.ColumnElement[bool]) -> None:
    """Notes that the conclusions of ``devices`` (a condition on that table) have to be drawn anew."""
    wanted = sa.select(device.c.root).where(devices)
    connection.execute(sa.update(conclusion).where(conclusion.c.device_id.in_(wanted)).values(signatures=DOUBTED))


def outdated(connection: Connection, basis: str) -> list[int]:
    """The devices of which nothing was concluded on this ``basis``, or is in doubt, by number."""
    part = device.alias()
    heard = sa.select(sighting.c.id).join(part, part.c.id == sighting.c.device_id)
    holds = sa.select(conclusion.c.device_id).where(
        conclusion.c.device_id == device.c.id, conclusion.c.signatures == basis
    )
    wanted = sa.select(device.c.id).where(
        device.c.root == device.c.id,
        ~holds.exists(),
        heard.where(part.c.root == device.c.id, sighting.c.heard).exists(),
    )
    return list(connection.execute(wanted.order_by(device.c.id)).scalars())


def state(connection: Connection) -> tuple[int | None, ...]:
    """Another one where anything was written since that bears on any device."""
    figures = (
        sa.select(sa.func.max(scan.c.id)),
        sa.select(sa.func.max(observation.c.id)),
        sa.select(sa.func.count()).select_from(observation),
        sa.select(sa.func.max(merge.c.undone_at)),
    )
    return tuple(connection.execute(sa.select(*(figure.scalar_subquery() for figure in figures))).one())
