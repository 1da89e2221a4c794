"""What we conclude about a device, and why. Made by identify, recomputable at any time from evidence."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from camscan.evidence import Evidence, IPAddress, Observation


class Strength(StrEnum):
    """How much one sign says."""

    DECISIVE = "decisive"
    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


class Verdict(StrEnum):
    """The ladder of rule 6. ``confirmed``: a decisive sign, or two strong ones from different protocols;
    ``probable``: one strong, or two independent medium; ``suspected``: medium or weak."""

    CONFIRMED = "confirmed"
    PROBABLE = "probable"
    SUSPECTED = "suspected"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """Class of device."""

    CAMERA = "camera"
    RECORDER = "recorder"
    INTERCOM = "intercom"
    ACCESS_CONTROL = "access-control"
    SWITCH = "switch"
    VMS_SERVER = "vms-server"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class HeardEvidence:
    """One piece of evidence with where it was heard. ``id`` counts from 1 within its device."""

    id: int
    evidence: Evidence
    observation: Observation


@dataclass(frozen=True, slots=True)
class Sign:
    """A signature that matched. ``points_to`` holds (axis, value) pairs: ("maker", "hikvision"), ("kind",
    "camera"), ("brand", "annke"). Signs with one ``cause`` count once. ``reason`` is our own short sentence."""

    signature: str
    strength: Strength
    points_to: tuple[tuple[str, str], ...]
    evidence: tuple[int, ...]
    cause: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two answers to one question that signs of weight support. ``axis`` is maker, brand, kind or serial."""

    axis: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Device:
    """One device: maker, brand and kind are three answers, each with its own verdict.

    ``maker`` and ``brand`` are slugs of the signature set or None. ``serial``, ``model``, ``firmware``,
    ``hostname`` are device text. ``would_settle`` says in plain words what would raise the maker's verdict.
    """

    ip: IPAddress
    addresses: tuple[str, ...] = ()
    mac: str | None = None
    mac_heard: bool = False
    hostname: str | None = None
    kind: Kind = Kind.UNKNOWN
    kind_verdict: Verdict = Verdict.UNKNOWN
    maker: str | None = None
    verdict: Verdict = Verdict.UNKNOWN
    brand: str | None = None
    brand_verdict: Verdict = Verdict.UNKNOWN
    model: str | None = None
    firmware: str | None = None
    firmware_date: str | None = None
    serial: str | None = None
    endpoint: str | None = None
    channels: int | None = None
    signs: tuple[Sign, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    would_settle: tuple[str, ...] = ()
    evidence: tuple[HeardEvidence, ...] = ()
    first_seen: datetime | None = None
    last_seen: datetime | None = None
