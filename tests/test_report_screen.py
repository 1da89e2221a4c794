"""Data on stdout, talk on stderr; colour only on a terminal; a reader that has gone is no error."""

import io
import os
import subprocess
import sys

import pytest

from camscan.report.lines import WIDE
from camscan.report.screen import out, safe, silence, talk


def test_data_goes_to_stdout_and_talk_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    out().say("data")
    talk().say("talk")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("data\n", "talk\n")


def test_off_a_terminal_the_width_is_fixed_and_nothing_is_coloured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert out().width == talk().width == WIDE
    out().print(safe("text", "bold red"))
    assert capsys.readouterr().out == "text\n"


def test_on_a_terminal_the_width_is_the_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"COLUMNS": "80", "FORCE_COLOR": "1", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    assert out().width == talk().width == 80


def test_no_colour_where_people_want_none(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"NO_COLOR": "1", "FORCE_COLOR": "1", "TERM": "xterm-256color"}.items():
        monkeypatch.setenv(name, value)
    out().print(safe("text", "red"))
    assert "31" not in capsys.readouterr().out


def test_a_sentence_breaks_between_phrases_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"COLUMNS": "40", "FORCE_COLOR": "1", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    out().say("The first phrase of a sentence,", "and the second one.")
    out().tell("  - A long line of its own that hangs where it goes on.")
    told = capsys.readouterr().out
    assert told.startswith("The first phrase of a sentence,\nand the second one.\n")
    assert told.endswith("  - A long line of its own that hangs\n    where it goes on.\n")


def test_commands_are_printed_on_one_line_and_control_characters_are_not_obeyed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"COLUMNS": "40", "FORCE_COLOR": "1", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    out().command("camscan explain 10.1.0.21", "", "--scope /a/rather/long/folder/camscan.toml")
    out().verbatim("x\x1b[2Jy")
    told = capsys.readouterr().out
    assert told.startswith("  camscan explain 10.1.0.21 --scope /a/rather/long/folder/camscan.toml\n")
    assert "\x1b" not in told


@pytest.mark.parametrize("text", [None, ""])
def test_nothing_is_a_dash(text: str | None) -> None:
    assert safe(text).plain == "-"


def test_device_text_is_neutral_and_has_an_end() -> None:
    assert safe("\x1b]0;owned\x07name").plain == "\\x1b]0;owned\\x07name"
    assert len(safe("x" * 1000, limit=32).plain) == 32


CODE = """
import sys
from camscan.report.screen import out, talk
screen = out()
for number in range(20000):
    screen.say(f"line {number}")
talk().say("the end was reached")
sys.exit(7)
"""


def test_a_reader_that_has_seen_enough_changes_neither_the_talk_nor_the_exit_code() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CODE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == "line 0\n"
        running.stdout.close()
        said = running.stderr.read()
        assert running.wait(timeout=60) == 7
    assert said == "the end was reached\n"


def test_silencing_what_is_no_file_does_nothing() -> None:
    silence(io.StringIO())


def test_silencing_sends_the_rest_nowhere() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        silence(stream)
        stream.write("lost")
        stream.flush()
