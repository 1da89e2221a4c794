"""mDNS with service discovery: UDP 5353, group 224.0.0.251 (RFC 6762, RFC 6763).

One query with a PTR question for every service that cameras are known to announce, and the list of all services.
The QU bit (RFC 6762 5.4) asks for answers by unicast, so that other listeners are spared. Axis announces model and
MAC, Hikvision ``HIKVISION <model> - <serial>``, D-Link (``_dhnap._tcp``, seen in the IoT Sentinel captures) model
and MAC; a DoorBird door station also announces ``_axis-video._tcp``.

zeroconf serves as codec only: it opens no socket here. It is imported where it is used, as it takes 60 to 90 ms.

Safety: a question that every listener expects; names in answers are never looked up or contacted.
"""

from ipaddress import IPv4Address

from camscan.discover.gather import Gather
from camscan.discover.shape import DatagramProbe
from camscan.errors import ParseError
from camscan.evidence import Evidence
from camscan.safe.mac import mac_address
from camscan.safe.pattern import compile_text
from camscan.safe.text import decode

SERVICES = (
    "_axis-video._tcp",
    "_axis-nvr._tcp",
    "_arec._tcp",
    "_psia._tcp",
    "_CGI._tcp",
    "_http._tcp",
    "_onvif._tcp",
    "_rtsp._tcp",
    "_nvr._tcp",
    "_camera._tcp",
    "_hap._tcp",
    "_dhnap._tcp",
    "_services._dns-sd._udp",
)
_LIST = "_services._dns-sd._udp"
_NAME = compile_text(r"(?i)^(?:(.+)\.)?(_[^.]+\._(?:tcp|udp))\.local\.?$")
_QUERY, _PTR, _IN = 0x0000, 12, 1
"""RFC 1035: flags of a query, type PTR, class IN."""
_MAC_KEYS = frozenset({"macaddress", "mac"})


def requests(_seed: int) -> tuple[bytes, ...]:
    """One query with all questions. Multicast DNS queries carry identifier 0 (RFC 6762 18.1)."""
    from zeroconf import DNSOutgoing, DNSQuestion

    query = DNSOutgoing(_QUERY, multicast=True)
    for service in SERVICES:
        question = DNSQuestion(f"{service}.local.", _PTR, _IN)
        question.unicast = True
        query.add_question(question)
    return tuple(query.packets())


def parse(raw: bytes) -> tuple[Evidence, ...]:
    """Evidence of one response. Raises ParseError for anything else, queries (our own among them) included."""
    from zeroconf import DNSIncoming, DNSPointer, DNSService, DNSText

    message = DNSIncoming(raw)
    if not message.valid or not message.is_response():
        raise ParseError("not an mDNS response")
    found = Gather()
    for record in message.answers():
        instance, service = _split(record.name)
        if not service:
            continue
        if isinstance(record, DNSPointer):
            instance, service = _split(record.alias)
        found.add("mdns.service", service)
        found.add("mdns.instance", instance)
        if isinstance(record, DNSService):
            found.add("mdns.host", record.server.rstrip("."))
        elif isinstance(record, DNSText):
            _read_text(record.text, found)
    if not found.evidence():
        raise ParseError("an mDNS response that announces no service")
    return found.evidence()


def _split(name: str) -> tuple[str, str]:
    """Instance (may be empty) and service type of a name, or two empty texts where it names no service."""
    match = _NAME.fullmatch(name)
    return (match.group(1) or "", match.group(2) or "") if match else ("", "")


def _read_text(data: bytes, found: Gather) -> None:
    """Strings of a TXT record, each led by its length (RFC 6763 6.1)."""
    at = 0
    while at < len(data):
        end = at + 1 + data[at]
        pair = decode(data[at + 1 : end])
        key, _, value = pair.partition("=")
        found.add("mdns.txt", pair)
        if key.strip().lower() in _MAC_KEYS:
            found.add("mdns.mac", mac_address(value))
        at = end


PROBE = DatagramProbe(
    name="mdns",
    port=5353,
    groups=(IPv4Address("224.0.0.251"),),
    requests=requests,
    parse=parse,
    passive=True,
)
