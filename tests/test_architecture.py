"""The rules of the house that a machine can check: layers, doors, sizes, tests beside the code."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "camscan"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors",),
    ("safe",),
    ("evidence",),
    ("device", "gaps", "scope_lines"),
    ("scope",),
    ("audit",),
    ("discover.shape", "interrogate.shape"),  # the forms of a question: net carries them, protocols fill them
    ("discover", "interrogate", "net"),
    ("owner",),
    ("doctor", "identify", "scan", "scope_new"),
    ("data_files", "data_folder", "inventory"),
    ("data_update", "egress", "exchange", "report"),
    ("listen",),
    ("lab",),
    ("cli",),
    ("__main__",),
)
"""Each layer imports only from those before it, and nothing from its neighbours on the same line."""

NARROW = {
    "discover": {"errors", "safe", "evidence"},
    "interrogate": {"errors", "safe", "evidence"},
    "identify": {"errors", "safe", "evidence", "device", "gaps"},
}
"""Layers that are pure, and all that they may import: protocols never see a socket, verdicts never see a network."""

SIDEWAYS = {
    ("camscan.net.tcp", "camscan.interrogate.tls"): "hands over the certificates in the form that tls.parse reads",
}
"""Imports between neighbours of one layer that are allowed, each with its reason."""

NETWORK = ("camscan.net", "camscan.lab")  # the virtual estate is made of servers
DOORS: dict[str, tuple[str, ...]] = {
    "socket": NETWORK,
    "socketserver": NETWORK,
    "ssl": NETWORK,
    "select": NETWORK,
    "selectors": NETWORK,
    "http.client": NETWORK,
    "http.server": NETWORK,
    "urllib.request": NETWORK,
    "ftplib": (),
    "smtplib": (),
    "xmlrpc": (),
    "requests": ("camscan.net.session",),
    "urllib3": ("camscan.net.session",),
    "xml": ("camscan.safe.xml",),
    "lxml": ("camscan.safe.xml",),
    "re": (),
    "re2": ("camscan.safe.pattern",),
    "scapy": ("camscan.net.frames",),
    "nmap": ("camscan.exchange.nmap_worker",),
    "zeep": ("camscan.owner.onvif",),
    "onvif": (),
    "zeroconf": ("camscan.discover.mdns", "camscan.lab"),
    "duckdb": ("camscan.egress.engine",),
    "sqlalchemy": ("camscan.inventory",),
    "alembic": ("camscan.inventory",),
    "pickle": (),
    "marshal": (),
    "shelve": (),
}
"""Modules that open a door to the outside, and the only places that may use each."""

SOCKET_CALLS = {
    "create_connection",
    "create_datagram_endpoint",
    "create_server",
    "open_connection",
    "open_unix_connection",
    "start_server",
    "start_unix_server",
}
"""Ways to a socket that need no import of socket."""

UNTESTED = {
    "camscan/inventory/migrations/": "migrations run in every test of the store",
}
"""Files without a test file of their own, each with its reason. A path that ends in / is a folder."""


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@cache
def _imports(module: str) -> frozenset[str]:
    """Every module that ``module`` imports, at the top or inside a function, by its full name."""
    found: set[str] = set()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports relatively"
            source = node.module or ""
            names = [f"{source}.{alias.name}" for alias in node.names]
            found.update(name if name in MODULES else source for name in names)
            # "from http import client" and "from urllib import request" name a module too.
            found.update(name for name in names if name in DOORS)
    return frozenset(found)


def _within(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(prefix + ".")


def _layer(module: str) -> tuple[int, str]:
    """Number and name of the layer of a module; the longest name that fits."""
    inner = module.removeprefix("camscan.")
    fits = [(len(name), number, name) for number, layer in enumerate(LAYERS) for name in layer if _within(inner, name)]
    assert fits, f"{module} has no layer: list it in LAYERS of this test, where its imports allow"
    _, number, name = max(fits)
    return number, name


def _edges() -> Iterator[tuple[str, str]]:
    for module in MODULES:
        for imported in _imports(module):
            if imported in MODULES and imported != module and "camscan" not in (module, imported):
                yield module, imported


def test_imports_flow_one_way() -> None:
    wrong = []
    for module, imported in _edges():
        (own_number, own_name), (number, name) = _layer(module), _layer(imported)
        sideways = number == own_number and name != own_name and (module, imported) not in SIDEWAYS
        if number > own_number or sideways:
            wrong.append(f"{module} imports {imported}")
    assert not wrong


def test_pure_layers_import_nothing_else() -> None:
    wrong = []
    for module, imported in _edges():
        own, other = _layer(module)[1].partition(".")[0], _layer(imported)[1].partition(".")[0]
        if own in NARROW and other != own and other not in NARROW[own]:
            wrong.append(f"{module} imports {imported}")
    assert not wrong


def test_exceptions_are_still_needed() -> None:
    edges = set(_edges())
    assert [pair for pair in SIDEWAYS if pair not in edges and pair[0] in MODULES] == []
    assert [path for path in UNTESTED if not (ROOT / path).exists()] == []


def test_each_door_is_used_only_where_it_stands() -> None:
    wrong = []
    for module in MODULES:
        for imported in _imports(module):
            for door, places in DOORS.items():
                if _within(imported, door) and not any(_within(module, place) for place in places):
                    wrong.append(f"{module} imports {imported}")
    assert not wrong


def test_no_other_way_leads_to_a_socket_or_to_code_in_data() -> None:
    wrong = []
    for module in MODULES:
        in_network = any(_within(module, place) for place in NETWORK)
        for node in ast.walk(_tree(module)):
            if isinstance(node, ast.Attribute) and node.attr in SOCKET_CALLS and not in_network:
                wrong.append(f"{module}:{node.lineno} uses {node.attr}")
            if isinstance(node, ast.Name) and node.id in {"eval", "exec", "__import__"}:
                wrong.append(f"{module}:{node.lineno} uses {node.id}")
    assert not wrong


def _closure(start: str) -> set[str]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        module = todo.pop()
        if module in MODULES and module not in seen:
            seen.add(module)
            todo.extend(_imports(module))
            todo.append(module.rpartition(".")[0])  # importing a module runs its packages first
    return seen


def _users(library: str) -> set[str]:
    return {module for module in MODULES if any(_within(imported, library) for imported in _imports(module))}


def test_scapy_and_nmap_never_meet_in_one_process() -> None:
    """Their licences (GPL-2.0-only and GPL-3.0-or-later) do not combine. nmap's module runs as a process of its own."""
    workers = _users("nmap")
    wrong = [module for module in MODULES if module not in workers and workers & _closure(module)]
    assert not wrong, "a module that uses python-nmap is started as a process, never imported"
    for worker in workers:
        assert not _closure(worker) & _users("scapy")


def _needs_test(path: Path) -> bool:
    """A file without a function only declares things; what uses them is tested."""
    shown = path.relative_to(ROOT).as_posix()
    excused = any(shown == name or (name.endswith("/") and shown.startswith(name)) for name in UNTESTED)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return not excused and any(isinstance(node, functions) for node in ast.walk(_tree(_name(path))))


def _has_test(path: Path) -> bool:
    parts = [part.strip("_") for part in _name(path).split(".")[1:]] or ["package"]
    return (ROOT / "tests" / f"test_{'_'.join(parts)}.py").exists()


def test_each_source_file_has_its_test_file() -> None:
    alone = [path for path in MODULES.values() if _needs_test(path) and not _has_test(path)]
    assert [path.relative_to(ROOT).as_posix() for path in alone] == []


@pytest.mark.parametrize("folder", ["camscan", "tests", "benchmarks"])
def test_no_file_holds_more_than_one_idea(folder: str) -> None:
    sizes = {path.relative_to(ROOT).as_posix(): _lines(path) for path in (ROOT / folder).rglob("*.py")}
    assert {name: size for name, size in sizes.items() if size > 400} == {}


def _lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def test_tests_import_one_another_by_bare_name() -> None:
    """mypy refuses a file that it meets under two names."""
    wrong = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("*.py")
        if re.search(r"^\s*(from|import) tests\b", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    ]
    assert not wrong


def test_each_module_says_what_it_is_for() -> None:
    assert [module for module in MODULES if not ast.get_docstring(_tree(module))] == []


def _run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_help_imports_nothing_heavy() -> None:
    out = _run(
        "import sys; sys.argv = ['camscan', '--help']\n"
        "from camscan.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('\\nLOADED', *sorted(name for name in sys.modules if '.' not in name))\n"
    )
    loaded = set(out.rpartition("LOADED")[2].split())
    assert "camscan" in loaded
    heavy = {"alembic", "duckdb", "lxml", "nmap", "onvif", "requests", "scapy", "sqlalchemy", "zeep", "zeroconf"}
    assert loaded & heavy == set()


TEXTS = ("*.py", "*.md", "*.toml", "*.json", "*.jsonl", "*.csv", "*.txt", "*.cfg", "*.ini", "Makefile", "run", "*.html")
OURS = (".ci", "benchmarks", "camscan", "docs", "signatures", "tests")
FORBIDDEN = re.compile(r"(?<!\w)/work(?![\w-])|(?<!\w)shared/|\bTODO\b|\bFIXME\b|raise NotImplementedError")


def _texts() -> Iterator[Path]:
    for folder in OURS:
        yield from chain.from_iterable((ROOT / folder).rglob(pattern) for pattern in TEXTS)
    yield from chain.from_iterable(ROOT.glob(pattern) for pattern in TEXTS)


def test_no_text_mentions_another_place_or_unfinished_work() -> None:
    wrong = []
    for path in _texts():
        if path == Path(__file__).resolve():  # which must name what it forbids
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if FORBIDDEN.search(line):
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert not wrong
