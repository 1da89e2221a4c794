"""The UPnP description document that an SSDP answer points to: HTTP GET of its LOCATION, XML.

It gives manufacturer, model and serial in the device's own words (UPnP Device Architecture 1.1, part 2). Port
49152 and the path ``upnpdevicedesc.xml`` are habits of a library, not of a maker.

Safety: a LOCATION is a stranger's claim, and a forged one would have us ask anything of anybody. So only the host
that answered is asked, over plain HTTP, for its root (as D-Link cameras name it) or a path that ends in ``.xml``,
without a query: no command of a camera's web interface looks like that.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from camscan.discover.gather import Gather
from camscan.errors import ParseError
from camscan.evidence import Evidence, IPAddress
from camscan.safe.pattern import compile_text
from camscan.safe.xml import parse_device

LOCATION_LIMIT = 512
SERVICES = 16

_TEXTS = {
    "devicetype": "ssdp.device_type",
    "friendlyname": "ssdp.friendly_name",
    "manufacturer": "ssdp.manufacturer",
    "manufacturerurl": "ssdp.manufacturer_url",
    "modelname": "ssdp.model",
    "modelnumber": "ssdp.model_number",
    "modeldescription": "ssdp.model_description",
    "serialnumber": "ssdp.serial",
    "udn": "ssdp.udn",
}
_LOCATION = compile_text(r"(?i)^http://[0-9a-f.:\[\]]+(?:/?|(?:/[a-z0-9._~-]{1,64}){1,8}\.xml)$")


def parse(raw: bytes) -> tuple[Evidence, ...]:
    """Evidence of the root device of one description document. Raises ParseError for anything else."""
    root = parse_device(raw)
    device = root.first("device")
    if root.tag.lower() != "root" or device is None:
        raise ParseError("not a UPnP description")
    found = Gather()
    for child in device.children:
        name = _TEXTS.get(child.tag.lower())
        if name is not None:
            found.add(name, child.text, limit=1)
    for service in device.every("serviceType"):
        found.add("ssdp.service_type", service.text, SERVICES)
    if not found.evidence():
        raise ParseError("a UPnP description that says nothing")
    return found.evidence()


def fetch_target(location: str, sender: IPAddress) -> tuple[int, str] | None:
    """Port and path of ``location`` where it may be fetched from ``sender``, else None.

    None for another host than the sender, a host name, another scheme than http, user information, a query,
    any path but ``/`` and those that end in ``.xml``, and whatever is not plainly written.
    """
    if len(location) > LOCATION_LIMIT or not _LOCATION.fullmatch(location):
        return None
    try:
        parts = urlsplit(location)
        host, port = ip_address(parts.hostname or ""), 80 if parts.port is None else parts.port
    except ValueError:
        return None
    if (host.version, int(host)) != (sender.version, int(sender)) or not port:
        return None
    return None if ".." in parts.path else (port, parts.path or "/")
