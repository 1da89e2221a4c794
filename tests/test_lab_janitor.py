"""Putting things back."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("network namespaces exist only on Linux", allow_module_level=True)

from camscan.lab import janitor
from camscan.lab.workers import module_argv, module_environment


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger and kernel settings that are only files."""
    settings = tmp_path / "proc"
    settings.mkdir()
    (settings / "low").write_text("1024\n")
    (settings / "high").write_text("99999\n")
    wanted = {str(settings / "low"): 8192, str(settings / "high"): 8192, str(settings / "absent"): 1}
    monkeypatch.setattr(janitor, "WANTED", wanted)
    monkeypatch.setattr(janitor, "LEDGER", tmp_path / "ledger.json")
    return settings


def test_low_settings_are_raised_and_put_back(proc: Path) -> None:
    janitor.raise_settings("a")
    assert (proc / "low").read_text() == "8192"
    assert (proc / "high").read_text() == "99999\n"
    janitor.lower_settings("a")
    assert (proc / "low").read_text() == "1024"


def test_they_stay_raised_while_somebody_needs_them(proc: Path) -> None:
    janitor.raise_settings("a")
    janitor.raise_settings("b")
    janitor.lower_settings("a")
    assert (proc / "low").read_text() == "8192"
    janitor.lower_settings("b")
    assert (proc / "low").read_text() == "1024"


def test_a_damaged_ledger_is_begun_anew(proc: Path) -> None:
    janitor.LEDGER.write_text("{")
    janitor.raise_settings("a")
    content = json.loads(janitor.LEDGER.read_text())
    assert content == {"users": ["a"], "found": {str(proc / "low"): 1024}}


def test_it_waits_for_the_end_of_its_input_and_survives_signals() -> None:
    process = subprocess.Popen(
        [*module_argv("camscan.lab.janitor"), "camscan-test-nobody", "camscan-test-no-such-namespace"],
        stdin=subprocess.PIPE,
        env=module_environment(),
    )
    assert process.poll() is None
    process.communicate(timeout=20)
    assert process.returncode in (0, 1)  # 1: an ordinary user has no ledger in /run
