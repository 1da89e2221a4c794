"""Starts other people's servers for a test, and ends them with it."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

START_SECONDS = 20
"""A server that is not ready by then has failed. The wait ends as soon as it is ready."""


def program(name: str, package: str) -> str:
    """Path of a program of Debian's, or the test is skipped, saying which package it lacks."""
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if found is None:
        pytest.skip(f"{name} is not installed (Debian package {package})")
    return found


def within(seconds: float, ready: Callable[[], bool]) -> bool:
    """Asks ``ready`` until it says yes or the time is over."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def running(argv: list[str], log: Path, ready: Callable[[], bool]) -> Iterator[None]:
    """Runs a server in the foreground for as long as the block lasts, from when it is ready."""
    with log.open("wb") as out, subprocess.Popen(argv, stdout=out, stderr=out, stdin=subprocess.DEVNULL) as process:
        try:
            up = within(START_SECONDS, lambda: process.poll() is not None or ready())
            assert up and process.poll() is None, log.read_text(errors="replace")  # noqa: PT018 - one reason
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def free_port(ending: str = "") -> int:
    """A TCP port of 127.0.0.1 that nobody holds just now, with these last digits."""
    candidates = (int(f"{start}{ending}") for start in range(10, 60)) if ending else (0,)
    for candidate in candidates:
        try:
            with socket.create_server(("127.0.0.1", candidate)) as server:
                return int(server.getsockname()[1])
        except OSError:
            continue
    raise AssertionError("no port is free")


def accepts(port: int) -> bool:
    """Whether somebody listens on a port of 127.0.0.1."""
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0
