"""magicBox.cgi, the door of Dahua and of everything it makes under other names.

Only actions that begin with get, from a fixed list: magicBox can also reboot the device.
"""

from camscan.errors import NotThisProtocolError
from camscan.evidence import Evidence
from camscan.owner.build_date import build_date
from camscan.owner.visit import Reading, Visit
from camscan.owner.web import Page, read
from camscan.safe.text import decode

ACTIONS = ("getSystemInfo", "getDeviceType", "getSoftwareVersion", "getVendor", "getDeviceClass", "getMachineName")
"""All that is ever asked at this door, in this order: the first is refused where the login is wrong."""

_FIELDS = {
    "serialNumber": "owner.serial",
    "vendor": "owner.manufacturer",
    "name": "owner.name",
    "class": "owner.device_type",
}
_LINES = 100


def parse(body: bytes) -> tuple[Evidence, ...]:
    """Evidence of one answer: lines of key=value. Raises ParseError where it has none of the keys we know."""
    values: dict[str, str] = {}
    for line in decode(body[: 16 * 1024]).splitlines()[:_LINES]:
        key, mark, value = line.partition("=")
        if mark and value.strip():
            values.setdefault(key.strip(), value.strip())
    found = [Evidence(field, values[key]) for key, field in _FIELDS.items() if key in values]
    # A number is the maker's internal code; the name of the series then stands in updateSerial.
    models = [values.get(key, "") for key in ("type", "deviceType", "updateSerial")]
    model = next((text for text in models if text and not text.isdecimal()), "")
    if model and (values.keys() & {"type", "deviceType"}):
        found.append(Evidence("owner.model", model))
    if "version" in values:
        found.append(Evidence("owner.firmware", values["version"].partition(",")[0].strip()))
        built = build_date(values["version"])
        found += [Evidence("owner.firmware_date", built)] if built else []
    if not found:
        raise NotThisProtocolError("no key that magicBox is known to send")
    return tuple(found)


PAGES = tuple(Page(action, f"/cgi-bin/magicBox.cgi?action={action}", parse) for action in ACTIONS)


def visit(where: Visit) -> Reading:
    """Asks the device. Blocks; raises AuditError."""
    return read(where, PAGES)
