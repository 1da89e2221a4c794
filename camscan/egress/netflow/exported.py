"""One flow record as an exporter sends it: packets from one address to another, and perhaps those that came back."""

from typing import NamedTuple


class Exported(NamedTuple):
    """A record. Addresses are in canonical spelling; ``target`` may already be the one behind address translation.

    ``exporter`` names who sent it; ``record`` is its number as in Flow. Ports and TCP ``flags`` (all that were seen,
    together) are None where they are not told; ``icmp`` is type * 256 + code. ``back_octets`` and ``back_flags`` tell
    of the packets in the other direction where ``both`` says that the record counts them. ``by_source`` says whether
    the source began, where the record tells it by itself. ``event`` is a record of one moment in a connection's life
    (firewalls and address translators), not of its packets. Of sampled packets only one in ``sampled`` was looked at.
    """

    exporter: str
    record: int
    source: str
    target: str
    protocol: int
    source_port: int | None
    target_port: int | None
    first: float
    last: float
    octets: int | None = None
    flags: int | None = None
    icmp: int | None = None
    both: bool = False
    back_octets: int | None = None
    back_flags: int | None = None
    by_source: bool | None = None
    denied: bool = False
    event: bool = False
    begins: bool = False
    sampled: int = 1
