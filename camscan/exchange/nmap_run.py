"""Lets nmap look at hosts that stayed unknown. The caller has checked the scope and has written the audit log.

nmap runs below a process of our own that alone uses python-nmap (see ``nmap_worker``); both are gone when ``Nmap.run``
returns or is interrupted, and when the ``with`` block ends.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from io import BytesIO
from ipaddress import IPv4Address, IPv6Address
from types import TracebackType
from typing import IO, Self

import psutil

from camscan.errors import UsageError
from camscan.evidence import IPAddress
from camscan.exchange import nmap_xml
from camscan.exchange.imported import Gathering, Imported
from camscan.safe.text import neutralise

BATCH = 256
"""Addresses of one run of nmap: what is lost at most when one fails."""

GRACE_SECONDS = 15
"""How much longer than nmap our process for it may take."""

_WORKER = "camscan.exchange.nmap_worker"
_EXIT_ABSENT, _TIMEOUT = 3, 4  # as in nmap_worker, which is not imported here
_ADVICE = (
    "nmap is not installed, or not in PATH. Install it (Debian, Ubuntu: sudo apt install nmap; others: https://nmap.org)"
    " or leave --with-nmap out."
)


def available() -> bool:
    """Whether there is an nmap to call, in PATH or in one of the places that python-nmap tries."""
    return any(shutil.which(name) for name in ("nmap", "/usr/bin/nmap", "/usr/local/bin/nmap", "/opt/local/bin/nmap"))


class Nmap:
    """The process that calls nmap. Make it before root is given up: afterwards it may not be possible to start one.
    It gives up root itself, waits, and looks once. Raises UsageError where it cannot be started."""

    def __init__(self) -> None:
        with ExitStack() as files:
            self._out: IO[bytes] = files.enter_context(tempfile.TemporaryFile())
            self._err: IO[bytes] = files.enter_context(tempfile.TemporaryFile())
            try:
                # -P: a file nmap.py in the current folder is not python-nmap.
                self._worker = subprocess.Popen(  # noqa: S603 - our own interpreter and module, nothing from outside
                    [sys.executable, "-P", "-m", _WORKER], stdin=subprocess.PIPE, stdout=self._out, stderr=self._err
                )
            except OSError as error:
                raise UsageError(f"The process that calls nmap cannot be started: {error.strerror}.") from None
            self._files = files.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _end_tree(self._worker)
        if self._worker.stdin is not None:
            with suppress(OSError):
                self._worker.stdin.close()
        self._files.close()

    def run(self, addresses: Iterable[IPAddress], ports: Sequence[int], rate: int, timeout_s: float) -> Imported:
        """What nmap finds open at ``addresses``: whole TCP connections to ``ports``, at most ``rate`` packets a second.

        ``timeout_s`` bounds the whole run. ``skipped`` tells what was not looked at. To be called once. Raises
        UsageError where there is no nmap, and ValueError for anything but plain addresses.
        """
        wanted = list(dict.fromkeys(addresses))
        for ip in wanted:
            if type(ip) not in (IPv4Address, IPv6Address) or "%" in str(ip):
                raise ValueError(f"nmap is given plain addresses only, not {ip!r}")
        found = Gathering(nmap_xml.FORM)
        batches = list(_batches(wanted))
        if batches:
            self._ask(batches, ports, rate, timeout_s)
            self._read(batches, found)
        return found.done()

    def _ask(self, batches: Sequence[Sequence[IPAddress]], ports: Sequence[int], rate: int, seconds: float) -> None:
        request = {
            "batches": [[str(ip) for ip in batch] for batch in batches],
            "ports": list(ports),
            "rate": rate,
            "timeout": max(1, int(seconds)),
        }
        try:
            with suppress(subprocess.TimeoutExpired):
                self._worker.communicate(json.dumps(request).encode(), timeout=seconds + GRACE_SECONDS)
        finally:
            _end_tree(self._worker)
        if self._worker.returncode == _EXIT_ABSENT:
            raise UsageError(_ADVICE)

    def _read(self, batches: Sequence[Sequence[IPAddress]], found: Gathering) -> None:
        self._out.seek(0)
        self._err.seek(0)
        for batch in batches:
            where = f"{len(batch)} addresses from {batch[0]} on"
            line = self._out.readline()
            head = json.loads(line) if line.endswith(b"\n") else None
            told = self._out.read(head["bytes"]) if head else b""
            if head is None or len(told) < head["bytes"]:
                # Ended by us, or by a fault of its own: then it has said something.
                said = neutralise(self._err.read(2000).decode("utf-8", "replace").strip())
                found.skip(_not_looked_at(where, said if self._worker.returncode > 0 else ""))
            elif head["code"]:
                found.skip(_not_looked_at(where, "" if head["code"] == _TIMEOUT else neutralise(head["reason"])))
            else:
                _take(nmap_xml.read_stream(BytesIO(told), "nmap"), frozenset(batch), found)


def _not_looked_at(where: str, failure: str) -> str:
    if failure:
        return f"nmap failed: {where} were not looked at ({failure})"
    return f"nmap's time was up: {where} were not looked at"


def _batches(addresses: Sequence[IPAddress]) -> Iterable[Sequence[IPAddress]]:
    for version in (4, 6):
        family = [ip for ip in addresses if ip.version == version]
        for start in range(0, len(family), BATCH):
            yield family[start : start + BATCH]


def _take(result: Imported, asked: frozenset[IPAddress], found: Gathering) -> None:
    for ip, observations in result.hosts:
        if ip in asked:
            found.hosts.append((ip, observations))
        else:
            found.skip(f"nmap told of {ip}, which it was not asked about")
    found.skipped.extend(result.skipped)


def _end_tree(worker: "subprocess.Popen[bytes]") -> None:
    """Ends the worker and the nmap below it, if they still run: nmap must not go on sending on its own."""
    if worker.poll() is not None:
        return
    with suppress(psutil.Error):
        parent = psutil.Process(worker.pid)
        parent.suspend()  # so that it starts nothing more
        for child in parent.children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
    worker.kill()
    worker.wait()
