"""Watching in periods, with a mirror of our own making: what a period shows is what a capture of it would."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import pytest
from egress_makers import (
    CAMERA,
    CLOUD,
    DATA,
    OTHER,
    RECORDER,
    START,
    SYN,
    SYN_ACK,
    a_scope,
    cameras,
    client_hello,
    datagram,
    device,
    dns,
    judged,
    lookup,
    pcap,
    segment,
    visit,
)

from camscan.device import Device
from camscan.egress import watch as module
from camscan.egress.known import Known
from camscan.egress.report import Report
from camscan.egress.watch import Terms, Watch
from camscan.errors import UsageError
from camscan.net.mirror import Captured

Step = bytes | float | None
"""A frame; seconds to wait; or a tick."""


class Played:
    """A mirror on which frames come as they are written, each with the time of a clock that we turn."""

    interface = "eth7"

    def __init__(self, *steps: Step, link: int = 1) -> None:
        self.link, self.now = link, START
        self.present, self.dropped, self.received = True, 0, 0
        self._steps = iter(steps)
        self._frames = self._read()

    def more(self, *steps: Step) -> None:
        self._steps = iter(steps)
        self._frames = self._read()

    def clock(self) -> float:
        return self.now

    def _read(self) -> Iterator[Captured | None]:
        for step in self._steps:
            if isinstance(step, bytes):
                yield Captured(self.now, self.link, step, len(step))
            else:
                self.now += step or 1.0
                yield None

    def __iter__(self) -> Iterator[Captured | None]:
        return self._frames

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


def watching(mirror: Played, devices: Sequence[Device] = (), terms: Terms | None = None) -> Watch:
    return Watch(mirror, Known(devices or [device()]), terms or Terms(), mirror.clock)


def fed(watch: Watch, mirror: Played, *steps: Step) -> Watch:
    mirror.more(*steps)
    watch.feed(float("inf"))
    return watch


def told(report: Report) -> list[tuple[str, str | None, int]]:
    return [(one.rule.value, one.destination.name or one.destination.ip, one.connections) for one in report.findings]


def alike(report: Report) -> list[object]:
    return [replace(one, evidence=(), sentence="") for one in report.findings]


TRAFFIC = [
    *lookup("dev.hik-connect.com", CLOUD),
    *visit(),
    segment(CAMERA, OTHER, (41_000, 8_666), SYN),
    datagram(CAMERA, "8.8.8.8", (5_000, 53), dns("a.example.com")),
    segment(OTHER, CAMERA, (50_000, 80), SYN),
    segment(CAMERA, OTHER, (80, 50_000), SYN_ACK),
    datagram(CAMERA, RECORDER, (5_000, 8_000), b"x" * 1_000),
    segment(CAMERA, "192.0.2.7", (42_000, 443), SYN),
    segment("192.0.2.7", CAMERA, (443, 42_000), SYN_ACK),
    segment(CAMERA, "192.0.2.7", (42_000, 443), DATA, client_hello("sni.example.com")),
]


def test_one_period_is_judged_as_a_capture_of_it(tmp_path: Path) -> None:
    mirror = Played()
    live = fed(watching(mirror), mirror, *TRAFFIC).end()
    (recorded,) = [judged(tmp_path, pcap(TRAFFIC, step=0))]
    assert alike(live) == alike(recorded)
    assert live.findings
    assert (live.seen, live.silent, live.dns_visible) == (recorded.seen, recorded.silent, True)
    assert (live.began, live.ended) == (START, START)
    assert [one.evidence for one in live.findings] == [one.evidence for one in recorded.findings]
    told_of = live.inputs[0]
    assert (told_of.file, told_of.format, told_of.records, told_of.skipped) == ("eth7", "live", len(TRAFFIC), ())


@pytest.mark.parametrize("where", range(len(TRAFFIC) + 1))
def test_looking_at_it_meanwhile_changes_nothing(where: int, tmp_path: Path) -> None:
    mirror = Played()
    watch = fed(watching(mirror), mirror, *TRAFFIC[:where])
    watch.look()
    live = fed(watch, mirror, *TRAFFIC[where:]).end()
    assert alike(live) == alike(judged(tmp_path, pcap(TRAFFIC, step=0)))


def test_a_name_looked_up_before_the_turn_names_the_connection_after_it() -> None:
    mirror = Played()
    watch = fed(watching(mirror), mirror, *lookup("dev.hik-connect.com", CLOUD), 1.0)
    assert told(watch.turn()) == []
    assert told(fed(watch, mirror, 1.0, *visit()).end()) == [("vendor-cloud", "dev.hik-connect.com", 1)]


def test_days_later_it_is_still_known_by_the_name_that_it_had() -> None:
    mirror = Played()
    watch = fed(watching(mirror), mirror, *lookup("dev.hik-connect.com", CLOUD), *visit())
    for _ in range(72):
        watch.turn()
        fed(watch, mirror, 3_600.0, segment(CAMERA, CLOUD, (40_000, 443), DATA, b"alive"))
    assert told(watch.look()) == [("vendor-cloud", "dev.hik-connect.com", 1)]


def test_a_connection_over_the_turn_is_in_both_periods_with_its_own_bytes_in_each() -> None:
    mirror = Played()
    watch = fed(watching(mirror), mirror, *visit())
    first = watch.turn()
    fed(watch, mirror, 1_800.0, segment(CAMERA, CLOUD, (40_000, 443), DATA, b"more"))
    second = watch.turn()
    assert told(first) == told(second) == [("unlisted-destination", CLOUD, 1)]
    assert [one.bytes_out for one in (*first.findings, *second.findings)] == [40 + 45, 44]
    fed(watch, mirror, 1_800.0)
    assert told(watch.turn()) == []


def test_an_attempt_at_the_turn_is_told_once_and_with_its_answer() -> None:
    mirror = Played()
    watch = fed(watching(mirror), mirror, segment(CAMERA, CLOUD, (40_000, 443), SYN))
    assert told(watch.turn()) == []
    report = fed(watch, mirror, 1.0, segment(CLOUD, CAMERA, (443, 40_000), SYN_ACK), *visit()[2:]).end()
    assert told(report) == [("unlisted-destination", CLOUD, 1)]
    assert report.findings[0].outcomes == {"allowed": 1}


def test_a_name_that_was_only_looked_up_is_told_once_a_minute_has_passed() -> None:
    mirror = Played()
    watch = fed(watching(mirror), mirror, *lookup("dev.hik-connect.com", CLOUD), 59.0)
    assert told(watch.look()) == told(watch.turn()) == []
    assert told(fed(watch, mirror, 1.0).look()) == [("vendor-cloud", "dev.hik-connect.com", 1)]


def test_a_lookup_that_was_followed_before_the_turn_is_not_told_after_it() -> None:
    mirror = Played()
    watch = fed(watching(mirror), mirror, *lookup("dev.hik-connect.com", CLOUD), *visit())
    assert [rule for rule, *_ in told(watch.turn())] == ["vendor-cloud"]
    assert told(fed(watch, mirror, 120.0).end()) == []


def test_an_upload_counts_over_the_periods_of_its_day() -> None:
    terms = Terms(scope=a_scope("", "upload_alert_bytes = 3000"))
    mirror = Played()
    watch = watching(mirror, terms=terms)
    rules = []
    for hour in range(4):
        fed(watch, mirror, 3_600.0, *visit(own=40_000 + hour, payload=b"x" * 1_000))
        rules.append({rule for rule, *_ in told(watch.turn())})
    assert rules == [{"unlisted-destination"}] * 2 + [{"unlisted-destination", "upload-volume"}] * 2
    fed(watch, mirror, 86_400.0, *visit(own=50_000, payload=b"x" * 1_000))
    assert [rule for rule, *_ in told(watch.turn())] == ["unlisted-destination"]


def test_feeding_ends_when_its_time_has_come() -> None:
    mirror = Played(*visit(), 5.0, *visit(own=41_000), 5.0, *visit(own=42_000))
    watch = watching(mirror)
    watch.feed(START + 5)
    assert watch.records == 4
    watch.feed(START + 6)
    assert (watch.records, mirror.now) == (8, START + 10)


def test_packets_end_it_too_where_none_is_left_out() -> None:
    mirror = Played()
    watch = watching(mirror)
    mirror.now = START + 9
    mirror.more(*visit())
    watch.feed(START + 5)
    assert watch.records == 1


def test_what_was_lost_and_when_nothing_could_be_seen_is_told() -> None:
    mirror = Played()
    watch = watching(mirror)
    mirror.dropped = 7
    fed(watch, mirror, *visit())
    assert watch.drops == 7
    mirror.present = False
    fed(watch, mirror, 60.0)
    mirror.present = True
    fed(watch, mirror, 60.0)
    report = watch.turn()
    assert report.inputs[0].skipped == ((module.DROPPED, 7),)
    assert report.exit_code == 4
    began = datetime.fromtimestamp(START + 60, UTC).strftime("%d %b %H:%M:%S")
    assert [note for note in report.inputs[0].notes if f"The interface was away from {began}" in note]
    assert watch.drops == 0
    mirror.present = False
    assert "was away" in fed(watch, mirror, 60.0).look().inputs[0].notes[0]
    mirror.present = True
    watch.turn()
    assert [module.NOTHING in note for note in fed(watch, mirror, 5.0).end().inputs[0].notes] == [False, True]


def test_a_mirror_behind_address_translation_is_told() -> None:
    mirror = Played()
    report = fed(watching(mirror), mirror, datagram("203.0.113.1", OTHER, (1, 2))).end()
    assert "cannot attribute" in report.inputs[0].notes[0]


def test_a_link_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(UsageError, match="eth7 cannot be watched: its link type 105"):
        watching(Played(link=105))


def many(count: int, *, names: bool = False) -> Iterable[bytes]:
    for number in range(count):
        peer = f"203.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        if names:
            yield from lookup(f"n{number}.example.com", peer)
        yield segment(CAMERA, peer, (1_024 + number % 60_000, 443), SYN)


def test_its_memory_is_bounded_by_what_a_period_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONTACTS", 500)
    monkeypatch.setattr(module, "NAMES", 1_000)
    monkeypatch.setattr(module, "SENT", 100)
    mirror = Played()
    watch = watching(mirror, cameras(3))
    mirror.more(*many(5_000, names=True))
    connections, rules = 0, set()
    for _ in range(60):
        watch.feed(float("inf"))
        mirror.now += 61
        names = watch._gathering.names
        assert len(watch._gathering.contacts) <= 501
        assert len(names._own) + len(names._others) <= 1_002
        report = watch.turn()
        assert len(names._own) + len(names._others) <= 500
        assert len(watch._sent) <= 100
        connections += sum(one.connections for one in report.findings)
        rules |= {one.rule.value for one in report.findings}
    assert rules >= {"unlisted-destination"}
    # Nothing was left out: each lookup and each attempt stands in some period.
    assert connections >= 5_000


def test_a_flood_of_lookups_does_not_hold_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONTACTS", 100)
    mirror = Played()
    watch = watching(mirror)
    mirror.more(*(datagram(CAMERA, RECORDER, (5_000, 53), dns(f"n{number}.example.com")) for number in range(1_000)))
    found = 0
    for _ in range(11):
        watch.feed(float("inf"))
        found += len(watch.turn().findings)
    assert found == 1_000


def test_a_packet_before_the_period_or_without_sense_does_no_harm() -> None:
    mirror = Played()
    watch = watching(mirror)
    mirror.more(b"", b"\0" * 13, visit()[0][:20], visit()[0])
    watch.feed(float("inf"))
    mirror.now = START - 86_400
    fed(watch, mirror, *visit(), 1.0)
    assert watch.turn().inputs[0].records == 8
