"""Whatever happens ends in an exit code of the contract, with a sentence for people on stderr."""

import subprocess
import sys
from pathlib import Path

import pytest
from cli_tools import PROGRAM, Demo, camscan, columns, process

from camscan.cli import main


def test_no_scope_file_is_a_configuration_error(tmp_path: Path) -> None:
    ran = camscan("scan", "--scope", tmp_path / "camscan.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "There is no scope file" in ran.err
    assert "`camscan scope new`" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_on_a_terminal_messages_fit_and_their_commands_stay_whole(tmp_path: Path) -> None:
    with columns(80):
        ran = camscan("scan", "--scope", tmp_path / "camscan.toml")
    lines = ran.err.splitlines()
    assert all(len(line) <= 80 or str(tmp_path) in line for line in lines)
    assert any("`camscan scope new`" in line for line in lines)


def test_what_was_typed_cannot_speak_to_the_terminal(demo: Demo) -> None:
    ran = demo.ask("show", "\x1b]0;owned\x07")
    assert ran.code == 2
    assert "\x1b" not in ran.err
    assert "\\x1b" in ran.err


@pytest.mark.parametrize("arguments", [("--nonsense",), ("nonsense",), ("scan", "--format", "xml"), ("show",)])
def test_a_wrong_call_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    ran = camscan(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: " in ran.err


def test_the_arguments_of_the_process_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["camscan", "--version"])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code


def test_a_reader_that_has_seen_enough_is_no_error(demo: Demo) -> None:
    for arguments in (["list", "--all"], ["list", "--format", "json"], ["list", "-f", "csv"], ["signatures", "list"]):
        scope = [] if arguments[0] == "signatures" else ["--scope", str(demo.scope)]
        with subprocess.Popen(
            [*PROGRAM, *arguments, *scope], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running:
            assert running.stdout is not None
            assert running.stderr is not None
            running.stdout.read(1)
            running.stdout.close()
            said = running.stderr.read()
            assert running.wait(timeout=60) == 0, said
        assert "Traceback" not in said
        assert "BrokenPipe" not in said


def test_a_screen_without_the_characters_gets_escapes(demo: Demo) -> None:
    ran = process("list", "--scope", demo.scope, "--all", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert ran.code == 0
    assert ran.out.isascii()


def test_an_interruption_is_130() -> None:
    code = (
        "import camscan.identify, sys\n"
        "def stop(*_): raise KeyboardInterrupt\n"
        "camscan.identify.load = stop\n"
        "from camscan.cli import main\n"
        "main(['signatures', 'check'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
