"""The inventory: what was heard, of which device, in which scan. Evidence is only ever added, and goes only where the
owner wants it forgotten.

One connection is opened and kept, so an inventory goes on working after the process has given up root. Threads
may share it. Every method raises InventoryError where the database fails, and then has written nothing.
"""

import json
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from camscan.errors import InventoryError
from camscan.evidence import Evidence, IPAddress, Observation
from camscan.gaps import NotSeen, SiteCoverage
from camscan.identify import SignatureSet
from camscan.inventory import conclusions, forgetting, holdings, joining, reading, rematching, saving, schema, software
from camscan.inventory.conclusions import Conclusion
from camscan.inventory.database import Database
from camscan.inventory.forgetting import Forgotten, Selection
from camscan.inventory.holdings import Holding
from camscan.inventory.identity import usable_mac
from camscan.inventory.records import (
    HostRecord,
    Input,
    Merge,
    Rejection,
    ScanKind,
    ScanRecord,
    ScanStart,
    ScanStatus,
)
from camscan.inventory.rematching import Concluded, Rematch
from camscan.inventory.software import Installed
from camscan.inventory.times import from_number, to_number


class Inventory:
    """An open inventory. Use it as a context manager, or call ``close``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, url_or_path: str | Path, *, create: bool = True) -> Self:
        """The inventory in a SQLite file, or at a ``postgresql://`` URL, brought up to date.

        Where there is none, one is made, unless ``create`` is False. Raises InventoryError, and leaves what is
        there untouched, for a damaged or newer inventory, a file that is not ours, a folder that cannot be written
        and a network drive.
        """
        return cls(Database.open(url_or_path, create=create))

    def close(self) -> None:
        """Lets go of the database. What was saved is saved already."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def where(self) -> str:
        """The file or URL, for people to see: without a password."""
        return self._database.where

    def files(self) -> tuple[Path, ...]:
        """The files that the inventory consists of while it is open; none where a server keeps it."""
        return self._database.files()

    def begin_scan(self, start: ScanStart) -> str:
        """Records that a scan begins; returns its id. A damaged SQLite file is refused here at the latest."""
        self._database.check()
        started = start.started or datetime.now(UTC)
        name = f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        macs = [mac for mac in map(usable_mac, start.gateway_macs) if mac]
        with self._database.write() as connection:
            connection.execute(
                sa.insert(schema.scan).values(
                    name=name,
                    kind=start.kind.value,
                    started=to_number(started),
                    scope_sha256=start.scope_sha256,
                    organisation=start.organisation,
                    sites=json.dumps(start.sites),
                    tool_version=start.tool_version,
                    signatures=start.signatures,
                    addresses_in_scope=start.addresses_in_scope,
                    packets_sent=0,
                    packets_exact=False,
                    audit_head="",
                    coverage="[]",
                )
            )
            joining.mark_gateways(self._database, connection, start.sites, macs)
        return name

    def save_host(
        self, scan_id: str, ip: IPAddress, site: str, observations: Sequence[Observation], *, done: bool = True
    ) -> None:
        """Adds what one scan heard of one address and, if it is ``done``, the mark of it that ``--resume`` reads.

        When this returns it is on the disk, whatever happens to the process then; when it raises, nothing of it
        is. May be called again for the same address with what came later. With no observations only the mark is
        set. Raises InventoryFullError on a full disk.
        """
        with self._database.write() as connection:
            number = _scan_row(connection, scan_id)
            saving.add(self._database, connection, number, ip, site, observations)
            if done:
                saving.mark_done(self._database, connection, number, ip)

    def finish_scan(
        self,
        scan_id: str,
        status: ScanStatus,
        packets_sent: int,
        packets_exact: bool,  # noqa: FBT001 - a fact among others
        audit_head: str,
        coverage: Sequence[SiteCoverage],
        *,
        finished: datetime | None = None,
        inputs: Sequence[Input] = (),
    ) -> None:
        """Records how a scan ended. A resumed scan ends again; the figures are those of all its runs together.

        ``finished`` is now (UTC) unless given: a listening ended with its last packet, and has ``inputs``.
        """
        told = [
            {
                "site": one.site,
                "answered": one.answered,
                "out_of_scope_answers": one.out_of_scope_answers,
                "kernel_drops": one.kernel_drops,
                "not_seen": [{"what": gap.what, "why": gap.why, "what_to_do": gap.what_to_do} for gap in one.not_seen],
            }
            for one in coverage
        ]
        taken_in = {"inputs": json.dumps([asdict(one) for one in inputs])} if inputs else {}
        with self._database.write() as connection:
            connection.execute(
                sa.update(schema.scan)
                .where(schema.scan.c.id == _scan_row(connection, scan_id))
                .values(
                    status=ScanStatus(status).value,
                    finished=to_number(finished or datetime.now(UTC)),
                    packets_sent=packets_sent,
                    packets_exact=packets_exact,
                    audit_head=audit_head,
                    coverage=json.dumps(told),
                    **taken_in,
                )
            )

    def unfinished_scan(self, scope_sha256: str) -> ScanRecord | None:
        """The newest scan of this very scope, if it was killed or interrupted: ``--resume`` goes on with it."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(schema.scan)
                .where(schema.scan.c.scope_sha256 == scope_sha256, schema.scan.c.kind == ScanKind.SCAN.value)
                .order_by(schema.scan.c.id.desc())
                .limit(1)
            ).one_or_none()
        record = _scan_record(row) if row is not None else None
        return record if record is not None and record.status is ScanStatus.INTERRUPTED else None

    def done_addresses(self, scan_id: str) -> frozenset[IPAddress]:
        """The addresses that this scan is done with."""
        with self._database.read() as connection:
            wanted = sa.select(schema.done.c.ip).where(schema.done.c.scan_id == _scan_row(connection, scan_id))
            return frozenset(ip_address(ip) for ip in connection.execute(wanted).scalars())

    def scans(self) -> tuple[ScanRecord, ...]:
        """All scans, listenings and imports, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(schema.scan).order_by(schema.scan.c.id)).all()
        return tuple(_scan_record(row) for row in rows)

    def hosts(self, scan_id: str | None = None, *, with_raw: bool = False) -> Iterator[HostRecord]:
        """Every device, or those that one scan heard, with the evidence that speaks for each today; by device id.

        Read in pages. The raw answers are left out unless ``with_raw``. What another process adds meanwhile may
        appear.
        """
        number = None
        if scan_id is not None:
            with self._database.read() as connection:
                number = _scan_row(connection, scan_id)
        return reading.host_records(self._database, scan_id=number, with_raw=with_raw)

    def host(self, device_id: int) -> HostRecord | None:
        """One device with its raw answers, or None."""
        return reading.host_record(self._database, device_id)

    def find(self, ip: IPAddress) -> HostRecord | None:
        """The device last heard at an address, with its raw answers, or None. It may have another address by now."""
        with self._database.read() as connection:
            device_id = reading.device_last_at(connection, ip)
        return None if device_id is None else self.host(device_id)

    def holdings(self) -> list[Holding]:
        """Which device had which address, and when, as far as what was heard tells."""
        return holdings.holdings(self._database)

    def observations(self, device_id: int | None = None, *, with_raw: bool = True) -> Iterator[Observation]:
        """Everything ever heard, of one device or of all, last saved first; read in pages."""
        return reading.history(self._database, device_id, with_raw=with_raw)

    def distinct_evidence(self) -> Iterator[Evidence]:
        """Every distinct pair of field and value, once: all that matching signatures anew needs to read."""
        return reading.distinct_evidence(self._database)

    def conclusions(self) -> dict[int, Conclusion]:
        """What was concluded of each device the last time, by device id; only as a comparison for ``rematch``."""
        with self._database.read() as connection:
            return conclusions.read(connection)

    def save_conclusions(self, concluded: Mapping[int, Conclusion], signatures: str) -> None:
        """Keeps what is concluded of these devices with the signature set of this digest; the others keep theirs."""
        with self._database.write() as connection:
            conclusions.save(connection, concluded, signatures)

    def conclude(self, signatures: SignatureSet) -> Iterator[Concluded]:
        """What the stored evidence says of every device with ``signatures``; many times faster than ``hosts`` and
        ``assess``, and the same. Nothing is kept."""
        return rematching.conclude(self._database, signatures)

    def rematch(self, signatures: SignatureSet, *, keep: bool = True) -> Rematch:
        """Judges every device anew and says what changed since the last time; ``keep`` makes this the last time."""
        return rematching.rematch(self._database, signatures, keep=keep)

    def catch_up(self, signatures: SignatureSet) -> Rematch:
        """As ``rematch``, and as sure, in a time that grows with what was written since the last one: the devices of
        which the same must be concluded are passed over."""
        return rematching.catch_up(self._database, signatures)

    def save_software(
        self, scan_id: str, computers: Collection[str], programs: Sequence[tuple[str, str, str | None]]
    ) -> None:
        """Adds programs (host, name, version) of an imported list that names ``computers``, each as
        ``software.computer`` spells it; of these, what older lists had is history now."""
        with self._database.write() as connection:
            software.save(connection, _scan_row(connection, scan_id), computers, programs)

    def software(self) -> tuple[Installed, ...]:
        """Programs on the owner's computers, as the newest list that names each has them; by computer."""
        with self._database.read() as connection:
            return software.read(connection)

    def merges(self) -> tuple[Merge, ...]:
        """Which device records were joined and why, oldest first; undone ones too."""
        key, merge, scan = schema.identity_key, schema.merge, schema.scan
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(merge, key.c.kind, key.c.value, scan.c.name)
                .join(key, key.c.id == merge.c.key_id)
                .join(scan, scan.c.id == merge.c.scan_id)
                .order_by(merge.c.id)
            ).all()
        return tuple(
            Merge(
                id=row.id,
                device_a=row.device_a,
                device_b=row.device_b,
                key=row.kind,
                value=row.value,
                scan_id=row.name,
                at=from_number(row.at),
                undone_at=from_number(row.undone_at),
                undone_by=row.undone_by,
            )
            for row in rows
        )

    def unmerge(self, merge_id: int) -> None:
        """Undoes one merge: the two are separate devices again and are not joined any more.

        Raises InventoryError where no such merge stands.
        """
        merge = schema.merge
        with self._database.write() as connection:
            standing = sa.select(merge.c.id).where(merge.c.id == merge_id, merge.c.undone_at.is_(None))
            if connection.execute(standing).first() is None:
                raise InventoryError(f"{self.where}: there is no merge {merge_id} to undo.")
            joining.undo(connection, [merge_id], "owner")

    def forget(self, selection: Selection, *, dry_run: bool = False) -> Forgotten:
        """Deletes what the owner wants forgotten and says what went; all of it, or with an error nothing.

        With ``dry_run`` nothing is deleted. Until ``wipe``, parts of it may still lie in the database's files.
        """
        with self._database.rehearsal() if dry_run else self._database.write() as connection:
            return forgetting.forget(connection, selection)

    def wipe(self) -> None:
        """Rewrites the database's files without what was deleted. Takes a while, and room for a second copy.

        Raises InventoryError where another program reads; another call finishes it then.
        """
        self._database.wipe()

    def record_rejection(
        self, ip: IPAddress, site: str, door: str, credential_set: str, at: datetime | None = None
    ) -> None:
        """Remembers that a device refused the owner's credentials named ``credential_set`` at ``door``."""
        with self._database.write() as connection:
            connection.execute(
                sa.insert(schema.rejection).values(
                    device_id=reading.device_last_at(connection, ip),
                    site=site,
                    ip=str(ip),
                    door=door,
                    credential_set=credential_set,
                    at=to_number(at or datetime.now(UTC)),
                )
            )

    def rejections(self) -> tuple[Rejection, ...]:
        """Every rejection that still stands, oldest first. ``device_id`` is the device's present one."""
        rejection, device = schema.rejection, schema.device
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(rejection, device.c.root)
                .outerjoin(device, device.c.id == rejection.c.device_id)
                .where(rejection.c.cleared.is_(None))
                .order_by(rejection.c.id)
            ).all()
        return tuple(
            Rejection(row.root, row.site, ip_address(row.ip), row.door, row.credential_set, from_number(row.at))
            for row in rows
        )

    def clear_rejections(self, addresses: Collection[IPAddress]) -> None:
        """Lets the owner's credentials be tried again at these addresses (``--retry-credentials``)."""
        rejection = schema.rejection
        with self._database.write() as connection:
            for some in saving.chunks([str(ip) for ip in addresses]):
                connection.execute(
                    sa.update(rejection)
                    .where(rejection.c.ip.in_(some), rejection.c.cleared.is_(None))
                    .values(cleared=to_number(datetime.now(UTC)))
                )


def _scan_row(connection: Connection, scan_id: str) -> int:
    found: int | None = connection.execute(
        sa.select(schema.scan.c.id).where(schema.scan.c.name == scan_id)
    ).scalar_one_or_none()
    if found is None:
        raise InventoryError(f"there is no scan {scan_id[:40]!r} in this inventory.")
    return found


def _scan_record(row: Row[Any]) -> ScanRecord:
    return ScanRecord(
        id=row.name,
        kind=ScanKind(row.kind),
        status=ScanStatus(row.status or ScanStatus.INTERRUPTED),
        started=from_number(row.started),
        finished=from_number(row.finished),
        scope_sha256=row.scope_sha256,
        organisation=row.organisation,
        sites=tuple(json.loads(row.sites)),
        tool_version=row.tool_version,
        signatures=row.signatures,
        addresses_in_scope=row.addresses_in_scope,
        packets_sent=row.packets_sent,
        packets_exact=row.packets_exact,
        audit_head=row.audit_head,
        coverage=tuple(
            SiteCoverage(
                site=one["site"],
                answered=one["answered"],
                out_of_scope_answers=one["out_of_scope_answers"],
                kernel_drops=one["kernel_drops"],
                not_seen=tuple(NotSeen(**gap) for gap in one["not_seen"]),
            )
            for one in json.loads(row.coverage)
        ),
        inputs=tuple(Input(**one) for one in json.loads(row.inputs or "[]")),
    )
