"""camscan scan, as it is called: every exit code, every refusal, and an interruption that loses nothing."""

import json
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cli_tools import LAST_DAY, SCOPE, camscan, connections, process, scope_for, scope_of, started
from lab_tools import fresh_network

from camscan.audit import verify
from camscan.lab import Estate, LoopbackEstate
from camscan.lab.model import Awkward, Entry, EstateFile

if TYPE_CHECKING:
    import subprocess


@pytest.fixture(scope="module")
def estate() -> Iterator[LoopbackEstate]:
    """Two devices that nobody asks anything: their counters stay at zero."""
    with LoopbackEstate(Estate.only("hikvision-camera-2021", "dahua-camera-2020"), fresh_network()) as running:
        yield running


@pytest.fixture
def scope(estate: LoopbackEstate, tmp_path: Path) -> Path:
    return scope_for(estate, tmp_path)


def refusals(folder: Path) -> list[dict[str, Any]]:
    path = folder / "camscan.audit.jsonl"
    assert verify(path).holds
    return [json.loads(line) for line in path.read_text().splitlines()]


def replaced(scope: Path, old: str, new: str) -> Path:
    text = scope.read_text()
    assert old in text
    scope.write_text(text.replace(old, new))
    return scope


@pytest.mark.parametrize("target", ["127.88.0.1", "10.9.0.4", "8.8.8.8", "127.0.0.1", "::1"])
def test_a_target_outside_the_scope_is_refused_recorded_and_gets_no_packet(
    estate: LoopbackEstate, scope: Path, tmp_path: Path, target: str
) -> None:
    inside = str(next(iter(estate.truth)))
    ran = camscan("scan", inside, target, "--scope", scope)
    assert (ran.code, ran.out) == (3, "")
    assert f"{target} is not in the scope of camscan.toml" in ran.err
    assert "Nothing was sent." in ran.err
    assert connections(estate) == 0
    assert estate.stats().elsewhere == 0
    (line,) = refusals(tmp_path)
    assert (line["event"], line["targets"]) == ("scan-refused", [inside, target])
    assert not (tmp_path / "camscan.db").exists()


def test_an_excluded_target_is_refused(estate: LoopbackEstate, scope: Path, tmp_path: Path) -> None:
    excluded = str(next(iter(estate.truth)))
    replaced(scope, "multicast = true", f'multicast = true\nexclude = ["{excluded}"]')
    ran = camscan("scan", excluded, "--scope", scope)
    assert ran.code == 3
    assert "is excluded by camscan.toml" in ran.err
    assert connections(estate) == 0
    assert refusals(tmp_path)


def test_an_expired_scope_sends_nothing_and_is_recorded(estate: LoopbackEstate, scope: Path, tmp_path: Path) -> None:
    replaced(scope, LAST_DAY, "2020-03-31")
    ran = camscan("scan", "--scope", scope)
    assert (ran.code, ran.out) == (3, "")
    assert "ended on 31 March 2020" in ran.err
    assert connections(estate) == 0
    (line,) = refusals(tmp_path)
    assert line["reason"].startswith("The authorisation in camscan.toml ended")
    assert not (tmp_path / "camscan.db").exists()


def test_a_dry_run_refuses_too_but_records_nothing(scope: Path, tmp_path: Path) -> None:
    assert camscan("scan", "10.9.0.4", "--dry-run", "--scope", scope).code == 3
    assert camscan("scan", "--dry-run", "--scope", replaced(scope, LAST_DAY, "2020-03-31")).code == 3
    assert [path.name for path in tmp_path.iterdir()] == ["camscan.toml"]


def test_profile_fast_is_meant_twice(estate: LoopbackEstate, scope: Path, tmp_path: Path) -> None:
    replaced(scope, "[limits]", '[limits]\nprofile = "fast"')
    ran = camscan("scan", "--scope", scope)
    assert (ran.code, ran.out) == (2, "")
    assert "Add --fast if you mean it" in ran.err
    assert connections(estate) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["camscan.toml"]
    assert "10,000 packets a second in all" in camscan("scan", "--fast", "--dry-run", "--scope", scope).out


def test_nothing_to_resume_is_said(scope: Path) -> None:
    ran = camscan("scan", "--resume", "--scope", scope)
    assert (ran.code, ran.out) == (2, "")
    assert "There is no interrupted scan of this scope file" in ran.err


@pytest.mark.parametrize("target", ["camera.example", "10.1.0", "10.1.0.0/8"])
def test_what_is_no_target_is_a_usage_error(tmp_path: Path, target: str) -> None:
    ran = camscan("scan", target, "--scope", scope_of(tmp_path))
    assert (ran.code, ran.out) == (2, "")
    assert [path.name for path in tmp_path.iterdir()] == ["camscan.toml"]


def test_without_a_scope_file_and_without_a_terminal_nobody_is_asked(tmp_path: Path) -> None:
    ran = process("scan", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "There is no scope file camscan.toml" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_table_cannot_go_to_a_file(tmp_path: Path) -> None:
    ran = camscan("scan", "-o", tmp_path / "list.txt", "--scope", scope_of(tmp_path, SCOPE))
    assert ran.code == 2
    assert "--format csv" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["camscan.toml"]


# --- an interruption ------------------------------------------------------------------------------------------------

ESTATE = Estate(
    EstateFile(
        name="interrupted",
        device=(
            Entry(profile="hikvision-camera-2021", host=1),
            Entry(profile="live555-server", host=2, awkward=Awkward(tcp_late=1.0)),
        ),
    )
)
"""The first is done with some seconds before the second."""


@contextmanager
def half_done(estate: LoopbackEstate, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A scan that is done with the first device and still asks the second."""
    quick = str(next(iter(estate.truth)))
    with started("scan", "--format", "json", "--scope", scope_for(estate, folder)) as running:
        while quick not in done_addresses(folder / "camscan.db"):
            assert running.poll() is None
            threading.Event().wait(0.05)
        yield running


def done_addresses(database: Path) -> set[str]:
    """What a scan that still runs is done with."""
    if not database.exists():
        return set()
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as reader:
        try:
            return {row[0] for row in reader.execute("SELECT ip FROM done")}
        except sqlite3.OperationalError:  # its tables are being made
            return set()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_an_interrupted_scan_keeps_what_it_heard_and_goes_on_where_it_was(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with LoopbackEstate(ESTATE, fresh_network()) as estate:
        quick, slow = map(str, estate.truth)
        with half_done(estate, tmp_path) as running:
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=60)
        first = json.loads(out)
        assert running.returncode == 130
        assert "Interrupted. What was heard is saved." in err
        assert "The rest of what 1 device would have said: the scan was interrupted." in err
        assert "`camscan scan --resume`" in err
        assert first["scans"][0]["status"] == "interrupted"
        assert quick in {device["ip"] for device in first["devices"]}

        asked = estate.stats().devices[quick]["connections"]
        ran = process("scan", "--resume", "--format", "json", "--scope", tmp_path / "camscan.toml")
        second = json.loads(ran.out)
        assert ran.code == 0, ran.err
        assert "Going on: 1 address is done already." in ran.err
        assert estate.stats().devices[quick]["connections"] == asked
        assert estate.stats().devices[slow]["connections"] > 0

    (before,), (after,) = first["scans"], second["scans"]
    assert (after["id"], after["status"]) == (before["id"], "complete")
    assert after["packets_sent"] > before["packets_sent"]
    assert {device["ip"]: device["maker"] for device in second["devices"]} == {quick: "hikvision", slow: None}
    (coverage,) = second["coverage"]
    assert coverage["answered"] == 2
    assert not any("answered nothing" in gap["what"] for gap in coverage["not_seen"])
    assert verify(tmp_path / "camscan.audit.jsonl").holds
    assert camscan("scan", "--resume", "--scope", tmp_path / "camscan.toml").code == 2
    assert "Traceback" not in err + ran.err + capfd.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that can be caught")
def test_a_system_that_shuts_down_interrupts_likewise(tmp_path: Path) -> None:
    with LoopbackEstate(ESTATE, fresh_network()) as estate, half_done(estate, tmp_path) as running:
        running.terminate()
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Interrupted. What was heard is saved." in err
    assert json.loads(out)["scans"][0]["status"] == "interrupted"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_scan_can_be_resumed(tmp_path: Path) -> None:
    with LoopbackEstate(ESTATE, fresh_network()) as estate:
        with half_done(estate, tmp_path) as running:
            running.kill()
            running.communicate(timeout=60)
        ran = process("scan", "--resume", "--scope", tmp_path / "camscan.toml")
    assert ran.code == 0, ran.err
    # How much the killed run had sent, nobody knows.
    assert ", about " in ran.err.partition(" in ")[2].partition(" packets sent")[0]
    assert camscan("audit", "verify", "--scope", tmp_path / "camscan.toml").code == 0
