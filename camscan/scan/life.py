"""The first stage: a sign of life from every address in the scope, as gently as its place allows."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import IPv4Address

from camscan.discover.shape import DatagramProbe
from camscan.evidence import Evidence, IPAddress, Observation, Outcome, Transport, Via, observe
from camscan.interrogate.shape import Conversation
from camscan.net.arp import ArpSocket, ask
from camscan.net.gate import Gate
from camscan.net.neighbours import neighbours
from camscan.net.tcp import converse
from camscan.net.udp import Datagrams
from camscan.scan.budget import AT_ONCE, MULTICAST_ROUNDS, life_ports
from camscan.scan.reach import Reach, Way, Wire
from camscan.scan.state import ScanState

STAGGER_SECONDS = 0.1
"""Between two questions to one group, so that the answers do not all come at once."""

ROUND_SECONDS = 1.5
"""Between the rounds of multicast; a device may wait 0.5 s (WS-Discovery) to 2 s (SSDP, MX) before it answers."""

UNICAST_OF_LIFE = ("ws-discovery", "dhip", "sadp")
"""Protocols whose one datagram finds a device behind a router."""

LINGER_SECONDS = 30.0
"""An entry of the neighbour table confirmed so long before the scan still counts as life (Linux keeps an entry
reachable for 15 to 45 s after it was heard: RFC 4861, 6.3.2)."""

ARP_SECONDS = 1.0
"""Time an ARP answer may take. RFC 826 states none; a wire answers within milliseconds, Wi-Fi within a second."""


class Life:
    """Asks for signs of life and hands each observation to ``found``."""

    def __init__(
        self,
        gate: Gate,
        state: ScanState,
        reach: Reach,
        probes: Sequence[DatagramProbe],
        datagrams: Datagrams,
        arp: Mapping[str, ArpSocket],
        found: Callable[[Observation], None],
    ) -> None:
        self._gate, self._state, self._reach, self._probes = gate, state, reach, probes
        self._datagrams, self._arp, self._found = datagrams, arp, found
        self._begun = time.monotonic()

    async def groups(self) -> None:
        """Asks every group on every wire that is wholly in the scope, all protocols at once."""
        async with asyncio.TaskGroup() as tasks:
            for wire in self._reach.wires:
                for probe in self._probes:
                    if wire.multicast and probe.groups:
                        tasks.create_task(self._group(wire, probe))

    async def _group(self, wire: Wire, probe: DatagramProbe) -> None:
        for turn in range(MULTICAST_ROUNDS):
            for payload in probe.requests(self._state.seed + turn):
                await self._datagrams.ask_group(wire.interface, wire.network, probe, payload, allowed=wire.by_site)
                await asyncio.sleep(STAGGER_SECONDS)
            await asyncio.sleep(ROUND_SECONDS)

    async def sweep(self, addresses: Iterable[IPAddress]) -> None:
        """Tries every address, ``AT_ONCE`` at a time."""
        waiting = iter(addresses)

        async def work() -> None:
            for ip in waiting:
                await self._try(ip)
                self._state.swept += 1

        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(work())

    async def _try(self, ip: IPAddress) -> None:
        way = self._reach.way(ip)
        wire = self._reach.wire(ip)
        arp = self._arp.get(wire.interface) if wire is not None and way is Way.LINK else None
        if wire is not None and ip == wire.address and way is Way.LINK:
            return
        if arp is not None and isinstance(ip, IPv4Address):
            await ask(self._gate, arp, ip)
            return
        if way is not Way.LINK:
            for probe in self._probes:
                if probe.name in UNICAST_OF_LIFE:
                    await self._datagrams.ask(probe, ip, probe.requests(self._state.seed)[0])
        for port in life_ports(way, self._gate.scope.limits.extra_ports, arp=False):
            for heard in await converse(self._gate, ip, Conversation("sign-of-life", port, ())):
                if heard.outcome is Outcome.OK or (heard.outcome is Outcome.REFUSED and way is not Way.LOOPBACK):
                    self._found(heard)

    async def link_answers(self) -> None:
        """Reads ARP answers until cancelled."""
        while True:
            await asyncio.sleep(0.05)
            self.read_arp()

    def read_arp(self) -> None:
        """Takes the ARP answers that wait."""
        for arp in self._arp.values():
            for answer in arp.answers():
                self._mac(answer.mac, answer.observation())

    def read_neighbours(self) -> None:
        """Takes what the operating system's neighbour table holds about addresses in the scope."""
        for entry in neighbours():
            wire = self._reach.wire(entry.ip)
            fresh = entry.alive_within(time.monotonic() - self._begun + LINGER_SECONDS)
            if fresh and entry.mac and (wire is None or wire.interface == entry.interface):
                evidence = (Evidence("neighbour.mac", entry.mac),)
                self._mac(
                    entry.mac,
                    observe(
                        entry.ip,
                        0,
                        Transport.OS,
                        Via.UNICAST,
                        "neighbour",
                        Outcome.OK,
                        evidence=evidence,
                        interface=entry.interface,
                    ),
                )

    def _mac(self, mac: str, observation: Observation) -> None:
        if self._gate.scope.permits(observation.ip) and observation.ip not in self._state.link_macs:
            self._state.link_macs[observation.ip] = mac
            self._found(observation)
