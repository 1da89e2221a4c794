"""camscan lab: simulated devices by themselves, and how well a scan of them did."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_tools import PROGRAM, Demo, apart, camscan
from lab_tools import fresh_network

from camscan.cli import lab
from camscan.errors import UsageError
from camscan.lab import Estate, LoopbackEstate
from camscan.scope import load


def test_score_compares_with_the_truth(demo: Demo) -> None:
    ran = demo.ask("lab", "score")
    assert (ran.code, ran.out) == (0, "")
    assert "found 29 of 29 devices" in ran.err
    assert re.search(r"hikvision +8 +8 +8 +100% +100%", ran.err)
    assert "wrong accusations: 0" in ran.err


def test_another_estate_has_another_truth(demo: Demo) -> None:
    ran = demo.ask("lab", "score", "--devices", 50, "--seed", 7)
    assert ran.code == 0
    assert " of 50 devices" in ran.err
    assert re.search(r"wrong accusations: [1-9]", ran.err)


def test_score_without_an_inventory_is_said(tmp_path: Path) -> None:
    ran = camscan("lab", "score", "--scope", tmp_path / "camscan.toml")
    assert ran.code == 2
    assert "no inventory here yet" in ran.err


@pytest.mark.parametrize("arguments", [("--devices", "-1"), ("--devices", "many"), ("--seed", "x")])
def test_numbers_are_numbers(arguments: tuple[str, str]) -> None:
    assert camscan("lab", "up", *arguments).code == 2
    assert camscan("lab", "score", *arguments).code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_devices_run_until_they_are_ended(tmp_path: Path, how: signal.Signals) -> None:
    folder = tmp_path / "lab"
    arguments = [*apart(), *PROGRAM, "lab", "up", "--devices", "3", "--seed", "5", "--folder", str(folder)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        said = [running.stderr.readline() for _ in range(4)]
        running.send_signal(how)
        assert running.wait(timeout=60) == 0
        assert running.stdout.read() == ""
        assert "Traceback" not in running.stderr.read()
    assert said[0] == "3 devices running. In another window:\n"
    assert said[1].endswith(f" scan --scope {folder}/camscan.toml\n")
    assert said[2].endswith(f" lab score --devices 3 --seed 5 --scope {folder}/camscan.toml\n")
    assert said[3] == "Ctrl-C ends them.\n"
    assert load(folder / "camscan.toml").limits.extra_ports


def test_the_scope_file_of_an_estate(tmp_path: Path) -> None:
    network = fresh_network()
    with LoopbackEstate(Estate.only("printer"), network) as estate:
        path = lab.write_scope(estate, tmp_path / "a" / "b")
        assert load(path).permits(network[1])
        with pytest.raises(UsageError, match="--folder"):
            lab.write_scope(estate, path / "below a file")
