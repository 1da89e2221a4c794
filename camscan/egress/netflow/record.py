"""The values of one record to what it tells."""

from camscan.egress.netflow.domain import Domain
from camscan.egress.netflow.elements import (
    DROPPED,
    INITIATOR,
    NAT_CREATED,
    NAT_REFUSED,
    NSEL_CREATED,
    NSEL_DENIED,
    REVERSE_INITIATOR,
)
from camscan.egress.netflow.exported import Exported
from camscan.egress.netflow.moments import Header, span

ICMP = frozenset({1, 58})
TCP = 6
_PORTED = frozenset({TCP, 17, 33, 132})
"""TCP, UDP, DCCP, SCTP."""

_BACK = ("back_octets", "back_octets_total", "octets_responder", "back_packets", "packets_responder")


def plain_record_of(
    values: dict[str, int], ends: tuple[str, str], told: tuple[Header, Domain, int], record: int
) -> Exported:
    """The same as record_of, where the template says that a record tells of packets in one direction only."""
    header, domain, rate = told
    first, last = span(values, header, domain.started_ms)
    get = values.get
    protocol, octets, port = get("protocol", -1), get("octets"), get("target_port")
    own = get("source_port")
    if octets is not None:
        octets *= rate
    facts = (header.exporter, record, *ends, protocol)
    if protocol in _PORTED:
        flags = get("flags") if protocol == TCP else None
        return Exported(*facts, own, port, first, last, octets, flags, sampled=rate)
    icmp = port if protocol in ICMP else None
    return Exported(*facts, None, None, first, last, octets, None, icmp, sampled=rate)


def record_of(values: dict[str, int], ends: tuple[str, str], told: tuple[Header, Domain, int], record: int) -> Exported:
    """A record; ``told`` is the header of its message, its exporter's domain, and one in how many packets it counts."""
    header, domain, rate = told
    first, last = span(values, header, domain.started_ms)
    protocol = values.get("protocol", -1)
    firewall, nat = values.get("firewall_event", 0), values.get("nat_event", 0)
    octets = _first_of(values, "octets", "octets_initiator")
    if octets is None and not firewall:
        octets = values.get("octets_total")  # of both directions together, where an ASA before 8.5 tells it
    # Palo Alto's firewalls put firewallEvent into ordinary flow records too, each of which tells one direction.
    initiator = "octets_initiator" in values or (bool(firewall) and octets is None)
    both = any(name in values for name in _BACK)
    return Exported(
        exporter=header.exporter,
        record=record,
        source=ends[0],
        target=ends[1],
        protocol=protocol,
        source_port=values.get("source_port") if protocol in _PORTED else None,
        target_port=values.get("target_port") if protocol in _PORTED else None,
        first=first,
        last=last,
        octets=None if octets is None else octets * rate,
        flags=values.get("flags") if protocol == TCP else None,
        icmp=_icmp(values) if protocol in ICMP else None,
        both=both,
        back_octets=_back(values, rate) if both else None,
        back_flags=values.get("back_flags") if protocol == TCP else None,
        by_source=True if initiator else _starter(values),
        denied=values.get("forwarding", 0) in DROPPED or firewall == NSEL_DENIED or nat in NAT_REFUSED,
        event=bool(firewall or nat) and (initiator or octets is None),
        begins=firewall == NSEL_CREATED or nat in NAT_CREATED,
        sampled=rate,
    )


def _first_of(values: dict[str, int], *names: str) -> int | None:
    return next((values[name] for name in names if name in values), None)


def _back(values: dict[str, int], rate: int) -> int | None:
    """Bytes of the other direction; None where nothing came back, or where they are not counted."""
    octets = _first_of(values, *_BACK[:3])
    packets = _first_of(values, *_BACK[3:])
    if not octets and not packets:
        return None
    return (octets or 0) * rate


def _starter(values: dict[str, int]) -> bool | None:
    told = values.get("biflow")
    if told in (INITIATOR, REVERSE_INITIATOR):
        return told == INITIATOR
    for unit in ("ms", "s"):
        there, back = values.get(f"first_{unit}"), values.get(f"back_first_{unit}")
        if there is not None and back and there != back:
            return there < back
    return None


def _icmp(values: dict[str, int]) -> int | None:
    """Type and code, which NetFlow v5 and many v9 exporters put into the destination port."""
    if "icmp" in values:
        return values["icmp"]
    if "icmp_type" in values:
        return values["icmp_type"] << 8 | values.get("icmp_code", 0)
    return values.get("target_port")
