"""The words before and after a scan."""

from ipaddress import ip_address
from pathlib import Path

import pytest
from cli_tools import SCOPE

from camscan.cli import summary
from camscan.cli.summary import Sent
from camscan.device import Device, Kind, Verdict
from camscan.gaps import NotSeen, SiteCoverage
from camscan.report.screen import talk
from camscan.scan.budget import Budget
from camscan.scope import Scope, parse

PLAN = Budget(addresses=1021, multicast=20, life=8168, per_device=120, seconds=8.2)
HEAD = "ab" * 32


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"COLUMNS": "80", "FORCE_COLOR": "1", "TERM": "xterm", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)


def scope(more: str = "") -> Scope:
    return parse((SCOPE + more).encode(), Path("camscan.toml"))


def site(number: int) -> str:
    return f'[[site]]\nname = "School {number}"\nnetworks = ["10.{number}.0.0/24"]\n'


def name(slug: str | None) -> str:
    return {None: "-", "hikvision": "Hikvision", "dahua": "Dahua"}.get(slug, str(slug))


CAMERA = Device(ip_address("10.1.0.20"), maker="hikvision", verdict=Verdict.CONFIRMED, kind=Kind.CAMERA)
PRINTER = Device(ip_address("10.1.0.9"), kind=Kind.OTHER)


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [
        line.rstrip()
        for line in captured.err.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "").splitlines()
    ]


@pytest.mark.usefixtures("narrow")
def test_before_a_scan_the_budget_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    summary.head(talk(), scope(), PLAN, became="nobody")
    assert told(capsys) == [
        "Example Borough Council: Town Hall, 10.1.0.0/22; profile normal",
        "Budget: about 8,188 packets to find what lives,",
        "then as a rule at most 120 to each device;",
        "at most 1,000 a second, 40 a second to one device.",
        "Runs as user nobody from here on: root was given up before any answer is read.",
    ]


@pytest.mark.usefixtures("narrow")
def test_many_sites_and_networks_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    many = ", ".join(f'"10.200.{number}.0/24"' for number in range(7))
    sites = "".join(site(number) for number in range(20, 30))
    summary.head(talk(), scope(f'{sites}[[site]]\nname = "Depot"\nnetworks = [{many}]\n'), PLAN, became="")
    head = " ".join(told(capsys))
    assert "and 9 more sites; profile normal" in head
    assert "Runs as" not in head
    summary.head(
        talk(),
        parse(SCOPE.replace('"10.1.0.0/22"', many).replace("10.1.3.10", "10.200.0.9").encode(), Path("x")),
        PLAN,
        "",
    )
    assert "10.200.3.0/24 and 3 more; profile" in " ".join(told(capsys))


@pytest.mark.usefixtures("narrow")
def test_after_a_scan_everything_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    seen = (SiteCoverage("Town Hall", 2, 3, 0),)
    summary.tail(talk(), [CAMERA, PRINTER], seen, Sent(8200, exact=False, refusals=0), name, 11.4)
    lines = told(capsys)
    assert "1 camera or related device in 11 seconds, about 8,200 packets sent," in lines
    assert "none outside the scope." in lines
    assert "1 other thing answered too and gave no sign of being a camera." in lines
    assert any(line.split() == ["Hikvision", "1", "-", "-", "1", "-", "-"] for line in lines)
    assert "3 addresses outside the scope answered a group call; not one was contacted." in lines
    assert "Not seen, and what to do:" not in lines


@pytest.mark.usefixtures("narrow")
def test_an_empty_result_is_said_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    summary.tail(talk(), [], (), Sent(1, exact=True, refusals=2), name, 0.2)
    lines = told(capsys)
    assert lines == [
        "",
        "0 cameras and related devices in 1 second, 1 packet sent,",
        "none outside the scope (2 attempts to leave it refused).",
    ]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.1, "1 second"), (119, "119 seconds"), (121, "2 minutes"), (3570, "1 h 0 min"), (3 * 3600 + 125, "3 h 2 min")],
)
def test_times_are_those_of_people(capsys: pytest.CaptureFixture[str], seconds: float, said: str) -> None:
    summary.tail(talk(), [], (), Sent(1, exact=True, refusals=0), name, seconds)
    assert f"in {said}, 1 packet" in capsys.readouterr().err


@pytest.mark.usefixtures("narrow")
def test_each_gap_is_said_once_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    gap = NotSeen(
        "10.1.2.0/24 answered nothing at all",
        "no address there gave a sign of life",
        "Check that it is routed from here and that no firewall stands between; then run `camscan scan --resume`.",
    )
    summary.not_seen(talk(), (SiteCoverage("Town Hall", 1, 0, 0, (gap,)), SiteCoverage("Library", 0, 0, 0, (gap,))))
    assert told(capsys) == [
        "",
        "Not seen, and what to do:",
        "  - 10.1.2.0/24 answered nothing at all: no address there gave a sign of life.",
        "    Check that it is routed from here and that no firewall stands between; then",
        "    run `camscan scan --resume`.",
    ]


@pytest.mark.usefixtures("narrow")
def test_at_the_end_it_says_where_things_are_and_how_to_go_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    summary.onward(talk(), str(tmp_path / "camscan.db"), HEAD, Path("camscan.toml"))
    assert told(capsys) == [
        "",
        "Saved in camscan.db. The audit log ends with",
        HEAD,
        "Next:",
        "  camscan list",
        "  camscan explain ADDRESS",
    ]
    summary.onward(talk(), "postgresql://server/name", HEAD, Path("audit 1/camscan.toml"))
    lines = told(capsys)
    assert "Saved in postgresql://server/name. The audit log ends with" in lines
    assert "  camscan list --scope 'audit 1/camscan.toml'" in lines
    summary.onward(talk(), "x", HEAD, None)
    assert "Next:" not in told(capsys)
