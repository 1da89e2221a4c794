"""What stands on a screen of 80 columns during a watch."""

import io
from dataclasses import replace
from datetime import UTC, datetime

from egress_makers import CLOUD, START, cameras, device
from rich.console import Console
from test_egress_summary import finding, report, summary
from test_egress_watch import Played, watching

from camscan.cli.watch_screen import drawn
from camscan.egress.finding import Destination
from camscan.egress.flow import Direction
from camscan.egress.report import Report
from camscan.egress.rules import Rule, Severity

TURNS = datetime(2026, 11, 21, 11, 0, tzinfo=UTC).timestamp()


def lines(
    whole: Report | None, *, height: int = 24, lost: int = 0, present: bool = True, trouble: str = ""
) -> list[str]:
    mirror = Played()
    watch = watching(mirror, cameras(20))
    mirror.dropped, mirror.present = lost, present
    mirror.more(b"\0" * 60, 1.0)
    watch.feed(START + 1)
    console = Console(file=io.StringIO(), width=80, height=height, markup=False)
    stream = io.StringIO()
    Console(file=stream, width=80, markup=False).print(drawn(console, watch, whole, TURNS, trouble))
    found = [line.rstrip() for line in stream.getvalue().splitlines()]
    assert all(len(line) <= 80 for line in found)
    assert found[-1] == ""
    return found[:-1]


def test_at_the_start_nothing_is_claimed() -> None:
    assert lines(None) == [
        "  packets      1 since 10:00, none lost",
        "  devices      0 of 20 seen",
        "  next report  at 11:00 UTC",
        "",
        "  Nothing unexpected so far.",
    ]


def test_the_gravest_findings_stand_first_with_how_many_and_how_often() -> None:
    found = [
        finding(CLOUD, "litedev.hik-connect.com", rule=Rule.VENDOR_CLOUD, severity=Severity.HIGH, devices=(1, 2, 3)),
        finding(None, "a.example.com", severity=Severity.LOW),
        finding(rule=Rule.INBOUND, direction=Direction.IN, destination=Destination("192.0.2.1", None, None, 59)),
    ]
    told = lines(summary().report(report(*found, seen=(0, 1, 2))))
    assert told[1] == "  devices      3 of 20 seen"
    assert [line.split("  ")[0] for line in told[4:]] == ["Severity", "HIGH", "MEDIUM", "LOW"]
    assert "camera cloud  3 devices" in told[5]
    assert "litedev.hik-connect.com tcp/443" in told[5]
    assert "from outside  10.1.0.20  59 addresses tcp/443" in told[6]
    assert "not listed" in told[7]
    assert told[7].endswith("1  10:01")


def test_what_was_lost_and_an_interface_that_is_away_are_told() -> None:
    told = lines(None, lost=1_234, present=False, trouble="camscan-egress: no space left.")
    assert "1,234 lost" in told[0]
    assert told[3:5] == [
        "  The interface is away; nothing is seen until it comes back.",
        "  camscan-egress: no space left.",
    ]


def test_it_stays_within_its_screen_and_says_how_much_more_there_is() -> None:
    found = [finding(f"192.0.2.{number}") for number in range(40)]
    told = lines(summary().report(report(*found)), height=20)
    assert len(told) <= 19
    assert told[-1] == "and 29 more findings"


def test_names_from_the_wire_are_broken_over_lines_and_harmless() -> None:
    name = "-".join(["very"] * 30) + ".example.com"
    told = lines(summary().report(report(finding(CLOUD, name))))
    assert sum("very-very" in line for line in told) >= 4
    bad = finding(CLOUD, "a\x1b[31m.example.com")
    assert "\x1b[31m" not in "".join(lines(summary().report(report(bad))))


def test_long_names_leave_room_for_the_count_of_what_is_not_shown() -> None:
    found = [
        finding(CLOUD, "-".join([f"very{number}"] * 20) + ".example.com", devices=(number,)) for number in range(9)
    ]
    told = lines(summary().report(report(*found)))
    assert len(told) <= 22
    shown = sum(line.startswith("MEDIUM") for line in told)
    assert 1 < shown < 9
    assert told[-1] == f"and {9 - shown} more findings"


def test_what_was_last_seen_on_another_day_says_which() -> None:
    old = replace(finding("192.0.2.1"), first=START - 90_000, last=START - 86_400)
    told = lines(summary().report(report(old, finding("192.0.2.2"))))
    assert sorted(line[-6:] for line in told[5:]) == [" 10:01", "20 Nov"]


def test_every_rule_has_its_words() -> None:
    found = [finding(f"192.0.2.{number}", rule=rule) for number, rule in enumerate(Rule)]
    told = lines(summary(devices=[device()]).report(report(*found)), height=40)
    assert len(told) == 5 + len(Rule)
