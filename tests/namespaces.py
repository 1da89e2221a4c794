"""Two network namespaces joined by a cable, for tests of what only a kernel can show."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

_NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Namespace:
    """One end: ``run`` a program there, or ``python`` code that prints one JSON value."""

    name: str

    def run(self, *argv: str) -> str:
        ran = subprocess.run(
            ["ip", "netns", "exec", self.name, *argv], capture_output=True, text=True, check=False, timeout=60
        )
        assert ran.returncode == 0, f"{' '.join(argv)}: {ran.stdout}{ran.stderr}"
        return ran.stdout

    def python(self, code: str, *argv: str, **variables: str) -> Any:
        given = [f"{name}={value}" for name, value in variables.items()]
        return json.loads(self.run("env", *given, sys.executable, "-c", code, *argv).splitlines()[-1])


def require_root() -> None:
    """Skips the test where this process cannot make namespaces or change its user."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("needs root, Linux and iproute2")


@contextmanager
def cabled(near: str = "10.77.0.1/24", far: str = "10.77.0.2/24") -> Iterator[tuple[Namespace, Namespace]]:
    """Two namespaces, ``eth7`` in each, with these addresses and no way to anywhere else."""
    require_root()
    number = f"{os.getpid()}-{next(_NUMBERS)}"
    ends = Namespace(f"cs-near-{number}"), Namespace(f"cs-far-{number}")
    made: list[Namespace] = []
    try:
        for end in ends:
            _ip("netns", "add", end.name)
            made.append(end)
            _ip("-n", end.name, "link", "set", "lo", "up")
        _ip("-n", ends[0].name, "link", "add", "eth7", "type", "veth", "peer", "name", "eth7", "netns", ends[1].name)
        for end, address in zip(ends, (near, far), strict=True):
            _ip("-n", end.name, "address", "add", address, "brd", "+", "dev", "eth7")
            _ip("-n", end.name, "link", "set", "eth7", "up")
        yield ends
    finally:
        for end in made:
            _ip("netns", "delete", end.name)


def _ip(*argv: str) -> None:
    ran = subprocess.run(["ip", *argv], capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, f"ip {' '.join(argv)}: {ran.stderr}"
