"""What a capture or a log tells: a Flow, the answer to a name, or that an address belongs to a MAC.

Readers make these and nothing else. No payload, no path, no header is kept: the only text from the wire is a
domain name, and that only where it has the form of one.
"""

from dataclasses import dataclass
from enum import StrEnum

SUFFIX_LIMIT = 253
"""Characters of a domain name (RFC 1035, 2.3.4)."""

_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


class Direction(StrEnum):
    """Who started the connection."""

    OUT = "out"  # the device
    IN = "in"  # the other side
    UNKNOWN = "unknown"  # the record does not tell


class Outcome(StrEnum):
    """What became of it: the closed vocabulary of the contract."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNANSWERED = "unanswered"
    NAME_ONLY = "name-only"
    UNKNOWN = "unknown"


class Mark(StrEnum):
    """A sign in the payload, seen in a capture. The bytes themselves are not kept."""

    DHGET = "dhget"
    PTCP = "ptcp"
    PPPP = "pppp"
    STUN = "stun"
    STUN_INVERTED = "stun-inverted"
    IGD_SEARCH = "igd-search"
    PORT_MAPPING = "port-mapping"
    DNS_BLOCKED = "dns-blocked"


PROTOCOL_NAMES = frozenset(
    {
        "ah", "dccp", "dns", "eigrp", "esp", "gre", "icmp", "icmp6", "icmpv6", "igmp", "ipip", "ipv6", "ipv6-icmp",
        "l2tp", "ospf", "pim", "sctp", "tcp", "udp", "udplite", "vrrp",
    }
)  # fmt: skip
"""Protocols as logs write them (iana.org/assignments/protocol-numbers, in lower case)."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One connection or attempt of a known device, or several that are alike in all but time and volume.

    ``device`` and ``peer`` are addresses in canonical spelling; ``peer`` is empty where only a ``name`` was looked
    up. ``port`` is that of the side which did not start: the service. Times are seconds since 1970 UTC; several
    connections in one Flow began on one UTC day. Bytes are None where the record has no figure. ``record`` is the
    number of the packet, line or row in its file, from 1. ``mac`` is the device's, where a frame showed it.
    """

    device: str
    peer: str
    protocol: str
    port: int | None
    direction: Direction
    outcome: Outcome
    first: float
    last: float
    record: int
    bytes_out: int | None = None
    bytes_in: int | None = None
    connections: int = 1
    name: str = ""
    marks: frozenset[Mark] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """A name server told ``client`` (empty: the log does not say whom) that ``name`` is at ``addresses``."""

    client: str
    name: str
    addresses: tuple[str, ...]
    at: float


@dataclass(frozen=True, slots=True)
class Binding:
    """``address`` belonged to ``mac`` at that time: ARP, or a DHCP acknowledgement."""

    address: str
    mac: str
    at: float


Item = Flow | Answer | Binding


def protocol_name(text: str) -> str:
    """``text`` as a protocol of IANA's list (name or number), ``dns`` for a mere lookup, or ``unknown``: what else
    stands in that place of a log is not ours to repeat."""
    return text if text in PROTOCOL_NAMES or (text.isdecimal() and len(text) <= 3) else "unknown"


def domain_name(text: str) -> str:
    """``text`` as a domain name in lower case without its final dot, or empty where it has not the form of one.

    The form is that of RFC 1035 with underscores; whatever else a device puts there (a user name, a URL) is
    dropped.
    """
    name = text.rstrip(".").lower()
    if not name or len(name) > SUFFIX_LIMIT or not _NAME_CHARACTERS.issuperset(name):
        return ""
    return name if "." in name and ".." not in name and not name.startswith(".") else ""
