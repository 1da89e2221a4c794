"""camscan doctor says what stands in the way, and what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cli_tools import camscan, columns, scope_of

from camscan import doctor
from camscan.doctor import Facts, Finding, Level

WELL = Finding("clock", Level.OK, "The clock shows the time.")
NOTE = Finding("network wlan0", Level.NOTE, "This is Wi-Fi, which may hold back multicast.", "Scan from a cable.")
WRONG = Finding("multicast", Level.PROBLEM, "Multicast does not work at all.", "Look for security software.")

Found = Callable[..., None]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Found:
    def finds(*findings: Finding) -> None:
        monkeypatch.setattr(doctor, "gather", lambda _path: Facts())
        monkeypatch.setattr(doctor, "examine", lambda _facts: findings)

    return finds


def test_a_machine_that_is_well(found: Found) -> None:
    found(WELL, NOTE)
    ran = camscan("doctor")
    assert (ran.code, ran.err) == (0, "")
    first, *rest = ran.out.splitlines()
    assert first.split()[:2] == ["ok", "clock"]
    assert rest[0].split()[:3] == ["note", "network", "wlan0"]
    assert rest[1].strip() == "Scan from a cable."


def test_a_problem_stands_out_and_ends_with_four(found: Found) -> None:
    found(WELL, WRONG)
    ran = camscan("doctor")
    assert ran.code == 4
    assert "PROBLEM" in ran.out
    assert "Look for security software." in ran.out


def test_it_fits_eighty_columns(found: Found) -> None:
    found(
        WELL,
        NOTE,
        WRONG,
        Finding("scope", Level.OK, "Example Borough Council, until 2027-03-31: " + "10.1.0.0/22, " * 9),
    )
    with columns(80):
        ran = camscan("doctor")
    plain = ran.out.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "")
    assert all(len(line) <= 80 for line in plain.splitlines())


def test_this_machine_can_be_examined(tmp_path: Path) -> None:
    ran = camscan("doctor", "--scope", scope_of(tmp_path))
    assert ran.code in (0, 4)
    assert "Example Borough Council" in ran.out
    assert [path.name for path in tmp_path.iterdir()] == ["camscan.toml"]


def test_a_malformed_scope_file_is_a_finding_among_others(tmp_path: Path) -> None:
    ran = camscan("doctor", "--scope", scope_of(tmp_path, "[authorisation]\n"))
    assert ran.code == 4
    assert "PROBLEM" in ran.out
    assert "clock" in ran.out
