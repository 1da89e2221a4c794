import gzip
import io
from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, OTHER, device

from camscan.egress import programs as module
from camscan.egress.contacts import Gathering
from camscan.egress.inputs import UNKNOWN, read_all
from camscan.egress.known import Known
from camscan.egress.readers import READERS
from camscan.egress.report import Input, Report

WHEN = "2026-11-21T10:00:00+00:00"
REST = f"5,,,1,igb1,match,block,in,4,0x0,,64,1,0,DF,6,tcp,60,{CAMERA},{CLOUD},40000,443,0,S,1,,,"
FILTER = f"{WHEN} fw filterlog[1]: {REST}\n".encode()
NAMES = (
    f"{WHEN} fw dnsmasq[7]: query[A] dev.hik-connect.com from {CAMERA}\n"
    f"{WHEN} fw dnsmasq[7]: reply dev.hik-connect.com is {CLOUD}\n"
).encode()
KERNEL = (
    f"{WHEN} gw kernel: REJECT wan out: IN=br-lan OUT=wan SRC={CAMERA} DST={OTHER} LEN=60 PROTO=TCP SPT=4 DPT=80 SYN\n"
).encode()
STRANGER = f"{WHEN} fw sshd[3]: hello\n".encode()


def read(content: bytes, folder: Path, *, stdin: bool = False) -> tuple[Input, Gathering]:
    gathering = Gathering(Known([device()]))
    path = folder / "syslog"
    path.write_bytes(content)
    (told,) = read_all(["-" if stdin else path], gathering, io.BytesIO(content))
    return told, gathering


@pytest.mark.parametrize("stdin", [False, True])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_each_line_is_read_by_the_reader_of_its_program(pack: object, stdin: bool, tmp_path: Path) -> None:
    content = NAMES + STRANGER + FILTER + KERNEL + STRANGER + FILTER
    told, gathering = read(gzip.compress(content) if pack is gzip.compress else content, tmp_path, stdin=stdin)
    assert dict(told.formats) == {"filterlog": 2, "dnsmasq": 2, "netfilter": 1}
    assert (told.format, told.records, told.other) == ("filterlog, dnsmasq, netfilter", 5, 2)
    assert {(key.peer, contact.connections) for key, contact in gathering.contacts.items()} == {
        (CLOUD, 2), (OTHER, 1), ("dev.hik-connect.com", 1),
    }  # fmt: skip
    assert gathering.names.of(0, CLOUD, 2e9) == ("dev.hik-connect.com", "dns")
    assert {record for contact in gathering.contacts.values() for _, record in contact.evidence} == {1, 4, 5}


def test_a_program_that_shows_up_late_is_read_too(tmp_path: Path) -> None:
    told, _ = read(STRANGER * 20_000 + FILTER + STRANGER * 5_000 + NAMES, tmp_path)
    assert dict(told.formats) == {"filterlog": 1, "dnsmasq": 2}
    assert told.other == 25_000


def test_a_log_of_strangers_is_none_of_the_formats(tmp_path: Path) -> None:
    told, _ = read(STRANGER * 3, tmp_path)
    assert (told.error, told.formats) == (UNKNOWN, ())


def test_what_is_damaged_is_counted_once(tmp_path: Path) -> None:
    torn = f"{WHEN} fw filterlog[1]: 5,,,1\n".encode()
    told, _ = read(FILTER + torn + NAMES + b"x" * 70_000 + b"\n" + FILTER, tmp_path)
    assert sorted(count for _, count in told.skipped) == [1, 1]
    assert told.records == 4


def test_of_standard_input_so_much_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HELD", 100)
    told, _ = read(FILTER + NAMES * 5, tmp_path, stdin=True)
    assert dict(told.skipped) == {module.TOO_MANY: 9}
    assert dict(told.formats) == {"filterlog": 1, "dnsmasq": 1}


def test_the_report_says_what_each_program_wrote(tmp_path: Path) -> None:
    told, gathering = read(FILTER + NAMES, tmp_path)
    report = Report((told,), tuple(gathering.known.devices), (0,), (), 0.0, 1.0, True, (), (), (), "2026-11-21")
    assert any("1 records of filterlog, 2 records of dnsmasq." in line for line in report.summary())
    assert report.to_json()["watched"]["inputs"][0]["formats"] == [  # type: ignore[index]  # plain JSON
        {"format": "filterlog", "records": 1},
        {"format": "dnsmasq", "records": 2},
    ]


def test_readers_that_share_a_log_claim_none_of_one_anothers_lines() -> None:
    for line, name in (
        (FILTER, "filterlog"),
        (NAMES.split(b"\n")[0], "dnsmasq"),
        (KERNEL, "netfilter"),
        (STRANGER, None),
    ):
        owners = [reader.name for reader in READERS if reader.claims is not None and reader.claims(line)]
        assert owners == ([name] if name else [])
