"""Runs a scan for the command line: opens everything, gives up root, scans, stores, sums up."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network
from pathlib import Path

from camscan import __version__
from camscan.audit import AuditLog, who
from camscan.cli import output, summary
from camscan.cli.devices import Judge
from camscan.cli.extras import Extras
from camscan.cli.live import Display
from camscan.cli.options import Format, audit_path, inventory_url
from camscan.discover import PROBES
from camscan.errors import UsageError
from camscan.evidence import IPAddress, Observation
from camscan.identify import assess, identified
from camscan.inventory import Inventory, ScanStart, ScanStatus
from camscan.net.arp import ArpSocket, open_arp
from camscan.net.gate import Gate
from camscan.net.interfaces import interfaces
from camscan.net.link import Interface
from camscan.net.neighbours import neighbours
from camscan.net.privileges import drop_privileges, is_root, preload
from camscan.net.routes import dns_suffix, gateway_of
from camscan.net.settings import raise_open_files
from camscan.owner.credentials import CredentialSet
from camscan.report.screen import talk
from camscan.scan.budget import budget
from camscan.scan.coverage import coverage
from camscan.scan.reach import Reach, Wire, reach, require_same_network
from camscan.scan.run import Scan
from camscan.scope import Scope, canonical

OPEN_FILES = 8192
"""Sockets that a scan may hold at once, with room to spare; the system's own limit stays below it if it must."""


@dataclass(frozen=True)
class Request:
    """What the operator asked for."""

    scope: Scope
    targets: tuple[str, ...] = ()
    inventory: str | None = None
    resume: bool = False
    with_credentials: bool = False
    retry_credentials: bool = False
    with_nmap: bool = False
    same_network: bool = False


@dataclass(frozen=True)
class Place:
    """Where this machine stands."""

    interfaces: tuple[Interface, ...]
    reach: Reach
    gateways: tuple[tuple[Wire, str | None, str | None], ...]
    unsure: tuple[IPv4Network, ...]


def addresses(request: Request) -> tuple[IPAddress, ...]:
    """The addresses to try, all in the scope. Raises OutOfScopeError, UsageError."""
    if not request.targets:
        return tuple(request.scope.addresses())
    wanted: dict[IPAddress, None] = {}
    for text in request.targets:
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            raise UsageError(
                f'"{text}" is neither an address nor a network. Write for example 10.1.0.20 or 10.1.0.0/24;\n'
                "  names are not looked up."
            ) from None
        if network.num_addresses > 1 << 16:
            raise UsageError(f"{network} is wider than /16. Name the parts that hold cameras.")
        if network.num_addresses == 1:
            ip = canonical(network.network_address)
            request.scope.require(ip)
            wanted[ip] = None
            continue
        inside = [ip for ip in network.hosts() if request.scope.permits(ip)]
        if not inside:
            request.scope.require(network.network_address)
        wanted.update(dict.fromkeys(inside))
    return tuple(wanted)


def place(request: Request) -> Place:
    """This machine's interfaces and what they reach. Raises AnotherNetworkError."""
    known = tuple(i for i in interfaces() if i.is_up)
    reached = reach(request.scope, known)
    table = neighbours(known)
    gateways = []
    for wire in reached.wires:
        interface = next(i for i in known if i.name == wire.interface)
        gateway = gateway_of(interface, table)
        gateways.append((wire, gateway.mac if gateway else None, dns_suffix(interface)))
    unsure = () if request.same_network else require_same_network(request.scope, gateways)
    return Place(known, reached, tuple(gateways), unsure)


def group_datagrams() -> int:
    """Datagrams that one round of multicast sends on one wire."""
    return sum(len(p.requests(0)) * (len(p.groups) + int(p.broadcast)) for p in PROBES if p.groups)


def show_plan(request: Request) -> None:
    """Prints what a scan would send, and sends nothing."""
    from camscan.cli import plan

    wanted = addresses(request)
    here = place(request)
    plan.show(request.scope, here.reach, wanted, group_datagrams(), arp=bool(open_arps(here, close=True)))


def open_arps(here: Place, *, close: bool = False) -> dict[str, ArpSocket]:
    """ARP sockets of the wires, where this process may open them."""
    opened: dict[str, ArpSocket] = {}
    for interface in here.interfaces:
        if any(w.interface == interface.name and not w.is_loopback for w in here.reach.wires):
            sock = open_arp(interface)
            if sock is not None:
                opened[interface.name] = sock
                if close:
                    sock.close()
    return opened


def run(
    request: Request,
    form: Format = Format.TABLE,
    target: Path | None = None,
    then: Callable[[Inventory, Judge], None] | None = None,
) -> int:
    """Scans, stores, prints; returns the exit code. ``then`` may go on with the inventory, which cannot be opened
    again by a process that has given up root."""
    wanted, here, judge = addresses(request), place(request), Judge.shipped()
    owner = _credentials(request) if request.with_credentials else None
    log_path = audit_path(request.scope.path)
    url = inventory_url(request.scope.path, request.inventory)
    with Inventory.open(url) as inventory, AuditLog.open(log_path) as audit, ExitStack() as sockets:
        gate = Gate(request.scope, audit)
        session = _Session(request, here, judge, inventory, gate, wanted)
        session.open(sockets)
        became = session.give_up_root(log_path)
        status = session.scan(became, owner)
        code = session.finish(status, form, target)
        if then is not None:
            then(inventory, judge)
        return code


def _credentials(request: Request) -> tuple[CredentialSet, ...]:
    from camscan.owner.credential_file import gather

    return gather(request.scope.path, tuple(network for site in request.scope.sites for network in site.networks))


class _Session:
    """One run of `camscan scan` between opening and closing its files."""

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
        self._console = talk()
        self._scan_id, self._skip = self._begin()

    def open(self, sockets: ExitStack) -> None:
        """Opens every socket that needs privileges, or that answers come to."""
        self._arps = {name: sockets.enter_context(sock) for name, sock in open_arps(self._here).items()}
        raise_open_files(OPEN_FILES)
        self._scan = Scan(self._gate, self._here.reach, PROBES, self._store, self._identified, self._arps)
        self._scan.state.unsure = self._here.unsure

    def give_up_root(self, log_path: Path) -> str:
        """Name of the user this process became, or an empty string where it was not root."""
        if not is_root():
            return ""
        preload(("camscan.scan.*", "camscan.identify.*", "camscan.inventory.*", "camscan.cli.*", "camscan.report.*"))
        return drop_privileges((log_path, Path(f"{log_path}.lock"), *self._inventory.files())).user

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
            same_network=request.same_network,
        )
        plan = budget(request.scope, self._here.reach, self._wanted, group_datagrams(), arp=bool(self._arps))
        summary.head(self._console, request.scope, plan, became)
        self._display = Display(self._console, self._scan.state, gate, self._judge.name)
        try:
            with self._display.live if self._console.is_terminal else nullcontext():
                self._listen_and_ask()
            wanted = frozenset(self._wanted) if request.targets else None
            more = Extras(
                self._scan_id,
                self._inventory,
                self._judge,
                gate,
                self._console,
                lambda ip: wanted is None or ip in wanted,
            )
            if owner is not None:
                more.with_credentials(owner, retry=request.retry_credentials)
            if request.with_nmap:
                more.with_nmap()
        except KeyboardInterrupt:
            self._console.print("Interrupted. What was heard is saved.")
            return ScanStatus.INTERRUPTED
        return ScanStatus.COMPLETE

    def finish(self, status: ScanStatus, form: Format, target: Path | None) -> int:
        """Closes the record of the scan and prints it. Returns the exit code."""
        gate, state = self._gate, self._scan.state
        interrupted = status is ScanStatus.INTERRUPTED
        seen = coverage(
            self._request.scope,
            self._here.reach,
            state,
            gate,
            self._wanted,
            arp=bool(self._arps),
            interrupted=interrupted,
        )
        if not interrupted and (state.kernel_drops or gate.unwell_hosts()):
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
        self._inventory.finish_scan(
            self._scan_id,
            status,
            packets_sent=gate.counters.packets,
            packets_exact=gate.counters.exact,
            audit_head=head,
            coverage=seen,
        )
        output.after_scan(self._request.scope, self._inventory, self._judge, self._scan_id, (form, target), gate)
        return 130 if interrupted else 4 if status is ScanStatus.PARTIAL else 0

    def _begin(self) -> tuple[str, frozenset[IPAddress]]:
        scope, inventory = self._request.scope, self._inventory
        if self._request.resume:
            unfinished = inventory.unfinished_scan(scope.sha256)
            if unfinished is None:
                raise UsageError(
                    "There is no interrupted scan of this scope file to go on with (a changed scope file is a new\n"
                    "  scan). Run `camscan scan`."
                )
            return unfinished.id, inventory.done_addresses(unfinished.id)
        start = ScanStart(
            scope_sha256=scope.sha256,
            organisation=scope.authorisation.organisation,
            sites=tuple(site.name for site in scope.sites),
            signatures=self._judge.signatures.digest,
            addresses_in_scope=len(self._wanted),
            gateway_macs=tuple(mac for _wire, mac, _suffix in self._here.gateways if mac),
        )
        return inventory.begin_scan(start), frozenset()

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
