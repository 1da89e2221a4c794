"""One run of `camscan scan`, between opening and closing its files."""

import asyncio
import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import BinaryIO

from camscan import __version__
from camscan.audit import who
from camscan.cli import facts, gaps, output, summary
from camscan.cli.devices import Judge
from camscan.cli.extras import Extras
from camscan.cli.live import Display
from camscan.cli.options import Format
from camscan.cli.request import Place, Request, group_datagrams, open_arps
from camscan.discover import PROBES
from camscan.errors import UsageError
from camscan.evidence import IPAddress, Observation
from camscan.exchange.nmap_run import Nmap
from camscan.identify import assess, identified
from camscan.identify.channels import hidden_channels
from camscan.inventory import Inventory, ScanRecord, ScanStart, ScanStatus
from camscan.net.arp import ArpSocket
from camscan.net.gate import Gate
from camscan.net.privileges import drop_privileges, is_root, preload
from camscan.net.settings import raise_open_files
from camscan.owner.credentials import CredentialSet
from camscan.report.screen import talk
from camscan.report.words import plural
from camscan.scan.budget import budget
from camscan.scan.coverage import coverage
from camscan.scan.run import Scan
from camscan.scope import Scope

OPEN_FILES = 8192
"""Sockets that a scan may hold at once, with room to spare; the system's own limit stays below it if it must."""

LAYERS = ("camscan.scan.*", "camscan.identify.*", "camscan.inventory.*", "camscan.cli.*", "camscan.report.*")
"""What a process that gives up root must have loaded of the upper layers."""


class Session:
    """Call ``open``, ``give_up_root``, ``scan`` and ``finish``, in this order."""

    def __init__(
        self,
        request: Request,
        here: Place,
        judge: Judge,
        inventory: Inventory,
        gate: Gate,
        wanted: tuple[IPAddress, ...],
    ) -> None:
        self._request, self._here, self._judge = request, here, judge
        self._inventory, self._gate, self._wanted = inventory, gate, wanted
        self._display: Display | None = None
        self._screen = talk()
        self._before = unfinished(inventory, request.scope) if request.resume else None
        self._scan_id = self._before.id if self._before else self._begin()
        self._skip = inventory.done_addresses(self._scan_id)
        self._arps: dict[str, ArpSocket] = {}
        self._nmap: Nmap | None = None
        self._named = frozenset(wanted if request.targets else ())
        self._extras = Extras(self._scan_id, inventory, judge, gate, self._screen, self._may_ask)
        self._begun = time.monotonic()

    def open(self, sockets: ExitStack) -> None:
        """Opens every socket that needs privileges, or that answers come to, and starts the process that calls nmap."""
        self._arps = {name: sockets.enter_context(sock) for name, sock in open_arps(self._here).items()}
        self._nmap = sockets.enter_context(Nmap()) if self._request.with_nmap else None
        raise_open_files(OPEN_FILES)
        self._scan = Scan(self._gate, self._here.reach, PROBES, self._store, self._identified, self._arps)
        self._scan.state.unsure = self._here.unsure

    def give_up_root(self, files: Sequence[Path]) -> str:
        """Name of the user this process became, or an empty string where it was not root. ``files``, and those of
        the inventory, go to that user where they are root's only because it was root that made them."""
        if not is_root():
            return ""
        preload(LAYERS)
        return drop_privileges((*files, *self._inventory.files())).user

    def scan(self, became: str, owner: tuple[CredentialSet, ...] | None) -> ScanStatus:
        """Sends, hears and stores. An interruption is a status, not an exception."""
        request, gate = self._request, self._gate
        gate.audit.append(
            "scan-started",
            scan=self._scan_id,
            by=who(),
            scope=request.scope.sha256,
            organisation=request.scope.authorisation.organisation,
            reference=request.scope.authorisation.reference,
            version=__version__,
            signatures=self._judge.signatures.digest,
            addresses=len(self._wanted),
            targets=list(request.targets),
            resumed=request.resume,
            same_network=request.same_network,
        )
        left = [ip for ip in self._wanted if ip not in self._skip]
        plan = budget(request.scope, self._here.reach, left, group_datagrams(request), arp=bool(self._arps))
        summary.head(self._screen, request.scope, plan, became)
        if self._skip:
            done = plural(len(self._skip), "address is", "addresses are")
            self._screen.say(f"Going on: {done} done already.")
        self._display = Display(self._screen, self._scan.state, gate, self._judge.name, plan)
        try:
            with self._display.live if self._screen.is_terminal else nullcontext():
                self._listen_and_ask()
            if owner is not None:
                self._extras.with_credentials(owner, retry=request.retry_credentials)
            if self._nmap is not None:
                self._extras.with_nmap(self._nmap)
        except KeyboardInterrupt:
            self._screen.say("Interrupted. What was heard is saved.")
            return ScanStatus.INTERRUPTED
        return ScanStatus.COMPLETE

    def finish(self, status: ScanStatus, form: Format, target: BinaryIO | None, *, advise: bool) -> int:
        """Closes the record of the scan and prints it, with what can be done next where ``advise`` is set. Returns the
        exit code."""
        request, gate, state = self._request, self._gate, self._scan.state
        interrupted = status is ScanStatus.INTERRUPTED
        devices = list(self._judge.devices(self._inventory, self._scan_id))
        seen = coverage(
            request.scope,
            self._here.reach,
            state,
            gate,
            self._wanted,
            arp=bool(self._arps),
            interrupted=interrupted,
            earlier=self._skip,
        )
        seen = gaps.added(seen, (*hidden_channels(devices).gaps, *self._extras.gaps))
        if not interrupted and (state.kernel_drops or gate.unwell_hosts() or self._extras.failed):
            status = ScanStatus.PARTIAL
        head = gate.audit.append(
            "scan-finished",
            scan=self._scan_id,
            status=status.value,
            datagrams=gate.counters.datagrams,
            frames=gate.counters.frames,
            segments=gate.counters.segments,
            exact=gate.counters.exact,
            refused=gate.counters.refusals,
            answered=len(state.hosts),
            outside=len(state.outside),
        )
        before = self._before
        sent = summary.Sent(
            packets=gate.counters.packets + (before.packets_sent if before else 0),
            exact=gate.counters.exact and (before is None or before.packets_exact),
            refusals=gate.counters.refusals,
        )
        self._inventory.finish_scan(
            self._scan_id,
            status,
            packets_sent=sent.packets,
            packets_exact=sent.exact,
            audit_head=head,
            coverage=seen,
        )
        # What is concluded today is what the next rematch compares with.
        self._inventory.catch_up(self._judge.signatures)
        if form is Format.TABLE:
            if self._screen.is_terminal:
                self._screen.print()
            output.table(devices, self._judge, everything=False)
        else:
            output.deliver(output.report(request.scope, self._inventory, self._judge), form, target)
        seconds = time.monotonic() - self._begun
        summary.tail(self._screen, [device for _, device in devices], seen, sent, self._judge.name, seconds)
        facts.after_scan(self._screen, [device for _, device in devices], self._judge.tables_for(request.scope))
        summary.onward(self._screen, self._inventory.where, head, request.scope.path if advise else None)
        return 130 if interrupted else 4 if status is ScanStatus.PARTIAL else 0

    def _begin(self) -> str:
        scope = self._request.scope
        return self._inventory.begin_scan(
            ScanStart(
                scope_sha256=scope.sha256,
                organisation=scope.authorisation.organisation,
                sites=tuple(site.name for site in scope.sites),
                signatures=self._judge.signatures.digest,
                addresses_in_scope=len(self._wanted),
                gateway_macs=tuple(mac for _wire, mac, _suffix in self._here.gateways if mac),
            )
        )

    def _may_ask(self, ip: IPAddress) -> bool:
        return not self._request.targets or ip in self._named

    def _identified(self, heard: Sequence[Observation]) -> bool:
        return identified(heard, self._judge.signatures)

    def _store(self, ip: IPAddress, heard: tuple[Observation, ...], done: bool) -> None:  # noqa: FBT001 - the Sink shape
        site = self._request.scope.site_of(ip)
        if site is None:
            return
        self._inventory.save_host(self._scan_id, ip, site.name, heard, done=done)
        if self._display is not None and heard:
            self._display.found(assess(heard, self._judge.signatures, ip=ip))

    def _listen_and_ask(self) -> None:
        previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            asyncio.run(self._scan.run(self._wanted, groups=not self._request.targets, skip=self._skip))
        finally:
            signal.signal(signal.SIGTERM, previous)


def unfinished(inventory: Inventory, scope: Scope) -> ScanRecord:
    """The scan that `--resume` goes on with. Raises UsageError where there is none."""
    found = inventory.unfinished_scan(scope.sha256)
    if found is None:
        raise UsageError(
            "There is no interrupted scan of this scope file to go on with.\n"
            "  A changed scope file is a new scan: run `camscan scan`."
        )
    return found
