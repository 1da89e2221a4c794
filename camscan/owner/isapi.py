"""ISAPI, the door of Hikvision and of everything it makes under other names: GET /ISAPI/System/deviceInfo."""

from camscan.errors import NotThisProtocolError
from camscan.evidence import Evidence
from camscan.owner.build_date import build_date
from camscan.owner.visit import Reading, Visit
from camscan.owner.web import Page, read
from camscan.safe.mac import mac_address
from camscan.safe.xml import parse_device

_FIELDS = {
    "owner.manufacturer": "manufacturer",
    "owner.model": "model",
    "owner.firmware": "firmwareVersion",
    "owner.serial": "serialNumber",
    "owner.device_type": "deviceType",
    "owner.name": "deviceName",
}


def parse(body: bytes) -> tuple[Evidence, ...]:
    """Evidence of a deviceInfo document. Raises ParseError; NotThisProtocolError for another document."""
    root = parse_device(body)
    if root.tag.lower() != "deviceinfo":
        raise NotThisProtocolError("not a deviceInfo document")
    # Where an element comes twice, the first counts.
    direct = {item.tag.lower(): item.text.strip() for item in reversed(root.children)}
    found = [(field, direct.get(tag.lower(), "")) for field, tag in _FIELDS.items()]
    found.append(("owner.firmware_date", build_date(direct.get("firmwarereleaseddate", "")) or ""))
    found.append(("owner.mac", mac_address(direct.get("macaddress", "")) or ""))
    return tuple(Evidence(name, value) for name, value in found if value)


PAGES = (Page("deviceInfo", "/ISAPI/System/deviceInfo", parse),)
"""All that is ever asked at this door."""


def visit(where: Visit) -> Reading:
    """Asks the device. Blocks; raises AuditError."""
    return read(where, PAGES)
