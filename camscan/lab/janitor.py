"""Puts things back when an estate with namespaces ends, however it ends: ``python -m camscan.lab.janitor``.

It waits for the end of its standard input, a pipe that only the estate's process holds. So it works after a plain
exit, an exception, Ctrl-C, SIGTERM and SIGKILL alike, and there is one way of cleaning up instead of five.
"""

import sys

if sys.platform != "linux":
    raise ImportError("network namespaces exist only on Linux")

import contextlib
import fcntl
import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

LEDGER = Path("/run/camscan-lab.json")
"""Which kernel settings were found, and which estates still need them raised."""

WANTED = {
    "net/ipv4/neigh/default/gc_thresh1": 8192,
    "net/ipv4/neigh/default/gc_thresh2": 16384,
    "net/ipv4/neigh/default/gc_thresh3": 32768,
    "net/core/netdev_max_backlog": 20000,
}
"""The neighbour table and the receive backlog are shared by all namespaces and too small for 1,000 devices."""


def raise_settings(who: str) -> None:
    """Raises the settings for one estate. What cannot be raised (a container, a namespace) stays as it is."""
    with _ledger() as content:
        content["users"] = [*content["users"], who]
        for name, wanted in WANTED.items():
            path = Path("/proc/sys", name)
            with contextlib.suppress(OSError, ValueError):
                found = int(path.read_text())
                if found < wanted:
                    content["found"].setdefault(name, found)
                    path.write_text(str(wanted))


def lower_settings(who: str) -> None:
    """Ends one estate's need; after the last one, the settings are as they were found."""
    with _ledger() as content:
        content["users"] = [user for user in content["users"] if user != who]
        if not content["users"]:
            for name, found in content["found"].items():
                with contextlib.suppress(OSError):
                    Path("/proc/sys", name).write_text(str(found))
            content["found"] = {}


@contextlib.contextmanager
def _ledger() -> Iterator[dict]:  # type: ignore[type-arg]  # JSON: {"users": [...], "found": {...}}
    with LEDGER.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        try:
            content = json.load(file)
        except ValueError:
            content = {"users": [], "found": {}}
        yield content
        file.seek(0)
        file.truncate()
        json.dump(content, file)


def main(who: str, namespaces: list[str]) -> None:
    """Waits for the end of standard input, then removes the namespaces and lowers the settings."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.read()
    for name in namespaces:
        subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)  # noqa: S603, S607 - our own names
    lower_settings(who)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
