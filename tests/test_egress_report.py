import json
from pathlib import Path

from egress_makers import CAMERA, CLOUD, RESOLVER, a_scope, cameras, csv_log, judged, lookup, pcap, row, visit

from camscan.egress.check import check

CONTRACT = {
    "rule",
    "severity",
    "devices",
    "destination",
    "protocol",
    "port",
    "outcomes",
    "connections",
    "bytes_out",
    "bytes_in",
    "first_seen",
    "last_seen",
    "sentence",
    "expected",
    "evidence",
}


def test_the_document_is_that_of_the_contract(tmp_path: Path) -> None:
    frames = [*lookup("litedev.hik-connect.com", CLOUD), *visit(port=8666)]
    report = judged(tmp_path, pcap(frames), devices=cameras(2), scope=a_scope(f'dns = ["{RESOLVER}"]'))
    document = json.loads(json.dumps(report.to_json()))
    assert document["schema"] == "camscan.egress/1"
    watched = document["watched"]
    assert (watched["from"], watched["to"]) == ("2026-11-21T10:00:00Z", "2026-11-21T10:00:05Z")
    assert (watched["devices_seen"], watched["devices_silent"], watched["dns_visible"]) == (
        [CAMERA],
        ["10.1.0.21"],
        True,
    )
    (entry,) = watched["inputs"]
    assert {name: entry[name] for name in ("format", "records", "skipped")} == {
        "format": "pcap",
        "records": 6,
        "skipped": 0,
    }
    (finding,) = document["findings"]
    assert set(finding) >= CONTRACT
    assert finding["devices"] == [{"ip": CAMERA, "mac": None, "maker": "hikvision"}]
    assert finding["destination"]["name"] == "litedev.hik-connect.com"
    assert finding["destination"]["country"] is None
    assert finding["outcomes"] == {"allowed": 1, "denied": 0, "unanswered": 0, "name-only": 0, "unknown": 0}
    assert finding["evidence"] == [{"file": entry["file"], "record": 3}]


def test_absence_is_a_result(tmp_path: Path) -> None:
    rows = [
        row(number * 1_440, source=f"10.1.0.{20 + number}", destination="10.1.0.5", port=8000) for number in range(8)
    ]
    report = judged(tmp_path, csv_log(*rows), devices=cameras(10))
    assert report.absence() == "Nothing unexpected in 7 days for 8 of 10 devices; 2 not seen."
    assert report.exit_code == 0
    assert (
        report.sentences()[0] == "Watched 21 Nov 2026 10:00 to 28 Nov 2026 10:00 (7 days): 8 of 10 devices seen, 2 not."
    )
    assert "DNS visible: no. 8 records read, 0 skipped." in report.sentences()


def test_nothing_seen_at_all_is_said(tmp_path: Path) -> None:
    report = judged(tmp_path, csv_log(row(source="10.1.0.99")))
    assert report.absence() == "Nothing can be said: none of 1 device was seen."
    assert report.sentences()[0] == "No record is of a device that is judged: 0 of 1 seen."
    assert report.to_json()["watched"]["from"] is None  # type: ignore[index]  # the document is plain JSON


def test_where_every_device_has_a_finding_none_is_called_quiet(tmp_path: Path) -> None:
    report = judged(tmp_path, csv_log(row(destination=CLOUD)), devices=cameras(2))
    assert report.findings
    assert report.absence() == "Every device that was seen (1) has a finding; 1 not seen."


def test_all_of_a_scope_without_a_catalogued_service_is_said(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(csv_log(row()))
    report = check([path], (), a_scope(), everything=True)
    assert report.absence() == "No address of the scope had to do with a camera service in the catalogue."


def test_what_was_skipped_is_said_with_its_reason_and_makes_it_partial(tmp_path: Path) -> None:
    report = judged(tmp_path, csv_log(row(), "a,b"), b"")
    assert report.exit_code == 4
    text = "\n".join(report.sentences())
    assert "1 skipped: another number of columns" in text
    assert "it is empty." in text


def test_names_of_files_cannot_play_tricks_on_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "evil\x1b[2J"
    path.write_bytes(csv_log(row(), "a,b"))
    assert "\x1b" not in "".join(check([path], cameras(1)).sentences())
