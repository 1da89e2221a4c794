import sys
from pathlib import Path

import pytest

from camscan.net._command import output_of, system32


def test_the_output_is_text_whatever_its_bytes() -> None:
    code = "import os, sys; os.write(1, b'Br\\xfccke \\xe2\\x82\\xac'); print(os.environ['LC_ALL'], file=sys.stderr)"
    text = output_of([sys.executable, "-c", code])
    assert text.startswith("Br")
    assert "C" not in text


def test_a_tool_that_is_absent_or_hangs_gives_nothing(tmp_path: Path) -> None:
    assert output_of([str(tmp_path / "absent")]) == ""
    assert output_of([sys.executable, "-c", "import time; print('early', flush=True); time.sleep(60)"], 0.2) == ""


def test_a_tool_gets_no_input() -> None:
    assert output_of([sys.executable, "-c", "import sys; print(repr(sys.stdin.read()))"]).strip() == "''"


def test_windows_tools_are_named_by_their_full_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYSTEMROOT", "D:/Win")
    assert Path(system32("arp.exe")) == Path("D:/Win/System32/arp.exe")
    monkeypatch.delenv("SYSTEMROOT")
    assert system32("arp.exe").startswith("C:\\Windows")
