"""SSDP, the discovery of UPnP: UDP 1900, group 239.255.255.250 (UPnP Device Architecture 1.1, part 1).

One M-SEARCH for each kind of device that cameras call themselves: any root device, ``EmbeddedNetDevice:1``
(Hikvision and many others), ``DigitalSecurityCamera:1`` and ``Basic:1`` (Axis). MX 2 spreads the answers over two
seconds. An answer, or an ``ssdp:alive`` announcement, has a SERVER text and the LOCATION of a description document
(see ``description``). Routers, televisions and printers answer too.

Safety: a question that every listener expects; LOCATION is evidence, and only ``description.fetch_target`` decides
whether it may be fetched.
"""

from ipaddress import IPv4Address

from camscan.discover.gather import Gather
from camscan.discover.shape import DatagramProbe
from camscan.errors import ParseError
from camscan.evidence import Evidence
from camscan.safe.text import decode

TARGETS = (
    "upnp:rootdevice",
    "urn:schemas-upnp-org:device:EmbeddedNetDevice:1",
    "urn:schemas-upnp-org:device:DigitalSecurityCamera:1",
    "urn:schemas-upnp-org:device:Basic:1",
)
LINES = 64
"""Header lines that are read."""


def requests(_seed: int) -> tuple[bytes, ...]:
    """One M-SEARCH for each target. It carries no identifier, so the seed changes nothing."""
    return tuple(
        (
            "M-SEARCH * HTTP/1.1\r\n"
            "HOST: 239.255.255.250:1900\r\n"
            'MAN: "ssdp:discover"\r\n'
            "MX: 2\r\n"
            f"ST: {target}\r\n"
            "\r\n"
        ).encode("ascii")
        for target in TARGETS
    )


def parse(raw: bytes) -> tuple[Evidence, ...]:
    """Evidence of one 200 answer or ``ssdp:alive``. Raises ParseError for anything else: searches (our own among
    them), ``ssdp:byebye``, other status codes."""
    first, *lines = raw.replace(b"\r\n", b"\n").split(b"\n", LINES)[:LINES]
    headers: dict[bytes, str] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon:
            break
        headers.setdefault(name.strip().lower(), decode(value).strip())
    start = first.upper().split()
    answers = len(start) > 1 and start[0].startswith(b"HTTP/1.") and start[1] == b"200"
    announces = start[:2] == [b"NOTIFY", b"*"] and headers.get(b"nts", "").lower() == "ssdp:alive"
    if not answers and not announces:
        raise ParseError("not an SSDP answer or announcement")
    found = Gather()
    found.add("ssdp.st", headers.get(b"st" if answers else b"nt"))
    found.add("ssdp.usn", headers.get(b"usn"))
    if not found.evidence():
        raise ParseError("an SSDP answer that names no device")
    found.add("ssdp.server", headers.get(b"server"))
    found.add("ssdp.location", headers.get(b"location"))
    return found.evidence()


PROBE = DatagramProbe(
    name="ssdp",
    port=1900,
    groups=(IPv4Address("239.255.255.250"),),
    requests=requests,
    parse=parse,
    passive=True,
)
