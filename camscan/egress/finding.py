"""A finding: one destination, one rule, all devices that went there."""

from collections import Counter
from dataclasses import dataclass

from camscan.egress.flow import Direction, Outcome
from camscan.egress.rules import Rule, Severity


@dataclass(frozen=True, slots=True)
class Destination:
    """Where it went. ``ip`` is the address met most often, None where only a name was looked up; ``addresses`` counts
    how many there were. ``name`` is text from the wire: a checked domain name."""

    ip: str | None
    name: str | None
    name_source: str | None
    addresses: int = 1
    country: str | None = None
    asn: int | None = None
    org: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``devices`` are numbers in the report's list; ``evidence`` holds (input, record) pairs.

    ``outcomes`` counts connections by what became of them. Bytes are None where no record had a figure. Times are
    seconds since 1970 UTC. ``new`` says whether it is missing from the baseline; None without a baseline.
    """

    rule: Rule
    severity: Severity
    devices: tuple[int, ...]
    destination: Destination
    protocol: str
    port: int | None
    direction: Direction
    outcomes: Counter[Outcome]
    bytes_out: int | None
    bytes_in: int | None
    first: float
    last: float
    because: str
    expected: tuple[str, ...]
    evidence: tuple[tuple[int, int], ...]
    sentence: str = ""
    new: bool | None = None

    def saying(self, sentence: str) -> "Finding":
        """The same with its sentence."""
        return Finding(
            self.rule, self.severity, self.devices, self.destination, self.protocol, self.port, self.direction,
            self.outcomes, self.bytes_out, self.bytes_in, self.first, self.last, self.because, self.expected,
            self.evidence, sentence, self.new,
        )  # fmt: skip

    @property
    def connections(self) -> int:
        """Connections, attempts and looked-up names together."""
        return sum(self.outcomes.values())
