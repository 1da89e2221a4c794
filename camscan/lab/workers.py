"""Starts the serving processes of an estate, speaks with them, and ends them."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import camscan
from camscan.errors import UsageError

DEVICES_EACH = 300
"""Devices that one process answers for with ease, all at once."""

MOST = 4
END_SECONDS = 10


class Workers:
    """Processes that serve. ``prefix`` is put before their command line (to enter a network namespace).

    They start at once, and serve after ``begin``: Python takes longer to start than most estates take to build.
    """

    def __init__(self, count: int, prefix: Sequence[str] = ()) -> None:
        self.multicast = False
        self._processes = [_start(prefix) for _ in range(count)]

    def begin(self, plans: Sequence[str]) -> None:
        """Gives each process its plan and waits until all serve. Raises UsageError where one cannot."""
        for process, plan in zip(self._processes, plans, strict=True):
            _tell(process, plan)
        ready = [_hear(process) for process in self._processes]
        self.multicast = all(line.get("multicast", False) for line in ready)

    def ask(self, command: str) -> list[dict[str, Any]]:
        """Sends one command to every process; their answers."""
        for process in self._processes:
            _tell(process, command)
        return [_hear(process) for process in self._processes]

    def stop(self) -> None:
        """Ends all processes, by force if they do not follow."""
        for process in self._processes:
            with contextlib.suppress(OSError):
                _pipe(process.stdin).close()
        for process in self._processes:
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _pipe(process.stdout).close()
        self._processes.clear()


def shares(count: int) -> int:
    """How many processes serve that many devices."""
    return max(1, min(MOST, -(-count // DEVICES_EACH), os.cpu_count() or 1))


def module_argv(module: str) -> list[str]:
    """Command line that runs a module of this very package, whatever the current folder holds."""
    return [sys.executable, "-P", "-m", module]


def module_environment() -> dict[str, str]:
    """Environment for ``module_argv``."""
    home = str(Path(camscan.__file__).parents[1])
    known = os.environ.get("PYTHONPATH", "")
    return os.environ | {"PYTHONPATH": f"{home}{os.pathsep}{known}" if known else home}


def _start(prefix: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own module, with arguments made here
        [*prefix, *module_argv("camscan.lab.worker")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=module_environment(),
    )


def _tell(process: subprocess.Popen[str], line: str) -> None:
    with contextlib.suppress(BrokenPipeError):  # it has ended; what it said last is heard next
        _pipe(process.stdin).write(line + "\n")
        _pipe(process.stdin).flush()


def _hear(process: subprocess.Popen[str]) -> dict[str, Any]:
    line = _pipe(process.stdout).readline()
    if not line:
        raise UsageError(f"a process of the virtual estate ended with code {process.wait(END_SECONDS)}")
    answer: dict[str, Any] = json.loads(line)
    if "error" in answer:
        raise UsageError(f"the virtual estate could not start: {answer['error']}")
    return answer


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None  # noqa: S101 - both pipes are asked for in _start
    return pipe
