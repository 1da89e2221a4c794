"""Reads nmap's XML (``nmap -oX``), the owner's own or that of our worker, as evidence.

Elements and attributes as in nmap's DTD (nmap.org/book/app-nmap-dtd.html). A host is taken where it is up; a port
where it is open. Imported evidence is weak: another tool's word, and maybe an old one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from camscan.errors import ParseError
from camscan.evidence import Evidence, IPAddress, Observation, Outcome, Transport, Via, observe
from camscan.exchange.imported import Gathering, Imported, device_address, unreadable
from camscan.safe.mac import mac_address
from camscan.safe.xml import Element, stream_file

FORM = "nmap XML"
PROBE = "nmap"

_PROTOCOLS = ("tcp", "udp")


def read(path: Path) -> Imported:
    """Every host that is up in an nmap XML file.

    A host that cannot be read is counted and passed over; a file that ends early gives what came before, and says
    so. Raises UsageError where nothing of it is nmap's XML.
    """
    try:
        with path.open("rb") as source:
            return read_stream(source, path.name)
    except OSError as error:
        raise unreadable(str(path), f"the file cannot be read: {error.strerror}.") from None


def read_stream(source: IO[bytes], name: str) -> Imported:
    """As ``read``, from a stream. ``name`` stands in messages and in the observations' detail."""
    found = Gathering(FORM)
    now = datetime.now(UTC)
    try:
        for number, element in enumerate(stream_file(source, "host", "nmaprun"), start=1):
            try:
                _take(element, found, name, now)
            except ParseError as error:
                found.skip(f"host {number}: {error}")
    except ParseError as error:
        if not found.hosts:
            raise unreadable(name, f"this cannot be read as nmap's XML ({error}).") from None
        found.skip(f"the file ends early or is damaged ({error}); the hosts before that were taken")
    return found.done()


def _take(element: Element, found: Gathering, name: str, now: datetime) -> None:
    status = _child(element, "status") or {}
    if status.get("state", "up") != "up":
        return
    ip, mac = _addresses(element)
    at, detail = _time(element, now), f"imported from {name}"
    ports = []
    for port in element.every("port"):
        try:
            opened = _port(port)
        except ParseError as error:
            found.skip(f"{ip}: {error}")
            continue
        if opened is not None:
            ports.append(_observation(ip, *opened, at, detail))
    about = [Evidence("nmap.mac", mac)] if mac else []
    about += [Evidence("nmap.hostname", text) for text in _hostnames(element)]
    # With -Pn nmap calls every host up without having heard it.
    alive = status.get("reason", "user-set") != "user-set"
    if about or (alive and not ports):
        ports.insert(0, _observation(ip, 0, tuple(about), at, detail))
    if ports:
        found.hosts.append((ip, tuple(ports)))


def _observation(ip: IPAddress, port: int, evidence: tuple[Evidence, ...], at: datetime, detail: str) -> Observation:
    return observe(ip, port, Transport.FILE, Via.IMPORTED, PROBE, Outcome.OK, evidence=evidence, detail=detail, at=at)


def _addresses(element: Element) -> tuple[IPAddress, str | None]:
    by_kind: dict[str, str] = {}
    for child in element.children:
        if child.tag == "address":
            told = dict(child.attributes)
            by_kind.setdefault(told.get("addrtype", ""), told.get("addr", ""))
    text = by_kind.get("ipv4") or by_kind.get("ipv6")
    if text is None:
        raise ParseError("it has no IP address")
    ip = device_address(text)
    if ip is None:
        raise ParseError(f"{text!r} is no device's address")
    return ip, mac_address(by_kind.get("mac", ""))


def _hostnames(element: Element) -> Iterator[str]:
    for child in element.every("hostname"):
        name = dict(child.attributes).get("name", "").strip()
        if name:
            yield name


def _port(element: Element) -> tuple[int, tuple[Evidence, ...]] | None:
    """Number and evidence of an open port; None for any other. Raises ParseError for a port that cannot be."""
    told = dict(element.attributes)
    state = _child(element, "state") or {}
    if state.get("state") != "open" or told.get("protocol") not in _PROTOCOLS:
        return None
    text = told.get("portid", "")
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:6]) < 65536):
        raise ParseError(f"{text[:20]!r} is no port")
    port = f"{told['protocol']}/{int(text[:6])}"
    service = _child(element, "service") or {}
    evidence = [
        Evidence("port.open", port),
        Evidence("nmap.port", f"{port} open {service.get('name', '')}".rstrip()),
    ]
    product = " ".join(part for part in (service.get("product"), service.get("version")) if part)
    if product:
        evidence.append(Evidence("nmap.product", product))
    return int(text[:6]), tuple(evidence)


def _child(element: Element, tag: str) -> dict[str, str] | None:
    return next((dict(child.attributes) for child in element.children if child.tag == tag), None)


def _time(element: Element, now: datetime) -> datetime:
    """When nmap was done with the host (seconds since 1970); now where it does not say, or claims the future."""
    told = dict(element.attributes)
    for name in ("endtime", "starttime"):
        text = told.get(name, "")
        if text.isascii() and text.isdecimal() and len(text) <= 11:
            at = datetime.fromtimestamp(int(text), UTC)
            return min(at, now)
    return now
