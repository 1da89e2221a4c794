"""The two shapes of a protocol here: one that answers datagrams, one that holds conversations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from camscan.lab.line import Line
from camscan.lab.model import Tls

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Datagram:
    """One datagram that came. ``group``: it was sent to a multicast group or broadcast, not to this device."""

    data: bytes
    sender: Address
    group: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """One datagram to send: to whoever asked, or to the protocol's own group on the device's own interface."""

    data: bytes
    to: Address


class Speaker(Protocol):
    """A protocol over UDP. ``answer`` never raises: a question it cannot read gets no reply."""

    name: str
    port: int
    group: str

    def answer(self, datagram: Datagram) -> Sequence[Reply]:
        """Replies to one datagram."""
        ...

    def hello(self) -> Sequence[Reply]:
        """What the device multicasts unasked when it starts."""
        ...


class Door(Protocol):
    """A protocol over TCP. ``port`` is the one of a real device."""

    port: int
    tls: Tls | None

    async def talk(self, line: Line) -> None:
        """Holds one conversation; returning ends it."""
        ...
