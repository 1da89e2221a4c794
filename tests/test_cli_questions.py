"""The questions of camscan scope new: a wrong answer is asked for again, and nothing is owned by default."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from cli_tools import LAST_DAY, PROGRAM, Ran, camscan
from test_scan_reach import interface

from camscan.cli import questions
from camscan.scope import Scope, load


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine is on two wires; of neither the gateway is known."""
    wires = (interface("eth7", "10.1.0.9/22"), interface("eth8", "192.168.56.1/24"))
    for place in ("camscan.cli.questions", "camscan.net.interfaces"):
        monkeypatch.setattr(f"{place}.interfaces", lambda: wires)
    for place in ("camscan.cli.questions", "camscan.net.routes"):
        monkeypatch.setattr(f"{place}.gateway_of", lambda _interface, _table=None: None)
    monkeypatch.setattr("camscan.net.routes.dns_suffix", lambda _interface: None)


def answered(folder: Path, *answers: str, terminal: bool = False) -> Ran:
    given = "".join(f"{answer}\n" for answer in answers)
    return camscan("scope", "new", "--scope", folder / "camscan.toml", stdin=given, terminal=terminal)


def written(folder: Path) -> Scope:
    return load(folder / "camscan.toml")


def test_numbers_and_networks_and_the_rest_by_default(tmp_path: Path) -> None:
    ran = answered(tmp_path, "1, 10.4.8.0/24", "Example Borough Council", "Head of ICT, CHG-1234", LAST_DAY, "", "")
    assert (ran.code, ran.out) == (0, "")
    assert "  1  10.1.0.0/22      eth7" in ran.err
    assert "(1,022 addresses)" in ran.err
    scope = written(tmp_path)
    (site,) = scope.sites
    assert (site.name, [str(network) for network in site.networks]) == ("Main site", ["10.1.0.0/22", "10.4.8.0/24"])
    who = scope.authorisation
    assert (who.authorised_by, who.reference, str(who.expires)) == ("Head of ICT", "CHG-1234", LAST_DAY)


def test_the_expiry_that_is_proposed_may_stand(tmp_path: Path) -> None:
    assert answered(tmp_path, "2", "A school", "The head", "", "office@school.example", "Hall").code == 0
    scope = written(tmp_path)
    assert (scope.authorisation.expires.month, scope.authorisation.expires.day) == (3, 31)
    assert (scope.authorisation.contact, scope.sites[0].name) == ("office@school.example", "Hall")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("", "Which networks"),
        ("7", "neither a number of the list nor a network"),
        ("town hall", "neither a number of the list nor a network"),
        ("10.0.0.0/8", "wider than /16"),
        ("10.1.0.9/22", "10.1.0.0/22"),
        ("1.2.3", "is not a network"),
    ],
)
def test_a_network_that_cannot_be_declared_is_asked_for_again(tmp_path: Path, wrong: str, says: str) -> None:
    ran = answered(tmp_path, wrong, "10.1.0.0/24", "A school", "The head", LAST_DAY, "", "")
    assert ran.code == 0
    assert says in ran.err
    assert [str(network) for network in written(tmp_path).sites[0].networks] == ["10.1.0.0/24"]


def test_public_addresses_need_a_proof(tmp_path: Path) -> None:
    ran = answered(
        tmp_path, "9.9.9.0/28", " ", "The registry lists us as their holder.", "A school", "The head", LAST_DAY, "", ""
    )
    assert ran.code == 0
    assert "How do you know that they are yours?" in ran.err
    (site,) = written(tmp_path).sites
    assert (site.public, site.proof) == (True, "The registry lists us as their holder.")


@pytest.mark.parametrize(("wrong", "says"), [("soon", "is not a day"), ("2020-01-01", "is over already")])
def test_a_day_that_cannot_be_is_asked_for_again(tmp_path: Path, wrong: str, says: str) -> None:
    ran = answered(tmp_path, "1", "A school", "The head", wrong, LAST_DAY, "", "")
    assert ran.code == 0
    assert says in ran.err


def test_an_empty_organisation_is_asked_for_again(tmp_path: Path) -> None:
    ran = answered(tmp_path, "1", "  ", "A school", "The head", LAST_DAY, "", "")
    assert ran.code == 0
    assert written(tmp_path).authorisation.organisation == "A school"


def test_answers_that_end_too_early_write_nothing_and_say_how_scripts_do_it(tmp_path: Path) -> None:
    ran = answered(tmp_path, "1", "A school")
    assert ran.code == 2
    assert "--network" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_on_a_terminal_that_is_an_interruption(tmp_path: Path) -> None:
    assert answered(tmp_path, "1", "A school", terminal=True).code == 130
    assert list(tmp_path.iterdir()) == []


def test_a_machine_without_a_network_can_declare_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "interfaces", lambda: ())
    ran = answered(tmp_path, "10.1.0.0/24", "A school", "The head", LAST_DAY, "", "")
    assert ran.code == 0
    assert "This machine is connected to" not in ran.err


def test_a_scan_without_a_scope_file_asks_whoever_sits_at_the_terminal(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("needs a pseudo-terminal")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, "scan"], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, cwd=tmp_path, text=True
    ) as running:
        os.close(theirs)
        os.write(
            ours,
            "".join(f"{answer}\n" for answer in ("10.1.0.0/24", "A school", "The head", LAST_DAY, "", "")).encode(),
        )
        shown = bytearray()
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        assert running.stdout is not None
        assert running.stdout.read() == ""
        assert running.wait(timeout=60) == 0
    assert b"Written: camscan.toml." in shown
    assert written(tmp_path).authorisation.organisation == "A school"
    assert not (tmp_path / "camscan.db").exists()  # it does not start by itself
