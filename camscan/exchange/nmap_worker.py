"""Calls nmap for batches of addresses. The only file that imports python-nmap (GPL-3.0-or-later), and therefore a
process of its own: ``python -m camscan.exchange.nmap_worker``. Start it through ``nmap_run``, never import it.

It is started while the scan is still root, since a Python below /root cannot be started later, gives up root itself
before it reads anything, and waits. Standard input is ``{"batches": [[address, ...], ...], "ports": [...],
"rate": packets a second, "timeout": seconds for all of it}`` in JSON. Standard output has for each batch a line
``{"bytes": n, "code": 0, "reason": ""}`` and n bytes of nmap's XML. Codes and exit codes are the constants below.

python-nmap splits its host string as a shell would, so that a "host" may hold options (python-nmap 0.7.1,
``PortScanner.scan``; the same trap in python-libnmap was CVE-2022-30284). Here that string is joined from
``ipaddress`` objects alone, which print as digits, dots and colons.
"""

import json
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import nmap  # noqa: TID251 - this is its one place

from camscan.errors import ParseError
from camscan.exchange.imported import device_address
from camscan.net.privileges import drop_privileges, is_root, load
from camscan.safe.xml import stream_file

EXIT_USAGE = 2
EXIT_ABSENT = 3
TIMEOUT = 4
FAILED = 5

REQUEST_BYTES = 4 << 20
MAX_BATCHES = 1024
MAX_ADDRESSES = 1024
MAX_PORTS = 64
MAX_RATE = 10_000
MAX_TIMEOUT = 24 * 3600

_NEEDED = ("encodings.*", "pyexpat", "xml.etree.ElementTree", "xml.parsers.expat", "camscan.safe.xml")
"""What python-nmap and our reader may load late. Not ``preload``, which loads scapy: no process has both."""


class _GuardedScanner(nmap.PortScanner):  # type: ignore[misc]  # python-nmap ships no types
    """python-nmap, whose own XML reader sees only what has passed our door."""

    def analyse_nmap_xml_scan(self, nmap_xml_output: bytes = b"", *args: Any, **more: Any) -> Any:
        for _ in stream_file(BytesIO(nmap_xml_output), "host", "nmaprun"):
            pass
        return super().analyse_nmap_xml_scan(nmap_xml_output, *args, **more)


def arguments(addresses: Sequence[IPv4Address | IPv6Address], rate: int) -> str:
    """What nmap is told: no names, no ping, whole TCP connections, at most ``rate`` packets a second, one retry, no
    version probes and no scripts."""
    family = "-6 " if addresses[0].version == 6 else ""
    return f"{family}-n -Pn -sT --max-rate {rate} --max-retries 1"


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be looked at. ``rate`` in packets a second, ``timeout`` in seconds for all batches together."""

    batches: tuple[tuple[IPv4Address | IPv6Address, ...], ...]
    ports: tuple[int, ...]
    rate: int
    timeout: int


def checked(request: object) -> Request:
    """The request, taken apart. Raises ValueError for anything that is not plainly one."""
    if not isinstance(request, dict):
        raise ValueError("the request is not an object")  # noqa: TRY004 - one error for every bad request
    return Request(
        batches=tuple(_batch(item) for item in _list(request.get("batches"), "batches", MAX_BATCHES)),
        ports=tuple(_number(item, "ports", 65535) for item in _list(request.get("ports"), "ports", MAX_PORTS)),
        rate=_number(request.get("rate"), "rate", MAX_RATE),
        timeout=_number(request.get("timeout"), "timeout", MAX_TIMEOUT),
    )


def main() -> int:
    """One request, and nmap for each of its batches."""
    if is_root():
        load(_NEEDED)
        drop_privileges()
    try:
        request = checked(json.loads(sys.stdin.buffer.read(REQUEST_BYTES)))
    except (ValueError, RecursionError) as error:
        return _end(EXIT_USAGE, f"not a request: {error}")
    try:
        scanner = _GuardedScanner()
    except nmap.PortScannerError:
        return _end(EXIT_ABSENT, "nmap is not installed")
    deadline = time.monotonic() + request.timeout
    for batch in request.batches:
        code, reason = _look(scanner, batch, request, deadline - time.monotonic())
        told = b"" if code else scanner.get_nmap_last_output()
        head = {"bytes": len(told), "code": code, "reason": reason[:2000]}
        sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + told)
        sys.stdout.buffer.flush()
    return 0


def _look(
    scanner: _GuardedScanner, batch: Sequence[IPv4Address | IPv6Address], request: Request, seconds: float
) -> tuple[int, str]:
    if seconds <= 0:
        return TIMEOUT, "the time was up"
    try:
        scanner.scan(
            hosts=" ".join(str(ip) for ip in batch),
            ports=",".join(str(port) for port in request.ports),
            arguments=arguments(batch, request.rate),
            timeout=math.ceil(seconds),
        )
    except nmap.PortScannerTimeout:
        return TIMEOUT, f"nmap took longer than {math.ceil(seconds)} s"
    except (nmap.PortScannerError, ParseError, AttributeError, KeyError, ValueError) as error:
        # Of XML that lacks what it expects, python-nmap says so by whatever its reading stumbles over.
        return FAILED, f"nmap's answer cannot be read: {error}"
    return 0, ""


def _end(code: int, reason: str) -> int:
    sys.stderr.write(reason[:2000] + "\n")
    return code


def _batch(item: object) -> tuple[IPv4Address | IPv6Address, ...]:
    addresses = tuple(_address(one) for one in _list(item, "addresses", MAX_ADDRESSES))
    if len({ip.version for ip in addresses}) != 1:
        raise ValueError("addresses: one family at a time")
    return addresses


def _list(items: object, name: str, most: int) -> list[object]:
    if not isinstance(items, list) or not 0 < len(items) <= most:
        raise ValueError(f"{name}: a list of 1 to {most}")
    return items


def _address(item: object) -> IPv4Address | IPv6Address:
    ip = device_address(item) if isinstance(item, str) else None
    if ip is None:
        raise ValueError(f"addresses: {item!r} is none")
    return ip


def _number(item: object, name: str, most: int) -> int:
    if type(item) is not int or not 0 < item <= most:
        raise ValueError(f"{name}: a whole number from 1 to {most}")
    return item


if __name__ == "__main__":
    sys.exit(main())
