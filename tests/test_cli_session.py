"""One whole scan of a small estate: what it stores, what it prints, what it sends, and what it leaves alone."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cli_tools import Ran, camscan, process, scope_for
from lab_tools import fresh_network

from camscan import __version__
from camscan.audit import verify
from camscan.cli import session
from camscan.cli.session import unfinished
from camscan.errors import UsageError
from camscan.inventory import Inventory
from camscan.lab import Estate, LoopbackEstate, Stats
from camscan.lab.model import Entry, EstateFile
from camscan.scope import load

HOSTILE = "\x1b]0;owned\x07\x1b[2J"

ESTATE = Estate(
    EstateFile(
        name="session",
        device=(
            Entry(profile="hikvision-recorder", host=1),
            Entry(profile="dahua-camera-2020", host=2, serial=f"{HOSTILE}4K0", firmware=f"{HOSTILE}2.8"),
            Entry(profile="axis-camera", host=3, model=f"P3245{HOSTILE}"),
            Entry(profile="printer", host=4),
        ),
    )
)


@dataclass(frozen=True)
class Scanned:
    ran: Ran
    folder: Path
    stats: Stats
    told: dict[str, Any]
    hosts: list[str]

    @property
    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "camscan.audit.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanned]:
    folder = tmp_path_factory.mktemp("session")
    (folder / "out.json").write_text("what was here before")
    with LoopbackEstate(ESTATE, fresh_network()) as estate:
        ran = process("scan", "-o", folder / "out.json", "--scope", scope_for(estate, folder))
        told = json.loads((folder / "out.json").read_text())
        yield Scanned(ran, folder, estate.stats(), told, [str(ip) for ip in estate.truth])


def test_a_whole_scan_ends_well_and_writes_only_where_it_was_told_to(scanned: Scanned) -> None:
    assert (scanned.ran.code, scanned.ran.out) == (0, ""), scanned.ran.err
    assert {path.name.partition("-")[0] for path in scanned.folder.iterdir()} == {
        "camscan.toml",
        "camscan.db",
        "camscan.audit.jsonl",
        "camscan.audit.jsonl.lock",
        "out.json",
    }


def keys(told: object) -> set[str]:
    assert isinstance(told, dict)
    return set(told)


def test_the_json_is_the_contracts(scanned: Scanned) -> None:
    told = scanned.told
    contract = {"schema", "generated_at", "tool", "scope", "scans", "coverage", "devices"}
    assert keys(told) == contract | {"software"}
    assert told["software"] == []
    assert told["schema"] == "camscan.inventory/1"
    assert keys(told["tool"]) == {"version", "signatures"}
    assert told["tool"]["version"] == __version__
    assert told["tool"]["signatures"].startswith("sha256:")
    scope = load(scanned.folder / "camscan.toml")
    assert told["scope"] == {
        "organisation": scope.authorisation.organisation,
        "sha256": scope.sha256,
        "sites": ["Laboratory"],
    }


def test_the_scan_in_it(scanned: Scanned) -> None:
    (scan,) = scanned.told["scans"]
    assert (scan["kind"], scan["inputs"]) == ("scan", [])
    assert keys(scan) - {"kind", "inputs"} == {
        "id",
        "status",
        "started_at",
        "finished_at",
        "addresses_in_scope",
        "packets_sent",
        "packets_exact",
    }
    assert (scan["status"], scan["addresses_in_scope"]) == ("complete", 6)
    assert scan["started_at"] <= scan["finished_at"] <= scanned.told["generated_at"]
    assert scan["started_at"].endswith("Z")
    assert 100 < scan["packets_sent"] < 1_000
    assert scan["packets_exact"] is (sys.platform == "linux")


def test_the_coverage_in_it_tells_what_the_recorder_may_hide(scanned: Scanned) -> None:
    (site,) = scanned.told["coverage"]
    assert keys(site) == {"site", "answered", "out_of_scope_answers", "kernel_drops", "not_seen"}
    assert (site["site"], site["answered"], site["kernel_drops"]) == ("Laboratory", 4, 0)
    for gap in site["not_seen"]:
        assert keys(gap) == {"what", "why", "what_to_do"}
    assert any(f"{scanned.hosts[0]} is a recorder for" in gap["what"] for gap in site["not_seen"])


def test_the_devices_in_it(scanned: Scanned) -> None:
    assert [device["ip"] for device in scanned.told["devices"]] == scanned.hosts
    makers = {device["ip"]: (device["maker"], device["kind"]) for device in scanned.told["devices"]}
    recorder, dahua, axis, printer = scanned.hosts
    assert makers[recorder] == ("hikvision", "recorder")
    assert makers[dahua][0] == "dahua"
    assert makers[axis][0] == "axis"
    assert makers[printer][0] is None
    for device in scanned.told["devices"]:
        assert keys(device) == {
            *("ip", "addresses", "mac", "site", "hostname", "kind", "kind_verdict", "maker", "verdict", "brand"),
            *("brand_verdict", "model", "firmware", "firmware_date", "serial", "analytics", "lists", "advisories"),
            *("hidden_channels", "first_seen", "last_seen", "conflicts", "signs", "evidence"),
        }
        assert device["ip"] in device["addresses"]
        assert device["site"] == "Laboratory"
        assert device["verdict"] in ("confirmed", "probable", "suspected", "unknown")
        assert {sign["strength"] for sign in device["signs"]} <= {"decisive", "strong", "medium", "weak"}
        numbers = {item["id"] for item in device["evidence"]}
        for sign in device["signs"]:
            assert keys(sign) == {"signature", "strength", "points_to", "evidence"}
            assert set(sign["evidence"]) <= numbers
        for item in device["evidence"]:
            assert keys(item) == {"id", "at", "source", "port", "transport", "outcome", "field", "value"}
            assert item["field"].startswith(f"{item['source']}.")


def test_camscan_list_tells_the_same(scanned: Scanned) -> None:
    again = json.loads(camscan("list", "-f", "json", "--scope", scanned.folder / "camscan.toml").out)
    for told in (scanned.told, again):
        told.pop("generated_at", None)
    assert again == scanned.told


def test_nothing_was_asked_that_no_scanner_should_ask_and_nobody_else_was_touched(scanned: Scanned) -> None:
    assert scanned.stats.unsafe == ()
    assert scanned.stats.elsewhere == 0
    assert scanned.stats.total("logins") == scanned.stats.total("failed_logins") == 0
    assert max(int(device["most_at_once"]) for device in scanned.stats.devices.values()) <= 2
    assert not any(device["dead"] for device in scanned.stats.devices.values())


def test_the_audit_log_tells_who_what_and_how_much(scanned: Scanned) -> None:
    path = scanned.folder / "camscan.audit.jsonl"
    first, *batches, last = scanned.log
    scope = load(scanned.folder / "camscan.toml")
    assert verify(path).holds
    assert (first["event"], first["scope"], first["reference"]) == ("scan-started", scope.sha256, "LAB-1")
    assert (first["addresses"], first["targets"], first["version"]) == (6, [], __version__)
    assert {batch["event"] for batch in batches} == {"send"}
    assert (last["event"], last["status"], last["answered"], last["refused"]) == ("scan-finished", "complete", 4, 0)
    assert last["datagrams"] + last["frames"] + last["segments"] == scanned.told["scans"][0]["packets_sent"]
    assert last["hash"] in scanned.ran.err


def test_no_device_speaks_to_the_terminal(scanned: Scanned) -> None:
    scope = scanned.folder / "camscan.toml"
    said = [scanned.ran.err, (scanned.folder / "out.json").read_text()]
    for host in scanned.hosts:
        said += [
            camscan("show", host, "--evidence", "--scope", scope).out,
            camscan("explain", host, "--scope", scope).out,
        ]
    said += [camscan("list", "--all", "-f", form, "--scope", scope).out for form in ("table", "json", "jsonl", "csv")]
    assert any("\\x1b]0;owned" in text for text in said)
    for text in said:
        assert "\x1b" not in text
        assert "\x07" not in text


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root has something to give up")
def test_root_was_given_up_and_the_output_was_written_all_the_same(scanned: Scanned) -> None:
    assert "Runs as user nobody from here on" in scanned.ran.err
    assert (scanned.folder.stat().st_mode & 0o777) == 0o700  # where nobody could have opened the file


def test_what_is_not_root_gives_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "is_root", lambda: False)
    monkeypatch.setattr(session, "drop_privileges", lambda _files: pytest.fail("there was nothing to give up"))
    assert session.Session.give_up_root(object(), []) == ""  # type: ignore[arg-type]  # it is not looked at


def test_a_finished_scan_is_not_unfinished(scanned: Scanned) -> None:
    scope = load(scanned.folder / "camscan.toml")
    database = Inventory.open(scanned.folder / "camscan.db")
    with database as inventory, pytest.raises(UsageError, match="no interrupted scan"):
        unfinished(inventory, scope)
