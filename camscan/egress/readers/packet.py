"""What a firewall's word on one packet tells: a packet, unlike a connection, may be an answer."""

from collections.abc import Iterator
from typing import NamedTuple

from camscan.egress.flow import Direction, Flow, Outcome
from camscan.egress.known import Known
from camscan.egress.readers.sides import sides
from camscan.egress.source import Source


class Logged(NamedTuple):
    """A packet as a firewall logged it. ``began`` says whether such a packet begins a connection."""

    source: str
    source_port: int | None
    target: str
    target_port: int | None
    protocol: str
    outcome: Outcome
    began: bool
    connections: int = 1


def looks_answered(source_port: int | None, target_port: int | None) -> bool:
    """Whether a UDP packet comes from a well-known port and goes to a high one: what answers look like."""
    return source_port is not None and target_port is not None and source_port < 1024 <= target_port


def flows(packet: Logged, at: float, number: int, source: Source, known: Known) -> Iterator[Flow]:
    """The packet as the known devices among its ends see it."""
    for device, peer, direction in sides(known, source.tally, packet.source, packet.target):
        # Where it does not tell who began, the peer's port is the one that says more.
        turned = not packet.began and direction is Direction.IN
        yield Flow(
            device=device,
            peer=peer,
            protocol=packet.protocol,
            port=packet.source_port if turned else packet.target_port,
            direction=direction if packet.began else Direction.UNKNOWN,
            outcome=packet.outcome,
            first=at,
            last=at,
            record=number,
            connections=packet.connections,
        )
