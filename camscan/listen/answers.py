"""What is taken from an answer on the wire: its head, and of its body no more than a title or a device's description.

These answers were meant for somebody else. So of HTTP and RTSP only what tells the firmware is kept: of headers but a
few keep their values, no page is kept, and an answer to somebody who was logged in gives no title either.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from camscan.discover import description
from camscan.errors import ParseError
from camscan.evidence import Evidence
from camscan.interrogate import http, rtsp, tls
from camscan.interrogate.head import HEAD_LIMIT, Reply, find_end, read_head
from camscan.listen import flight
from camscan.safe.redact import MARK, redact, redact_text

PAGE_LIMIT = 16 * 1024
"""Bytes of a page or description that are waited for."""

_REQUEST_LIMIT = 4096

_SAFE = frozenset({"server", "www-authenticate", "content-type", "connection", "x-powered-by", "p3p", "public"})
"""Headers whose values are kept: they tell the firmware and nobody's business."""

_HTTP_FIELDS = frozenset(
    {"http.status", "http.server", "http.header_names", "http.realm", "http.challenge", "http.nonce", "http.location"}
)
_PAGES = ("text/html", "application/xhtml")
_DOCUMENTS = ("text/xml", "application/xml")


class Speech(Enum):
    """What a server speaks."""

    HTTP = "http"
    RTSP = "rtsp"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class Said:
    """What one answer tells: the evidence, and the bytes that may be stored for it."""

    probe: str
    evidence: tuple[Evidence, ...]
    raw: bytes


def speech_of(payload: bytes) -> Speech | None:
    """What an answer that begins a segment is in, or None."""
    if payload.startswith(b"HTTP/1."):
        return Speech.HTTP
    if payload.startswith(b"RTSP/1.0 "):
        return Speech.RTSP
    return Speech.TLS if flight.begins(payload) else None


def is_request(payload: bytes) -> bool:
    """Whether a segment begins a client's question in HTTP or RTSP."""
    line = payload[:_REQUEST_LIMIT].partition(b"\n")[0]
    return line[:1].isalpha() and line.rstrip(b"\r").endswith((b" HTTP/1.1", b" HTTP/1.0", b" RTSP/1.0"))


def is_private(request: bytes) -> bool:
    """Whether a client's question carries credentials, or is more than a plain question for a page. One that goes on
    in another segment may."""
    plain = request.startswith((b"GET ", b"HEAD ", b"OPTIONS ", b"DESCRIBE "))
    return not plain or find_end(request) is None or redact(request) != request


def is_hidden(raw: bytes) -> bool:
    """Whether a TLS server's flight hides its certificates."""
    return flight.read(raw).hidden


def complete(speech: Speech, buffer: bytes, *, private: bool) -> bool:
    """Whether no more bytes of an answer are wanted."""
    if speech is Speech.TLS:
        return flight.read(buffer).over
    if find_end(buffer) is None:
        return len(buffer) >= HEAD_LIMIT
    if len(buffer) >= PAGE_LIMIT:
        return True
    if speech is Speech.RTSP:
        return rtsp.complete(buffer)
    return private or not _wants_body(buffer) or http.complete(buffer)


def _wants_body(buffer: bytes) -> bool:
    try:
        kind = read_head(buffer, "HTTP").value("content-type").lower()
    except ParseError:
        return False
    return kind.startswith((*_PAGES, *_DOCUMENTS))


def read(speech: Speech, raw: bytes, *, private: bool) -> tuple[Said, ...]:
    """What the answer in ``raw`` tells; nothing where it is not what it began as. Never raises."""
    try:
        return _READERS[speech](raw, private)
    except ParseError:
        return ()


def _http(raw: bytes, private: bool) -> tuple[Said, ...]:  # noqa: FBT001 - the shape of _READERS
    reply = http.read(raw)
    wanted = _HTTP_FIELDS if private else _HTTP_FIELDS | {"http.title"}
    evidence = tuple(_trimmed(item) for item in http.parse_page(raw) if item.name in wanted)
    said = [Said("http", evidence, _head(reply, "HTTP/1.1"))]
    if not private and reply.status == 200 and reply.value("content-type").lower().startswith(_DOCUMENTS):
        said += _description(reply)
    return tuple(said)


def _description(reply: Reply) -> list[Said]:
    try:
        return [Said("ssdp.description", description.parse(reply.body), reply.body)]
    except ParseError:
        return []


def _trimmed(item: Evidence) -> Evidence:
    """A target without its query, which may be somebody's."""
    if item.name != "http.location":
        return Evidence(item.name, redact_text(item.value))
    return Evidence(item.name, item.value.partition("?")[0].partition("#")[0])


def _rtsp(raw: bytes, private: bool) -> tuple[Said, ...]:  # noqa: ARG001, FBT001 - the shape of _READERS
    return (Said("rtsp", rtsp.parse(raw), _head(read_head(raw, "RTSP"), "RTSP/1.0")),)


def _head(reply: Reply, protocol: str) -> bytes:
    """The head as it may be stored: the names of all headers, the values of a few."""
    hidden = MARK.decode("ascii")
    lines = [f"{protocol} {reply.status}"]
    lines += [f"{name}: {value if name.lower() in _SAFE else hidden}" for name, value in reply.headers]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "replace")


def _tls(raw: bytes, private: bool) -> tuple[Said, ...]:  # noqa: ARG001, FBT001 - the shape of _READERS
    found = flight.read(raw)
    if not found.chain:
        return ()
    packed = tls.pack(found.chain, found.version)
    return (Said("tls", tls.parse(packed), packed),)


_READERS: dict[Speech, Callable[[bytes, bool], tuple[Said, ...]]] = {
    Speech.HTTP: _http,
    Speech.RTSP: _rtsp,
    Speech.TLS: _tls,
}
