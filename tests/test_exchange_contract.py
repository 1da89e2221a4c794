"""The exports say exactly what the contract says."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inventory_makers import heard

from camscan import __version__
from camscan.device import Conflict, Device, HeardEvidence, Kind, Sign, Strength, Verdict
from camscan.errors import UsageError
from camscan.exchange.contract import COLUMNS, Program, Report, device_object, moment, newest_coverage, to_csv, write
from camscan.identify.facts import FactTables
from camscan.identify.software import load_software
from camscan.inventory import Input, NotSeen, ScanKind, ScanRecord, ScanStatus, SiteCoverage
from camscan.inventory.software import Installed
from camscan.scope import parse

AT = datetime(2026, 11, 21, 10, 0, 0, 987654, tzinfo=UTC)
SITE = "Town Hall"
HEARD = heard("10.1.0.20", ("sadp.model", "C800"), port=37020, at=AT)
DEVICE = Device(
    ip=ip_address("10.1.0.20"),
    addresses=("10.1.0.20", "fe80::1"),
    mac="44:19:b6:00:00:01",
    mac_heard=True,
    kind=Kind.CAMERA,
    kind_verdict=Verdict.CONFIRMED,
    maker="hikvision",
    verdict=Verdict.CONFIRMED,
    brand="annke",
    brand_verdict=Verdict.PROBABLE,
    model="C800",
    firmware="V5.7.1",
    firmware_date="2021-06-28",
    serial="DS-123",
    signs=(Sign("hikvision.sadp", Strength.DECISIVE, (("maker", "hikvision"),), (1,), "sadp", "why", "source"),),
    conflicts=(Conflict("brand", ("annke", "hikvision")),),
    evidence=(HeardEvidence(1, HEARD.evidence[0], HEARD),),
    first_seen=AT,
    last_seen=AT,
)
COVERAGE = SiteCoverage(SITE, 40, 2, 0, (NotSeen("10.1.2.0/24", "silent", "is it routed?"),))


def record(number: int, kind: ScanKind = ScanKind.SCAN, *coverage: SiteCoverage, done: bool = True) -> ScanRecord:
    return ScanRecord(
        id=f"scan-{number}",
        kind=kind,
        status=ScanStatus.COMPLETE if done else ScanStatus.INTERRUPTED,
        started=AT,
        finished=AT + timedelta(minutes=1) if done else None,
        scope_sha256="a" * 64,
        organisation="Example Borough Council",
        sites=(SITE,),
        tool_version="0.0.9",
        signatures="sha256:old",
        addresses_in_scope=1024,
        packets_sent=5120,
        packets_exact=False,
        audit_head="head",
        coverage=coverage,
        inputs=(Input("mirror.pcap", 624),) if kind is ScanKind.LISTEN else (),
    )


def report(*devices: tuple[str, Device], scans: tuple[ScanRecord, ...] = ()) -> Report:
    return Report(devices, scans, "sha256:now", "Example Borough Council", "a" * 64, (SITE,), AT)


def written(found: Report, form: str) -> str:
    stream = io.StringIO()
    write(found, form, stream)
    return stream.getvalue()


def test_the_whole_document_is_as_the_contract_shows_it() -> None:
    scans = (record(1, ScanKind.SCAN, COVERAGE), record(2, ScanKind.IMPORT), record(3, ScanKind.LISTEN, done=False))
    assert json.loads(written(report((SITE, DEVICE), scans=scans), "json")) == {
        "schema": "camscan.inventory/1",
        "generated_at": "2026-11-21T10:00:00Z",
        "tool": {"version": __version__, "signatures": "sha256:now"},
        "scope": {"organisation": "Example Borough Council", "sha256": "a" * 64, "sites": ["Town Hall"]},
        "scans": [
            {
                "id": "scan-1",
                "kind": "scan",
                "status": "complete",
                "started_at": "2026-11-21T10:00:00Z",
                "finished_at": "2026-11-21T10:01:00Z",
                "addresses_in_scope": 1024,
                "packets_sent": 5120,
                "packets_exact": False,
                "inputs": [],
            },
            {
                "id": "scan-3",
                "kind": "listen",
                "status": "interrupted",
                "started_at": "2026-11-21T10:00:00Z",
                "finished_at": None,
                "addresses_in_scope": 1024,
                "packets_sent": 5120,
                "packets_exact": False,
                "inputs": [{"name": "mirror.pcap", "packets": 624}],
            },
        ],
        "coverage": [
            {
                "site": "Town Hall",
                "answered": 40,
                "out_of_scope_answers": 2,
                "kernel_drops": 0,
                "not_seen": [{"what": "10.1.2.0/24", "why": "silent", "what_to_do": "is it routed?"}],
            }
        ],
        "devices": [
            {
                "ip": "10.1.0.20",
                "addresses": ["10.1.0.20", "fe80::1"],
                "mac": "44:19:b6:00:00:01",
                "site": "Town Hall",
                "hostname": None,
                "kind": "camera",
                "kind_verdict": "confirmed",
                "maker": "hikvision",
                "verdict": "confirmed",
                "brand": "annke",
                "brand_verdict": "probable",
                "model": "C800",
                "firmware": "V5.7.1",
                "firmware_date": "2021-06-28",
                "serial": "DS-123",
                "analytics": None,
                "lists": None,
                "advisories": None,
                "hidden_channels": None,
                "first_seen": "2026-11-21T10:00:00Z",
                "last_seen": "2026-11-21T10:00:00Z",
                "conflicts": [{"axis": "brand", "values": ["annke", "hikvision"]}],
                "signs": [
                    {
                        "signature": "hikvision.sadp",
                        "strength": "decisive",
                        "points_to": {"maker": "hikvision"},
                        "evidence": [1],
                    }
                ],
                "evidence": [
                    {
                        "id": 1,
                        "at": "2026-11-21T10:00:00Z",
                        "source": "sadp",
                        "port": 37020,
                        "transport": "udp",
                        "outcome": "ok",
                        "field": "sadp.model",
                        "value": "C800",
                    }
                ],
            }
        ],
        "software": [],
    }


def test_an_empty_inventory_is_a_document_too() -> None:
    told = json.loads(written(Report.of((), (), "sha256:now", None), "json"))
    assert (told["devices"], told["scans"], told["coverage"]) == ([], [], [])
    assert told["scope"] == {"organisation": "", "sha256": "", "sites": []}
    assert written(report(), "jsonl") == ""
    assert written(report(), "csv").splitlines() == [",".join(f'"{name}"' for name in COLUMNS)]


def test_software_of_the_owners_lists_stands_beside_the_devices() -> None:
    catalogue = load_software()
    product = catalogue.find("SmartPSS")
    assert product is not None
    installed = Installed('PC "1"', "SmartPSS", None, AT)
    programs = (Program(installed, product, ip_address("10.1.0.20")), Program(installed, product, None))
    told = json.loads(written(Report.of((), (), "sha256:now", None, software=programs), "json"))["software"]
    assert [one["ip"] for one in told] == ["10.1.0.20", None]
    assert told[0] == {
        "host": 'PC "1"', "ip": "10.1.0.20", "name": "SmartPSS", "version": None, "product": "dahua.smartpss",
        "maker": "dahua", "role": "client", "listed_at": moment(AT),
    }  # fmt: skip


def test_json_lines_hold_the_same_devices() -> None:
    found = report((SITE, DEVICE), ("Library", Device(ip_address("fe80::1"))))
    whole = json.loads(written(found, "json"))["devices"]
    assert [json.loads(line) for line in written(found, "jsonl").splitlines()] == whole
    assert whole[1]["addresses"] == ["fe80::1"]
    assert whole[1]["first_seen"] is None


def test_the_scope_file_says_whose_inventory_it_is_and_else_the_newest_scan(tmp_path: Path) -> None:
    text = b"""
[authorisation]
organisation = "Council"
authorised_by = "Head of ICT"
expires = 2099-01-01
[[site]]
name = "Depot"
networks = ["10.1.0.0/24"]
"""
    scope = parse(text, tmp_path / "camscan.toml")
    with_scope = Report.of((record(1),), (), "sha256:now", scope)
    assert (with_scope.organisation, with_scope.scope_sha256, with_scope.sites) == ("Council", scope.sha256, ("Depot",))
    without = Report.of((record(1), record(2)), (), "sha256:now", None)
    assert (without.organisation, without.sites) == ("Example Borough Council", (SITE,))


def test_each_site_is_told_by_the_newest_scan_that_saw_it() -> None:
    library, newer = SiteCoverage("Library", 1, 0, 0), SiteCoverage(SITE, 41, 0, 0)
    scans = (record(1, ScanKind.SCAN, COVERAGE, library), record(2, ScanKind.SCAN, newer), record(3, ScanKind.IMPORT))
    assert newest_coverage(scans) == (library, newer)


HOSTILE = [
    "=cmd|' /C calc'!A0",
    "\x1b]0;pwned\x07",
    '"; DROP TABLE',
    "a\r\nb",
    "\u202egpj.exe",
    "</script><script>",
    "\uff1d1+1",
    "\x7f\x9b2J",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_device_text_does_no_harm_on_a_terminal_or_in_a_spreadsheet(text: str) -> None:
    device = Device(ip_address("10.1.0.20"), hostname=text, model=text, serial=text, evidence=DEVICE.evidence)
    for form in ("json", "jsonl"):
        out = written(report((SITE, device)), form)
        assert all(char == "\n" or " " <= char <= "~" for char in out)
    assert json.loads(written(report((SITE, device)), "jsonl"))["model"] == text
    out = written(report((SITE, device)), "csv")
    header, row = csv.reader(io.StringIO(out))
    cells = dict(zip(header, row, strict=True))
    assert cells["ip"] == "10.1.0.20"
    assert not cells["model"].startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))
    assert all(char.isprintable() for char in "".join(row))


TEXT = st.none() | st.text(max_size=40)


@given(st.lists(st.tuples(st.text(max_size=20), TEXT, TEXT, TEXT), max_size=4))
def test_any_text_gives_a_csv_of_the_same_shape(rows: list[tuple[str, str | None, str | None, str | None]]) -> None:
    stream = io.StringIO()
    devices = [
        (site, Device(ip_address("10.1.0.20"), hostname=host, model=model, serial=serial))
        for site, host, model, serial in rows
    ]
    to_csv(devices, stream)
    read = list(csv.reader(io.StringIO(stream.getvalue())))
    assert read[0] == list(COLUMNS)
    assert [len(row) for row in read] == [len(COLUMNS)] * (len(rows) + 1)
    assert stream.getvalue().count("\r\n") == len(rows) + 1


def test_csv_has_every_column_in_order_and_quotes_every_cell() -> None:
    lines = written(report((SITE, DEVICE)), "csv").splitlines()
    assert lines[0].replace('"', "").split(",") == list(COLUMNS)
    assert lines[1] == (
        '"10.1.0.20","44:19:b6:00:00:01","Town Hall","","camera","confirmed","hikvision","confirmed","annke",'
        '"probable","C800","V5.7.1","2021-06-28","DS-123","2026-11-21T10:00:00Z","2026-11-21T10:00:00Z"'
    )


def test_devices_are_written_as_they_come(tmp_path: Path) -> None:
    stream = io.StringIO()
    seen: list[int] = []

    def devices() -> Iterator[tuple[str, Device]]:
        for _ in range(3):
            seen.append(stream.getvalue().count('"10.1.0.20", "addresses"'))
            yield SITE, DEVICE

    found = Report(devices(), (), "", "", "", ())
    write(found, "json", stream)
    assert seen == [0, 1, 2]
    write(report((SITE, DEVICE)), "json", tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["devices"][0]["ip"] == "10.1.0.20"


def test_another_form_is_refused_before_a_file_is_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="json, jsonl or csv"):
        write(report(), "table", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_times_are_utc_to_the_second() -> None:
    assert moment(AT.astimezone(timezone(timedelta(hours=-5)))) == "2026-11-21T10:00:00Z"
    assert moment(None) is None


def test_evidence_can_be_left_out() -> None:
    told = device_object(SITE, DEVICE, evidence=False)
    assert (told["signs"], told["evidence"]) == ([], [])
    assert told["maker"] == "hikvision"


def test_lists_advisories_and_analytics_where_the_report_has_their_tables() -> None:
    tables = FactTables.load(jurisdiction="GB-ENG", sector="council")
    found = Report((), (), "", "", "", (), tables=tables, hidden={DEVICE.ip: 7})
    told = found.device_object(SITE, DEVICE)
    assert told["hidden_channels"] == 7
    lists = told["lists"]
    assert isinstance(lists, list)
    assert {"id", "match", "applies", "as_of"} == set(lists[0])
    advisories = told["advisories"]
    assert isinstance(advisories, list)
    assert all({"id", "status", "why", "kev"} == set(one) for one in advisories)
