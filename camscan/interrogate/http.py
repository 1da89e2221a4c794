"""HTTP/1.x: our own lenient reader, because real cameras send bodies longer than their Content-Length, fold headers,
and answer without a status line, and because a hostile one must neither hang nor fill us."""

from dataclasses import replace
from functools import partial

from camscan.errors import ParseError
from camscan.evidence import VALUE_LIMIT, Evidence
from camscan.interrogate import body, markup
from camscan.interrogate.challenge import challenge_evidence
from camscan.interrogate.head import HEAD_LIMIT, Reply, find_end, may_start, read_head
from camscan.interrogate.redirect import authority, target, without_host
from camscan.interrogate.shape import Conversation, Question
from camscan.safe.agent import user_agent
from camscan.safe.redact import redact_text

__all__ = ["Reply", "complete", "conversation", "page_question", "parse_page", "read", "request", "user_agent", "whole"]

_INTERIM_LIMIT = 8
"""Answers of status 1xx that may precede the answer proper (RFC 9110, 15.2)."""

_NOISE = frozenset(
    {"date", "content-length", "etag", "last-modified", "expires", "age", "keep-alive", "www-authenticate"}
)
"""Headers whose value changes from answer to answer, and the one that has evidence fields of its own."""

_SECRET = frozenset({"set-cookie", "set-cookie2", "authorization", "proxy-authorization", "cookie"})

_HEADER_LIMIT = 50
"""Headers of one answer that become evidence; cameras send five to fifteen."""

_ENDLESS = ("multipart/x-mixed-replace", "video/", "audio/", "text/event-stream")
"""Content types of streams: such a body has no end worth waiting for."""


def request(
    host: str,
    path: str,
    *,
    contact: str,
    method: str = "GET",
    content: bytes = b"",
    content_type: str = "",
    keep_open: bool = False,
) -> bytes:
    """One request. ``host`` stands in the Host header as given (see redirect.authority); no credentials, ever.

    Raises ValueError where ``host`` or ``path`` is not plain printable ASCII: it would not be one request then.
    """
    if not host or not path.startswith("/") or not all("!" <= char <= "~" for char in host + path):
        raise ValueError("host and path of a request are printable ASCII without spaces")
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {host}",
        f"User-Agent: {user_agent(contact)}",
        "Accept: */*",
        "Accept-Encoding: identity",
        f"Connection: {'keep-alive' if keep_open else 'close'}",
    ]
    if content:
        lines += [f"Content-Type: {content_type}", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + content


def read(raw: bytes) -> Reply:
    """The answer in ``raw``, its body unchunked and uncompressed (at most 256 KiB). Interim answers are passed over.

    A body longer than its Content-Length is kept whole. Raises ParseError (NotThisProtocolError for another
    protocol); never anything else.
    """
    reply = read_head(_after_interim(raw), "HTTP")
    content, whole = reply.body, reply.whole
    length = _length(reply)
    if _is_chunked(reply):
        content, ended = body.unchunk(content)
        whole = whole and ended
    elif length is not None and reply.status not in (204, 304):
        whole = whole and len(content) >= length
    encoding = reply.value("content-encoding")
    if encoding:
        content = body.inflate(content, encoding)
    return replace(reply, body=content, whole=whole)


def _after_interim(raw: bytes) -> bytes:
    for _ in range(_INTERIM_LIMIT + 1):
        raw = raw.lstrip(b"\r\n")
        end = find_end(raw)
        if end is None or not _is_interim(raw[:64]):
            return raw
        raw = raw[end[1] :]
    raise ParseError("too many interim answers")


def _is_interim(start: bytes) -> bool:
    words = start.split(None, 2)
    if len(words) < 2 or not words[0].upper().startswith(b"HTTP/"):
        return False
    return len(words[1]) == 3 and words[1].isdigit() and words[1][:1] == b"1" and words[1] != b"101"


def _is_chunked(reply: Reply) -> bool:
    return "chunked" in reply.value("transfer-encoding").lower()


def _length(reply: Reply) -> int | None:
    given = reply.value("content-length")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 10 else None


def complete(buffer: bytes) -> bool:
    """Whether reading on is pointless: the answer has ended, streams without end, or is not HTTP at all.

    With ``Connection: close`` or without a length only the end of the connection ends it, because the length that
    cameras state is often too short.
    """
    try:
        buffer = _after_interim(buffer)
        if find_end(buffer) is None:
            return len(buffer) > HEAD_LIMIT or not may_start(buffer, "HTTP")
        reply = read_head(buffer, "HTTP")
    except ParseError:
        return True
    return _has_ended(reply)


def _has_ended(reply: Reply) -> bool:
    if reply.status in (101, 204, 304) or reply.value("content-type").lower().startswith(_ENDLESS):
        return True
    if _is_chunked(reply):
        return reply.body.endswith((b"\n0\r\n\r\n", b"\n0\n\n")) or reply.body in (b"0\r\n\r\n", b"0\n\n")
    length = _length(reply)
    return length is not None and "close" not in reply.value("connection").lower() and len(reply.body) >= length


def whole(raw: bytes) -> bool:
    """Whether an answer that has stopped coming is all there: head ended, body as long as it says. Never raises."""
    try:
        return read(raw).whole
    except ParseError:
        return False


def parse_page(raw: bytes, *, path: str = "") -> tuple[Evidence, ...]:
    """Evidence of a page, or of the refusal of one. ``path`` is what was asked. Raises ParseError."""
    reply = read(raw)
    page = body.text(reply.body)
    found = [("http.status", str(reply.status) if reply.status else "")]
    found += [("http.server", value) for value in reply.values("server")[:1]]
    found += [("http.header", line) for line in _header_lines(reply)]
    if reply.whole_head:
        found.append(("http.header_names", ",".join(name for name, _ in reply.headers)))
    found.append(("http.title", markup.title(page)))
    found.append(("http.location", redact_text(without_host(target(reply)))))
    if "\x00" not in page:
        found.append(("http.body", redact_text(body.fold(page[: markup.PAGE_LIMIT])[: 2 * VALUE_LIMIT])))
    found.append(("http.path", path))
    return tuple(Evidence(name, value) for name, value in found if value) + challenge_evidence(reply, "http")


def _header_lines(reply: Reply) -> list[str]:
    lines = [(name.lower(), value) for name, value in reply.headers if name.lower() not in _NOISE]
    shown = [redact_text(f"{name}: {value}") if name in _SECRET else f"{name}: {value}" for name, value in lines]
    return list(dict.fromkeys(shown))[:_HEADER_LIMIT]


def conversation(host: str, port: int, contact: str, *, path: str = "/", tls: bool = False) -> Conversation:
    """One GET of ``path``. Over TLS this asks only for the page; see tls.conversation for the certificates."""
    scheme = "https" if tls else "http"
    send = request(authority(host, port, scheme), path, contact=contact)
    name = scheme if path == "/" else f"{scheme}.redirect"
    return Conversation(name, port, (page_question(name, send, path),), tls=tls)


def page_question(probe: str, send: bytes, path: str) -> Question:
    """The question that asks for a page."""
    return Question(probe, send, complete, partial(parse_page, path=path), whole)
