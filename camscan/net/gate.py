"""The gate: asks the scope, writes the audit log, waits for its turn. Nothing is sent without passing it."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Network
from typing import Any, TypeVar

from camscan.audit import AuditLog
from camscan.errors import OutOfScopeError
from camscan.evidence import IPAddress, Transport
from camscan.net.pacing import Pacer, subnet_of
from camscan.scope import Scope, canonical

FLUSH_SECONDS = 0.02
"""Sends that ask within this time are written to the audit log as one batch, before any of them goes out."""

BATCH_LIMIT = 1_000
"""Sends in one line of the audit log at most, so that its lines stay far shorter than what its reader allows."""

UNWELL_AFTER = 2
"""Consecutive failures on ports that had answered before, after which a host is left alone."""

_T = TypeVar("_T")


@dataclass(slots=True)
class Counters:
    """What was sent. Datagrams and frames are exact; TCP segments come from the kernel where it tells
    (``exact`` becomes False where it did not)."""

    datagrams: int = 0
    frames: int = 0
    segments: int = 0
    refusals: int = 0
    exact: bool = True

    @property
    def packets(self) -> int:
        """All packets sent."""
        return self.datagrams + self.frames + self.segments


class Step(Enum):
    """What a port did before: only what worked once can fail."""

    ACCEPTED = "accepted"  # it took a connection
    ANSWERED = "answered"  # it answered a question


@dataclass(slots=True)
class _Health:
    worked: set[tuple[int, Step]] = field(default_factory=set)
    failures: Counter[Step] = field(default_factory=Counter)
    unwell: bool = False


class Gate:
    """One gate per scan. All its methods run on the event loop's thread; other threads use ``from_thread``."""

    def __init__(self, scope: Scope, audit: AuditLog) -> None:
        self.scope, self.audit = scope, audit
        self.counters = Counters()
        self.refused: set[IPAddress] = set()
        self._pacer = Pacer(scope.limits)
        self._health: dict[IPAddress, _Health] = {}
        self._heard: Counter[int] = Counter()
        self._sick: Counter[int] = Counter()
        self._waiting: list[tuple[str, int, str, str, int]] = []
        self._flush: asyncio.Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def check(self, ip: IPAddress, port: int, transport: Transport, purpose: str) -> IPAddress:
        """``ip`` in canonical form, where the scope permits it. Raises OutOfScopeError after recording the refusal."""
        ip = canonical(ip)
        try:
            self.scope.require(ip)
        except OutOfScopeError as error:
            self.counters.refusals += 1
            self.refused.add(ip)
            self.audit.append(
                "refused",
                to=str(ip),
                port=port,
                transport=transport.value,
                purpose=purpose,
                reason=str(error).partition("\n")[0],
            )
            raise
        return ip

    def check_for_other_program(self, ip: IPAddress, program: str) -> IPAddress:
        """``check`` for a program that sends its own packets. Raises OutOfScopeError after recording the refusal."""
        return self.check(ip, 0, Transport.TCP, program)

    async def admit(self, ip: IPAddress, port: int, transport: Transport, purpose: str, packets: int) -> IPAddress:
        """Returns the address to send to once ``packets`` packets may go there: in scope, recorded, paced.

        Raises OutOfScopeError (recorded) and AuditError.
        """
        self._loop = self._loop or asyncio.get_running_loop()
        ip = self.check(ip, port, transport, purpose)
        await self._record(str(ip), port, transport, purpose, packets)
        await self._pacer.packets(ip, packets)
        return ip

    async def admit_group(
        self, network: IPv4Network, group: IPAddress, port: int, purpose: str, *, allowed: bool
    ) -> None:
        """Returns once one datagram may go to a multicast or broadcast address on the interface of ``network``.

        The network must lie wholly in the scope, or ``allowed`` by its site's ``multicast = true``. Raises
        OutOfScopeError (recorded) where neither holds.
        """
        self._loop = self._loop or asyncio.get_running_loop()
        if not (allowed and self.scope.touches(network)) and not self.scope.covers(network):
            self.counters.refusals += 1
            self.audit.append(
                "refused", to=str(group), port=port, transport="udp", purpose=purpose, reason=str(network)
            )
            raise OutOfScopeError(
                f"{network} is only partly in the scope, so no multicast was sent there.\n"
                "  Set `multicast = true` on its [[site]] if you may audit all of it."
            )
        await self._record(f"{group} on {network}", port, Transport.UDP, purpose, 1)
        await self._pacer.packets(None, 1)

    def admit_from_thread(self, ip: IPAddress, port: int, purpose: str, packets: int, timeout: float) -> IPAddress:
        """``admit`` for TCP from a worker thread, for libraries that block (requests, zeep).

        ``timeout`` is in seconds. Raises OutOfScopeError, AuditError, TimeoutError.
        """
        return self.from_thread(self.admit(ip, port, Transport.TCP, purpose, packets), timeout)

    def from_thread(self, work: Coroutine[Any, Any, _T], timeout: float) -> _T:
        """Runs ``work`` on the gate's event loop and waits for it, from a worker thread.

        Many such threads need an executor of their own: in the loop's default one they would hold the places that
        writing the audit log waits for. Work that takes longer than ``timeout`` seconds is cancelled. Raises
        TimeoutError then, and whatever ``work`` raises.
        """
        if self._loop is None or self._loop.is_closed():
            work.close()
            raise RuntimeError("bind the gate to its event loop first: await gate.bind()")
        running = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return running.result(timeout)
        finally:
            running.cancel()

    async def bind(self) -> None:
        """Makes the running event loop the gate's, so that threads may ask it."""
        self._loop = asyncio.get_running_loop()

    def connection(self, ip: IPAddress) -> AbstractAsyncContextManager[None]:
        """Holds one of the connections that ``ip`` takes at once."""
        return self._pacer.connection(ip)

    async def pace(self, ip: IPAddress, packets: int) -> None:
        """Waits for further packets of something that was admitted before."""
        await self._pacer.packets(ip, packets)

    def worked(self, ip: IPAddress, port: int, step: Step) -> None:
        """Notes that a port of ``ip`` did what was hoped for."""
        health = self._health.setdefault(ip, _Health())
        if not health.worked:
            self._heard[subnet_of(ip)] += 1
        health.worked.add((port, step))
        # A port that still takes connections does not make up for the answers that no longer come.
        health.failures[step] = 0

    def failed(self, ip: IPAddress, port: int, step: Step) -> None:
        """Notes that a port of ``ip`` did not. Counts only where that port had done so before: a port that is
        silent from the start says nothing about the host's health."""
        health = self._health.setdefault(ip, _Health())
        if (port, step) in health.worked:
            health.failures[step] += 1
            if health.failures[step] == UNWELL_AFTER and not health.unwell:
                health.unwell = True
                self._sick[subnet_of(ip)] += 1

    def unwell(self, ip: IPAddress) -> bool:
        """Whether ``ip``, or a quarter (and at least three) of the hosts heard in its /24, stopped answering:
        then nothing more is asked of it."""
        health = self._health.get(ip)
        sick = self._sick[subnet_of(ip)]
        return bool(health and health.unwell) or (sick >= 3 and sick * 4 >= self._heard[subnet_of(ip)])

    def unwell_hosts(self) -> tuple[IPAddress, ...]:
        """Hosts that were left alone because they stopped answering."""
        return tuple(sorted((ip for ip, h in self._health.items() if h.unwell), key=lambda ip: (ip.version, int(ip))))

    async def _record(self, to: str, port: int, transport: Transport, purpose: str, packets: int) -> None:
        self._waiting.append((to, port, transport.value, purpose, packets))
        if self._flush is None:
            self._flush = asyncio.ensure_future(self._write_batch())
        await asyncio.shield(self._flush)

    async def _write_batch(self) -> None:
        await asyncio.sleep(FLUSH_SECONDS)
        batch, self._waiting, self._flush = self._waiting, [], None
        for start in range(0, len(batch), BATCH_LIMIT):
            part = batch[start : start + BATCH_LIMIT]
            await asyncio.to_thread(self.audit.append, "send", packets=sum(item[4] for item in part), batch=part)
