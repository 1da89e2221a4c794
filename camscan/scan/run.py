"""One scan from start to end: both stages at once, each host asked as soon as it is met."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from camscan.discover.shape import DatagramProbe
from camscan.errors import cause
from camscan.evidence import IPAddress, Observation
from camscan.net.arp import ArpSocket
from camscan.net.ears import Ears
from camscan.net.gate import Gate
from camscan.net.udp import Datagrams
from camscan.scan.asking import Asking, Identified
from camscan.scan.budget import MULTICAST_ROUNDS
from camscan.scan.hearing import Hearing
from camscan.scan.life import ARP_SECONDS, ROUND_SECONDS, Life
from camscan.scan.reach import Reach
from camscan.scan.state import Host, ScanState, Sink, Stage

HOSTS_AT_ONCE = 400
"""Hosts that are asked at once; the gate's limits decide how fast."""


class Scan:
    """A scan that is ready: its sockets are open, nothing was sent. ``run`` may be called once."""

    def __init__(
        self,
        gate: Gate,
        reach: Reach,
        probes: Sequence[DatagramProbe],
        sink: Sink,
        identified: Identified,
        arp: Mapping[str, ArpSocket] | None = None,
    ) -> None:
        self.gate, self.reach, self.state = gate, reach, ScanState()
        self.arp = dict(arp or {})
        self._probes, self._sink = probes, sink
        self._ears = Ears()
        self._datagrams = Datagrams(gate, self._ears)
        for wire in reach.wires:
            if wire.multicast:
                self._datagrams.open_interface(wire.interface, wire.address, probes)
        self._datagrams.open_direct(probes)
        self.state.unheard = self._datagrams.unheard
        self._life = Life(gate, self.state, reach, probes, self._datagrams, self.arp, self._found)
        self._hearing = Hearing(gate.scope, self.state, probes, self._ears, self._datagrams, self._found)
        self._asking = Asking(gate, probes, self._datagrams, identified, self.state.seed + MULTICAST_ROUNDS)
        self._met: asyncio.Queue[Host] = asyncio.Queue()
        self._skip: frozenset[IPAddress] = frozenset()
        self._only: frozenset[IPAddress] | None = None

    async def run(self, addresses: Sequence[IPAddress], *, groups: bool = True, skip: Iterable[IPAddress] = ()) -> None:
        """Scans ``addresses`` (all permitted by the scope). With ``groups`` multicast is asked too, and whatever in
        the scope answers is scanned as well; without, only ``addresses``. ``skip`` were done by an earlier run.

        Whatever ends it, what was heard has been handed to the sink. Raises AuditError, what the sink raises, and
        CancelledError when interrupted.
        """
        await self.gate.bind()
        self._skip = frozenset(skip)
        self._only = None if groups else frozenset(addresses)
        self.state.addresses = len(addresses)
        self.state.swept = sum(1 for ip in addresses if ip in self._skip)
        self._ears.start()
        try:
            async with asyncio.TaskGroup() as background:
                listening = background.create_task(self._hearing.listen())
                reading = background.create_task(self._life.link_answers())
                asking = [background.create_task(self._ask()) for _ in range(HOSTS_AT_ONCE)]
                await self._first_stage([ip for ip in addresses if ip not in self._skip], groups=groups)
                await self._met.join()
                for task in (listening, reading, *asking):
                    task.cancel()
            await self._hearing.catch_up()
            self.state.finished = True
        except BaseExceptionGroup as group:
            error = cause(group)
            if error is None:
                raise
            raise error from group
        finally:
            self._ears.close()
            for host in self.state.hosts.values():
                if host.observations:
                    self._sink(host.ip, host.take(), host.stage is Stage.DONE)

    async def _first_stage(self, addresses: Sequence[IPAddress], *, groups: bool) -> None:
        async with asyncio.TaskGroup() as tasks:
            if groups:
                tasks.create_task(self._life.groups())
            tasks.create_task(self._life.sweep(addresses))
        await asyncio.sleep(max(ARP_SECONDS, ROUND_SECONDS))
        self._life.read_arp()
        self._life.read_neighbours()
        await self._hearing.catch_up()

    async def _ask(self) -> None:
        while True:
            host = await self._met.get()
            try:
                host.stage = Stage.ASKING
                await self._asking.ask(host)
                self._life.read_neighbours()
                host.stage = Stage.DONE
                # Storing waits for the disk; meanwhile the others are listened to.
                await asyncio.to_thread(self._sink, host.ip, host.take(), True)  # noqa: FBT003 - the Sink's own form
            finally:
                self._met.task_done()

    def _found(self, observation: Observation) -> None:
        ip = observation.ip
        if ip in self._skip or (self._only is not None and ip not in self._only):
            return
        host = self.state.hosts.get(ip)
        if host is None:
            host = self.state.hosts[ip] = Host(ip)
            self._met.put_nowait(host)
        if not host.add(observation):
            self.state.cut_claims.add(ip)
