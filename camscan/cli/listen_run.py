"""Runs a listening for the command line: reads, stores, sums up."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from camscan import __version__
from camscan.audit import AuditLog, who
from camscan.cli import listen_report, output
from camscan.cli.devices import Judge
from camscan.cli.gaps import added
from camscan.cli.options import Format, audit_path, inventory_url
from camscan.egress.report import Input
from camscan.errors import UsageError
from camscan.evidence import IPAddress, Observation
from camscan.gaps import NotSeen
from camscan.identify.channels import hidden_channels
from camscan.inventory import Input as HeardIn
from camscan.inventory import Inventory, ScanKind, ScanStart, ScanStatus
from camscan.listen.captures import read_captures
from camscan.listen.gaps import coverage
from camscan.listen.hosts import moment
from camscan.listen.keeping import keeper
from camscan.listen.listening import Listening
from camscan.listen.live import latest
from camscan.scope import Scope

NAMED = 500
"""Inputs that one line of the audit log names at most; a line may not grow without end."""


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
        scope = self._scope
        while len(self.ids) <= number:
            began = at if self._began is None else max(at, self._began + timedelta(microseconds=1))
            self._began = began
            start = ScanStart(
                scope_sha256=scope.sha256,
                organisation=scope.authorisation.organisation,
                sites=tuple(site.name for site in scope.sites),
                signatures=self._judge.signatures.digest,
                addresses_in_scope=scope.count(),
                kind=ScanKind.LISTEN,
                gateway_macs=tuple(link.gateway_mac for site in scope.sites for link in site.link if link.gateway_mac),
                started=began,
            )
            self.ids.append(self._inventory.begin_scan(start))


@dataclass
class Run:
    """One listening, between opening and closing its files."""

    scope: Scope
    judge: Judge
    inventory: Inventory
    audit: AuditLog
    form: Format
    target: BinaryIO | None

    def __post_init__(self) -> None:
        self.records = Records(self.inventory, self.scope, self.judge)
        self.listening = Listening(self.scope, keeper(self.judge.signatures), self.records.save, latest=latest())

    def begin(self, **what: object) -> None:
        """Writes down who listens to what."""
        self.audit.append(
            "listen-started",
            by=who(),
            scope=self.scope.sha256,
            organisation=self.scope.authorisation.organisation,
            reference=self.scope.authorisation.reference,
            version=__version__,
            signatures=self.judge.signatures.digest,
            **what,
        )

    def finish(
        self, inputs: Sequence[Input], *, drops: int = 0, gaps: Sequence[NotSeen] = (), advise: bool = True
    ) -> int:
        """Closes the record and prints it; returns the exit code. Raises UsageError where no input could be read."""
        listening, ids = self.listening, self.records.ids
        usable = any(not one.error for one in inputs)
        if usable:
            self.records.begin(0, _moment(listening.first))
        head = self.audit.append(
            "listen-finished",
            scans=ids,
            inputs=[
                {"file": one.file, "records": one.records, "skipped": one.skipped_records, "error": one.error}
                for one in inputs[:NAMED]
            ],
            count=len(inputs),
            **{"from": _iso(listening.first), "to": _iso(listening.last)},
            sent=0,
            outside=len(listening.hosts.outside),
        )
        if not usable:
            raise UsageError(
                "\n".join(f"{one.file}: {one.error}." for one in inputs) or "There is nothing to listen to."
            )
        partial = bool(drops) or any(one.error or one.skipped for one in inputs)
        report = listen_report.Heard(self.inventory, self.judge, self.scope, ids)
        seen = coverage(self.scope, listening, inputs, drops=drops, gaps=gaps)
        seen = added(seen, hidden_channels(report.devices).gaps)
        for scan_id in ids:
            self.inventory.finish_scan(
                scan_id,
                ScanStatus.PARTIAL if partial else ScanStatus.COMPLETE,
                packets_sent=0,
                packets_exact=True,
                audit_head=head,
                coverage=seen,
                finished=_moment(listening.last),
                inputs=[HeardIn(one.file, one.records) for one in inputs[:NAMED]],
            )
        # What is concluded today is what the next rematch compares with.
        self.inventory.rematch(self.judge.signatures)
        report.deliver(self.form, self.target)
        report.tail(listening, sum(one.records for one in inputs), seen, head, advise=advise)
        return 4 if partial else 0


@contextmanager
def opened(scope: Scope, inventory: str | None, form: Format, target: Path | None) -> Iterator[Run]:
    """A listening that is ready to begin."""
    form = output.chosen(form, target)
    judge = Judge.shipped()
    with (
        Inventory.open(inventory_url(scope.path, inventory)) as held,
        AuditLog.open(audit_path(scope.path)) as audit,
        output.opened(target) as file,
    ):
        yield Run(scope, judge, held, audit, form, file)


def to_files(run: Run, files: Sequence[str]) -> int:
    """Listens to captures; returns the exit code. Raises UsageError where none could be read."""
    run.begin(files=list(files[:NAMED]), count=len(files))
    return run.finish(read_captures(files, run.listening))


def _moment(at: float | None) -> datetime:
    """A packet's time; now, where no packet had one that can be believed."""
    return datetime.now(UTC) if at is None else moment(at)


def _iso(at: float | None) -> str | None:
    return None if at is None else moment(at).isoformat(timespec="milliseconds")
