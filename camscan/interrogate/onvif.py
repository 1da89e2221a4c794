"""ONVIF's device service, asked what it tells without credentials (ONVIF Core, access class PRE_AUTH).

GetDeviceInformation is never asked: on some firmware the refusal counts as a failed login and ends in a lock-out.
"""

from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

from camscan.errors import NotThisProtocolError, ParseError
from camscan.evidence import Evidence
from camscan.interrogate import body, http
from camscan.interrogate.challenge import challenge_evidence
from camscan.interrogate.head import Reply
from camscan.interrogate.redirect import authority, same_host
from camscan.interrogate.shape import Conversation, Question
from camscan.safe.pattern import compile_bytes
from camscan.safe.redact import redact_text
from camscan.safe.text import decode
from camscan.safe.xml import Element, parse_device

PATH = "/onvif/device_service"
"""Where the device service lies unless WS-Discovery named another place (ONVIF Core, 5.1.1)."""

DEVICE = "http://www.onvif.org/ver10/device/wsdl"

QUESTIONS: dict[str, tuple[str, str]] = {
    "onvif.time": ("GetSystemDateAndTime", ""),
    "onvif.services": ("GetServices", "<tds:IncludeCapability>false</tds:IncludeCapability>"),
    "onvif.hostname": ("GetHostname", ""),
    "onvif.capabilities": ("GetCapabilities", "<tds:Category>All</tds:Category>"),
}
"""Probe name to operation and its content. Read-only, and all that is ever asked."""

FIRST = ("onvif.time", "onvif.services", "onvif.hostname")
"""The questions of the first conversation; capabilities are asked only where services got no answer."""

_STANDARD = (
    "http://www.w3.org/",
    "http://schemas.xmlsoap.org/",
    "http://docs.oasis-open.org/",
    "http://www.onvif.org/",
)
_NAMESPACE = compile_bytes(rb"\sxmlns(?::[\w.-]+)?\s*=\s*[\"']([^\"'<>\s]{1,300})[\"']")
_NAMESPACE_LIMIT = 20
_XADDR_LIMIT = 40

_INFORMATION = {
    "onvif.manufacturer": "Manufacturer",
    "onvif.model": "Model",
    "onvif.firmware": "FirmwareVersion",
    "onvif.serial": "SerialNumber",
}


def envelope(probe: str) -> bytes:
    """The SOAP 1.2 message of one of QUESTIONS."""
    operation, content = QUESTIONS[probe]
    element = f"<tds:{operation}>{content}</tds:{operation}>" if content else f"<tds:{operation}/>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="{DEVICE}">'
        f"<s:Body>{element}</s:Body></s:Envelope>"
    ).encode("ascii")


def parse(raw: bytes, *, host: str) -> tuple[Evidence, ...]:
    """Evidence of one answer of the device at the literal address ``host``.

    A refusal at HTTP level yields its status and challenge, which say nothing about ONVIF by themselves. Raises
    NotThisProtocolError where something else answers at this path, ParseError for broken answers.
    """
    reply = http.read(raw)
    refusal = _refusal(reply) if reply.status in (401, 403) else ()
    try:
        return message_evidence(reply.body, host=host) + refusal
    except ParseError:
        if refusal:
            return refusal
        if b"Envelope" in reply.body[:4096]:
            raise
        raise NotThisProtocolError("no ONVIF service at this path") from None


def _refusal(reply: Reply) -> tuple[Evidence, ...]:
    return (Evidence("http.status", str(reply.status)), *challenge_evidence(reply, "http"))


def message_evidence(content: bytes, *, host: str) -> tuple[Evidence, ...]:
    """Evidence of one SOAP message. Raises NotThisProtocolError where it is none, ParseError where it is broken."""
    root = parse_device(content)
    if root.tag != "Envelope":
        raise NotThisProtocolError("not a SOAP message")
    fault = root.first("Fault")
    answer = next((item for item in root.walk() if item.tag.endswith("Response") and _is_onvif(item.namespace)), None)
    if fault is None and answer is None:
        raise NotThisProtocolError("a SOAP message, but not of an ONVIF device service")
    found: list[tuple[str, str]] = []
    if answer is not None or b"http://www.onvif.org/ver10/error" in content:
        found.append(("onvif.answer", "yes"))
    if fault is not None:
        found.append(("onvif.fault", _fault(fault)))
    if answer is not None:
        found += _answer(answer, host)
    found += [("onvif.namespace", name) for name in _namespaces(content)]
    kept = dict.fromkeys((name, value.strip()) for name, value in found)
    return tuple(Evidence(name, value) for name, value in kept if value)


def _is_onvif(namespace: str) -> bool:
    return namespace.startswith("http://www.onvif.org/")


def _fault(fault: Element) -> str:
    codes = [item.text.strip() for item in fault.walk() if item.tag in ("Value", "faultcode") and item.text.strip()]
    reason = fault.value("Text") or fault.value("faultstring", "Reason")
    return body.fold(" ".join(codes) + (f": {reason}" if reason else ""))


def _answer(answer: Element, host: str) -> list[tuple[str, str]]:
    found = [("onvif.time", _time(answer))]
    name = answer.first("HostnameInformation")
    found.append(("onvif.hostname", name.value("Name") if name else ""))
    found += [("onvif.service", item.value("Namespace")) for item in answer.every("Service")]
    for item in answer.every("XAddr")[:_XADDR_LIMIT]:
        address = redact_text(item.text.strip())
        found.append(("onvif.xaddr", address))
        if address and not is_own(address, host):
            found.append(("onvif.xaddr_mismatch", address))
    if answer.tag == "GetDeviceInformationResponse":
        found += [(field, answer.value(tag)) for field, tag in _INFORMATION.items()]
    return found


def is_own(address: str, host: str) -> bool:
    """Whether the URL ``address`` names the literal address ``host``."""
    try:
        return same_host(urlsplit(address).hostname, host)
    except ValueError:
        return False


def _time(answer: Element) -> str:
    clock = answer.first("UTCDateTime")
    if clock is None:
        return ""
    values = [clock.value(tag) for tag in ("Year", "Month", "Day", "Hour", "Minute", "Second")]
    if not all(value.isascii() and value.isdigit() and len(value) <= 4 for value in values):
        return ""
    year, month, day, hour, minute, second = map(int, values)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).isoformat().replace("+00:00", "Z")
    except ValueError:
        return ""


def _namespaces(content: bytes) -> list[str]:
    """Namespace URIs that are declared, used or not, and are not of the standards: a maker's own is a good sign."""
    names = dict.fromkeys(decode(name) for name in _NAMESPACE.findall(content))
    return [name for name in names if "://" in name and not name.startswith(_STANDARD)][:_NAMESPACE_LIMIT]


def conversation(
    host: str, port: int, contact: str, *, path: str = PATH, tls: bool = False, probes: tuple[str, ...] = FIRST
) -> Conversation:
    """The questions ``probes`` of QUESTIONS on one connection, without credentials.

    A device that closes after each answer gets the rest in further conversations (see plan).
    """
    where = authority(host, port, "https" if tls else "http")
    questions = tuple(
        Question(
            probe,
            http.request(
                where,
                path,
                contact=contact,
                method="POST",
                content=envelope(probe),
                content_type=f'application/soap+xml; charset=utf-8; action="{DEVICE}/{QUESTIONS[probe][0]}"',
                keep_open=probe != probes[-1],
            ),
            http.complete,
            partial(parse, host=host),
            http.whole,
        )
        for probe in probes
    )
    return Conversation("onvif", port, questions, tls=tls)
