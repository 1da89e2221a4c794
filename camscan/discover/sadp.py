"""Hikvision SADP: UDP 37020, group 239.255.255.250.

One XML document asks ``inquiry``; the device answers with model, serial, firmware and MAC, without a login. Old
firmware multicasts its answer back to the group, so the local port must be 37020 too and join it; newer firmware
also answers by unicast. Devices multicast a ``Hello`` when they start. Door stations, access terminals, switches
and recorders answer like cameras do, and so do units sold under other names.

Sources: captured answers in public repositories, ``Hikvision.cs`` of UniversalScanner, PyPI hiktools.

Safety: only ``inquiry`` is ever sent. The other verbs change settings (CVE-2023-28810 let anyone use them), and
the service itself had a stack overflow (CVE-2025-66177), so the request is minimal, fixed and well formed.
"""

from ipaddress import IPv4Address

from camscan.discover.gather import Gather
from camscan.discover.shape import DatagramProbe, identifier
from camscan.errors import ParseError
from camscan.evidence import Evidence
from camscan.safe.mac import mac_address
from camscan.safe.pattern import compile_text
from camscan.safe.xml import Element, parse_device

_TEXTS = {
    "sadp.serial": ("devicesn",),
    "sadp.firmware": ("softwareversion",),
    "sadp.dsp": ("dspversion",),
    "sadp.ip": ("ipv4address",),
    "sadp.device_type": ("devicetype",),
    "sadp.oem_code": ("detailoemcode", "oemcode"),
    "sadp.oem_info": ("oeminfo",),
    "sadp.channels_digital": ("digitalchannelnum",),
    "sadp.channels_analog": ("analogchannelnum",),
    "sadp.http_port": ("httpport",),
    "sadp.command_port": ("commandport",),
}
_IDENTITY = ("devicedescription", "devicesn", "mac")
_BOOLEANS = {"true": "true", "1": "true", "false": "false", "flase": "false", "0": "false"}
"""``flase`` is how much firmware spells it."""

_DATE = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_CAMERA_SERIAL = compile_text(rf"^(.{{4,60}}?){_DATE}[A-Z]{{2}}[0-9A-Z]*$")
_RECORDER_SERIAL = compile_text(rf"^(.{{4,60}}?)(?:\d\d)?{_DATE}[A-Z]{{2}}[0-9A-Z]*WCVU$")
"""Model, then (recorders only) two digits for the number of channels, date, letters and digits."""


def requests(seed: int) -> tuple[bytes, ...]:
    """The one inquiry."""
    uuid = str(identifier(seed, "sadp")).upper()
    text = f'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>{uuid}</Uuid><Types>inquiry</Types></Probe>'
    return (text.encode("ascii"),)


def parse(raw: bytes) -> tuple[Evidence, ...]:
    """Evidence of one ProbeMatch or Hello. Raises ParseError for anything else, a Probe among it."""
    root = parse_device(raw)
    kind = root.tag.lower()
    if root.namespace or kind not in {"probematch", "hello"}:
        raise ParseError("not a SADP answer")
    values = _values(root)
    if not any(name in values for name in _IDENTITY):
        raise ParseError("a SADP answer that names no device")
    hello = kind == "hello" or values.get("types", "").lower() == "hello"
    found = Gather()
    found.add("sadp.answer", "hello" if hello else "yes")
    found.add("sadp.model", values.get("devicedescription") or model_of_serial(values.get("devicesn", "")))
    for field, tags in _TEXTS.items():
        found.add(field, next((values[tag] for tag in tags if tag in values), None))
    found.add("sadp.mac", mac_address(values.get("mac", "")))
    found.add("sadp.activated", _BOOLEANS.get(values.get("activated", "").lower()))
    if values.get("ezvizcode"):
        found.add("sadp.ezviz_code", "present")
    return found.evidence()


def _values(root: Element) -> dict[str, str]:
    """First text that is not empty of each tag, in lower case. Only the root's own children count."""
    values: dict[str, str] = {}
    for child in root.children:
        text = child.text.strip()
        if text:
            values.setdefault(child.tag.lower(), text)
    return values


def model_of_serial(serial: str) -> str | None:
    """The model part of a DeviceSN, or None where the serial does not follow the usual grammar."""
    joined = serial.replace(" ", "")
    for pattern in (_RECORDER_SERIAL, _CAMERA_SERIAL):
        match = pattern.search(joined)
        if match:
            return (match.group(1) or "").rstrip("-") or None
    return None


PROBE = DatagramProbe(
    name="sadp",
    port=37020,
    groups=(IPv4Address("239.255.255.250"),),
    requests=requests,
    parse=parse,
    bind_port=37020,
    passive=True,
)
