"""Runs a listening for the command line: reads, stores, sums up."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from camscan import __version__
from camscan.audit import AuditLog, who
from camscan.cli import listen_report, output
from camscan.cli.devices import Judge
from camscan.cli.options import Format, audit_path, inventory_url
from camscan.egress.report import Input
from camscan.errors import UsageError
from camscan.evidence import IPAddress, Observation
from camscan.inventory import Inventory, ScanKind, ScanStart, ScanStatus
from camscan.listen.captures import read_captures
from camscan.listen.gaps import coverage
from camscan.listen.hosts import moment
from camscan.listen.keeping import keeper
from camscan.listen.listening import Listening
from camscan.scope import Scope

AHEAD = timedelta(days=1)
"""How far a capturing machine's clock may be ahead of ours. A packet from later than that has a damaged time."""


class Records:
    """What a listening leaves in the inventory: one record or, where addresses changed hands while it was recorded,
    several in the order of time. A record is begun when there is something to put in it."""

    def __init__(self, inventory: Inventory, scope: Scope, judge: Judge) -> None:
        self._inventory, self._scope, self._judge = inventory, scope, judge
        self.ids: list[str] = []
        self._began: datetime | None = None

    def save(self, ip: IPAddress, site: str, number: int, heard: tuple[Observation, ...]) -> None:
        """The Sink of a Listening."""
        self.begin(number, min(one.at for one in heard))
        self._inventory.save_host(self.ids[number], ip, site, heard)

    def begin(self, number: int, at: datetime) -> None:
        """Begins the records up to ``number``, each later than the one before."""
        while len(self.ids) <= number:
            began = at if self._began is None else max(at, self._began + timedelta(microseconds=1))
            self._began = began
            start = ScanStart(
                scope_sha256=self._scope.sha256,
                organisation=self._scope.authorisation.organisation,
                sites=tuple(site.name for site in self._scope.sites),
                signatures=self._judge.signatures.digest,
                addresses_in_scope=self._scope.count(),
                kind=ScanKind.LISTEN,
                started=began,
            )
            self.ids.append(self._inventory.begin_scan(start))


def run(scope: Scope, files: Sequence[str], inventory: str | None, form: Format, target: Path | None) -> int:
    """Listens to captures; returns the exit code. Raises UsageError where none could be read."""
    form = output.chosen(form, target)
    judge = Judge.shipped()
    with (
        Inventory.open(inventory_url(scope.path, inventory)) as opened,
        AuditLog.open(audit_path(scope.path)) as audit,
    ):
        _started(audit, scope, judge, files=list(files))
        records = Records(opened, scope, judge)
        latest = (datetime.now(UTC) + AHEAD).timestamp()
        listening = Listening(scope, keeper(judge.signatures), records.save, latest=latest)
        inputs = read_captures(files, listening)
        usable = any(not one.error for one in inputs)
        head = _finished(audit, listening, records, inputs, usable=usable)
        if not usable:
            told = "\n".join(f"{one.file}: {one.error}." for one in inputs)
            raise UsageError(told or "There is no file to listen to.")
        partial = any(one.error or one.skipped for one in inputs)
        status = ScanStatus.PARTIAL if partial else ScanStatus.COMPLETE
        seen = coverage(scope, listening, inputs)
        for scan_id in records.ids:
            opened.finish_scan(
                scan_id,
                status,
                packets_sent=0,
                packets_exact=True,
                audit_head=head,
                coverage=seen,
                finished=moment(listening.last or 0.0),
            )
        # What is concluded today is what the next rematch compares with.
        opened.catch_up(judge.signatures)
        packets = sum(one.records for one in inputs)
        listen_report.deliver(opened, judge, scope, records.ids, form, target)
        listen_report.tail(opened, judge, scope, records.ids, listening, packets, seen, head)
        return 4 if partial else 0


def _started(audit: AuditLog, scope: Scope, judge: Judge, **what: object) -> None:
    audit.append(
        "listen-started",
        by=who(),
        scope=scope.sha256,
        organisation=scope.authorisation.organisation,
        reference=scope.authorisation.reference,
        version=__version__,
        signatures=judge.signatures.digest,
        **what,
    )


def _finished(audit: AuditLog, listening: Listening, records: Records, inputs: Sequence[Input], *, usable: bool) -> str:
    """Writes down what was listened to; returns the log's new head."""
    if usable and listening.first is not None:
        records.begin(0, moment(listening.first))
    return audit.append(
        "listen-finished",
        scans=records.ids,
        inputs=[
            {"file": one.file, "records": one.records, "skipped": one.skipped_records, "error": one.error}
            for one in inputs
        ],
        **{"from": _iso(listening.first), "to": _iso(listening.last)},
        sent=0,
        outside=len(listening.hosts.outside),
    )


def _iso(at: float | None) -> str | None:
    return None if at is None else moment(at).isoformat(timespec="milliseconds")
