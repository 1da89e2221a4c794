from collections import Counter

from egress_makers import CLOUD, START

from camscan.egress.finding import Destination, Finding
from camscan.egress.flow import Direction, Outcome
from camscan.egress.rules import Rule, Severity


def test_connections_are_all_outcomes_together() -> None:
    finding = Finding(
        rule=Rule.UNLISTED, severity=Severity.LOW, devices=(0,), destination=Destination(CLOUD, None, None),
        protocol="tcp", port=443, direction=Direction.OUT, outcomes=Counter({Outcome.ALLOWED: 2, Outcome.DENIED: 3}),
        bytes_out=None, bytes_in=None, first=START, last=START, because="", expected=(), evidence=(),
    )  # fmt: skip
    assert finding.connections == 5
