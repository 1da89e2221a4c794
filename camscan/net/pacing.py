"""How fast: packets a second in total, to each /24, to each host; connections a host takes at once and a second."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network

from camscan.evidence import IPAddress
from camscan.scope import Limits

BURST_SECONDS = 0.05
"""A bucket may run ahead of its rate by what it would send in this time."""

NEW_CONNECTIONS_PER_SECOND = 10
"""New connections a second to one host."""


class Bucket:
    """Generic cell rate algorithm (ITU-T I.371): says how long to wait before ``amount`` more may pass."""

    __slots__ = ("_burst", "_cost", "_next")

    def __init__(self, rate: float, burst_seconds: float = BURST_SECONDS) -> None:
        self._cost, self._burst, self._next = 1.0 / rate, burst_seconds, 0.0

    def reserve(self, now: float, amount: int) -> float:
        """Seconds to wait from ``now``. The amount is reserved in any case."""
        start = max(now, self._next - self._burst)
        self._next = max(self._next, now) + amount * self._cost
        return start - now


class Pacer:
    """Waits until packets may go. The host's own limit is waited for first, so that one slow host never holds
    up the others at the common limit."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._per_total, self._per_subnet, self._per_host = limits.rates
        self._total = Bucket(self._per_total)
        self._subnets: dict[int, Bucket] = {}
        self._hosts: dict[IPAddress, Bucket] = {}
        self._starts: dict[IPAddress, Bucket] = {}
        self._slots: dict[IPAddress, asyncio.Semaphore] = {}
        self._at_once = limits.connections_per_host

    async def packets(self, ip: IPAddress | None, amount: int) -> None:
        """Returns when ``amount`` packets may be sent to ``ip`` (None: to a group, only the total counts)."""
        buckets = [self._total]
        if ip is not None:
            host = self._hosts.setdefault(ip, Bucket(self._per_host))
            subnet = self._subnets.setdefault(subnet_of(ip), Bucket(self._per_subnet))
            buckets = [host, subnet, self._total]
        for bucket in buckets:
            wait = bucket.reserve(self._clock(), amount)
            if wait > 0:
                await asyncio.sleep(wait)

    @asynccontextmanager
    async def connection(self, ip: IPAddress) -> AsyncIterator[None]:
        """Holds one of the few connections that ``ip`` takes at once, begun no faster than ten a second."""
        async with self._slots.setdefault(ip, asyncio.Semaphore(self._at_once)):
            start = self._starts.setdefault(ip, Bucket(NEW_CONNECTIONS_PER_SECOND))
            wait = start.reserve(self._clock(), 1)
            if wait > 0:
                await asyncio.sleep(wait)
            yield


def subnet_of(ip: IPAddress) -> int:
    """A number for the /24 (IPv6: the /64) that ``ip`` is in."""
    return int(ip) >> 8 if ip.version == 4 else -(int(ip) >> 64)


def subnet_name(ip: IPAddress) -> str:
    """The /24 (IPv6: the /64) that ``ip`` is in, as text."""
    return str(ip_network(f"{ip}/{24 if ip.version == 4 else 64}", strict=False))
