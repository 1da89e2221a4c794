"""From evidence to a conclusion: pure functions, so that a better signature improves an old scan.

``load`` reads the signatures, ``assess`` judges one device, ``identified`` says whether asking again is worth while,
``explain`` puts the reasons in words, ``check`` tests the set itself.
"""

from collections.abc import Sequence

from camscan.device import Device, Kind, Verdict
from camscan.evidence import IPAddress, Observation
from camscan.identify.attributes import read_attributes
from camscan.identify.check import check
from camscan.identify.explain import Explanation, ExplanationRow, explain
from camscan.identify.heard import Heard, hear
from camscan.identify.loader import load, shipped
from camscan.identify.settle import would_settle
from camscan.identify.signature_set import Problem, SignatureSet, protocol
from camscan.identify.signs import match
from camscan.identify.verdict import decide

__all__ = [
    "Explanation",
    "ExplanationRow",
    "Problem",
    "SignatureSet",
    "assess",
    "check",
    "explain",
    "identified",
    "load",
    "shipped",
]


def assess(observations: Sequence[Observation], signatures: SignatureSet, *, ip: IPAddress | None = None) -> Device:
    """What the observations of one device tell about it, and why.

    ``ip`` is the device's address where the caller knows it; else it is that of the newest IPv4 observation (of the
    newest at all, where there is none). Raises ValueError for no observation at all.
    """
    if not observations:
        raise ValueError("a device has at least one observation")
    heard = hear(observations)
    found = match(heard, signatures)
    spoken = {number for sign in found.signs for number in sign.evidence}
    protocols = {number: protocol(heard.items[number - 1].evidence.name) for number in spoken}
    maker, brand, kind = (decide(axis, found.signs, heard.proven, protocols) for axis in ("maker", "brand", "kind"))
    kind_value = Kind(kind.value) if kind.value else Kind.UNKNOWN
    attributes = read_attributes(heard, found.captures, maker.value, kind_value)
    conflicts = [decision.conflict for decision in (maker, brand, kind) if decision.conflict is not None]
    return Device(
        ip=ip or _address(heard),
        addresses=_addresses(heard),
        mac=attributes.mac,
        mac_heard=attributes.mac_heard,
        hostname=attributes.hostname,
        kind=kind_value,
        kind_verdict=kind.verdict,
        maker=maker.value,
        verdict=maker.verdict,
        brand=brand.value,
        brand_verdict=brand.verdict,
        model=attributes.model,
        firmware=attributes.firmware,
        firmware_date=attributes.firmware_date,
        serial=attributes.serial,
        endpoint=attributes.endpoint,
        channels=attributes.channels,
        signs=found.signs,
        conflicts=(*conflicts, *attributes.conflicts),
        would_settle=would_settle(maker, found.signs, heard, signatures),
        evidence=heard.items,
        first_seen=heard.observations[0].at,
        last_seen=heard.observations[-1].at,
    )


def identified(observations: Sequence[Observation], signatures: SignatureSet) -> bool:
    """Is the maker probable or confirmed already? Where not, a second style of question is worth its packets."""
    if not observations:
        return False
    return assess(observations, signatures).verdict in {Verdict.PROBABLE, Verdict.CONFIRMED}


def _address(heard: Heard) -> IPAddress:
    newest_first = [observation.ip for observation in reversed(heard.observations)]
    return next((ip for ip in newest_first if ip.version == 4), newest_first[0])


def _addresses(heard: Heard) -> tuple[str, ...]:
    """Addresses that answered, IPv4 first, each in the order of its number."""
    distinct = {observation.ip for observation in heard.observations}
    return tuple(str(ip) for ip in sorted(distinct, key=lambda ip: (ip.version, int(ip))))
