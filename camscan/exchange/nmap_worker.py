"""Calls nmap for one batch of addresses. The only file that imports python-nmap (GPL-3.0-or-later), and therefore a
process of its own: ``python -m camscan.exchange.nmap_worker``. Start it through ``nmap_run``, never import it.

Standard input is ``{"addresses": [...], "ports": [...], "rate": packets a second, "timeout": seconds}`` in JSON,
standard output nmap's XML; see the EXIT constants for the rest. python-nmap splits its host string as a shell
would, so that a "host" may hold options (python-nmap 0.7.1, ``PortScanner.scan``; the same trap in python-libnmap was
CVE-2022-30284). Here that string is joined from ``ipaddress`` objects alone, which print as digits, dots and colons.
"""

import json
import sys
from collections.abc import Sequence
from io import BytesIO
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import nmap  # noqa: TID251 - this is its one place

from camscan.errors import ParseError
from camscan.exchange.imported import device_address
from camscan.safe.xml import stream_file

EXIT_USAGE = 2
EXIT_ABSENT = 3
EXIT_TIMEOUT = 4
EXIT_FAILED = 5

REQUEST_BYTES = 1 << 20
MAX_ADDRESSES = 1024
MAX_PORTS = 64
MAX_RATE = 10_000
MAX_TIMEOUT = 24 * 3600


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


def checked(request: object) -> tuple[list[IPv4Address | IPv6Address], list[int], int, int]:
    """Addresses, ports, rate and timeout of a request. Raises ValueError for anything that is not plainly one."""
    if not isinstance(request, dict):
        raise ValueError("the request is not an object")  # noqa: TRY004 - one error for every bad request
    addresses = [_address(item) for item in _list(request, "addresses", MAX_ADDRESSES)]
    if len({ip.version for ip in addresses}) != 1:
        raise ValueError("addresses: one family at a time")
    ports = [_number(item, "ports", 65535) for item in _list(request, "ports", MAX_PORTS)]
    return (
        addresses,
        ports,
        _number(request.get("rate"), "rate", MAX_RATE),
        _number(request.get("timeout"), "timeout", MAX_TIMEOUT),
    )


def main() -> int:
    """One request, one run of nmap."""
    try:
        addresses, ports, rate, timeout = checked(json.loads(sys.stdin.buffer.read(REQUEST_BYTES)))
    except (ValueError, RecursionError) as error:
        return _end(EXIT_USAGE, f"not a request: {error}")
    try:
        scanner = _GuardedScanner()
    except nmap.PortScannerError:
        return _end(EXIT_ABSENT, "nmap is not installed")
    try:
        scanner.scan(
            hosts=" ".join(str(ip) for ip in addresses),
            ports=",".join(str(port) for port in ports),
            arguments=arguments(addresses, rate),
            timeout=timeout,
        )
    except nmap.PortScannerTimeout:
        return _end(EXIT_TIMEOUT, f"nmap took longer than {timeout} s")
    except (nmap.PortScannerError, ParseError, AttributeError, KeyError, ValueError) as error:
        # Of XML that lacks what it expects, python-nmap says so by whatever its reading stumbles over.
        return _end(EXIT_FAILED, f"nmap's answer cannot be read: {error}")
    sys.stdout.buffer.write(scanner.get_nmap_last_output())
    return 0


def _end(code: int, reason: str) -> int:
    sys.stderr.write(reason[:2000] + "\n")
    return code


def _list(request: dict[object, object], name: str, most: int) -> list[object]:
    items = request.get(name)
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
