"""The one shape of a discovery protocol that speaks in datagrams."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address

from camscan.evidence import Evidence


@dataclass(frozen=True, slots=True)
class DatagramProbe:
    """A discovery protocol over UDP.

    ``requests(seed)`` gives the datagrams of one round; ``seed`` (any integer) makes the identifiers in them
    fresh yet repeatable. ``parse`` takes one datagram's payload and returns its evidence, or raises ParseError;
    our own request, echoed or looped back, is a ParseError too. ``groups`` are multicast groups to ask and
    join; ``broadcast`` adds the interface's broadcast address; ``unicast`` allows asking one address.
    ``bind_port`` is the local port answers come to (0: any). ``passive`` says that the local port must be bound
    and the group joined even if nothing is sent, because devices announce themselves there.
    """

    name: str
    port: int
    groups: tuple[IPv4Address, ...]
    requests: Callable[[int], tuple[bytes, ...]]
    parse: Callable[[bytes], tuple[Evidence, ...]]
    broadcast: bool = False
    unicast: bool = True
    bind_port: int = 0
    again: Callable[[int], tuple[bytes, ...]] | None = None
    """A second style of request, sent by unicast only to live addresses that are still unidentified."""
