"""A connection as each of its ends sees it, where both are known devices."""

from collections.abc import Iterator
from dataclasses import replace

from camscan.egress.flow import Direction, Flow
from camscan.egress.known import Known


def as_each_sees(flow: Flow, known: Known) -> Iterator[Flow]:
    """The flow, and where its peer is a known device too, the same as that device sees it. What the payload showed is
    told of the one that began."""
    if not flow.peer or not known.knows(flow.peer) or flow.direction is Direction.UNKNOWN:
        yield flow
        return
    inward = flow.direction is Direction.IN
    yield replace(flow, marks=frozenset()) if inward else flow
    yield replace(
        flow,
        device=flow.peer,
        peer=flow.device,
        direction=Direction.OUT if inward else Direction.IN,
        bytes_out=flow.bytes_in,
        bytes_in=flow.bytes_out,
        marks=flow.marks if inward else frozenset(),
    )
