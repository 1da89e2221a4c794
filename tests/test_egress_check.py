from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from egress_makers import (
    CAMERA,
    CLOUD,
    MAC,
    OTHER_MAC,
    RESOLVER,
    SYN,
    a_scope,
    arp,
    csv_log,
    datagram,
    device,
    dns,
    ethernet,
    ip_packet,
    judged,
    lookup,
    only,
    pcap,
    pcapng,
    row,
    rules,
    segment,
    tcp,
    visit,
)
from zeek_logs import CONN, tsv

from camscan.egress.check import check, device_of
from camscan.errors import UsageError


def test_inputs_of_any_mixture_are_merged(tmp_path: Path) -> None:
    head = "2026-11-21T09:59:59+00:00 gw dnsmasq[1]: "
    names = f"{head}query[A] dev.hik-connect.com from {CAMERA}\n{head}reply dev.hik-connect.com is {CLOUD}\n".encode()
    rest = "5,,,1,igb1,match,block,in,4,0x0,,64,1,0,DF,6,tcp,60,10.1.0.20,203.0.113.9,40000,443,0,S,1,,,"
    firewall = f"2026-11-21T10:00:00+00:00 fw filterlog[1]: {rest}\n".encode()
    finding = only(judged(tmp_path, firewall, pcap([segment(CAMERA, CLOUD, (40_000, 443), SYN)]), names))
    assert finding.rule.value == "vendor-cloud"
    assert finding.sentence.startswith("10.1.0.20 tried 203.0.113.9 tcp/443 (dev.hik-connect.com) once, blocked.")
    assert {file for file, _ in finding.evidence} == {0, 1}


@pytest.mark.parametrize(
    "lookups",
    [
        f"21-Nov-2026 09:59:59.000 client @0x7f {CAMERA}#5360 (a.org): query: a.org IN A + ({RESOLVER})\n",
        f"11/21/2026 9:59:59 AM 0E6C PACKET  01F2B5 UDP Rcv {CAMERA} 9a3b   Q [0001   D   NOERROR] A  (1)a(3)org(0)\n",
        f"time,source,destination,name\n2026-11-21T09:59:59Z,{CAMERA},,a.example.org\n",
    ],
    ids=["bind", "windows-dns", "csv"],
)
def test_a_log_without_answers_does_not_show_that_a_device_knew_an_address_by_itself(
    tmp_path: Path, lookups: str
) -> None:
    told = rules(judged(tmp_path, lookups.encode(), csv_log(row())))
    assert told == ["unlisted-destination"] * 2


def test_a_device_address_that_changed_hands_blames_nobody(tmp_path: Path) -> None:
    frames = [
        arp(CAMERA, MAC),
        *visit(),
        arp(CAMERA, OTHER_MAC),
        ethernet(ip_packet(CAMERA, CLOUD, 6, tcp(9, 9, SYN)), source=OTHER_MAC),
    ]
    report = judged(tmp_path, pcap(frames), devices=[device(mac=MAC)])
    assert only(report).port == 443
    assert sum(count for _, count in report.unattributed) == 1


def test_known_devices_that_swap_addresses_are_told_apart(tmp_path: Path) -> None:
    first, second = device(mac=MAC), replace(device("10.1.0.21", mac=OTHER_MAC), maker="dahua")
    frames = [arp(CAMERA, OTHER_MAC), ethernet(ip_packet(CAMERA, CLOUD, 6, tcp(9, 443, SYN)), source=OTHER_MAC)]
    report = judged(tmp_path, pcap(frames), devices=[first, second])
    assert [report.devices[number].maker for number in only(report).devices] == ["dahua"]


def test_with_everything_only_catalogued_services_of_others_are_told(tmp_path: Path) -> None:
    log = csv_log(
        row(source="10.1.0.99", name="dev.hik-connect.com"),
        row(source="10.1.0.99", name="private.example.com", destination="198.51.100.7"),
    )
    report = judged(tmp_path, log, devices=[device()], scope=a_scope(), everything=True)
    assert only(report).rule.value == "vendor-cloud"
    assert str(report.devices[only(report).devices[0]].ip) == "10.1.0.99"
    assert report.to_json()["watched"]["devices_seen"] == ["10.1.0.99"]  # type: ignore[index]  # plain JSON
    nothing = judged(tmp_path, csv_log(row(source="10.1.0.98")), devices=[device()], scope=a_scope(), everything=True)
    assert (nothing.seen, nothing.destinations) == ((), ())
    assert "private" not in repr(report.findings) + "".join(report.sentences())
    assert not judged(tmp_path, log, devices=[device()], scope=a_scope()).findings


def test_credentials_on_the_wire_are_never_stored(tmp_path: Path) -> None:
    secret = b"GET /?user=canary&password=canary HTTP/1.1\r\nAuthorization: Basic Y2FuYXJ5\r\nHost: canary\r\n\r\n"
    frames = [
        *visit(port=80, payload=secret),
        datagram(CAMERA, CLOUD, (9, 8800), b"DHGET /canary?secret=canary HTTP/1.1\r\n"),
        *lookup("user:canary@a.example.com", CLOUD),
        segment(CAMERA, "10.1.0.1", (9, 5000), 0x18, b"POST /canary HTTP/1.1\r\n#AddPortMapping canary"),
    ]
    report = judged(tmp_path, pcap(frames), pcapng(frames), csv_log(row(name="http://canary:canary@x.example.com/")))
    assert len(report.findings) >= 3
    everything = repr(report) + repr(report.to_json()) + "".join(report.sentences())
    assert "canary" not in everything
    assert "Y2FuYXJ5" not in everything


def test_a_zeek_log_and_its_device_by_address_alone(tmp_path: Path) -> None:
    line = {
        "ts": 1795255200,
        "id.orig_h": CAMERA,
        "id.resp_h": CLOUD,
        "id.resp_p": 443,
        "proto": "tcp",
        "conn_state": "S0",
    }
    report = judged(tmp_path, tsv("conn", CONN, [line]), devices=[device_of(CAMERA)])
    assert only(report).sentence.startswith("10.1.0.20 tried 203.0.113.9 tcp/443 once, without an answer.")


def test_dns_to_the_sites_own_server_is_expected(tmp_path: Path) -> None:
    frames = lookup("vms.example.gov.uk", "10.1.0.5")
    assert not judged(tmp_path, pcap(frames), scope=a_scope(f'dns = ["{RESOLVER}"]')).findings
    assert rules(
        judged(tmp_path, pcap(lookup("a.b", "10.1.0.5", resolver="8.8.8.8")), scope=a_scope(f'dns = ["{RESOLVER}"]'))
    ) == ["wrong-dns"]


def test_no_device_and_no_readable_file_are_usage_errors(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"")
    with pytest.raises(UsageError, match="no device"):
        check([path], [])
    with pytest.raises(UsageError, match="it is empty"):
        check([path], [device()])
    with pytest.raises(UsageError, match="no file"):
        check([], [device()])
    with pytest.raises(UsageError, match="not an address"):
        device_of("camera.example.com")
    assert device_of("::ffff:10.1.0.20").ip == ip_address(CAMERA)


def test_too_many_destinations_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camscan.egress.contacts.PEERS", 1)
    monkeypatch.setattr("camscan.egress.names.NAME_LIMIT", 1)
    report = judged(
        tmp_path, csv_log(row(), row(destination="198.51.100.7")), pcap([*lookup("a.b", CLOUD), *lookup("c.d", CLOUD)])
    )
    assert len(report.notes) == 2


def test_the_time_between_two_inputs_was_not_watched(tmp_path: Path) -> None:
    days = 24 * 60
    report = judged(tmp_path, csv_log(row(0), row(60)), csv_log(row(90 * days), row(90 * days + 60)), csv_log(row(90)))
    assert report.unwatched == 90 * 86_400 - 90 * 60
    assert report.watched == 90 * 60 + 60 * 60
    assert "Of 90 days in between the inputs tell nothing." in report.sentences()
    assert report.to_json()["watched"]["unwatched_seconds"] == report.unwatched  # type: ignore[index]  # plain JSON


def test_a_quiet_time_within_one_input_was_watched(tmp_path: Path) -> None:
    report = judged(tmp_path, csv_log(row(0), row(90 * 24 * 60)))
    assert report.unwatched == 0


def test_with_all_what_others_looked_up_names_no_destination_of_a_camera(tmp_path: Path) -> None:
    answer = datagram(RESOLVER, "10.1.0.99", (53, 50_000), dns("clinic.example.net", CLOUD, reply=True))
    frames = [answer, *visit()]
    found = only(judged(tmp_path, pcap(frames), devices=[device()], scope=a_scope(), everything=True))
    assert found.destination.name is None
    assert "clinic" not in found.sentence


def test_what_stands_in_the_place_of_a_protocol_is_not_repeated(tmp_path: Path) -> None:
    assert only(judged(tmp_path, csv_log(row(protocol="hunter2")))).protocol == "unknown"


def test_with_all_a_video_call_is_nobody_s_finding(tmp_path: Path) -> None:
    stun = b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12)
    call = pcap([datagram("10.1.0.99", CLOUD, (50_000, 3478), stun)])
    assert rules(judged(tmp_path, call, devices=[device()], scope=a_scope(), everything=True)) == []
    own = pcap([datagram(CAMERA, CLOUD, (50_000, 3478), stun)])
    assert rules(judged(tmp_path, own, devices=[device()], scope=a_scope(), everything=True)) == ["p2p"]
