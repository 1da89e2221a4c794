"""RTSP/1.0 (RFC 2326): OPTIONS, then DESCRIBE without credentials. The challenge's realm and the list of methods
differ by maker; a description comes only from the few devices that ask for no login."""

from functools import partial

from camscan.errors import ParseError
from camscan.evidence import Evidence
from camscan.interrogate import body, http
from camscan.interrogate.challenge import challenge_evidence
from camscan.interrogate.head import HEAD_LIMIT, Reply, find_end, may_start, read_head
from camscan.interrogate.shape import Conversation, Question

PORT = 554

_MARKERS = (
    "media_header:",  # Hikvision's container; copied by others (go2rtc #2390)
    "a=appversion:",  # likewise
    "a=x-dimensions:",  # Hikvision and LIVE555 builds
    "decodertag=",  # Uniview: h3c-v3 (go2rtc #1426)
    "/trackid=",  # Hikvision's control URLs
    "m=application/",  # TP-Link's private track, e.g. m=application/MERCURY
    "a=x-qt-text-nam:",  # LIVE555 builds name the product here
    "e=none",  # in Hikvision's set
    "isapi.metadata",  # Hikvision's track of what it recognises
    "a=packetization-supported:",  # Dahua; handed on by archive servers (mediamtx #95)
    "a=rtppayload-supported:",  # Dahua
    "a=x-qt-text-inf:",  # LIVE555 builds name the stream here
    "/axis-media/",  # Axis's control URLs
)
"""Parts of lines, in lower case, by which a session description shows whose format it is."""

_MARKER_LIMIT = 20

_DESCRIPTION_LIMIT = 64 * 1024
"""Bytes of a description that are read; real ones have about one thousand."""


def request(method: str, host: str, port: int, number: int, contact: str) -> bytes:
    """One request for the root of the server; ``number`` is its CSeq."""
    where = f"[{host}]" if ":" in host else host
    lines = [
        f"{method} rtsp://{where}:{port}/ RTSP/1.0",
        f"CSeq: {number}",
        f"User-Agent: {http.user_agent(contact)}",
    ]
    if method == "DESCRIBE":
        lines.append("Accept: application/sdp")
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def complete(buffer: bytes) -> bool:
    """Whether the answer has ended, or is not RTSP at all. A description of unstated length ends with the
    connection."""
    if find_end(buffer) is None:
        return len(buffer) > HEAD_LIMIT or not may_start(buffer, "RTSP")
    try:
        return _has_ended(read_head(buffer, "RTSP"))
    except ParseError:
        return True


def _has_ended(reply: Reply) -> bool:
    length = reply.value("content-length")
    if length.isascii() and length.isdigit() and len(length) <= 10:
        return len(reply.body) >= int(length)
    return "sdp" not in reply.value("content-type").lower()


def whole(raw: bytes) -> bool:
    """Whether an answer that has stopped coming is all there. Never raises."""
    try:
        reply = read_head(raw, "RTSP")
    except ParseError:
        return False
    return reply.whole and (_has_ended(reply) or not reply.value("content-length"))


def parse(raw: bytes) -> tuple[Evidence, ...]:
    """Evidence of one answer. Raises ParseError."""
    reply = read_head(raw, "RTSP")
    found = [("rtsp.status", str(reply.status) if reply.status else "")]
    found += [("rtsp.server", value) for value in reply.values("server")]
    found += [("rtsp.public", value) for value in reply.values("public")]
    if reply.whole_head:
        found.append(("rtsp.header_names", ",".join(name for name, _ in reply.headers)))
    described: tuple[Evidence, ...] = ()
    if reply.body.lstrip().startswith(b"v="):
        described = description_evidence(reply.body, cut=not (reply.value("content-length") and _has_ended(reply)))
    return (
        tuple(Evidence(name, value) for name, value in found if value) + challenge_evidence(reply, "rtsp") + described
    )


def description_evidence(sdp: bytes, *, cut: bool = False) -> tuple[Evidence, ...]:
    """Evidence of a session description (RFC 4566). ``cut`` leaves out a last line without its end."""
    lines = body.text(sdp[:_DESCRIPTION_LIMIT]).split("\n")
    if cut or len(sdp) > _DESCRIPTION_LIMIT:
        lines.pop()
    found: list[tuple[str, str]] = []
    for line in (line.strip() for line in lines):
        lower = line.lower()
        if lower.startswith("s="):
            found.append(("rtsp.sdp_session", line[2:].strip()))
        elif lower.startswith("a=tool:"):
            found.append(("rtsp.sdp_tool", line[7:].strip()))
        elif any(marker in lower for marker in _MARKERS):
            found.append(("rtsp.sdp_marker", line))
    kept = [pair for pair in dict.fromkeys(found) if pair[1]][:_MARKER_LIMIT]
    return tuple(Evidence(name, value) for name, value in kept)


def conversation(host: str, port: int, contact: str) -> Conversation:
    """OPTIONS and DESCRIBE on one connection."""
    ask = partial(request, host=host, port=port, contact=contact)
    return Conversation(
        "rtsp",
        port,
        (
            Question("rtsp.options", ask("OPTIONS", number=1), complete, parse, whole),
            Question("rtsp.describe", ask("DESCRIBE", number=2), complete, parse, whole),
        ),
    )
