from collections import Counter
from dataclasses import replace

import pytest
from egress_makers import CLOUD, START, cameras

from camscan.device import Device
from camscan.egress import summary as module
from camscan.egress.finding import Destination, Finding
from camscan.egress.flow import Direction, Outcome
from camscan.egress.known import Known
from camscan.egress.report import Input, Report
from camscan.egress.rules import Rule, Severity
from camscan.egress.summary import Summary

DEVICES = cameras(20)


def finding(peer: str | None = CLOUD, name: str | None = None, **changes: object) -> Finding:
    given = Finding(
        rule=Rule.UNLISTED,
        severity=Severity.MEDIUM,
        devices=(0,),
        destination=Destination(peer, name, "dns" if name else None),
        protocol="tcp" if peer else "dns",
        port=443 if peer else None,
        direction=Direction.OUT,
        outcomes=Counter({Outcome.ALLOWED if peer else Outcome.NAME_ONLY: 1}),
        bytes_out=10,
        bytes_in=5,
        first=START,
        last=START + 60,
        because="it is not expected of this site",
        expected=(),
        evidence=((0, 7),),
    )
    return replace(given, **changes)  # type: ignore[arg-type]  # the tests give what a Finding takes


def report(*findings: Finding, at: float = START, seen: tuple[int, ...] = (0,), records: int = 10) -> Report:
    return Report(
        inputs=(Input("eth7", "live", records, 1, (("damaged", 2),), ("A note.",), None),),
        devices=tuple(DEVICES),
        seen=seen,
        silent=tuple(set(range(len(DEVICES))) - set(seen)),
        began=at,
        ended=at + 3_600,
        dns_visible=False,
        findings=findings,
        unattributed=(("nobody", 3),),
        destinations=(),
        catalogue_date="2026-11-21",
    )


def summary(*reports: Report, devices: list[Device] = DEVICES) -> Summary:
    made = Summary(Known(devices), str.capitalize)
    for one in reports:
        made.add(one)
    return made


def test_the_same_finding_of_two_periods_is_one_that_adds_up() -> None:
    later = finding(devices=(1, 2), bytes_in=None, last=START + 4_000, first=START + 3_700, severity=Severity.HIGH)
    (found,) = summary(report(finding()), report(later, at=START + 3_600)).report().findings
    assert (found.devices, found.connections, found.bytes_out, found.bytes_in) == ((0, 1, 2), 2, 20, 5)
    assert (found.first, found.last, found.severity) == (START, START + 4_000, Severity.HIGH)
    assert found.sentence.startswith(
        "3 Hikvision cameras (10.1.0.20, 10.1.0.21, 10.1.0.22) connected to 203.0.113.9 tcp/443 twice, 20 bytes out"
    )


def test_periods_are_one_watch() -> None:
    whole = summary(report(seen=(0, 1)), report(seen=(1, 2), at=START + 3_600)).report()
    assert (whole.seen, len(whole.silent), whole.began, whole.ended) == ((0, 1, 2), 17, START, START + 7_200)
    told = whole.inputs[0]
    assert (told.records, told.other, told.skipped, told.notes) == (20, 2, (("damaged", 4),), ("A note.",))
    assert whole.unattributed == (("nobody", 6),)
    assert whole.exit_code == 4


def test_the_period_so_far_is_on_top_and_not_counted_for_good() -> None:
    made = summary(report(finding()))
    for _ in range(3):
        (found,) = made.report(report(finding(), at=START + 3_600)).findings
        assert found.connections == 2
    assert made.report().findings[0].connections == 1
    assert summary().report(report(finding())).findings[0].connections == 1
    with pytest.raises(ValueError, match="nothing"):
        summary().report()


def test_the_gravest_come_first_then_those_of_most_devices() -> None:
    given = [
        finding("192.0.2.1", severity=Severity.LOW, devices=(0, 1, 2)),
        finding("192.0.2.2", severity=Severity.HIGH),
        finding("192.0.2.3", severity=Severity.HIGH, devices=(0, 1)),
    ]
    found = summary(report(*given)).report().findings
    assert [one.destination.ip for one in found] == ["192.0.2.3", "192.0.2.2", "192.0.2.1"]


def test_a_name_looked_up_in_one_period_and_reached_in_another_is_one_finding() -> None:
    lookup, visit = finding(None, "a.example.com"), finding(CLOUD, "a.example.com")
    assert len(summary(report(lookup), report(visit)).report().findings) == 1
    others = finding(None, "a.example.com", devices=(0, 3))
    assert len(summary(report(others), report(visit)).report().findings) == 2


def test_an_upload_is_not_added_to_itself() -> None:
    first, second = (finding(rule=Rule.UPLOAD, bytes_out=out, bytes_in=1) for out in (100, 150))
    (found,) = summary(report(first), report(second)).report().findings
    assert (found.bytes_out, found.bytes_in) == (150, 1)


def test_a_fleet_grows_in_its_words_too() -> None:
    first = finding(rule=Rule.FLEET, devices=tuple(range(5)), because="5 devices went to one place; it is new")
    second = replace(first, devices=tuple(range(3, 9)), because="6 devices went to one place; it is new")
    (found,) = summary(report(first), report(second)).report().findings
    assert "9 Hikvision cameras" in found.sentence
    assert "9 devices went to one place; it is new." in found.sentence


def test_a_fleet_that_came_in_small_groups_is_one() -> None:
    hours = [report(finding(devices=devices)) for devices in ((0, 1), (2, 3), (4, 5))]
    assert [one.rule for one in summary(*hours[:2]).report().findings] == [Rule.UNLISTED]
    (found,) = summary(*hours).report().findings
    assert (found.rule, found.severity, found.connections) == (Rule.FLEET, Severity.HIGH, 3)
    assert "6 devices went to one place; it is not expected of this site." in found.sentence
    whole = finding(rule=Rule.FLEET, devices=(6, 7, 8, 9, 10), because="5 devices went to one place; it is new")
    (found,) = summary(report(whole), *hours).report().findings
    assert len(found.devices) == 11
    assert "11 devices went to one place" in found.sentence


def test_knocks_from_the_internet_are_one_finding_whoever_knocks() -> None:
    knocks = [finding(f"192.0.2.{n}", rule=Rule.INBOUND, direction=Direction.IN, severity=Severity.LOW) for n in (1, 2)]
    assert len(summary(report(knocks[0]), report(knocks[1])).report().findings) == 1


def test_news_is_told_once() -> None:
    made = summary()
    assert len(made.news(report(finding(), finding("192.0.2.1")))) == 2
    assert [one.destination.ip for one in made.news(report(finding(), finding("192.0.2.2")))] == ["192.0.2.2"]


def test_it_is_bounded_and_says_what_it_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 50)
    monkeypatch.setattr(module, "DEVICES", 200)
    made = summary()
    for hour in range(40):
        findings = [finding(f"192.0.{hour}.{n}", devices=tuple(range(hour % 20))) for n in range(20)]
        notes = replace(report(*findings), notes=tuple(f"note {hour}.{n}" for n in range(10)))
        made.news(notes)
        made.add(notes)
    whole = made.report()
    assert len(whole.findings) <= 50
    assert sum(len(one.devices) for one in whole.findings) <= 200
    assert len(made._announced) <= 50
    assert len(whole.notes) <= module.NOTES + 1
    assert f"{800 - len(whole.findings):,} findings are {module.BEYOND}." in whole.notes
