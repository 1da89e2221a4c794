"""The command line for tests: in this process where that is quick, as a process of its own where it scans.

A scan that was started as root gives root up for good, so it never runs in the process of the tests.
"""

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from camscan.cli import main
from camscan.lab import LoopbackEstate, scope_toml

PROGRAM = (sys.executable, "-m", "camscan")
LAST_DAY = "2099-12-31"

SCOPE = f"""\
[authorisation]
organisation = "Example Borough Council"
authorised_by = "Head of ICT"
reference = "CHG-1234"
expires = {LAST_DAY}

[[site]]
name = "Town Hall"
networks = ["10.1.0.0/22"]
exclude = ["10.1.3.10"]
"""


@dataclass(frozen=True)
class Ran:
    """What a command did: exit code, data, talk."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Demo:
    """What `camscan demo` said, and what it left in ``folder``. Read it; copy what is to be changed."""

    folder: Path
    ran: Ran

    @property
    def scope(self) -> Path:
        return self.folder / "camscan.toml"

    def ask(self, *arguments: object) -> Ran:
        """Runs a command that works on what the demo left."""
        return camscan(*arguments, "--scope", self.scope)

    def copy(self, folder: Path) -> "Demo":
        """The same in a folder of its own, to be spoilt."""
        for file in self.folder.iterdir():  # the log of the database is part of it
            if file.is_file():
                shutil.copy(file, folder / file.name)
        return Demo(folder, self.ran)


def run_demo(parent: Path) -> Demo:
    """Runs `camscan demo` as a process of its own."""
    folder = parent / "camscan-demo"
    return Demo(folder, process("demo", "--folder", folder, before=apart()))


def camscan(*arguments: object, stdin: str = "", terminal: bool = False) -> Ran:
    """Runs a command in this process. Use ``process`` for scans. ``terminal`` says what stdin claims to be."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    given = io.StringIO(stdin)
    code = 0
    no_scan = mock.patch(
        "camscan.cli.session.drop_privileges", side_effect=AssertionError("scan in a process of its own")
    )
    with redirect_stdout(out), redirect_stderr(err), mock.patch("sys.stdin", given), no_scan:
        if terminal:
            given.isatty = lambda: True  # type: ignore[method-assign]  # that is the point
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
    texts = []
    for stream in (out, err):
        stream.flush()
        raw = stream.buffer
        assert isinstance(raw, io.BytesIO)
        texts.append(raw.getvalue().decode())
    return Ran(code, texts[0], texts[1])


def process(
    *arguments: object,
    cwd: Path | None = None,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
    before: Sequence[str] = (),
) -> Ran:
    """Runs a command as a process of its own, ``before`` in front of it."""
    done = subprocess.run(
        [*before, *PROGRAM, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        timeout=100,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def started(*arguments: object, env: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
    """The same, still running."""
    return subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(env or {})},
    )


def apart() -> tuple[str, ...]:
    """What runs a program in a network of its own, where this process may make one: two demos would share addresses."""
    alone = ("unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
    if shutil.which("unshare") and shutil.which("ip") and subprocess.run([*alone, "true"], check=False).returncode == 0:
        return alone
    return ()


def scope_of(folder: Path, text: str = SCOPE) -> Path:
    """A scope file in ``folder``."""
    path = folder / "camscan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def scope_for(estate: LoopbackEstate, folder: Path) -> Path:
    """The scope file of a running estate."""
    return scope_of(folder, scope_toml(estate))


@contextmanager
def columns(width: int) -> Iterator[None]:
    """A terminal of this width for what runs within."""
    with mock.patch.dict(os.environ, {"COLUMNS": str(width), "FORCE_COLOR": "1", "TERM": "xterm"}):
        yield


def connections(estate: LoopbackEstate) -> int:
    """Connections that the devices of a running estate have taken. Questions by multicast are not counted: every
    program on this machine that scans its loopback interface asks them too."""
    return estate.stats().total("connections")
