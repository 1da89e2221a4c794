"""Asking who is there on the link, where this machine may (Linux with CAP_NET_RAW). Elsewhere: nothing, honestly.

The socket is opened while we are privileged and works on after privileges are dropped. Every question passes the
gate: ``ask`` is the only way to send.
"""

import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import Protocol, Self

from camscan.errors import OutOfScopeError
from camscan.evidence import Evidence, Observation, Outcome, Transport, Via, observe
from camscan.net.gate import Gate
from camscan.net.link import Interface

PROBE = "arp"
_TRIES, _WAIT_SECONDS = 50, 0.01
"""How often, and how far apart, a question is tried again that the interface's queue had no room for."""


@dataclass(frozen=True, slots=True)
class ArpHeard:
    """One answer. ``at`` is in seconds of ``time.monotonic``. ``asked`` says that we had asked this address."""

    ip: IPv4Address
    mac: str
    at: float
    asked: bool
    raw: bytes
    interface: str

    def observation(self, at: datetime | None = None) -> Observation:
        """As evidence. ``at`` is the time of day, now by default."""
        via = Via.UNICAST if self.asked else Via.PASSIVE
        evidence = (Evidence("arp.mac", self.mac),)
        return observe(
            self.ip, 0, Transport.LINK, via, PROBE, Outcome.OK,
            raw=self.raw, evidence=evidence, interface=self.interface, at=at or datetime.now(UTC),
        )  # fmt: skip


class ArpSocket(Protocol):
    """An open socket for ARP on one interface. Not for use by several threads at once."""

    interface: Interface
    malformed: int
    """Replies that were no proper ones."""

    def request(self, ip: IPv4Address) -> int:
        """Sends one question and returns the bytes written, 0 where the queue is full. Only ``ask`` calls this.

        Raises ValueError where ``ip`` is not on the link, OSError where the interface is gone or down.
        """
        ...

    def answers(self) -> tuple[ArpHeard, ...]:
        """What came in since the last call, without waiting; at most 1,024 answers at a time."""
        ...

    def drops(self) -> int:
        """Answers that the kernel had no room for, since the socket was opened."""
        ...

    def fileno(self) -> int:
        """For an event loop: readable means that answers wait."""
        ...

    def close(self) -> None:
        """Ends it. Twice does no harm."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def open_arp(interface: Interface) -> ArpSocket | None:
    """A socket for ARP on ``interface``, or None.

    None where the system is not Linux, where this process may not, and where the interface is down or knows no
    ARP (loopback, tunnels, no IPv4 address).
    """
    if sys.platform == "linux":
        from camscan.net._arp_linux import open_arp as open_on_linux

        return open_on_linux(interface)
    return None


async def ask(gate: Gate, arp: ArpSocket, ip: IPv4Address) -> Outcome:
    """Asks who has ``ip``, once the gate allows it: ``ok`` where the question went out.

    ``out-of-scope`` where the scope forbids it, ``closed`` where the interface would not take it. Raises
    ValueError where ``ip`` is not on the link, AuditError where the question cannot be recorded.
    """
    if arp.interface.source_for(ip) is None:
        raise ValueError(f"{ip} is not on the network of {arp.interface.name}")
    try:
        await gate.admit(ip, 0, Transport.LINK, PROBE, 1)
    except OutOfScopeError:
        return Outcome.OUT_OF_SCOPE
    for _ in range(_TRIES):
        try:
            written = arp.request(ip)
        except OSError:
            return Outcome.CLOSED
        if written:
            gate.counters.frames += 1
            return Outcome.OK
        await asyncio.sleep(_WAIT_SECONDS)
    return Outcome.CLOSED
