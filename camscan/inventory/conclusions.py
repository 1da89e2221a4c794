"""What was concluded of each device the last time, so that a change can be told from what stays."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import sqlalchemy as sa
from sqlalchemy import Connection

from camscan.device import Device, Kind, Verdict
from camscan.inventory.saving import chunks
from camscan.inventory.schema import conclusion, device
from camscan.inventory.times import to_number


@dataclass(frozen=True, slots=True)
class Conclusion:
    """Maker, brand, kind and model of one device. ``signs`` are the ids of the signatures it rests on, strongest
    first."""

    maker: str | None
    verdict: Verdict
    brand: str | None
    brand_verdict: Verdict
    kind: Kind
    kind_verdict: Verdict
    model: str | None
    signs: tuple[str, ...]

    @classmethod
    def of(cls, judged: Device) -> Self:
        """What was concluded of ``judged``."""
        return cls(
            maker=judged.maker,
            verdict=judged.verdict,
            brand=judged.brand,
            brand_verdict=judged.brand_verdict,
            kind=judged.kind,
            kind_verdict=judged.kind_verdict,
            model=judged.model,
            signs=tuple(dict.fromkeys(sign.signature for sign in judged.signs)),
        )

    def answers(self) -> dict[str, str | None]:
        """What is concluded, without the reasons, by the names that the contract and the table have for it."""
        return {
            "maker": self.maker,
            "verdict": self.verdict.value,
            "brand": self.brand,
            "brand_verdict": self.brand_verdict.value,
            "kind": self.kind.value,
            "kind_verdict": self.kind_verdict.value,
            "model": self.model,
        }


def read(connection: Connection, devices: Collection[int] | None = None) -> dict[int, Conclusion]:
    """The last conclusion of each device, or of some, by its id. Devices that were joined to another one since are left
    out."""
    wanted = (
        sa.select(*(conclusion.c[name] for name in ("device_id", *_COLUMNS)))
        .join(device, device.c.id == conclusion.c.device_id)
        .where(device.c.root == device.c.id)
    )
    parts = [wanted] if devices is None else [wanted.where(device.c.id.in_(some)) for some in chunks(sorted(devices))]
    rows = (row for part in parts for row in connection.execute(part))
    shared: dict[tuple[str | None, ...], Conclusion] = {}
    found = {}
    for device_id, *values in rows:
        key = tuple(values)
        if key not in shared:
            shared[key] = _conclusion(*values)
        found[device_id] = shared[key]
    return found


def save(connection: Connection, concluded: Mapping[int, Conclusion], basis: str) -> None:
    """Puts ``concluded`` in the place of what was known of these devices; ``basis`` says what it was judged with."""
    at = to_number(datetime.now(UTC))
    told: dict[Conclusion, dict[str, object]] = {}
    for some in chunks(list(concluded)):
        connection.execute(sa.delete(conclusion).where(conclusion.c.device_id.in_(some)))
        rows = []
        for device_id in some:
            one = concluded[device_id]
            if one not in told:
                told[one] = {"signatures": basis, "at": at, **one.answers(), "signs": json.dumps(one.signs)}
            rows.append({"device_id": device_id, **told[one]})
        connection.execute(sa.insert(conclusion), rows)


def confirm(connection: Connection, basis: str, devices: Collection[int]) -> None:
    """Notes that what is known of ``devices`` holds on this basis too."""
    values = {"signatures": basis, "at": to_number(datetime.now(UTC))}
    for some in chunks(sorted(devices)):
        here = conclusion.c.device_id.in_(some)
        connection.execute(sa.update(conclusion).where(here, conclusion.c.signatures != basis).values(values))


_COLUMNS = ("maker", "verdict", "brand", "brand_verdict", "kind", "kind_verdict", "model", "signs")


def _conclusion(
    maker: str | None,
    verdict: str,
    brand: str | None,
    brand_verdict: str,
    kind: str,
    kind_verdict: str,
    model: str | None,
    signs: str,
) -> Conclusion:
    return Conclusion(
        maker, Verdict(verdict), brand, Verdict(brand_verdict), Kind(kind), Verdict(kind_verdict), model,
        tuple(json.loads(signs)),
    )  # fmt: skip
