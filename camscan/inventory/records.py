"""What goes into the inventory and comes out of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from camscan import __version__
from camscan.evidence import IPAddress, Observation
from camscan.gaps import SiteCoverage


class ScanKind(StrEnum):
    """What brought the evidence in."""

    SCAN = "scan"
    LISTEN = "listen"
    IMPORT = "import"


class ScanStatus(StrEnum):
    """How a scan ended. One that was killed, or still runs, counts as interrupted."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class ScanStart:
    """What is known when a scan begins. ``signatures`` is the digest of the signature set.

    ``gateway_macs`` are the MAC addresses of the declared networks' gateways: whatever answers with one of them
    is not known by it. ``started`` is now (UTC) unless given: a listening began with its first packet.
    """

    scope_sha256: str
    organisation: str
    sites: tuple[str, ...]
    signatures: str
    addresses_in_scope: int = 0
    kind: ScanKind = ScanKind.SCAN
    gateway_macs: tuple[str, ...] = ()
    tool_version: str = __version__
    started: datetime | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """What a listening took in: a file, by its name, or an interface; and how many packets of it were read."""

    name: str
    packets: int


@dataclass(frozen=True, slots=True)
class ScanRecord:
    """One scan. ``finished`` is None where it was killed or still runs; ``audit_head`` is then empty.

    ``packets_exact`` says whether ``packets_sent`` was counted or estimated.
    """

    id: str
    kind: ScanKind
    status: ScanStatus
    started: datetime
    finished: datetime | None
    scope_sha256: str
    organisation: str
    sites: tuple[str, ...]
    tool_version: str
    signatures: str
    addresses_in_scope: int
    packets_sent: int
    packets_exact: bool
    audit_head: str
    coverage: tuple[SiteCoverage, ...]
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class HostRecord:
    """One device with the evidence that speaks for it today, newest first.

    ``device_id`` stays the same over scans (the lower one survives a merge). ``addresses`` are those it had when
    last heard, ``ip`` the first of them, IPv4 first. ``first_seen`` and ``last_seen`` are None for a device that
    only an imported list names.
    """

    device_id: int
    site: str
    ip: IPAddress
    addresses: tuple[IPAddress, ...]
    observations: tuple[Observation, ...]
    first_seen: datetime | None
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Merge:
    """Two device records that were found to be one device. ``key`` is the kind of sign: mac, serial, endpoint.

    ``undone_by`` is None while it stands, ``owner`` after ``unmerge``, ``shared`` where the sign turned out to
    belong to several devices.
    """

    id: int
    device_a: int
    device_b: int
    key: str
    value: str
    scan_id: str
    at: datetime
    undone_at: datetime | None
    undone_by: str | None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A device refused one set of the owner's credentials at one door. Holds the set's name, never a secret."""

    device_id: int | None
    site: str
    ip: IPAddress
    door: str
    credential_set: str
    at: datetime
