"""What a scan does on top where the operator asks for it: reading with the owner's credentials, a look by nmap."""

import asyncio
from collections.abc import Callable, Iterable, Iterator

from rich.console import Console

from camscan.cli.devices import Judge
from camscan.device import Device, Verdict
from camscan.errors import UsageError
from camscan.evidence import IPAddress, Observation
from camscan.exchange import nmap_run
from camscan.interrogate.plan import CAMERA_PORTS
from camscan.inventory import HostRecord, Inventory
from camscan.net.gate import Gate
from camscan.owner.ask import OwnerRun, Refusal
from camscan.owner.credentials import CredentialSet
from camscan.owner.hints import hints
from camscan.report.words import plural
from camscan.safe.text import neutralise

NMAP_RATE = 100
"""Packets a second that nmap may send, or the profile's own limit where that is lower."""

NMAP_SECONDS = 1800.0
"""Time for the whole of nmap's look."""

SHOWN = 5
"""Sentences of one kind printed at most; the rest is counted."""


class Extras:
    """Works on what a scan has stored and stores what it adds. ``wanted`` says which addresses it may touch."""

    def __init__(
        self,
        scan_id: str,
        inventory: Inventory,
        judge: Judge,
        gate: Gate,
        console: Console,
        wanted: Callable[[IPAddress], bool],
    ) -> None:
        self._scan_id, self._inventory, self._judge = scan_id, inventory, judge
        self._gate, self._console, self._wanted = gate, console, wanted

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
        self._console.print(f"Reading from {plural(len(hosts), 'device')} with your credentials ...")
        asyncio.run(self._ask_all(run, hosts))
        _print_some(self._console, [f"{ip}: {why}" for ip, why in run.skipped.items()], "Not asked")
        _print_some(
            self._console, [f"{r.ip} ({r.door}, {r.credential_set})" for r in run.refusals], "Refused, not tried again"
        )

    def with_nmap(self) -> None:
        """Lets nmap connect to the ports of what stayed unknown."""
        unknown = [host for host, device in self._hosts() if device.verdict is Verdict.UNKNOWN]
        addresses = [self._gate.check_for_other_program(host.ip, "nmap") for host in unknown]
        if not addresses:
            self._console.print("nmap has nothing to look at: no host stayed unknown.")
            return
        ports = sorted({*CAMERA_PORTS, *self._gate.scope.limits.extra_ports})
        rate = min(NMAP_RATE, *self._gate.scope.limits.rates)
        self._gate.audit.append("nmap", addresses=[str(ip) for ip in addresses], ports=ports, rate=rate)
        self._console.print(f"nmap looks at {plural(len(addresses), 'host')} that stayed unknown ...")
        try:
            found = nmap_run.run(addresses, ports, rate, NMAP_SECONDS)
        except UsageError as error:
            self._console.print(str(error))
            return
        self._gate.counters.exact = False
        for ip, heard in found.hosts:
            self._save(ip, heard)
        _print_some(self._console, list(found.skipped), "nmap")

    def _hosts(self) -> Iterator[tuple[HostRecord, Device]]:
        for host in self._inventory.hosts(self._scan_id):
            if self._wanted(host.ip) and self._gate.scope.permits(host.ip):
                yield host, self._judge.device(host)

    async def _ask_all(self, run: OwnerRun, hosts: Iterable[tuple[HostRecord, Device]]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for host, device in hosts:
                tasks.create_task(self._ask(run, host, device))

    async def _ask(self, run: OwnerRun, host: HostRecord, device: Device) -> None:
        sure = device.verdict in (Verdict.CONFIRMED, Verdict.PROBABLE)
        heard = await run.ask(self._gate, host.ip, device.maker if sure else None, hints(host.observations))
        if heard:
            self._save(host.ip, heard)

    def _save(self, ip: IPAddress, heard: tuple[Observation, ...]) -> None:
        site = self._gate.scope.site_of(ip)
        if site is not None:
            self._inventory.save_host(self._scan_id, ip, site.name, heard)

    def _record(self, refusal: Refusal) -> None:
        site = self._gate.scope.require(refusal.ip)
        self._inventory.record_rejection(refusal.ip, site.name, refusal.door, refusal.credential_set, refusal.at)


def _print_some(console: Console, lines: list[str], heading: str) -> None:
    for line in lines[:SHOWN]:
        console.print(f"  {heading}: {neutralise(line)}")
    if len(lines) > SHOWN:
        console.print(f"  {heading}: {len(lines) - SHOWN:,} more like these")
