"""The list of commands, and their help."""

import subprocess
import sys
from typing import Any

import pytest
import typer
from cli_tools import camscan, columns

from camscan import __version__
from camscan.cli import app


def _words(command: Any, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    children = getattr(command, "commands", {})
    return [before, *(words for name, child in children.items() for words in _words(child, (*before, name)))]


EVERY = _words(typer.main.get_command(app))


@pytest.mark.parametrize("words", EVERY, ids=lambda words: " ".join(words) or "camscan")
def test_every_command_explains_itself_in_eighty_columns(words: tuple[str, ...]) -> None:
    with columns(80):
        ran = camscan(*words, "--help")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0].startswith("Usage: ")
    assert all(len(line) <= 80 for line in lines)
    assert "..." not in ran.out.partition("Commands:")[2], "a short help that is cut"
    assert ran.out == camscan(*words, "-h").out.replace("\x1b", "")


@pytest.mark.parametrize("group", [words for words in EVERY if (*words, "--help") and words in {(), ("scope",)}])
def test_a_group_without_a_command_shows_what_there_is(group: tuple[str, ...]) -> None:
    ran = camscan(*group)
    assert ran.code == 2
    assert "Commands:" in ran.out + ran.err


def test_the_version() -> None:
    assert camscan("--version").out == f"camscan {__version__}\n"


def test_the_exit_codes_stand_in_the_help() -> None:
    said = " ".join(camscan("--help").out.split())
    assert "3 refused by the scope; 4 partial; 130 interrupted." in said


@pytest.mark.parametrize("arguments", [["--help"], ["scan", "--help"], ["--version"], ["scan", "--nonsense"]])
def test_what_needs_nothing_heavy_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom camscan.cli import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: pass\n"
        "print('\\nLOADED', *sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    heavy = {
        "scapy",
        "nmap",
        "zeep",
        "requests",
        "sqlalchemy",
        "alembic",
        "lxml",
        "zeroconf",
        "rich",
        "re2",
    }
    assert loaded & heavy == set()
