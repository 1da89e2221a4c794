"""Which conversations a device gets, within a budget: what its ports suggest first, then what its answers call for.

A port number is a hint and not a gate: an unknown port is asked in HTTP, and what comes back says what to ask next.
Nothing here leads to another host: a Conversation has no address, and every path is checked against the device's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from camscan.errors import ParseError
from camscan.evidence import Observation, Outcome
from camscan.interrogate import favicon, hikvision_sdk, http, isapi, onvif, redirect, rtsp, tls
from camscan.interrogate.head import Reply
from camscan.interrogate.ports import CAMERA_PORTS, KNOCK_ONLY, SIGN_OF_LIFE_PORTS, knocks
from camscan.interrogate.shape import Conversation

__all__ = [
    "CAMERA_PORTS",
    "DATAGRAM_CONVERSATIONS",
    "FIRST_LIMIT",
    "KNOCK_ONLY",
    "MAX_CONVERSATIONS",
    "SIGN_OF_LIFE_PORTS",
    "first",
    "follow_up",
    "knocks",
]

MAX_CONVERSATIONS = 14
"""Conversations a device gets in all, whatever it answers: over TCP, and by unicast datagram. Knocks say nothing
and are counted as packets only."""

DATAGRAM_CONVERSATIONS = 5
"""Of these at most, by unicast datagram: WS-Discovery, SADP, DHIP, SSDP, mDNS."""

FIRST_LIMIT = 5
"""Conversations of the first round, so that answers can be followed up within the budget."""

_ORDER = (80, 443, 554, 8000, 8080, 8443, 8554, 88, 81)
_ONVIF_PORTS = (2020, 8899)
"""Ports where nothing but ONVIF is spoken."""

_FRONTS = 2
"""Front pages that are gone into: a second one only where a later answer shows a better one."""

_ONVIF_PLACES = 2
"""Device services that one device may get questions at."""


def first(host: str, ports: tuple[int, ...], contact: str) -> tuple[Conversation, ...]:
    """The first round for the literal address ``host``: by its open ``ports``, best known ones first.

    ``contact`` is shown to the device in every request.
    """
    return tuple(_opening(host, port, contact) for port in _ranked(ports))[:FIRST_LIMIT]


def _ranked(ports: Iterable[int]) -> list[int]:
    spoken = set(ports) - KNOCK_ONLY - set(_ONVIF_PORTS)
    return [port for port in _ORDER if port in spoken] + sorted(spoken - set(_ORDER))


def _opening(host: str, port: int, contact: str) -> Conversation:
    if port == hikvision_sdk.PORT:
        return hikvision_sdk.conversation(port)
    if str(port).endswith("443"):
        return tls.conversation(host, port, contact)
    if str(port).endswith("554"):
        return rtsp.conversation(host, port, contact)
    return http.conversation(host, port, contact)


def follow_up(
    host: str,
    asked: tuple[Conversation, ...],
    heard: tuple[Observation, ...],
    contact: str,
    *,
    datagrams: int = DATAGRAM_CONVERSATIONS,
) -> tuple[Conversation, ...]:
    """The next round, or nothing when all is asked or the budget is spent. Call it until it returns nothing.

    ``asked`` are all conversations held with the device so far, ``heard`` all its observations: those of discovery
    (WS-Discovery names the port and path of ONVIF) and of knocks (open ports) included. ``datagrams`` is how many
    discovery protocols asked the device by unicast. What matters most comes first; no conversation is repeated.
    """
    room = MAX_CONVERSATIONS - datagrams - sum(1 for conversation in asked if conversation.questions)
    device = _Device(host, contact, asked, heard)
    others = [port for port in _ranked(device.open_ports()) if not device.was_asked_at(port)]
    rounds = (
        (*_switches(device), *_depth(device), *_onvif(device)),
        (*_onvif_rest(device), *_icon(device)),
        tuple(_opening(host, port, contact) for port in others),
    )
    known = {_key(conversation) for conversation in asked}
    for wanted in rounds:
        fresh = {_key(conversation): conversation for conversation in wanted if _key(conversation) not in known}
        if fresh:
            return tuple(fresh.values())[: max(room, 0)]
    return ()


def _key(conversation: Conversation) -> tuple[object, ...]:
    return (conversation.port, conversation.tls, *(question.send for question in conversation.questions))


@dataclass(frozen=True, slots=True)
class _Page:
    """A page that a device showed: ``path`` is what was asked."""

    port: int
    tls: bool
    path: str
    reply: Reply


@dataclass(frozen=True, slots=True)
class _Device:
    host: str
    contact: str
    asked: tuple[Conversation, ...]
    heard: tuple[Observation, ...]

    def open_ports(self) -> set[int]:
        """Ports that accepted a connection."""
        return {observation.port for observation in self.heard if observation.values("port.open")}

    def was_asked_at(self, port: int) -> bool:
        return any(conversation.port == port and conversation.questions for conversation in self.asked)

    def pages(self, *probes: str) -> list[_Page]:
        """Pages that were shown to ``probes``, plain HTTP before TLS, lower ports first."""
        found = []
        for observation in self.heard:
            if observation.probe not in probes or not observation.values("http.status"):
                continue
            try:
                reply = http.read(observation.raw)
            except ParseError:
                continue
            secure = observation.probe.startswith("https")
            found.append(_Page(observation.port, secure, next(iter(observation.values("http.path")), "/"), reply))
        return sorted(found, key=lambda page: (page.tls, page.port))

    def next_path(self, page: _Page) -> str | None:
        return redirect.follow(page.reply, self.host, page.port, path=page.path, tls=page.tls)

    def front(self) -> _Page | None:
        """The page to go deeper from: the first that is neither an error nor a signpost to somewhere else."""
        pages = self.pages("http", "https")
        return next((page for page in pages if self._is_real(page)), next(iter(pages), None))

    def _is_real(self, page: _Page) -> bool:
        status = page.reply.status
        return status < 300 or status in (401, 403) or (status < 400 and self.next_path(page) is not None)


def _switches(device: _Device) -> tuple[Conversation, ...]:
    """Another protocol for a port that did not speak the first one."""
    found = []
    for observation in device.heard:
        other = _other(observation, device.host, device.contact)
        if other is not None:
            found.append(other)
    return tuple(found)


def _other(observation: Observation, host: str, contact: str) -> Conversation | None:
    port, raw, silent = observation.port, observation.raw, not observation.raw
    met = bool(observation.values("port.open"))
    says_rtsp = any("rtsp" in server.lower() for server in observation.values("http.server"))
    if (raw.startswith(b"RTSP/") and observation.probe in ("http", "hikvision_sdk")) or says_rtsp:
        return rtsp.conversation(host, port, contact)
    if raw.startswith(hikvision_sdk.REQUEST[:4]) and observation.probe == "http":
        return hikvision_sdk.conversation(port)
    if observation.probe == "http" and met and _wants_tls(observation):
        return tls.conversation(host, port, contact)
    failed = observation.outcome in (Outcome.NOT_THIS_PROTOCOL, Outcome.CLOSED, Outcome.TIMED_OUT)
    other_first = observation.probe in ("hikvision_sdk", "rtsp.options", "tls")
    if other_first and failed and met and (silent or raw.startswith(b"HTTP/")):
        return http.conversation(host, port, contact)
    return None


def _wants_tls(observation: Observation) -> bool:
    # A TLS server closes, sends an alert record (RFC 8446, 5.1: type 21), or explains itself in plain HTTP.
    if not observation.raw:
        return observation.outcome is Outcome.CLOSED
    explains = "400" in observation.values("http.status") and b"HTTPS" in observation.raw.upper()
    return explains or observation.raw.startswith(b"\x15\x03")


def _depth(device: _Device) -> tuple[Conversation, ...]:
    """ISAPI's refusal, and the page that the front page leads to."""
    front = device.front()
    if front is None or sum(1 for conversation in device.asked if conversation.name == "isapi") >= _FRONTS:
        return ()
    isapi_too = isapi.conversation(device.host, front.port, device.contact, tls=front.tls)
    path = device.next_path(front)
    if path is None:
        return (isapi_too,)
    return isapi_too, http.conversation(device.host, front.port, device.contact, path=path, tls=front.tls)


def _onvif(device: _Device) -> tuple[Conversation, ...]:
    """The device service: where WS-Discovery says it is, else at a port of its own, else beside the web page."""
    if any(conversation.name == "onvif" for conversation in device.asked):
        return ()
    return tuple(
        onvif.conversation(device.host, port, device.contact, path=path, tls=secure)
        for port, path, secure in _onvif_places(device)[:_ONVIF_PLACES]
    )


def _onvif_places(device: _Device) -> list[tuple[int, str, bool]]:
    addresses = (value for observation in device.heard for value in observation.values("wsd.xaddr"))
    named = [place for address in addresses if (place := _place(address, device.host))]
    if named:
        return sorted(dict.fromkeys(named), key=lambda place: place[2])
    own = [(port, onvif.PATH, False) for port in _ONVIF_PORTS if port in device.open_ports()]
    front = device.front()
    beside = [(front.port, onvif.PATH, front.tls)] if front else []
    return own or beside


def _place(address: str, host: str) -> tuple[int, str, bool] | None:
    """Port, path and whether TLS, of a service address that names ``host`` itself."""
    if not onvif.is_own(address, host):
        return None
    try:
        parts = urlsplit(address)
        port = redirect.port_of(parts)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not port:
        return None
    secure = parts.scheme == "https"
    path = redirect.same_origin(address, host, port, tls=secure)
    return (port, path, secure) if path else None


def _onvif_rest(device: _Device) -> tuple[Conversation, ...]:
    """The questions that a device left open by closing the connection, and GetCapabilities where GetServices failed."""
    found = []
    for conversation in device.asked:
        if conversation.name != "onvif":
            continue
        at_port = [observation for observation in device.heard if observation.port == conversation.port]
        answers = {item.probe: item for item in at_port if item.outcome is not Outcome.CLOSED}
        spoke = any(item.values("onvif.answer") for item in at_port)
        left = [question for question in conversation.questions if question.probe not in answers]
        if spoke and left and len(left) < len(conversation.questions):
            # The last of them closes the connection, so the bytes are made anew.
            found.append(_onvif_again(device, conversation, tuple(question.probe for question in left)))
        services = answers.get("onvif.services")
        if spoke and services is not None and not services.values("onvif.service"):
            found.append(_onvif_again(device, conversation, ("onvif.capabilities",)))
    return tuple(found)


def _onvif_again(device: _Device, before: Conversation, probes: tuple[str, ...]) -> Conversation:
    path = before.questions[0].send.split(b" ", 2)[1].decode("ascii")
    return onvif.conversation(device.host, before.port, device.contact, path=path, tls=before.tls, probes=probes)


def _icon(device: _Device) -> tuple[Conversation, ...]:
    """The icon of the page that the front page led to, or of the front page itself."""
    front = device.front()
    if front is None or any(conversation.name == "http.favicon" for conversation in device.asked):
        return ()
    led_to = [
        page
        for page in device.pages("http.redirect", "https.redirect")
        if page.port == front.port and page.tls == front.tls and page.reply.status == 200
    ]
    page = next(iter(led_to), front)
    if page.reply.status != 200:
        return ()
    path = favicon.path_of(page.reply, device.host, page.port, path=page.path, tls=page.tls)
    return (favicon.conversation(device.host, page.port, path, device.contact, tls=page.tls),)
