"""camscan demo: the main job on simulated cameras, and what it leaves to play with."""

import json
import os
import sys

import pytest
from cli_tools import Demo, apart, camscan, process

from camscan.audit import verify
from camscan.inventory import Inventory
from camscan.lab import Estate
from camscan.scope import load


def test_it_scans_and_shows_a_table_as_data(demo: Demo) -> None:
    assert demo.ran.code == 0, demo.ran.err
    rows = demo.ran.out.splitlines()
    assert rows[0].startswith("Address ")
    assert len(rows) == 1 + 24
    assert "\x1b" not in demo.ran.out + demo.ran.err


def test_the_talk_is_the_summary_of_a_scan(demo: Demo) -> None:
    said = demo.ran.err
    assert said.startswith(f"Starting {len(Estate.demo().devices)} simulated devices on this machine ...\n")
    assert "Budget: about " in said
    assert "24 cameras and related devices in " in said
    assert "none outside the scope." in said
    assert "5 other things answered too and gave no sign of being a camera." in said
    assert "127.77.0.2 (16), 127.77.0.10 (16) are recorders for 32 cameras together" in said


def test_everything_is_found_and_nobody_is_accused_wrongly(demo: Demo) -> None:
    said = demo.ran.err
    assert "found 29 of 29 devices" in said
    assert "all makers: recall 100%, precision 100%; 0 not named" in said
    assert "wrong accusations: 0" in said
    assert "none of the estate" not in said


def test_it_says_what_to_try_and_that_works(demo: Demo) -> None:
    lines = [line.strip() for line in demo.ran.err.splitlines()]
    tips = [line.split()[1:] for line in lines[lines.index(f"Everything is in {demo.folder}. Now try:") + 1 :]]
    assert [tip[0] for tip in tips if tip[0] in ("list", "explain", "scope")] == ["list", "explain", "scope"]
    for tip in tips[:2]:
        assert camscan(*tip).code == 0


def test_it_leaves_a_scope_an_inventory_and_an_audit_log_that_hold(
    demo: Demo, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scope = load(demo.scope)
    assert [str(network) for network in scope.sites[0].networks] == ["127.77.0.0/27"]
    assert verify(demo.folder / "camscan.audit.jsonl").holds
    with Inventory.open(demo.copy(tmp_path_factory.mktemp("copy")).folder / "camscan.db") as inventory:
        (scan,) = inventory.scans()
    assert (scan.status.value, scan.scope_sha256, scan.addresses_in_scope) == ("complete", scope.sha256, 30)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root has something to give up")
def test_root_is_given_up_before_any_answer_is_read(demo: Demo) -> None:
    assert "Runs as user nobody from here on: root was given up before any answer is read." in demo.ran.err
    log = [json.loads(line) for line in (demo.folder / "camscan.audit.jsonl").read_text().splitlines()]
    assert [log[0]["event"], log[-1]["event"]] == ["scan-started", "scan-finished"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("demo") / "file"
    file.write_text("")
    ran = process("demo", "--folder", file / "below", before=apart())
    assert (ran.code, ran.out) == (2, "")
    assert "Name another folder with --folder." in ran.err
    assert "Traceback" not in ran.err
