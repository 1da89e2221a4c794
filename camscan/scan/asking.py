"""The second stage: the full questions, only to what lives, and never more than it can bear."""

import asyncio
from collections.abc import Callable, Sequence

from camscan.discover.shape import DatagramProbe
from camscan.evidence import IPAddress, Observation, Outcome
from camscan.interrogate.plan import CAMERA_PORTS, first, follow_up
from camscan.interrogate.shape import Conversation
from camscan.net.gate import Gate
from camscan.net.tcp import converse
from camscan.net.udp import Datagrams
from camscan.scan.descriptions import descriptions
from camscan.scan.state import Host

ANSWER_SECONDS = 1.5
"""Time a datagram's answer may take after the conversations are over."""

Identified = Callable[[Sequence[Observation]], bool]


class Asking:
    """Asks one host at a time everything it may be asked."""

    def __init__(
        self, gate: Gate, probes: Sequence[DatagramProbe], datagrams: Datagrams, identified: Identified, seed: int
    ) -> None:
        self._seed = seed
        self._gate, self._probes, self._datagrams, self._identified = gate, probes, datagrams, identified
        self._contact = gate.scope.authorisation.contact

    async def ask(self, host: Host) -> None:
        """Asks ``host`` everything; its observations grow. Ends in a bounded time, whatever the host does."""
        await self._datagrams_to(host, again=False)
        ports = await self._ports(host)
        coming = first(str(host.ip), ports, self._contact)
        asked: list[Conversation] = []
        coming += descriptions(host.ip, host.observations, self._contact)
        while coming:
            asked.extend(coming)
            await self._converse(host, coming)
            coming = follow_up(str(host.ip), tuple(asked), tuple(host.observations), self._contact)
        await asyncio.sleep(ANSWER_SECONDS)
        if not self._identified(host.observations):
            await self._datagrams_to(host, again=True)
            await asyncio.sleep(ANSWER_SECONDS)

    async def _datagrams_to(self, host: Host, *, again: bool) -> None:
        for probe in self._probes:
            if host.heard_by(probe.name):
                continue
            style = probe.again if again else probe.requests
            payloads = style(self._seed) if style else ()
            for payload in payloads:
                await self._datagrams.ask(probe, host.ip, payload)

    async def _ports(self, host: Host) -> tuple[int, ...]:
        known = {o.port: o.outcome for o in host.observations if o.transport.value == "tcp"}
        wanted = tuple(dict.fromkeys((*CAMERA_PORTS, *self._gate.scope.limits.extra_ports)))
        knocks = [Conversation("knock", port, ()) for port in wanted if port not in known]
        await self._converse(host, knocks)
        return tuple(
            sorted({o.port for o in host.observations if o.transport.value == "tcp" and o.outcome is Outcome.OK})
        )

    async def _converse(self, host: Host, conversations: Sequence[Conversation]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for conversation in conversations:
                tasks.create_task(self._one(host, conversation))

    async def _one(self, host: Host, conversation: Conversation) -> None:
        for observation in await converse(self._gate, host.ip, conversation):
            # A closed port is the rule; thirteen of them per device would be noise in the inventory.
            if conversation.questions or observation.outcome is Outcome.OK:
                host.add(observation)


def address_key(ip: IPAddress) -> tuple[int, int]:
    """Sorts addresses of both families."""
    return ip.version, int(ip)
