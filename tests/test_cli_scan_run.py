"""What a scan needs is looked at before the first packet: what is missing ends it with a sentence."""

import json
import shutil
from pathlib import Path

import pytest
from cli_tools import SCOPE, camscan, connections, scope_for
from lab_tools import fresh_network

from camscan.audit import AuditLog
from camscan.cli import scan_run, session
from camscan.cli.request import Request
from camscan.cli.scan_run import run
from camscan.errors import AuditError, CredentialError, InventoryError, InventoryFullError, OutOfScopeError, UsageError
from camscan.exchange import nmap_run
from camscan.inventory import Inventory
from camscan.lab import Estate, LoopbackEstate
from camscan.scope import parse


def request(folder: Path, *targets: str, **wishes: bool) -> Request:
    return Request(parse(SCOPE.encode(), folder / "camscan.toml"), targets, **wishes)  # type: ignore[arg-type]  # flags


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan that may not begin."""
    monkeypatch.setattr(scan_run, "Session", lambda *_: pytest.fail("this scan may not begin"))


@pytest.fixture
def not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan in this process: what is not root has nothing to give up."""
    monkeypatch.setattr(session, "is_root", lambda: False)


@pytest.mark.usefixtures("no_session")
def test_nmap_must_be_there_where_it_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nmap_run, "available", lambda: False)
    with pytest.raises(UsageError, match="nmap is not installed here"):
        run(request(tmp_path, with_nmap=True))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("no_session")
def test_credentials_that_others_could_read_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "camscan-credentials.toml"
    file.write_text("")
    file.chmod(0o644)
    with pytest.raises(CredentialError, match="chmod 600"):
        run(request(tmp_path, with_credentials=True))
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.mark.usefixtures("no_session")
def test_a_target_outside_the_scope_is_refused_first_of_all(tmp_path: Path) -> None:
    with pytest.raises(OutOfScopeError):
        run(request(tmp_path, "10.9.0.4", with_nmap=True, with_credentials=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["camscan.audit.jsonl", "camscan.audit.jsonl.lock"]


@pytest.mark.usefixtures("no_session")
def test_a_file_that_cannot_be_written_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        run(request(tmp_path), target=tmp_path / "nowhere" / "list.json")


@pytest.mark.usefixtures("no_session")
def test_two_scans_with_one_audit_log_are_one_too_many(tmp_path: Path) -> None:
    with AuditLog.open(tmp_path / "camscan.audit.jsonl"), pytest.raises(AuditError, match="Another camscan"):
        run(request(tmp_path))


@pytest.mark.usefixtures("no_session")
def test_an_inventory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    wanted = Request(parse(SCOPE.encode(), tmp_path / "camscan.toml"), inventory=str(tmp_path / "nowhere" / "x.db"))
    with pytest.raises(InventoryError, match="there is no folder"):
        run(wanted)


@pytest.mark.usefixtures("not_root")
def test_one_named_device_is_scanned_and_nobody_else(tmp_path: Path) -> None:
    with LoopbackEstate(Estate.only("hikvision-camera-2021", "dahua-camera-2020"), fresh_network()) as estate:
        wanted, other = map(str, estate.truth)
        ran = camscan("scan", wanted, "-o", tmp_path / "one.csv", "--scope", scope_for(estate, tmp_path))
        assert ran.code == 0, ran.err
        stats = estate.stats()
    assert stats.devices[other]["connections"] == 0
    log = [json.loads(line) for line in (tmp_path / "camscan.audit.jsonl").read_text().splitlines()]
    assert {send[0] for line in log if line["event"] == "send" for send in line["batch"]} == {wanted}
    assert stats.devices[wanted]["connections"] > 0
    assert "Runs as user" not in ran.err
    assert "1 camera or related device in " in ran.err
    header, row = (tmp_path / "one.csv").read_text().splitlines()
    assert header.startswith('"ip","mac","site"')
    assert row.startswith(f'"{wanted}"')
    listed = camscan("list", "--scope", tmp_path / "camscan.toml").out
    assert [line.split()[0] for line in listed.splitlines()] == ["Address", wanted]


@pytest.mark.skipif(not shutil.which("nmap"), reason="nmap is not installed")
@pytest.mark.usefixtures("not_root")
def test_the_real_nmap_looks_at_what_stayed_unknown_and_at_nothing_else(tmp_path: Path) -> None:
    with LoopbackEstate(Estate.only("printer", "hikvision-camera-2021"), fresh_network()) as estate:
        unknown, other = map(str, estate.truth)
        ran = camscan("scan", unknown, "--with-nmap", "--scope", scope_for(estate, tmp_path))
        assert estate.stats().devices[other]["connections"] == 0
    assert ran.code == 0, ran.err
    assert "nmap looks at 1 host that stayed unknown ..." in ran.err
    assert "about " in ran.err.partition(" packets sent")[0]  # nmap does not tell how many it sent
    assert "nmap.port" in camscan("show", unknown, "--evidence", "--scope", tmp_path / "camscan.toml").out
    log = [json.loads(line) for line in (tmp_path / "camscan.audit.jsonl").read_text().splitlines()]
    assert [line["addresses"] for line in log if line["event"] == "nmap"] == [[unknown]]


@pytest.mark.usefixtures("not_root")
def test_a_full_disk_ends_a_scan_with_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise InventoryFullError("The disk is full. What was saved before is kept.")

    with LoopbackEstate(Estate.only("printer", "wiki"), fresh_network()) as estate:
        monkeypatch.setattr(Inventory, "save_host", full)
        ran = camscan("scan", "--scope", scope_for(estate, tmp_path))
    assert (ran.code, ran.out) == (4, "")
    assert ran.err.endswith("The disk is full. What was saved before is kept.\n")


@pytest.mark.usefixtures("not_root")
def test_without_a_record_nothing_further_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = AuditLog.append

    def failing(log: AuditLog, event: str, **data: object) -> str:
        if event == "send":
            raise AuditError("The audit log cannot be written. Nothing further is sent.")
        return write(log, event, **data)

    with LoopbackEstate(Estate.only("printer", "wiki"), fresh_network()) as estate:
        monkeypatch.setattr(AuditLog, "append", failing)
        ran = camscan("scan", "--scope", scope_for(estate, tmp_path))
        assert connections(estate) == 0
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith("The audit log cannot be written. Nothing further is sent.\n")
