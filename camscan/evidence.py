"""What was heard. An Observation yields Evidence: pairs of a field from a fixed vocabulary and a value.

Both are frozen and append-only. Conclusions are recomputed from them, so a better signature improves an old
scan without touching the network again.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address

from camscan.safe.redact import redact, redact_text

IPAddress = IPv4Address | IPv6Address

RAW_LIMIT = 64 * 1024
"""Bytes of an answer that are kept; a longer one is cut and its outcome says ``truncated``."""

VALUE_LIMIT = 4096
"""Characters of one evidence value that are kept and matched."""


class Outcome(StrEnum):
    """How a question ended. A closed vocabulary: never None, never a swallowed exception."""

    OK = "ok"
    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    CLOSED = "closed"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"
    NOT_THIS_PROTOCOL = "not-this-protocol"
    AUTH_REQUIRED = "auth-required"
    OUT_OF_SCOPE = "out-of-scope"


class Transport(StrEnum):
    """What carried it."""

    TCP = "tcp"
    UDP = "udp"
    LINK = "link"  # an Ethernet frame (ARP)
    OS = "os"  # a table of the operating system (neighbours)
    FILE = "file"  # an imported file


class Via(StrEnum):
    """How the answer was drawn, which decides how far it is believed (rule 6 of the design)."""

    CONVERSATION = "conversation"  # TCP: the address is proven
    UNICAST = "unicast"  # a datagram that answers one sent to this very address
    MULTICAST = "multicast"  # an answer to a group or broadcast: a claim
    PASSIVE = "passive"  # overheard without a question
    IMPORTED = "imported"  # somebody else's tool heard it


FIELDS: dict[str, str] = {
    # Hikvision SADP (UDP 37020)
    "sadp.answer": "'yes' where the device speaks SADP; 'hello' where it announced itself",
    "sadp.model": "DeviceDescription, or the model part of DeviceSN",
    "sadp.serial": "DeviceSN",
    "sadp.firmware": "SoftwareVersion as sent",
    "sadp.dsp": "DSPVersion as sent",
    "sadp.mac": "MAC as the device states it, lower case with colons",
    "sadp.ip": "IPv4Address as the device states it",
    "sadp.device_type": "DeviceType, a number or a text",
    "sadp.oem_code": "DetailOEMCode or OEMCode",
    "sadp.oem_info": "OEMInfo",
    "sadp.activated": "Activated: 'true' or 'false'",
    "sadp.channels_digital": "DigitalChannelNum",
    "sadp.channels_analog": "AnalogChannelNum",
    "sadp.http_port": "HttpPort",
    "sadp.command_port": "CommandPort",
    "sadp.ezviz_code": "'present' where EZVIZCode is not empty",
    # Dahua DHIP (UDP 37810)
    "dhip.answer": "'yes' where the device speaks DHIP",
    "dhip.class": "DeviceClass (IPC, NVR, VTO, ...)",
    "dhip.model": "DeviceType",
    "dhip.serial": "SerialNo",
    "dhip.vendor": "Vendor: the brand, not the maker",
    "dhip.manufacturer": "Manufacturer: the brand, not the maker",
    "dhip.firmware": "Version",
    "dhip.mac": "mac, lower case with colons",
    "dhip.ip": "IPv4Address.IPAddress as the device states it",
    "dhip.name": "MachineName",
    "dhip.channels_remote": "RemoteVideoInputChannels: cameras that a recorder takes over the network",
    "dhip.channels": "VideoInputChannels",
    "dhip.init": "Init: bit field of the activation state",
    "dhip.http_port": "HttpPort",
    "dhip.port": "Port of the maker's own protocol",
    # WS-Discovery (UDP 3702)
    "wsd.types": "Types with their prefixes taken off, in order, one space between",
    "wsd.scope": "one scope: path after onvif://www.onvif.org/, percent-decoded (else the whole URI)",
    "wsd.layout": "first path segments of all scopes in order, as sent, joined by a comma",
    "wsd.epr": "EndpointReference address, lower case",
    "wsd.epr_form": "the EPR with each hex digit as h and the device's MAC as mac, e.g. urn:uuid:hhhhhhhh-...-mac",
    "wsd.mac": "MAC from a scope, or from an endpoint UUID of a form that holds it, lower case with colons",
    "wsd.xaddr": "one service address",
    "wsd.metadata_version": "MetadataVersion",
    "wsd.namespace": "one namespace URI of the answer that is not a standard one",
    "wsd.camera": "'yes' where Types has NetworkVideoTransmitter or a scope is onvif://",
    # mDNS
    "mdns.service": "service type, e.g. _axis-video._tcp",
    "mdns.instance": "instance name without the service type",
    "mdns.host": "host name of the SRV record",
    "mdns.txt": "one key=value of the TXT record",
    "mdns.mac": "MAC from a TXT record (macaddress=), lower case with colons",
    # SSDP and its description document
    "ssdp.server": "SERVER header",
    "ssdp.st": "ST or NT header",
    "ssdp.usn": "USN header",
    "ssdp.location": "LOCATION header",
    "ssdp.device_type": "deviceType of the description",
    "ssdp.friendly_name": "friendlyName",
    "ssdp.manufacturer": "manufacturer",
    "ssdp.manufacturer_url": "manufacturerURL",
    "ssdp.model": "modelName",
    "ssdp.model_number": "modelNumber",
    "ssdp.model_description": "modelDescription",
    "ssdp.serial": "serialNumber",
    "ssdp.udn": "UDN",
    "ssdp.service_type": "one serviceType",
    # HTTP and HTTPS
    "http.status": "status code",
    "http.server": "Server header",
    "http.header": "one header as 'name: value', the name in lower case",
    "http.header_names": "all header names as sent, in order, joined by a comma",
    "http.realm": "realm of a WWW-Authenticate header",
    "http.challenge": "one WWW-Authenticate header as sent",
    "http.nonce": "nonce of a digest challenge",
    "http.title": "title of the page",
    "http.location": "Location header, or the target of a meta refresh or script redirect, host removed",
    "http.body": "the first 4,096 characters of the body, white space folded",
    "http.path": "path that was asked",
    "http.favicon_mmh3": "MurmurHash3 of the icon in base64, as Shodan computes it",
    "http.favicon_md5": "MD5 of the icon",
    # ISAPI's 401 (Hikvision and its rebrands)
    "isapi.status": "HTTP status of /ISAPI/System/deviceInfo without credentials",
    "isapi.body": "body of that answer, white space folded",
    "isapi.namespace": "XML namespace of that answer",
    "isapi.realm": "realm of that answer",
    "isapi.challenge": "one WWW-Authenticate header of that answer as sent",
    # TLS
    "tls.subject": "subject of the certificate as RFC 4514 writes it: the last part of the certificate first",
    "tls.issuer": "issuer of the certificate, same form",
    "tls.chain": "subject of a further certificate that was sent, same form",
    "tls.san": "one subject alternative name",
    "tls.sha256": "SHA-256 of the certificate",
    "tls.not_before": "start of validity, ISO 8601",
    "tls.not_after": "end of validity, ISO 8601",
    "tls.version": "protocol version that was agreed",
    # RTSP
    "rtsp.status": "status code of an answer",
    "rtsp.server": "Server header",
    "rtsp.realm": "realm of a challenge",
    "rtsp.challenge": "one WWW-Authenticate header as sent",
    "rtsp.public": "Public header as sent",
    "rtsp.header_names": "all header names as sent, in order, joined by a comma",
    "rtsp.sdp_session": "s= line of a session description",
    "rtsp.sdp_tool": "a=tool line",
    "rtsp.sdp_marker": "a line of a session description that names a maker's format",
    # ONVIF without credentials
    "onvif.answer": "'yes' where an ONVIF device service answered",
    "onvif.time": "UTC time as the device tells it, ISO 8601",
    "onvif.hostname": "name of GetHostname",
    "onvif.service": "namespace of a service that is offered",
    "onvif.xaddr": "address the device gives for a service",
    "onvif.xaddr_mismatch": "an address that is not the one that answered: recorded, never contacted",
    "onvif.namespace": "one namespace URI of an answer that is not a standard one",
    "onvif.fault": "fault code and reason",
    "onvif.manufacturer": "Manufacturer, where told without credentials or with the owner's",
    "onvif.model": "Model, likewise",
    "onvif.firmware": "FirmwareVersion, likewise",
    "onvif.serial": "SerialNumber, likewise",
    "onvif.mac": "HwAddress of an interface, likewise",
    # Hikvision's SDK port
    "hikvision_sdk.header": "the 16 bytes answered to the null header, as hex",
    # Maker's own doors, with the owner's credentials
    "owner.door": "which door answered: onvif, isapi, dahua-cgi",
    "owner.rejected": "which door rejected the owner's credentials",
    "owner.manufacturer": "maker or brand as the device tells its owner",
    "owner.model": "model as the device tells its owner",
    "owner.firmware": "firmware as the device tells its owner",
    "owner.firmware_date": "firmware build date, ISO 8601",
    "owner.serial": "serial number as the device tells its owner",
    "owner.mac": "MAC as the device tells its owner",
    "owner.device_type": "kind as the device tells its owner",
    "owner.name": "device name as the device tells its owner",
    # DHCP as it is overheard
    "dhcp.mac": "MAC that asks for an address, lower case with colons",
    "dhcp.hostname": "host name (option 12)",
    "dhcp.parameters": "numbers of the options asked for (option 55), in order, joined by a comma",
    "dhcp.vendor_class": "vendor class (option 60)",
    # Link layer and ports
    "arp.mac": "MAC heard by ARP",
    "neighbour.mac": "MAC in the operating system's neighbour table, or overheard in IPv6's neighbour discovery",
    "port.open": "transport/port that accepted a connection",
    # Imports
    "nmap.port": "transport/port and nmap's state and service name",
    "nmap.mac": "MAC that nmap heard",
    "nmap.product": "product and version nmap names",
    "nmap.hostname": "host name nmap resolved",
    "import.kind": "kind stated by an imported list",
    "import.maker": "maker stated by an imported list: a note, never a sign",
    "import.model": "model stated by an imported list",
    "import.serial": "serial stated by an imported list",
    "import.mac": "MAC stated by an imported list",
    "import.hostname": "host name stated by an imported list",
    "import.software": "program, and its version where known, that an imported list says is installed",
}
"""The fixed vocabulary: field name to what its value holds. The part before the dot is the source."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing heard: ``name`` is a key of FIELDS, ``value`` is text as the device sent it (hostile: print it
    only through safe.text), at most VALUE_LIMIT characters. Lone surrogates and NUL, which a JSON answer can
    spell and neither UTF-8 nor PostgreSQL can hold, become U+FFFD."""

    name: str
    value: str

    def __post_init__(self) -> None:
        if self.name not in FIELDS:
            raise ValueError(f"no such evidence field: {self.name}")
        value = self.value[:VALUE_LIMIT].replace("\x00", "\ufffd")
        if not value.isascii():
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        object.__setattr__(self, "value", value)

    @property
    def source(self) -> str:
        """The part of the field's name before the dot: sadp, http, arp, ..."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Observation:
    """What was heard in one answer (or that there was none), with the evidence it yields."""

    at: datetime
    ip: IPAddress
    port: int
    transport: Transport
    via: Via
    probe: str
    outcome: Outcome
    evidence: tuple[Evidence, ...] = ()
    raw: bytes = field(default=b"", repr=False)
    sha256: str = ""
    interface: str | None = None
    detail: str = ""

    def values(self, name: str) -> tuple[str, ...]:
        """All values of one evidence field, in order."""
        return tuple(item.value for item in self.evidence if item.name == name)


def observe(  # noqa: PLR0913 - an observation has this many facts, each named at the call
    ip: IPAddress,
    port: int,
    transport: Transport,
    via: Via,
    probe: str,
    outcome: Outcome,
    *,
    raw: bytes = b"",
    evidence: tuple[Evidence, ...] = (),
    interface: str | None = None,
    detail: str = "",
    at: datetime | None = None,
) -> Observation:
    """An Observation of now (UTC): raw bytes redacted, then hashed whole, then cut to RAW_LIMIT; evidence redacted.

    An ``ok`` or ``auth-required`` answer that had to be cut becomes ``truncated``. ``detail`` is our own
    sentence about a failure, never device text.
    """
    clean = redact(raw)
    if len(clean) > RAW_LIMIT and outcome in (Outcome.OK, Outcome.AUTH_REQUIRED):
        outcome = Outcome.TRUNCATED
    return Observation(
        at=at or datetime.now(UTC),
        ip=ip,
        port=port,
        transport=transport,
        via=via,
        probe=probe,
        outcome=outcome,
        evidence=tuple(Evidence(item.name, redact_text(item.value)) for item in evidence),
        raw=clean[:RAW_LIMIT],
        sha256=sha256(clean).hexdigest() if clean else "",
        interface=interface,
        detail=detail,
    )


def outcome_of(evidence: tuple[Evidence, ...]) -> Outcome:
    """``auth-required`` where an answer asks for credentials (status 401 or 403, ONVIF NotAuthorized), else ``ok``."""
    for item in evidence:
        if item.name.endswith(".status") and item.value in ("401", "403"):
            return Outcome.AUTH_REQUIRED
        if item.name == "onvif.fault" and "NotAuthorized" in item.value:
            return Outcome.AUTH_REQUIRED
    return Outcome.OK
