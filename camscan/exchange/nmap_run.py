"""Lets nmap look at hosts that stayed unknown. The caller has checked the scope and has written the audit log.

nmap runs below a process of our own that alone uses python-nmap (see ``nmap_worker``); both are gone when ``run``
returns or is interrupted.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address

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
_EXIT_ABSENT, _EXIT_TIMEOUT = 3, 4  # as in nmap_worker, which is not imported here
_ADVICE = (
    "nmap is not installed, or not in PATH. Install it (Debian, Ubuntu: sudo apt install nmap; others: https://nmap.org)"
    " or leave --with-nmap out."
)


def available() -> bool:
    """Whether there is an nmap to call, in PATH or in one of the places that python-nmap tries."""
    return any(shutil.which(name) for name in ("nmap", "/usr/bin/nmap", "/usr/local/bin/nmap", "/opt/local/bin/nmap"))


def run(addresses: Iterable[IPAddress], ports: Sequence[int], rate: int, timeout_s: float) -> Imported:
    """What nmap finds open at ``addresses``: whole TCP connections to ``ports``, at most ``rate`` packets a second.

    ``timeout_s`` bounds the whole run. ``skipped`` tells what was not looked at. Raises UsageError where there is no
    nmap, and ValueError for anything but plain addresses.
    """
    wanted = list(dict.fromkeys(addresses))
    for ip in wanted:
        if type(ip) not in (IPv4Address, IPv6Address) or "%" in str(ip):
            raise ValueError(f"nmap is given plain addresses only, not {ip!r}")
    found = Gathering(nmap_xml.FORM)
    deadline = time.monotonic() + timeout_s
    for batch in _batches(wanted):
        left = deadline - time.monotonic()
        if left < 1:
            found.skip(f"nmap's time was up: {len(batch)} addresses from {batch[0]} on were not looked at")
        else:
            _run_batch(batch, ports, rate, left, found)
    return found.done()


def _batches(addresses: Sequence[IPAddress]) -> Iterable[Sequence[IPAddress]]:
    for version in (4, 6):
        family = [ip for ip in addresses if ip.version == version]
        for start in range(0, len(family), BATCH):
            yield family[start : start + BATCH]


def _run_batch(batch: Sequence[IPAddress], ports: Sequence[int], rate: int, seconds: float, found: Gathering) -> None:
    request = {"addresses": [str(ip) for ip in batch], "ports": list(ports), "rate": rate, "timeout": int(seconds)}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            # -P: a file nmap.py in the current folder is not python-nmap.
            worker = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module, nothing from outside
                [sys.executable, "-P", "-m", _WORKER], stdin=subprocess.PIPE, stdout=out, stderr=err
            )
        except OSError as error:
            raise UsageError(f"The process that calls nmap cannot be started: {error.strerror}.") from None
        late = False
        try:
            worker.communicate(json.dumps(request).encode(), timeout=seconds + GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            late = True
        finally:
            _end_tree(worker)
        out.seek(0)
        err.seek(0)
        said = neutralise(err.read(2000).decode("utf-8", "replace").strip())
        where = f"{len(batch)} addresses from {batch[0]} on"
        if worker.returncode == 0:
            _take(nmap_xml.read_stream(out, "nmap"), frozenset(batch), found)
        elif worker.returncode == _EXIT_ABSENT:
            raise UsageError(_ADVICE)
        elif late or worker.returncode == _EXIT_TIMEOUT:
            found.skip(f"nmap's time was up: {where} were not looked at")
        else:
            found.skip(f"nmap failed: {where} were not looked at ({said})")


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
