"""The shape of the estate's data: what a simulated device is and what it says, word for word.

Text fields are templates (see ``template``). Port numbers are those of a real device; a placement may move them.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from camscan.device import Kind

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(ge=0, le=120)]
Pairs = tuple[tuple[str, str], ...]


class Data(BaseModel):
    """Base: unknown keys are mistakes, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(Data):
    """One HTTP or RTSP answer. ``headers`` are whole lines in the order the device sends them."""

    status: str = "200 OK"
    headers: tuple[str, ...] = ()
    body: str = ""
    icon: int | None = None
    """Instead of ``body``: an icon with this MurmurHash3 (see ``icon``)."""


class Page(Answer):
    """An answer to one path; a path that ends in ``*`` stands for all that begin so.

    With ``realm``, ``granted`` is what the owner's credentials open; without them the page itself answers.
    """

    path: str
    scheme: Literal["digest", "basic"] = "digest"
    realm: str = ""
    granted: Answer | None = None


class Tls(Data):
    """A certificate made on the spot: distinguished names as (attribute, value) pairs in the device's order."""

    subject: Pairs
    issuer: Pairs = ()
    """Empty: self-signed."""
    names: tuple[str, ...] = ()
    """DNS names for the subject alternative names."""
    bits: Literal[1024, 2048] = 2048
    days: int = 3650
    send_issuer: bool = False
    newest: Literal["1.0", "1.1", "1.2", "1.3"] = "1.3"
    """Newest TLS version the device speaks."""


class Onvif(Data):
    """The ONVIF device service behind an HTTP port."""

    path: str = "/onvif/device_service"
    style: str
    """Name of a SOAP envelope in ``profiles/envelopes.toml``."""
    headers: tuple[str, ...] = ("Content-Type: application/soap+xml; charset=utf-8", "Content-Length: ${length}")
    open: tuple[str, ...] = (
        "GetSystemDateAndTime",
        "GetServices",
        "GetCapabilities",
        "GetServiceCapabilities",
        "GetHostname",
    )
    """Operations that need no login."""
    denied: str = "400 Bad Request"
    manufacturer: str = ""
    hostname: str = ""
    base: str = "http://${at:80}"
    """Start of the service addresses it gives: a device may name another host."""
    services: tuple[str, ...] = ("device", "media", "event")
    counts_blind_attempts: bool = False
    """GetDeviceInformation without login counts as a failed login (seen on Dahua firmware)."""


class Http(Data):
    """A web server. ``missing`` answers every other path."""

    port: Port = 80
    version: str = "HTTP/1.1"
    tls: Tls | None = None
    pages: tuple[Page, ...] = ()
    missing: Answer = Answer(status="404 Not Found", headers=("Content-Length: 0",))
    onvif: Onvif | None = None


class Rtsp(Data):
    """An RTSP server. ``cseq`` is how it spells that header."""

    port: Port = 554
    cseq: str = "CSeq"
    options: Answer
    describe: Answer
    other: Answer = Answer(status="405 Method Not Allowed")


class Sadp(Data):
    """Hikvision's discovery. Old firmware multicasts the answer back; newer unicasts; some do both."""

    body: str
    answer: Literal["multicast", "unicast", "both"] = "both"
    hello: str = ""


class Dhip(Data):
    """Dahua's discovery: the JSON text, which is framed with the 32-byte header."""

    body: str
    answers_one_byte: bool = False
    """Old firmware answers any single byte (a 30-fold amplifier)."""


class Wsd(Data):
    """WS-Discovery."""

    envelope: str
    """Name of an envelope in ``profiles/envelopes.toml``."""
    answers: tuple[Literal["dn", "tds", "untyped"], ...] = ("dn", "tds", "untyped")
    """The probes it answers: for NetworkVideoTransmitter, for Device, without Types."""
    literal: bool = False
    """Knows the types only as ``dn:NetworkVideoTransmitter`` and ``tds:Device``, spelled so."""
    message_id: str = ""
    """What a MessageID must start with, else there is no answer."""
    unicast: Literal["answer", "ignore", "fault"] = "answer"
    repeat: Annotated[int, Field(ge=1, le=500)] = 1
    """Answers it gives to one probe; with ``${fresh_uuid}`` in ``endpoint`` it claims to be as many devices."""
    endpoint: str = "urn:uuid:${uuid}"
    types: str = "dn:NetworkVideoTransmitter tds:Device"
    scopes: tuple[str, ...] = ()
    xaddrs: tuple[str, ...] = ("http://${at:80}/onvif/device_service",)
    metadata_version: int = 1
    hello: bool = True


class Ssdp(Data):
    """SSDP. ``targets`` are (ST, USN) pairs; ``headers`` are whole lines with ``${st}`` and ``${usn}``."""

    targets: Pairs
    headers: tuple[str, ...] = (
        "CACHE-CONTROL: max-age=1800",
        "EXT:",
        "LOCATION: ${location}",
        "SERVER: ${server}",
        "ST: ${st}",
        "USN: ${usn}",
    )
    server: str
    location: str
    hello: bool = True


class Service(Data):
    """One mDNS service."""

    type: str
    instance: str
    port: Port = 80
    txt: tuple[str, ...] = ()


class Mdns(Data):
    """mDNS: services of one host."""

    host: str
    services: tuple[Service, ...]


class Sdk(Data):
    """The maker's own port of Hikvision devices, which answers 16 bytes to anything it cannot read."""

    port: Port = 8000


class Awkward(Data):
    """How a device misbehaves. Nothing is set: it behaves."""

    udp_late: Seconds = 0
    udp_drop: Annotated[float, Field(ge=0, le=1)] = 0
    """Share of datagrams that get no answer."""
    udp_truncate: int = 0
    """Bytes after which an answer is cut; 0: never."""
    udp_garbage_first: bool = False
    tcp_late: Seconds = 0
    tcp_truncate: int = 0
    tcp_garbage_first: bool = False
    tcp_drip: Seconds = 0
    """Seconds between single bytes; 0: it does not drip."""
    tcp_mute: bool = False
    """Accepts and never says a word."""
    most_connections: int = 0
    """A further connection at the same time is reset; 0: no limit."""
    dies_at: int = 0
    """From this many connections at the same time on, the device is dead; 0: never."""
    endless_body: bool = False
    longer_body: bool = False
    """The body goes on after what Content-Length promised."""


class Profile(Data):
    """A line of products: what all its devices have in common."""

    name: str
    maker: str | None = None
    brand: str | None = None
    """Neither is set where nobody could know."""
    kind: Kind
    models: tuple[str, ...]
    firmware: tuple[str, ...] = ("",)
    mac: tuple[str, ...]
    """MAC prefixes, hex digits, 24 to 36 bits."""
    serial: str = ""
    """Pattern: ``#`` is a digit, ``%`` an upper-case hex digit, ``@`` a letter; ``${model}``, ``${date}``
    and ``${MAC_BARE}`` stand for what they say."""
    weight: Annotated[float, Field(ge=0)] = 1
    """How often a generated estate has it, relative to the others; 0: never."""
    basis: tuple[str, ...]
    """Where the real answers were seen, or why there is none."""
    synthetic: bool = False
    """No real answer was found for what it says; the wording is ours."""
    lockout: int = 7
    """Failed logins after which it takes no more."""
    clock_offset: int = 0
    """Seconds that its clock is wrong."""
    http: tuple[Http, ...] = ()
    rtsp: tuple[Rtsp, ...] = ()
    sadp: Sadp | None = None
    dhip: Dhip | None = None
    wsd: Wsd | None = None
    ssdp: Ssdp | None = None
    mdns: Mdns | None = None
    sdk: Sdk | None = None
    silent: tuple[Port, ...] = ()
    """TCP ports that accept and send nothing."""


class Entry(Data):
    """One device of an estate. What is left out is drawn from the profile, always the same way."""

    profile: str
    host: Annotated[int, Field(ge=1, le=65534)]
    """Which address of the network it has."""
    model: str | None = None
    firmware: str | None = None
    serial: str | None = None
    mac: str | None = None
    title: str = ""
    """The name somebody gave it."""
    mutes: tuple[Literal["http", "rtsp", "sadp", "dhip", "wsd", "ssdp", "mdns", "sdk", "silent"], ...] = ()
    """Protocols of the profile that this one does not speak."""
    awkward: Awkward = Awkward()
    note: str = ""


class Credentials(Data):
    """The login that opens the estate's devices. It protects nothing: the devices are simulated."""

    user: str
    password: str


class EstateFile(Data):
    """A whole estate: own profiles besides the shipped ones, and the devices."""

    name: str
    credentials: Credentials = Credentials(user="auditor", password="virtual-estate-only")  # noqa: S106 - public
    profile: tuple[Profile, ...] = ()
    device: tuple[Entry, ...]
