"""What a scan does on top where the operator asks for it: reading with the owner's credentials, a look by nmap."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator

from camscan.cli.devices import Judge
from camscan.cli.gaps import Gap
from camscan.device import Device, Verdict
from camscan.errors import UsageError, cause
from camscan.evidence import IPAddress, Observation
from camscan.exchange.nmap_run import Nmap
from camscan.gaps import NotSeen, names
from camscan.interrogate.plan import CAMERA_PORTS
from camscan.inventory import HostRecord, Inventory
from camscan.net.gate import Gate
from camscan.owner.ask import OwnerRun, Refusal
from camscan.owner.credentials import CredentialSet
from camscan.owner.hints import hints
from camscan.owner.visit import told_more
from camscan.report.screen import Screen
from camscan.report.words import is_video, plural
from camscan.scope import Scope

NMAP_RATE = 100
"""Packets a second that nmap may send, or the scope's own limit where that is lower."""

NMAP_SECONDS = 1800.0
"""Time for the whole of nmap's look."""


def nmap_rate(scope: Scope) -> int:
    """Packets a second that nmap is allowed in this scope."""
    return min(NMAP_RATE, *scope.limits.rates)


class Extras:
    """Works on what a scan has stored and stores what it adds. ``wanted`` says which addresses it may touch.

    ``gaps`` tells what it could not read, and ``failed`` whether something that was to be read refused or failed.
    """

    def __init__(
        self,
        scan_id: str,
        inventory: Inventory,
        judge: Judge,
        gate: Gate,
        console: Screen,
        wanted: Callable[[IPAddress], bool],
    ) -> None:
        self._scan_id, self._inventory, self._judge = scan_id, inventory, judge
        self._gate, self._console, self._wanted = gate, console, wanted
        self.gaps: list[Gap] = []
        self.failed = False

    def with_credentials(self, sets: tuple[CredentialSet, ...], *, retry: bool) -> None:
        """Asks every device that a set is bound to, once, at its maker's own door."""
        hosts = list(self._hosts())
        if retry:
            self._inventory.clear_rejections([host.ip for host, _device in hosts])
        run = OwnerRun(
            sets,
            contact=self._gate.scope.authorisation.contact,
            record=self._record,
            refused_before={rejection.ip for rejection in self._inventory.rejections()},
        )
        self._console.say("Reading with your credentials ...")
        try:
            read = asyncio.run(self._ask_all(run, hosts))
        finally:
            self._explain(run, {host.ip for host, device in hosts if is_video(device)})
        self._console.say(f"{plural(read, 'device')} told more; {len(run.refusals):,} refused the login.")

    def with_nmap(self, nmap: Nmap) -> None:
        """Lets nmap connect to the ports of what stayed unknown."""
        unknown = [host for host, device in self._hosts() if device.verdict is Verdict.UNKNOWN]
        addresses = [self._gate.check_for_other_program(host.ip, "nmap") for host in unknown]
        if not addresses:
            self._console.say("nmap has nothing to look at: no host stayed unknown.")
            return
        ports = sorted({*CAMERA_PORTS, *self._gate.scope.limits.extra_ports})
        rate = nmap_rate(self._gate.scope)
        self._gate.audit.append("nmap", addresses=[str(ip) for ip in addresses], ports=ports, rate=rate)
        self._console.say(f"nmap looks at {plural(len(addresses), 'host')} that stayed unknown ...")
        skipped: tuple[str, ...]
        try:
            found = nmap.run(addresses, ports, rate, NMAP_SECONDS)
            skipped = found.skipped
        except UsageError as error:
            skipped = (" ".join(str(error).split()).rstrip("."),)
        else:
            self._gate.counters.exact = False
            for ip, heard in found.hosts:
                self._save(ip, heard)
        what = f"what nmap would have heard of {names(addresses)}"
        for reason in dict.fromkeys(skipped):
            self._miss(addresses[0], NotSeen(what, reason, "Let nmap look by itself and `camscan import` its XML."))
            self.failed = True

    def _hosts(self) -> Iterator[tuple[HostRecord, Device]]:
        for host in self._inventory.hosts(self._scan_id):
            if self._wanted(host.ip) and self._gate.scope.permits(host.ip):
                yield host, self._judge.device(host)

    async def _ask_all(self, run: OwnerRun, hosts: Iterable[tuple[HostRecord, Device]]) -> int:
        try:
            async with asyncio.TaskGroup() as tasks:
                asked = [tasks.create_task(self._ask(run, host, device)) for host, device in hosts]
        except BaseExceptionGroup as group:
            error = cause(group)
            if error is None:
                raise
            raise error from group
        return sum(task.result() for task in asked)

    async def _ask(self, run: OwnerRun, host: HostRecord, device: Device) -> bool:
        sure = device.verdict in (Verdict.CONFIRMED, Verdict.PROBABLE)
        heard = await run.ask(self._gate, host.ip, device.maker if sure else None, hints(host.observations))
        if heard:
            self._save(host.ip, heard)
        return told_more(heard)

    def _explain(self, run: OwnerRun, cameras: Collection[IPAddress]) -> None:
        """Says of every camera that was not read why, one sentence for each site and reason."""
        shut: dict[tuple[str, str, str], list[IPAddress]] = defaultdict(list)
        again = "Check the password, then add --retry-credentials."
        for refusal in run.refusals:
            site = self._gate.scope.require(refusal.ip).name
            why = f"the login {refusal.credential_set} was refused, and is not tried again"
            shut[site, why, again].append(refusal.ip)
        for ip in [ip for ip in run.skipped if ip in cameras]:
            site = self._gate.scope.require(ip).name
            shut[site, run.skipped[ip], "docs/credentials.md says who is asked for what."].append(ip)
        for (site, why, do), addresses in shut.items():
            self.gaps.append((site, NotSeen(f"what {names(addresses)} would tell their owner", why, do)))
        self.failed = self.failed or bool(run.refusals)

    def _miss(self, ip: IPAddress, gap: NotSeen) -> None:
        self.gaps.append((self._gate.scope.require(ip).name, gap))

    def _save(self, ip: IPAddress, heard: tuple[Observation, ...]) -> None:
        site = self._gate.scope.site_of(ip)
        if site is not None:
            self._inventory.save_host(self._scan_id, ip, site.name, heard)

    def _record(self, refusal: Refusal) -> None:
        site = self._gate.scope.require(refusal.ip)
        self._inventory.record_rejection(refusal.ip, site.name, refusal.door, refusal.credential_set, refusal.at)
