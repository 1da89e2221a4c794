"""The one shape of a discovery protocol that speaks in datagrams."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address
from uuid import UUID, uuid5

from camscan.evidence import Evidence

_NAMESPACE = UUID("5f1c3c0e-6c1f-4a53-9f0e-1d6f3b8f7a11")
"""Drawn once at random, so that no other program makes the same identifiers."""


@dataclass(frozen=True, slots=True)
class DatagramProbe:
    """A discovery protocol over UDP.

    ``requests(seed)`` gives the datagrams of one round; ``seed`` (any integer) makes the identifiers in them
    fresh yet repeatable. ``parse`` takes one datagram's payload and returns its evidence, or raises ParseError;
    our own request, echoed or looped back, is a ParseError too. ``groups`` are multicast groups to ask and
    join; ``broadcast`` adds the interface's broadcast address; ``unicast`` allows asking one address.
    ``bind_port`` is the local port answers come to (0: any). ``passive`` says that devices also announce
    themselves unasked to ``port`` of ``groups``: who binds that port and joins the groups hears them.
    """

    name: str
    port: int
    groups: tuple[IPv4Address, ...]
    requests: Callable[[int], tuple[bytes, ...]]
    parse: Callable[[bytes], tuple[Evidence, ...]]
    broadcast: bool = False
    unicast: bool = True
    bind_port: int = 0
    passive: bool = False
    again: Callable[[int], tuple[bytes, ...]] | None = None
    """A second style of request, sent by unicast only to live addresses that are still unidentified."""


def identifier(seed: int, purpose: str) -> UUID:
    """The identifier that a request with this ``seed`` and ``purpose`` carries."""
    return uuid5(_NAMESPACE, f"{seed} {purpose}")
