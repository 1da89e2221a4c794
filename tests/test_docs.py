"""What the README and docs/ say is what the program does."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel

from camscan import errors, scope
from camscan.cli import app
from camscan.errors import CamscanError
from camscan.owner import credential_file
from camscan.safe.secrets import Secret

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
GUIDES = [page for page in PAGES if page.name != "CHANGELOG.md"]
COMMANDS = ROOT / "docs" / "commands.md"

GLOBAL = {"--help", "-h", "--version", "--install-completion", "--show-completion"}
OTHERS_OPTIONS = {"--user", "--platform"}
"""Options of pip and mypy that the pages mention."""


def _commands() -> dict[str, set[str]]:
    """Every command that can be called, with its options: {"scope new": {"--scope", ...}}."""
    found: dict[str, set[str]] = {}

    def visit(command: Any, words: tuple[str, ...]) -> None:  # typer carries its own copy of click
        children = getattr(command, "commands", None)
        if children is None:
            options = (param for param in command.params if param.param_type_name == "option" and not param.hidden)
            found[" ".join(words)] = {name for param in options for name in (*param.opts, *param.secondary_opts)}
            return
        for name, child in children.items():
            visit(child, (*words, name))

    visit(typer.main.get_command(app), ())
    return found


REAL = _commands()


def _code(page: Path) -> Iterator[str]:
    """Code spans of a page, and the lines of its code blocks."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^[ ]*```[a-z]*\n(.*?)^[ ]*```", text, flags=re.DOTALL | re.MULTILINE)
    for block in blocks:
        yield from (line.strip().removeprefix("$ ") for line in block.splitlines())
    rest = re.sub(r"^[ ]*```[a-z]*\n.*?^[ ]*```", "", text, flags=re.DOTALL | re.MULTILINE)
    yield from (re.sub(r"\s+", " ", span) for span in re.findall(r"`([^`]+)`", rest))


def _calls(page: Path) -> Iterator[list[str]]:
    """Every call of camscan that a page shows, as words without "camscan"."""
    for code in _code(page):
        found = re.match(r"(?:\.venv/bin/)?camscan ((?!:).+)", code)
        if found:
            yield found.group(1).split(" #")[0].split()


def _named(words: list[str]) -> str | None:
    return next((name for name in (" ".join(words[:2]), words[0]) if name in REAL), None)


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_every_command_and_option_a_page_shows_exists(page: Path) -> None:
    wrong = []
    for words in _calls(page):
        options = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        name = _named(words)
        if not options - GLOBAL and words[0].startswith(("-", "COMMAND")):
            continue
        if name is None:
            wrong.append(f"camscan {' '.join(words)}: no such command")
        elif options - REAL[name] - GLOBAL:
            wrong.append(f"camscan {' '.join(words)}: no such option")
    assert not wrong


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_every_option_a_page_names_by_itself_exists(page: Path) -> None:
    known = set().union(*REAL.values(), GLOBAL, OTHERS_OPTIONS)
    named = {code.split()[0].split("=")[0] for code in _code(page) if re.match(r"--[a-z]", code)}
    assert named - known == set()


def test_what_the_program_tells_people_to_run_exists() -> None:
    wrong = []
    for source in sorted((ROOT / "camscan").rglob("*.py")):
        for said in re.findall(r"`camscan ([^`{}\n]+)`", source.read_text(encoding="utf-8")):
            words = said.split()
            name = _named(words)
            options = {word.split("=")[0] for word in words if word.startswith("--")}
            if name is None or options - REAL[name] - GLOBAL:
                wrong.append(f"{source.relative_to(ROOT)}: camscan {said}")
    assert not wrong


def test_the_reference_names_every_command_and_option() -> None:
    sections = re.split(r"^## ", COMMANDS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    told = {}
    for section in sections:
        heading, _, body = section.partition("\n")
        if heading.startswith("camscan "):
            told[heading.removeprefix("camscan ").strip()] = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", body))
    assert set(told) == set(REAL)
    for name, options in REAL.items():
        assert told[name] >= options - GLOBAL, f"camscan {name}"


def test_the_readme_names_every_command() -> None:
    shown = {_named(words) for words in _calls(ROOT / "README.md")}
    assert shown >= set(REAL)


def test_the_readme_opens_with_the_two_commands() -> None:
    first = re.search(r"```\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert first is not None
    assert first.group(1).split("\n") == ["make demo", "make test", ""]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "\ndemo:" in makefile
    assert "\ntest:" in makefile


def _tree(error: type[CamscanError]) -> Iterator[type[CamscanError]]:
    yield error
    for child in error.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _tree(child)


def test_the_exit_codes_are_those_of_the_errors() -> None:
    text = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", text, flags=re.MULTILINE)}
    raised = {error.exit_code for error in _tree(CamscanError)}
    # 0, 1 and 130 are no errors: done, findings on request, interrupted.
    assert told == raised | {0, 1, 4, 130}
    epilog = app.info.epilog or ""
    readme = (ROOT / "README.md").read_text(encoding="utf-8").partition("Exit codes:")[2].partition("]")[0]
    for where in (epilog, readme):
        assert {int(code) for code in re.findall(r"\b\d+\b", where)} == told


def _link_targets(page: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("https://", "#")):
            yield target.partition("#")[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert [target for target in _link_targets(page) if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_web_link_is_unencrypted(page: Path) -> None:
    assert "](http://" not in page.read_text(encoding="utf-8")


SCOPE_PAGE = ROOT / "docs" / "scope-file.md"
SECTIONS: dict[str, tuple[type[BaseModel], set[str]]] = {
    "[authorisation]": (scope.Authorisation, set()),
    "[[site]]": (scope.Site, set()),
    "[site.expects]": (scope.Expects, {"host", "port", "purpose"}),
    "[[site.link]]": (scope.Link, set()),
    "[limits]": (scope.Limits, set()),
}


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_setting_of_the_scope_file_is_described(heading: str) -> None:
    model, inner = SECTIONS[heading]
    text = SCOPE_PAGE.read_text(encoding="utf-8").partition(f"## {heading}")[2].partition("\n## ")[0]
    first_cells = re.findall(r"^\| (`[^|]+?) \|", text, flags=re.MULTILINE)
    told = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    assert told == set(model.model_fields)
    assert inner <= set(re.findall(r"`(\w+)`", text))


def test_the_example_scope_file_is_valid() -> None:
    example = re.search(r"```toml\n(.*?)```", SCOPE_PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert example is not None
    parsed = scope.parse(example.group(1).encode(), Path("camscan.toml"))
    assert [site.name for site in parsed.sites] == ["Town Hall", "Central Library"]


CREDENTIALS_PAGE = ROOT / "docs" / "credentials.md"


def test_the_example_credentials_are_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = re.search(r"```toml\n(.*?)```", CREDENTIALS_PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert example is not None
    file = tmp_path / "camscan-credentials.toml"
    file.touch(mode=0o600)
    file.write_text(example.group(1))
    monkeypatch.setattr(credential_file, "from_keyring", Secret)
    assert [item.name for item in credential_file.load_file(file)] == ["Town Hall cameras", "Library recorder"]


def test_every_setting_of_the_credentials_file_is_described() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", CREDENTIALS_PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert told == set(credential_file._Entry.model_fields)


def test_the_profiles_are_those_of_the_program() -> None:
    text = (ROOT / "docs" / "limits-and-gentleness.md").read_text(encoding="utf-8").replace(",", "")
    rows = re.findall(r"^\| (careful|normal|fast) \| (\d+) \| (\d+) \| (\d+) \|$", text, flags=re.MULTILINE)
    assert {name: tuple(map(int, figures)) for name, *figures in rows} == scope.PROFILES


def test_the_changelog_knows_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"\n## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
