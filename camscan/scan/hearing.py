"""Turns datagrams into observations, in batches, while the ears go on receiving."""

import asyncio
from collections.abc import Callable, Sequence

from camscan.discover.shape import DatagramProbe
from camscan.errors import ParseError
from camscan.evidence import Evidence, Observation, Outcome, Transport, Via, observe
from camscan.net.ears import Datagram, Ears
from camscan.net.udp import Datagrams
from camscan.scan.state import ScanState
from camscan.scope import Scope

BATCH_SECONDS = 0.05
"""Between two batches; short for people who watch, long for the ears."""

BATCH = 100
"""Datagrams parsed before others get the processor."""

KEPT_OUTSIDE = 10_000
"""Addresses outside the scope that are remembered; more are not counted one by one."""


class Hearing:
    """Parses what the ears heard and hands each observation from inside the scope to ``found``."""

    def __init__(
        self,
        scope: Scope,
        state: ScanState,
        probes: Sequence[DatagramProbe],
        ears: Ears,
        datagrams: Datagrams,
        found: Callable[[Observation], None],
    ) -> None:
        self._scope, self._state, self._ears, self._datagrams, self._found = scope, state, ears, datagrams, found
        self._probes = {probe.name: probe for probe in probes}
        self._own = frozenset[str]()

    async def listen(self) -> None:
        """Goes on until cancelled."""
        while True:
            await asyncio.sleep(BATCH_SECONDS)
            await self.catch_up()

    async def catch_up(self) -> None:
        """Parses everything that waits."""
        while self._ears.waiting:
            for datagram in self._ears.drain(BATCH):
                self._hear(datagram)
            await asyncio.sleep(0)
        self._state.kernel_drops = self._ears.kernel_drops

    def _hear(self, datagram: Datagram) -> None:
        if self._datagrams.is_own(datagram.ip, datagram.port):
            return
        if not self._scope.permits(datagram.ip):
            if len(self._state.outside) < KEPT_OUTSIDE:
                self._state.outside.add(datagram.ip)
            return
        try:
            evidence = self._probes[datagram.probe].parse(datagram.data)
        except ParseError as error:
            if datagram.via is not Via.UNICAST and not datagram.data:
                return
            self._state.malformed += 1
            self._found(self._observation(datagram, Outcome.MALFORMED, (), str(error)))
            return
        self._state.heard[datagram.probe] += 1
        self._found(self._observation(datagram, Outcome.OK, evidence, ""))

    def _observation(
        self, datagram: Datagram, outcome: Outcome, evidence: tuple[Evidence, ...], detail: str
    ) -> Observation:
        via = datagram.via
        if via is Via.UNICAST and not self._datagrams.was_asked(datagram.probe, datagram.ip):
            via = Via.PASSIVE
        return observe(
            datagram.ip,
            self._probes[datagram.probe].port,
            Transport.UDP,
            via,
            datagram.probe,
            outcome,
            raw=datagram.data,
            evidence=evidence,
            interface=datagram.interface,
            detail=detail,
            at=datagram.at,
        )
