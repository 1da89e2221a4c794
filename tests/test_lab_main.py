"""``python -m camscan.lab``."""

import json
import subprocess
from ipaddress import ip_address
from pathlib import Path

import pytest
from lab_tools import fresh_network

from camscan.lab.__main__ import main
from camscan.lab.estate import Estate
from camscan.lab.workers import module_argv, module_environment
from camscan.scope import load


def run(*arguments: str, commands: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*module_argv("camscan.lab"), *arguments],
        input=commands,
        capture_output=True,
        text=True,
        env=module_environment(),
        check=False,
        timeout=60,
    )


def test_it_tells_where_everything_is_and_answers_commands(tmp_path: Path) -> None:
    network = str(fresh_network())
    done = run("7:3", "--network", network, "--out", str(tmp_path), commands="stats\nhello\nsing\n")
    assert done.returncode == 0, done.stderr
    ready, stats, hello, unknown = (json.loads(line) for line in done.stdout.splitlines())
    assert ready["ready"] is True
    assert set(stats["devices"]) == set(ready["addresses"])
    assert hello["hello"] >= 0
    assert "no such command" in unknown["error"]
    scope = load(Path(ready["scope"]))
    assert all(scope.permits(ip_address(ip)) for ip in ready["addresses"])
    truth = json.loads(Path(ready["truth"]).read_text())
    expected = {device.mac for device in Estate.generate(7, 3).devices}
    assert {row["mac"] for row in truth.values()} == expected


def test_an_estate_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "town.toml"
    file.write_text('name = "town"\n[[device]]\nprofile = "wiki"\nhost = 3\n')
    done = run(str(file), "--network", str(fresh_network()))
    assert [address.rpartition(".")[2] for address in json.loads(done.stdout)["addresses"]] == ["3"]


def test_what_is_wrong_is_told_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "absent.toml")]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "absent.toml: cannot be read" in told.err
    assert main(["300", "--network", "127.77.0.0/24"]) == 2
    assert "no room" in capsys.readouterr().err
