"""What a running scan knows: the hosts it met, what they said, and what stands in the progress display."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from ipaddress import IPv4Network
from secrets import randbits

from camscan.evidence import IPAddress, Observation, Transport

CLAIMS_PER_PROBE = 16
"""Different answers of one protocol that one address is believed; a device that claims to be more is cut short."""

Sink = Callable[[IPAddress, tuple[Observation, ...], bool], None]
"""Takes what was heard from one address, for good: called once or more for each; the flag says that the address is
done with, so that a resumed scan need not ask it again."""


class Stage(Enum):
    """Where a host stands."""

    HEARD = "heard"  # a sign of life, not asked yet
    ASKING = "asking"
    DONE = "done"


@dataclass(slots=True)
class Host:
    """One address that gave a sign of life."""

    ip: IPAddress
    stage: Stage = Stage.HEARD
    observations: list[Observation] = field(default_factory=list)
    _seen: set[tuple[str, bytes]] = field(default_factory=set)
    _claims: Counter[str] = field(default_factory=Counter)

    def add(self, observation: Observation) -> bool:
        """Keeps ``observation`` unless it says nothing that the same protocol did not say in the same way before.
        False where it was cut as one claim too many."""
        if observation.evidence or observation.raw:
            said = repr(observation.evidence).encode() if observation.evidence else observation.raw
            key = (f"{observation.probe} {observation.port} {observation.via}", sha256(said).digest()[:16])
            if key in self._seen:
                return True
            self._seen.add(key)
        if observation.transport is Transport.UDP:
            self._claims[observation.probe] += 1
            if self._claims[observation.probe] > CLAIMS_PER_PROBE:
                return False
        self.observations.append(observation)
        return True

    def heard_by(self, probe: str) -> bool:
        """Whether a probe's protocol was answered."""
        return any(o.probe == probe and o.evidence for o in self.observations)

    def take(self) -> tuple[Observation, ...]:
        """What was not taken before; the host lets go of it."""
        fresh, self.observations = tuple(self.observations), []
        return fresh


@dataclass(slots=True)
class ScanState:
    """Counters for the display and for the coverage. Written by the scan, read by anybody on its thread.

    ``seed`` makes the identifiers in this scan's questions its own.
    """

    seed: int = field(default_factory=lambda: randbits(48))
    addresses: int = 0
    swept: int = 0
    hosts: dict[IPAddress, Host] = field(default_factory=dict)
    heard: Counter[str] = field(default_factory=Counter)
    outside: set[IPAddress] = field(default_factory=set)
    malformed: int = 0
    cut_claims: set[IPAddress] = field(default_factory=set)
    kernel_drops: int = 0
    unsure: tuple[IPv4Network, ...] = ()
    unheard: list[str] = field(default_factory=list)
    link_macs: dict[IPAddress, str] = field(default_factory=dict)
    finished: bool = False

    @property
    def asked(self) -> int:
        """Hosts that were asked everything."""
        return sum(1 for host in self.hosts.values() if host.stage is Stage.DONE)
