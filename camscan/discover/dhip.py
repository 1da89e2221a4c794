"""Dahua DHIP (DHDiscover): UDP 37810, group 239.255.255.251, broadcast and unicast.

A 32-byte header (little endian: header length 32, ``DHIP``, eight zero bytes, body length, zero, body length,
zero), then JSON. The answer has the same frame, ``client.notifyDevInfo`` as its method, and ends in LF NUL. It
gives class, model, serial, firmware and MAC without a login. ``Vendor`` and ``Manufacturer`` are the brand: that
the device speaks this protocol at all is what says who made it. A device with a factory address (192.168.1.108)
answers even where that address has no route, so the address in the body often is not the sender's.

Sources: aiodahua (PyPI) and captured answers in public repositories.

Safety: read only. Old firmware answers any byte with some 800 bytes, so it is never asked in a loop;
neither a DVRIP login nor ``audio.cgi`` (which restarts some recorders) is ever sent.
"""

import json
from ipaddress import IPv4Address

from camscan.discover.gather import Gather
from camscan.discover.shape import DatagramProbe
from camscan.errors import ParseError
from camscan.evidence import Evidence
from camscan.safe.mac import mac_address
from camscan.safe.pattern import compile_bytes
from camscan.safe.text import decode

LIMIT = 64 * 1024
"""Bytes of an answer that are read; a datagram cannot be longer."""

_BODY = b'{ "method" : "DHDiscover.search", "params" : { "mac" : "", "uni" : 1 } }\n'
_HEADER = 32
_OBJECT = compile_bytes(rb'\{[ \t\r\n]*"')

_TEXTS = {
    "dhip.class": "DeviceClass",
    "dhip.model": "DeviceType",
    "dhip.serial": "SerialNo",
    "dhip.vendor": "Vendor",
    "dhip.manufacturer": "Manufacturer",
    "dhip.firmware": "Version",
    "dhip.name": "MachineName",
    "dhip.channels_remote": "RemoteVideoInputChannels",
    "dhip.channels": "VideoInputChannels",
    "dhip.init": "Init",
    "dhip.http_port": "HttpPort",
    "dhip.port": "Port",
}


def requests(_seed: int) -> tuple[bytes, ...]:
    """The one search. It carries no identifier, so the seed changes nothing."""
    length = len(_BODY).to_bytes(4, "little")
    header = _HEADER.to_bytes(4, "little") + b"DHIP" + bytes(8) + length + bytes(4) + length + bytes(4)
    return (header + _BODY,)


def parse(raw: bytes) -> tuple[Evidence, ...]:
    """Evidence of one ``client.notifyDevInfo``. Raises ParseError for anything else, a search among it."""
    body = _body(raw)
    params = _mapping(body.get("params"))
    device = _mapping(params.get("deviceInfo"))
    if body.get("method") != "client.notifyDevInfo" or not device:
        raise ParseError("not a DHIP answer")
    found = Gather()
    found.add("dhip.answer", "yes")
    for field, key in _TEXTS.items():
        found.add(field, _text(device.get(key)))
    stated = next((text for place in (body, params, device) if (text := _text(place.get("mac")))), "")
    found.add("dhip.mac", mac_address(stated))
    found.add("dhip.ip", _text(_mapping(device.get("IPv4Address")).get("IPAddress")))
    return found.evidence()


def _body(raw: bytes) -> dict[str, object]:
    if len(raw) > LIMIT:
        raise ParseError("longer than a datagram")
    # A length of 0x7b.. bytes puts a brace into the header itself.
    start = _HEADER if raw[4:8] == b"DHIP" else 0
    match = _OBJECT.search(raw[start:])
    if match is None:
        raise ParseError("no JSON object")
    text = decode(raw[start + match.start() :])
    try:
        value, _end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        raise ParseError("not well-formed JSON") from None
    return _mapping(value)


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    """Text of a JSON scalar. An object, a list and null have none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


PROBE = DatagramProbe(
    name="dhip",
    port=37810,
    groups=(IPv4Address("239.255.255.251"),),
    requests=requests,
    parse=parse,
    broadcast=True,
)
