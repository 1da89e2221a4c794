"""What the tests of the laboratory share: simulated devices in this process, and plain sockets that ask them."""

import asyncio
import itertools
import json
import os
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from ipaddress import IPv4Network
from typing import Any, TypeVar

from camscan.lab.estate import Estate
from camscan.lab.host import Host
from camscan.lab.model import Awkward, Entry, EstateFile, Profile
from camscan.lab.place import Place, loopback_layout
from camscan.lab.serve import Server, serving

_numbers = itertools.count()
Result = TypeVar("Result")

DHIP_QUESTION = bytes.fromhex(
    "20000000444849500000000000000000490000000000000049000000000000007b20226d6574686f6422203a20224448446973636f766572"
    "2e736561726368222c2022706172616d7322203a207b20226d616322203a2022222c2022756e6922203a2031207d207d0a"
)
"""The question of the maker's own tool, byte for byte."""

SADP_QUESTION = (
    b'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>4F1A0B6C-0000-4000-8000-000000000001</Uuid>'
    b"<Types>inquiry</Types></Probe>"
)


def probe(types: str, message: str = "urn:uuid:11111111-2222-3333-4444-555555555555") -> bytes:
    """A WS-Discovery Probe; ``types`` empty: none."""
    wanted = f"<d:Types>{types}</d:Types>" if types else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
        'xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" '
        'xmlns:ns01="http://www.onvif.org/ver10/network/wsdl"><s:Header>'
        "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>"
        f"<a:MessageID>{message}</a:MessageID></s:Header><s:Body><d:Probe>{wanted}</d:Probe></s:Body></s:Envelope>"
    ).encode()


DN, TDS = "dn:NetworkVideoTransmitter", "tds:Device"


def fresh_network() -> IPv4Network:
    """A loopback network that no other test of this run and no other run uses at this moment."""
    number = next(_numbers)
    return IPv4Network((f"127.{100 + os.getpid() % 100}.{number % 250}.0", 24))


def place(profile: str | Profile, *, awkward: Awkward | None = None, **own: Any) -> Place:
    """One device at host number 1 of a fresh network."""
    extra = () if isinstance(profile, str) else (profile,)
    name = profile if isinstance(profile, str) else profile.name
    entry = Entry(profile=name, host=1, awkward=awkward or Awkward(), **own)
    estate = Estate(EstateFile(name="test", profile=extra, device=(entry,)))
    return loopback_layout(estate.devices, fresh_network()).places[0]


def host(profile: str | Profile, *, awkward: Awkward | None = None, **own: Any) -> Host:
    """The same, ready to answer."""
    return Host(place(profile, awkward=awkward, **own))


def with_server(places: Sequence[Place], body: Callable[[Server], Awaitable[Result]]) -> Result:
    """Runs ``body`` while the devices answer."""

    async def run() -> Result:
        async with serving(places) as server:
            return await body(server)

    return asyncio.run(run())


async def ask(place: Place, usual: int, question: bytes, *, tls: bool = False, limit: int = 1 << 20) -> bytes:
    """One connection: sends ``question`` and reads until the device hangs up or ``limit`` bytes came."""
    context = None
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
    reader, writer = await asyncio.open_connection(str(place.ip), place.port(usual), ssl=context)
    heard = b""
    try:
        writer.write(question)
        with suppress(ConnectionError):
            while len(heard) < limit and (chunk := await reader.read(65536)):
                heard += chunk
    finally:
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()
    return heard


async def until(condition: Callable[[], bool]) -> None:
    """Lets the devices work until the condition holds; the test's own time limit ends an endless wait."""
    while not condition():  # noqa: ASYNC110 - counters have no event to wait for
        await asyncio.sleep(0)


def get(path: str, *headers: str, connection: str = "close") -> bytes:
    """A GET request."""
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: camera", f"Connection: {connection}", *headers, "", "")).encode()


def udp(timeout: float = 5.0) -> socket.socket:
    """A socket that multicasts on the loopback interface only."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
    sock.settimeout(timeout)
    return sock


def listener(group: str, port: int, timeout: float = 5.0) -> socket.socket:
    """A socket that hears what is multicast to a group on the loopback interface."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", port))
    sock.setsockopt(
        socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton("127.0.0.1")
    )
    sock.settimeout(timeout)
    return sock


def device_info(datagram: bytes) -> dict[str, Any]:
    """What a DHIP answer says about the device."""
    content = json.loads(datagram[datagram.index(b"{") :].rstrip(b"\n\0"))
    info: dict[str, Any] = content["params"]["deviceInfo"]
    return info
