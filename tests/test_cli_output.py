"""Where output goes, and in which form."""

import json
import os
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from inventory_makers import SITE, heard

from camscan.cli import output
from camscan.cli.options import Format
from camscan.device import Device
from camscan.errors import UsageError
from camscan.exchange.contract import Report

AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def report(*hosts: str) -> Report:
    devices = [(SITE, Device(ip_address(ip))) for ip in hosts]
    return Report.of((), devices, "sha256:0", None)


@pytest.mark.parametrize(
    ("form", "target", "expected"),
    [
        (Format.TABLE, None, Format.TABLE),
        (Format.JSON, None, Format.JSON),
        (Format.TABLE, "list.csv", Format.CSV),
        (Format.TABLE, "LIST.JSONL", Format.JSONL),
        (Format.JSON, "list.csv", Format.JSON),
        (Format.CSV, "list", Format.CSV),
    ],
)
def test_the_form_is_as_asked_or_as_the_file_is_named(form: Format, target: str | None, expected: Format) -> None:
    assert output.chosen(form, None if target is None else Path(target)) is expected


@pytest.mark.parametrize("target", ["list", "list.txt", "list.table", ".csv.bak"])
def test_a_table_in_a_file_is_refused(target: str) -> None:
    with pytest.raises(UsageError, match="A table is for the screen"):
        output.chosen(Format.TABLE, Path(target))


def test_devices_stand_in_the_order_of_their_addresses() -> None:
    hosts = ["10.1.0.100", "fe80::1", "10.1.0.20", "10.1.0.3"]
    devices = [(SITE, Device(ip_address(ip))) for ip in hosts]
    assert [str(device.ip) for _, device in output.by_address(devices)] == [
        "10.1.0.3",
        "10.1.0.20",
        "10.1.0.100",
        "fe80::1",
    ]


def test_a_file_that_was_opened_before_is_filled_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "list.json"
    target.write_text("what was there before, and is longer than what comes" * 100)
    before = target.read_bytes()
    with output.opened(target) as file:
        assert target.read_bytes() == before
        output.deliver(report("10.1.0.20"), Format.JSON, file)
    assert [device["ip"] for device in json.loads(target.read_text())["devices"]] == ["10.1.0.20"]


def test_an_error_on_the_way_leaves_the_old_content(tmp_path: Path) -> None:
    target = tmp_path / "list.json"
    target.write_text("what was there before")

    def broken() -> object:
        yield SITE, Device(ip_address("10.1.0.20"))
        raise UsageError("the disk failed")

    wrong = Report.of((), broken(), "sha256:0", None)  # type: ignore[arg-type]  # an iterator of devices
    with output.opened(target) as file, pytest.raises(UsageError):
        output.deliver(wrong, Format.JSON, file)
    assert target.read_text() == "what was there before"


def test_a_pipe_is_written_to() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as file:
        output.deliver(report("10.1.0.20"), Format.JSONL, file)
    with os.fdopen(reading) as pipe:
        assert json.loads(pipe.read())["ip"] == "10.1.0.20"


def test_what_cannot_be_opened_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"), output.opened(tmp_path):
        pass
    with output.opened(None) as nothing:
        assert nothing is None


def test_without_a_scope_file_there_is_no_scope(tmp_path: Path) -> None:
    assert output.scope_if_there(tmp_path / "camscan.toml") is None


def test_a_table_says_how_many_it_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    from camscan.cli.devices import Judge

    judge = Judge.shipped()
    camera = judge_device(judge, "10.1.0.20")
    assert output.table([(SITE, Device(ip_address("10.1.0.9"))), (SITE, camera)], judge, everything=False) == 1
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["Address", "10.1.0.20"]
    assert output.table([], judge, everything=True) == 0
    assert capsys.readouterr().out == ""


def judge_device(judge: object, ip: str) -> Device:
    from camscan.identify import assess

    signatures = judge.signatures  # type: ignore[attr-defined]  # a Judge
    return assess((heard(ip, ("sadp.answer", "yes"), port=37020, at=AT),), signatures, ip=ip_address(ip))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
def test_a_disk_that_is_full_at_the_end_is_told() -> None:
    def fill() -> None:
        with output.opened(Path("/dev/full")) as file:
            assert file is not None
            file.write(b"something")

    with pytest.raises(UsageError, match="/dev/full: this file cannot be written: No space"):
        fill()
