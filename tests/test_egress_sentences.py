from collections import Counter
from typing import Any

import pytest
from egress_makers import CAMERA, CLOUD, START, cameras

from camscan.egress.finding import Destination, Finding
from camscan.egress.flow import Direction, Outcome
from camscan.egress.rules import Rule, Severity
from camscan.egress.sentences import told, volume

A, D, U, N, X = Outcome.ALLOWED, Outcome.DENIED, Outcome.UNANSWERED, Outcome.NAME_ONLY, Outcome.UNKNOWN


def sentence(count: int = 1, **changes: Any) -> str:
    facts: dict[str, Any] = {
        "rule": Rule.UNLISTED,
        "severity": Severity.MEDIUM,
        "devices": tuple(range(count)),
        "destination": Destination(CLOUD, None, None),
        "protocol": "tcp",
        "port": 443,
        "direction": Direction.OUT,
        "outcomes": Counter({A: 2}),
        "bytes_out": None,
        "bytes_in": None,
        "first": START,
        "last": START,
        "because": "it is not expected of this site",
        "expected": ("recorder 10.1.0.5",),
        "evidence": ((0, 1),),
    }
    return told(Finding(**{**facts, **changes}), cameras(9), str.capitalize).sentence


PLACE = "203.0.113.9 tcp/443"
TAIL = " It is not expected of this site. Expected: recorder 10.1.0.5."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, f"{CAMERA} connected to 203.0.113.9 tcp/443 twice."),
        (
            {"bytes_out": 2_100_000_000, "bytes_in": 3_000_000},
            f"{CAMERA} connected to {PLACE} twice, 2.1 GB out, 3.0 MB in.",
        ),
        ({"outcomes": Counter({D: 1})}, f"{CAMERA} tried 203.0.113.9 tcp/443 once, blocked."),
        ({"outcomes": Counter({U: 3})}, f"{CAMERA} tried 203.0.113.9 tcp/443 3 times, without an answer."),
        (
            {"outcomes": Counter({X: 3})},
            f"{CAMERA} called {PLACE} 3 times; whether it was let through is not recorded.",
        ),
        ({"outcomes": Counter({A: 1, D: 4_409})}, f"{CAMERA} tried {PLACE} 4,410 times: 1 got through, 4,409 blocked."),
        (
            {"direction": Direction.UNKNOWN},
            f"{CAMERA} and {PLACE} were in contact twice; it is not recorded who began.",
        ),
        (
            {"outcomes": Counter({N: 1}), "port": None, "destination": Destination(None, "a.example.com", "dns", 0)},
            f"{CAMERA} looked up a.example.com once and was not seen to connect to it.",
        ),
        ({"count": 3}, "3 Hikvision cameras (10.1.0.20, 10.1.0.21, 10.1.0.22) connected to 203.0.113.9 tcp/443 twice."),
        (
            {"destination": Destination(CLOUD, "a.example.com", "dns", 2, "DE", 1, "Alibaba")},
            f"{CAMERA} connected to 203.0.113.9 and one other address tcp/443 (a.example.com, Alibaba, DE) twice.",
        ),
        (
            {"rule": Rule.WRONG_DNS, "port": 53, "protocol": "udp"},
            f"{CAMERA} asked 203.0.113.9 udp/53 for names twice.",
        ),
        ({"rule": Rule.WRONG_NTP, "outcomes": Counter({D: 2})}, f"{CAMERA} asked {PLACE} for the time twice, blocked."),
        ({"rule": Rule.PORT_MAPPING}, f"{CAMERA} sent twice to 203.0.113.9 tcp/443."),
    ],
)
def test_what_is_said(changes: dict[str, Any], said: str) -> None:
    assert sentence(**changes) == said + TAIL


@pytest.mark.parametrize(
    ("outcomes", "addresses", "said"),
    [
        (Counter({A: 1}), 1, f"203.0.113.9 connected to {CAMERA} tcp/80 once: the connection began outside."),
        (Counter({D: 9}), 4, f"4 addresses on the internet tried {CAMERA} tcp/80 9 times, without an answer."),
        (
            Counter({X: 9}),
            4,
            f"4 addresses on the internet tried {CAMERA} tcp/80 9 times, it is not recorded whether it was let in.",
        ),
    ],
)
def test_inbound_tells_who_began(outcomes: Counter[Outcome], addresses: int, said: str) -> None:
    destination = Destination(CLOUD, None, None, addresses)
    changes: dict[str, Any] = {"rule": Rule.INBOUND, "direction": Direction.IN, "port": 80, "expected": ()}
    assert sentence(outcomes=outcomes, destination=destination, **changes) == said


def test_upload_gives_both_volumes() -> None:
    said = sentence(rule=Rule.UPLOAD, bytes_out=2_100_000_000, bytes_in=900, because="", expected=())
    assert said == f"{CAMERA} sent 2.1 GB in all to 203.0.113.9 tcp/443 and got 900 bytes back, past the day's limit."


def test_many_expectations_are_cut() -> None:
    assert sentence(expected=tuple(f"recorder {number}" for number in range(9))).endswith("and 3 more.")


def test_expectations_of_one_kind_are_told_together() -> None:
    words = ("recorder 10.1.0.5", "recorder 10.1.0.6", "DNS server 10.1.0.2", "vms.example.gov.uk:443 (cloud VMS)")
    assert sentence(expected=words).endswith(
        " Expected: recorders 10.1.0.5, 10.1.0.6, DNS server 10.1.0.2, vms.example.gov.uk:443 (cloud VMS)."
    )


def test_of_many_devices_some_are_named() -> None:
    assert sentence(count=5).startswith("5 Hikvision cameras (10.1.0.20, 10.1.0.21, 10.1.0.22 and 2 more) connected")


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_234, "1.2 kB"),
        (12_345, "12 kB"),
        (999_700, "1.0 MB"),
        (2_100_000_000, "2.1 GB"),
        (5 * 10**15, "5,000 TB"),
    ],
)
def test_volumes(count: int, shown: str) -> None:
    assert volume(count) == shown
