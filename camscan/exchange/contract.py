"""The inventory for other programs: schema ``camscan.inventory/1``, as JSON, as JSON lines, as CSV.

The names are a contract (docs/inventory.md). ``analytics``, ``lists`` and ``advisories`` are null where a report
comes without its tables: not judged. ``hidden_channels`` null means unknown. Everything is written as it is made, so
that a large inventory needs little memory. JSON is plain ASCII with every other character escaped, so a terminal that
shows it is safe.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, TextIO

from camscan import __version__
from camscan.device import Device, HeardEvidence, Sign
from camscan.errors import UsageError
from camscan.evidence import IPAddress
from camscan.exchange.files import write_atomically
from camscan.identify.facts import FactTables
from camscan.identify.software import Product
from camscan.inventory import ScanKind, ScanRecord, SiteCoverage
from camscan.inventory.software import Installed
from camscan.safe.text import csv_cell
from camscan.scope import Scope

SCHEMA = "camscan.inventory/1"

COLUMNS = (
    "ip", "mac", "site", "hostname", "kind", "kind_verdict", "maker", "verdict", "brand", "brand_verdict", "model",
    "firmware", "firmware_date", "serial", "first_seen", "last_seen",
)  # fmt: skip
"""Columns of the CSV. The importer reads the same names."""

Sited = tuple[str, Device]
"""A device with the name of its site."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program on one of the owner's computers, the product that it is, and the address of the device of the inventory
    that the computer is, where exactly one can be."""

    installed: Installed
    product: Product
    ip: IPAddress | None

    def contract(self) -> dict[str, object]:
        """One element of ``software``."""
        return {
            "host": self.installed.host,
            "ip": None if self.ip is None else str(self.ip),
            "name": self.installed.name,
            "version": self.installed.version,
            "product": self.product.id,
            "maker": self.product.maker,
            "role": self.product.role.value,
            "listed_at": moment(self.installed.at),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """Everything an export tells. ``devices`` is gone through once; ``tables`` judge lists, advisories and analytics;
    ``hidden`` holds channels of recorders that no camera was seen for, by the recorder's address; ``software`` is what
    the owner's lists have."""

    devices: Iterable[Sited]
    scans: tuple[ScanRecord, ...]
    signatures: str
    organisation: str
    scope_sha256: str
    sites: tuple[str, ...]
    generated_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    tables: FactTables | None = None
    hidden: Mapping[IPAddress, int] = field(default_factory=dict)
    software: tuple[Program, ...] = ()

    @classmethod
    def of(
        cls,
        scans: Sequence[ScanRecord],
        devices: Iterable[Sited],
        signatures: str,
        scope: Scope | None,
        tables: FactTables | None = None,
        hidden: Mapping[IPAddress, int] | None = None,
        software: tuple[Program, ...] = (),
    ) -> Self:
        """A report of now. Without a ``scope`` file the newest scan says whose inventory it is."""
        newest = scans[-1] if scans else None
        if scope is not None:
            whose = (scope.authorisation.organisation, scope.sha256, tuple(site.name for site in scope.sites))
        elif newest is not None:
            whose = (newest.organisation, newest.scope_sha256, newest.sites)
        else:
            whose = ("", "", ())
        return cls(devices, tuple(scans), signatures, *whose, tables=tables, hidden=hidden or {}, software=software)

    def device_object(self, site: str, device: Device, *, evidence: bool = True) -> dict[str, object]:
        """One element of ``devices``, with what follows from the report's tables."""
        told = device_object(site, device, evidence=evidence)
        told["hidden_channels"] = self.hidden.get(device.ip)
        if self.tables is not None:
            facts = self.tables.of(device)
            told["lists"] = [one.contract() for one in facts.lists]
            told["advisories"] = [one.contract() for one in facts.advisories]
            told["analytics"] = None if facts.analytics is None else [one.contract() for one in facts.analytics]
        return told


def write(report: Report, form: str, target: Path | TextIO) -> None:
    """Writes ``report`` as ``json``, ``jsonl`` or ``csv`` to a stream, or to a file that is replaced as a whole.

    Raises UsageError for another form, or where the file cannot be written.
    """
    if form not in ("json", "jsonl", "csv"):
        raise UsageError(f"{form} is no form for a file. Choose json, jsonl or csv.")
    if isinstance(target, Path):
        with write_atomically(target) as stream:
            write(report, form, stream)
    elif form == "json":
        to_json(report, target)
    elif form == "jsonl":
        to_jsonl(report, target)
    else:
        to_csv(report.devices, target)


def to_json(report: Report, stream: TextIO) -> None:
    """One JSON document, a device a line."""
    head = {
        "schema": SCHEMA,
        "generated_at": moment(report.generated_at),
        "tool": {"version": __version__, "signatures": report.signatures},
        "scope": {
            "organisation": report.organisation,
            "sha256": report.scope_sha256,
            "sites": list(report.sites),
        },
        "scans": [_scan(one) for one in report.scans if one.kind is not ScanKind.IMPORT],
        "coverage": [_coverage(one) for one in newest_coverage(report.scans)],
    }
    stream.write(json.dumps(head, indent=1)[:-2] + ',\n "devices": [')
    separator = "\n  "
    for site, device in report.devices:
        stream.write(separator + json.dumps(report.device_object(site, device)))
        separator = ",\n  "
    software = json.dumps([one.contract() for one in report.software], indent=1).replace("\n", "\n ")
    stream.write(f'\n ],\n "software": {software}\n}}\n')


def to_jsonl(report: Report, stream: TextIO) -> None:
    """One device a line, each an object as in ``devices`` of the JSON."""
    stream.writelines(json.dumps(report.device_object(site, device)) + "\n" for site, device in report.devices)


def to_csv(devices: Iterable[Sited], stream: TextIO) -> None:
    """COLUMNS as a header, then one device a row (RFC 4180, every cell quoted).

    A cell that a spreadsheet would take for a formula begins with an apostrophe; JSON is the lossless form.
    """
    rows = csv.writer(stream, quoting=csv.QUOTE_ALL)
    rows.writerow(COLUMNS)
    for site, device in devices:
        told = device_object(site, device, evidence=False)
        rows.writerow(["" if told[name] is None else csv_cell(str(told[name])) for name in COLUMNS])


def device_object(site: str, device: Device, *, evidence: bool = True) -> dict[str, object]:
    """One element of ``devices``, nothing judged but the device itself. Without ``evidence`` its last two lists are
    empty."""
    return {
        "ip": str(device.ip),
        "addresses": list(device.addresses) or [str(device.ip)],
        "mac": device.mac,
        "site": site,
        "hostname": device.hostname,
        "kind": device.kind.value,
        "kind_verdict": device.kind_verdict.value,
        "maker": device.maker,
        "verdict": device.verdict.value,
        "brand": device.brand,
        "brand_verdict": device.brand_verdict.value,
        "model": device.model,
        "firmware": device.firmware,
        "firmware_date": device.firmware_date,
        "serial": device.serial,
        "analytics": None,
        "lists": None,
        "advisories": None,
        "hidden_channels": None,
        "first_seen": moment(device.first_seen),
        "last_seen": moment(device.last_seen),
        "conflicts": [{"axis": one.axis, "values": list(one.values)} for one in device.conflicts],
        "signs": [_sign(one) for one in device.signs] if evidence else [],
        "evidence": [_evidence(one) for one in device.evidence] if evidence else [],
    }


def newest_coverage(scans: Sequence[ScanRecord]) -> tuple[SiteCoverage, ...]:
    """What the newest scan of each site told of it, in the order of their names; what the newest listening told where
    none did. Listening asks nothing, so it does not fill a scan's gaps."""
    told = sorted(scans, key=lambda scan: (scan.kind is ScanKind.SCAN, scan.started))
    by_site = {one.site: one for scan in told for one in scan.coverage}
    return tuple(by_site[site] for site in sorted(by_site))


def moment(when: datetime | None) -> str | None:
    """A time as the contract writes it: ISO 8601, UTC, whole seconds."""
    return None if when is None else when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _scan(scan: ScanRecord) -> dict[str, object]:
    return {
        "id": scan.id,
        "kind": scan.kind.value,
        "status": scan.status.value,
        "started_at": moment(scan.started),
        "finished_at": moment(scan.finished),
        "addresses_in_scope": scan.addresses_in_scope,
        "packets_sent": scan.packets_sent,
        "packets_exact": scan.packets_exact,
        "inputs": [{"name": one.name, "packets": one.packets} for one in scan.inputs],
    }


def _coverage(one: SiteCoverage) -> dict[str, object]:
    return {
        "site": one.site,
        "answered": one.answered,
        "out_of_scope_answers": one.out_of_scope_answers,
        "kernel_drops": one.kernel_drops,
        "not_seen": [{"what": gap.what, "why": gap.why, "what_to_do": gap.what_to_do} for gap in one.not_seen],
    }


def _sign(sign: Sign) -> dict[str, object]:
    return {
        "signature": sign.signature,
        "strength": sign.strength.value,
        "points_to": dict(sign.points_to),
        "evidence": list(sign.evidence),
    }


def _evidence(heard: HeardEvidence) -> dict[str, object]:
    return {
        "id": heard.id,
        "at": moment(heard.observation.at),
        "source": heard.evidence.source,
        "port": heard.observation.port,
        "transport": heard.observation.transport.value,
        "outcome": heard.observation.outcome.value,
        "field": heard.evidence.name,
        "value": heard.evidence.value,
    }
