"""How long 10,000 cameras with 100,000 distinct destinations take to judge, without the reading."""

import resource
import sys
import time
from ipaddress import IPv4Address

from camscan.device import Device
from camscan.egress.catalogue import shipped_catalogue
from camscan.egress.contacts import Gathering
from camscan.egress.expected import Expected
from camscan.egress.flow import Direction, Flow, Outcome
from camscan.egress.judge import Judge
from camscan.egress.known import Known
from camscan.egress.sentences import told
from camscan.egress.source import Tally
from camscan.scope import Expects

CAMERAS, DESTINATIONS = 10_000, 100_000
START = 1_795_000_000.0


def gathered() -> Gathering:
    """Every camera with ten destinations of its own and one that all share."""
    devices = [Device(ip=IPv4Address(0x0A01_0000 + number), maker="hikvision") for number in range(CAMERAS)]
    gathering = Gathering(Known(devices))
    for number in range(DESTINATIONS):
        for peer in (f"198.{18 + number // 65_536}.{number // 256 % 256}.{number % 256}", "203.0.113.9"):
            flow = Flow(
                str(devices[number % CAMERAS].ip),
                peer,
                "tcp",
                443,
                Direction.OUT,
                Outcome.ALLOWED,
                START,
                START,
                number,
            )
            gathering.take([flow], 0, Tally(kind="benchmark"))
    return gathering


def main() -> int:
    """Builds the contacts, judges them, prints the figures."""
    gathering = gathered()
    none = Expected(Expects(recorders=("10.1.0.5",), dns=("10.1.0.2",)))
    began = time.perf_counter()
    judge = Judge(gathering, shipped_catalogue(), lambda _: none, 100_000_000)
    findings = [told(one, gathering.known.devices, str.capitalize) for one in judge.findings()]
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(gathering.contacts):,} contacts, {len(findings):,} findings: {seconds:.2f} s, peak {peak:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
