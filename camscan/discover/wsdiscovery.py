"""WS-Discovery, as ONVIF uses it: UDP 3702, group 239.255.255.250, and unicast.

SOAP 1.2, addressing 2004/08, discovery 2005/04. Three probes, because no single one is answered by all: typed
``dn:NetworkVideoTransmitter``, typed ``tds:Device`` (openHAB #9022), and untyped. The prefixes ``dn`` and ``tds``
are fixed and declared on the Envelope, since some cameras compare them as text (python-ws-discovery PR 25), and no
Scopes are sent, since some then answer nothing (python-ws-discovery #66). TP-Link wants ``uuid:`` where others
take ``urn:uuid:`` in the MessageID (python-ws-discovery #56): that is ``again``.

The answer names types, scopes, service addresses and an endpoint. It is read without regard to prefixes. Printers,
network drives and Windows computers answer too: only ``wsd.camera`` says that a device calls itself a camera's kin.

Safety: a question that the standard has every listener expect; addresses in answers are evidence, never targets.
"""

from ipaddress import IPv4Address
from urllib.parse import unquote_to_bytes

from camscan.discover.endpoint import endpoint_form, endpoint_mac
from camscan.discover.gather import Gather
from camscan.discover.shape import DatagramProbe, identifier
from camscan.errors import ParseError
from camscan.evidence import Evidence
from camscan.safe.mac import mac_address
from camscan.safe.pattern import compile_text
from camscan.safe.text import decode
from camscan.safe.xml import Element, declared_namespaces, parse_device

MATCHES, SCOPES, XADDRS, NAMESPACES = 16, 64, 16, 16
"""How many of each are read from one answer."""

_ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl">'
    "<e:Header><w:MessageID>{message}</w:MessageID>"
    '<w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>'
    '<w:Action e:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>'
    "<e:Body>{probe}</e:Body></e:Envelope>"
)
_PROBES = (
    "<d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe>",
    "<d:Probe><d:Types>tds:Device</d:Types></d:Probe>",
    "<d:Probe/>",
)
_STANDARD = (
    "http://schemas.xmlsoap.org/",
    "http://www.w3.org/",
    "http://www.onvif.org/",
    "http://docs.oasis-open.org/",
    "http://schemas.microsoft.com/",
)
_ONVIF = "onvif://"
_ONVIF_HOST = "onvif://www.onvif.org/"
_MAC_SCOPES = frozenset({"mac", "macaddr", "macaddress"})
_TYPE = compile_text(r"[\w.-]+")


def requests(seed: int) -> tuple[bytes, ...]:
    """The three probes."""
    return _probes(seed, "urn:uuid:")


def again(seed: int) -> tuple[bytes, ...]:
    """The three probes with the other style of MessageID."""
    return _probes(seed, "uuid:")


def _probes(seed: int, style: str) -> tuple[bytes, ...]:
    return tuple(
        _ENVELOPE.format(message=f"{style}{identifier(seed, f'wsd {style} {at}')}", probe=probe).encode("ascii")
        for at, probe in enumerate(_PROBES)
    )


def parse(raw: bytes) -> tuple[Evidence, ...]:
    """Evidence of every ProbeMatch, ResolveMatch or Hello in one envelope.

    Raises ParseError for anything else: probes (our own among them), Bye, faults.
    """
    root = parse_device(raw)
    body = root.first("Body")
    if root.tag != "Envelope" or body is None:
        raise ParseError("not a SOAP envelope")
    found = Gather()
    for match in _matches(body)[:MATCHES]:
        _read_match(match, found)
    if not found.evidence():
        raise ParseError("a SOAP envelope that announces no device")
    for namespace in declared_namespaces(raw):
        if not namespace.lower().startswith(_STANDARD):
            found.add("wsd.namespace", namespace, NAMESPACES)
    return found.evidence()


def _matches(body: Element) -> list[Element]:
    """What the body announces. None lies within another, so each element is read for one match only."""
    found: list[Element] = []
    for child in body.children:
        if child.tag in {"ProbeMatch", "ResolveMatch", "Hello"}:
            found.append(child)
        elif child.tag in {"ProbeMatches", "ResolveMatches"}:
            found.extend(item for item in child.children if item.tag in {"ProbeMatch", "ResolveMatch"})
    return found


def _read_match(match: Element, found: Gather) -> None:
    names = [name.rpartition(":")[2] for name in match.value("Types").split()[:SCOPES]]
    types = [name for name in names if _TYPE.fullmatch(name)]
    scopes = match.value("Scopes").split()[:SCOPES]
    found.add("wsd.types", " ".join(types))
    macs = _read_scopes(scopes, found)
    reference = match.first("EndpointReference")
    address = reference.value("Address") if reference else ""
    if address and not any(char.isspace() for char in address):
        mac = endpoint_mac(address, frozenset(macs))
        found.add("wsd.epr", address.lower())
        found.add("wsd.epr_form", endpoint_form(address, mac))
        macs = [*macs, mac] if mac else macs
    for mac in macs:
        found.add("wsd.mac", mac)
    for xaddr in match.value("XAddrs").split():
        found.add("wsd.xaddr", xaddr, XADDRS)
    found.add("wsd.metadata_version", match.value("MetadataVersion"))
    named = any(name.lower() == "networkvideotransmitter" for name in types)
    if named or any(scope.lower().startswith(_ONVIF) for scope in scopes):
        found.add("wsd.camera", "yes")


def _read_scopes(scopes: list[str], found: Gather) -> list[str]:
    """Adds the scopes and their layout; the MACs that they state are returned."""
    layout: list[str] = []
    macs: list[str] = []
    for scope in scopes:
        if not scope.lower().startswith(_ONVIF_HOST):
            found.add("wsd.scope", scope, SCOPES)
            continue
        path = decode(unquote_to_bytes(scope[len(_ONVIF_HOST) :]))
        found.add("wsd.scope", path, SCOPES)
        name, _, value = path.partition("/")
        layout.append(name)
        if name.lower() in _MAC_SCOPES and (mac := mac_address(value)):
            macs.append(mac)
    found.add("wsd.layout", ",".join(layout))
    return macs


PROBE = DatagramProbe(
    name="ws-discovery",
    port=3702,
    groups=(IPv4Address("239.255.255.250"),),
    requests=requests,
    parse=parse,
    passive=True,
    again=again,
)
