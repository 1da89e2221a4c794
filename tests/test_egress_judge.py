from collections import Counter
from pathlib import Path

from egress_makers import (
    CAMERA,
    CLOUD,
    OTHER,
    RECORDER,
    RESOLVER,
    START,
    a_scope,
    cameras,
    csv_log,
    datagram,
    device,
    flow,
    judged,
    lookup,
    only,
    pcap,
    row,
    rules,
    visit,
)

from camscan.egress.check import judge_of
from camscan.egress.contacts import Gathering
from camscan.egress.flow import Outcome
from camscan.egress.judge import FLEET, Judge, Sent
from camscan.egress.known import Known
from camscan.egress.source import Tally

EXPECTS = f'recorders = ["{RECORDER}"]\ndns = ["{RESOLVER}"]\nntp = ["{RESOLVER}"]'


def test_many_cameras_to_one_new_place_are_one_finding_with_their_count(tmp_path: Path) -> None:
    rows = [row(number, source=f"10.1.0.{20 + number % 140}", action="denied") for number in range(1_400)]
    finding = only(judged(tmp_path, csv_log(*rows), devices=cameras(140)))
    assert (finding.rule.value, finding.severity.value, len(finding.devices)) == ("fleet", "high", 140)
    assert finding.outcomes == {Outcome.DENIED: 1_400}
    assert " and 137 more) tried 203.0.113.9 tcp/443 1,400 times, blocked every time." in finding.sentence


def test_a_few_cameras_are_no_fleet(tmp_path: Path) -> None:
    rows = [row(source=f"10.1.0.{20 + number}") for number in range(FLEET - 1)]
    assert only(judged(tmp_path, csv_log(*rows), devices=cameras(9))).rule.value == "unlisted-destination"


def test_one_name_with_many_addresses_is_one_finding(tmp_path: Path) -> None:
    rows = [row(destination=f"203.0.113.{number}", name="dev.hik-connect.com") for number in range(1, 9)]
    finding = only(judged(tmp_path, csv_log(*rows)))
    assert finding.destination.addresses == 8
    assert "and 7 other addresses" in finding.sentence


def test_a_name_that_was_looked_up_and_reached_is_told_once(tmp_path: Path) -> None:
    finding = only(judged(tmp_path, pcap([*lookup("dev.hik-connect.com", CLOUD), *visit()])))
    assert (finding.rule.value, finding.destination.ip, finding.destination.name_source) == (
        "vendor-cloud",
        CLOUD,
        "dns",
    )


def test_a_name_that_was_never_reached_counts_and_says_so(tmp_path: Path) -> None:
    finding = only(judged(tmp_path, pcap(lookup("dev.hik-connect.com", CLOUD))))
    assert finding.outcomes == {Outcome.NAME_ONLY: 1}
    assert (finding.destination.ip, finding.destination.name) == (None, "dev.hik-connect.com")
    assert "was not seen to connect to it" in finding.sentence


def test_names_of_the_site_are_no_findings(tmp_path: Path) -> None:
    frames = [*lookup("nvr.example.gov.uk", RECORDER), *lookup("printer.local", "10.1.0.9")]
    assert not judged(tmp_path, pcap(frames)).findings


def test_a_place_that_no_lookup_named_is_direct_only_where_lookups_are_seen(tmp_path: Path) -> None:
    direct = judged(tmp_path, pcap([*lookup("a.example.com", OTHER), *visit(OTHER), *visit()]))
    assert rules(direct) == ["direct-to-ip", "unlisted-destination"]
    assert only(judged(tmp_path, pcap(visit()))).rule.value == "unlisted-destination"


def test_an_upload_past_the_days_limit_is_told_beside_its_rule(tmp_path: Path) -> None:
    scope = a_scope(EXPECTS, "upload_alert_bytes = 1000")
    many = [row(number, bytes_out=300, bytes_in=10, port=443 + number) for number in range(4)]
    found = [one for one in judged(tmp_path, csv_log(*many), scope=scope).findings if one.rule.value == "upload-volume"]
    assert [(one.bytes_out, one.bytes_in, one.port) for one in found] == [(1_200, 40, None)]
    assert "sent 1.2 kB in all to 203.0.113.9" in found[0].sentence
    spread = [row(number * 1_440, bytes_out=300, bytes_in=10) for number in range(4)]
    assert rules(judged(tmp_path, csv_log(*spread), scope=scope)) == ["unlisted-destination"]
    talk = [row(bytes_out=3_000, bytes_in=2_900)]
    assert rules(judged(tmp_path, csv_log(*talk), scope=scope)) == ["unlisted-destination"]


def test_what_was_sent_earlier_that_day_counts() -> None:
    known = Known([device()])
    day = int(START // 86_400)

    def gathered(out: int) -> Judge:
        gathering = Gathering(known, a_scope("", "upload_alert_bytes = 1000"))
        gathering.take([flow(bytes_out=out, bytes_in=10)], 0, Tally(kind="pcap"))
        return judge_of(gathering, earlier=earlier)

    earlier: dict[tuple[int, str], Sent] = {}
    first = gathered(600)
    assert [one.rule.value for one in first.findings()] == ["unlisted-destination"]
    earlier = first.sent
    assert {place: (dict(sent.days), sent.back) for place, sent in earlier.items()} == {(0, CLOUD): ({day: 600}, 10)}
    uploads = [one for one in gathered(500).findings() if one.rule.value == "upload-volume"]
    assert [(one.bytes_out, one.bytes_in) for one in uploads] == [(1_100, 20)]
    earlier = {(0, "198.51.100.7"): Sent(Counter({day: 5_000}))}
    assert [one.rule.value for one in gathered(10).findings()] == ["unlisted-destination"]


def test_what_the_site_allows_may_be_large(tmp_path: Path) -> None:
    scope = a_scope('allow = [{ host = "203.0.113.9", port = 443, purpose = "cloud VMS" }]')
    assert not judged(tmp_path, csv_log(row(bytes_out=10**12)), scope=scope).findings


def test_whoever_knocks_from_the_internet_it_is_one_finding(tmp_path: Path) -> None:
    rows = [row(source=f"203.0.113.{number}", destination=CAMERA, port=80, action="denied") for number in range(1, 60)]
    finding = only(judged(tmp_path, csv_log(*rows)))
    assert (finding.rule.value, finding.severity.value, finding.destination.addresses) == ("inbound", "low", 59)
    both = judged(tmp_path, csv_log(*rows, row(source=OTHER, destination=CAMERA, port=80)))
    assert [one.severity.value for one in both.findings] == ["high", "low"]


def test_replies_to_incoming_connections_are_not_outgoing_ones(tmp_path: Path) -> None:
    frames = [datagram(OTHER, CAMERA, (50_000, 554), b"x"), datagram(CAMERA, OTHER, (554, 50_000), b"y" * 900)]
    assert only(judged(tmp_path, pcap(frames))).rule.value == "inbound"


def test_the_gravest_comes_first_and_expectations_are_quoted(tmp_path: Path) -> None:
    log = csv_log(
        row(destination="8.8.8.8", port=53, protocol="udp"), row(name="dev.hik-connect.com"), row(destination=OTHER)
    )
    report = judged(tmp_path, log, scope=a_scope(EXPECTS))
    assert [one.rule.value for one in report.findings] == ["vendor-cloud", "unlisted-destination", "wrong-dns"]
    assert report.findings[2].expected == (f"DNS server {RESOLVER}",)
    assert f"recorder {RECORDER}" in report.findings[1].expected
