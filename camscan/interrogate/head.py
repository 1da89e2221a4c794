"""The head of an HTTP-like answer (HTTP, RTSP): first line, headers, and where the body starts. Lenient and bounded.

RFC 9112 and RFC 2326 describe the form; cameras depart from it (bare line feeds, folded headers, no status line),
so whatever can be read is read and the rest is a ParseError.
"""

from dataclasses import dataclass

from camscan.errors import NotThisProtocolError, ParseError
from camscan.safe.text import decode

HEAD_LIMIT = 16 * 1024
"""Bytes of a head, its end included."""

LINE_LIMIT = 100
"""Header lines of a head, folded ones included."""

_TOKEN = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""RFC 9110, 5.6.2: what a header name is made of."""

_TELLING = frozenset(
    {b"server", b"www-authenticate", b"content-type", b"content-length", b"connection", b"date", b"location"}
    | {b"set-cookie", b"cache-control", b"cseq", b"public"}
)
"""Headers by which an answer without a status line is still known as one."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as far as it came.

    ``status`` is 0 where no status line came. Header names stand as sent, values as text without outer white space;
    a folded header is one value. ``body`` is everything after the head. ``whole_head`` is False where the answer
    ended before its head did, ``whole`` also where the body is shorter than the answer says of itself.
    """

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    whole_head: bool = True
    whole: bool = True

    def values(self, name: str) -> tuple[str, ...]:
        """All values of one header, in order; ``name`` in lower case."""
        return tuple(value for key, value in self.headers if key.lower() == name)

    def value(self, name: str) -> str:
        """First value of one header, or an empty string; ``name`` in lower case."""
        return next(iter(self.values(name)), "")


def find_end(buffer: bytes) -> tuple[int, int] | None:
    """Where the head ends and the body starts, or None where the first HEAD_LIMIT bytes hold no empty line."""
    ends = [(at, at + len(mark)) for mark in (b"\n\r\n", b"\n\n") if (at := buffer.find(mark, 0, HEAD_LIMIT)) >= 0]
    return min(ends, default=None)


def may_start(buffer: bytes, protocol: str) -> bool:
    """Whether ``buffer``, which holds no whole head yet, may still become an answer in ``protocol``."""
    start = buffer.lstrip(b"\r\n")[:200]
    wanted = protocol.encode() + b"/"
    if wanted.startswith(start[: len(wanted)].upper()) or (protocol == "HTTP" and _is_bare_page(start)):
        return True
    if b"\n" in start or b":" in start:
        return bool(_name_of(start))
    return len(start) < 64 and not start.translate(None, _TOKEN)


def read_head(raw: bytes, protocol: str) -> Reply:
    """The head of an answer in ``protocol`` ("HTTP" or "RTSP"), with everything after it as body.

    Raises NotThisProtocolError for an answer that starts as something else, ParseError for a head that is empty,
    too long, cut within its first line, or a bare page (as HTTP/0.9 had it).
    """
    raw = raw.lstrip(b"\r\n")
    if not raw:
        raise ParseError("an empty answer")
    end = find_end(raw)
    if end is None and len(raw) > HEAD_LIMIT:
        raise ParseError("a head longer than 16 KiB")
    head, body = (raw[: end[0]], raw[end[1] :]) if end else (raw, b"")
    lines = [line.rstrip(b"\r") for line in head.split(b"\n")]
    if len(lines) > LINE_LIMIT + 1:
        raise ParseError("a head of more than 100 lines")
    if end is None and not _has_ended(lines[-1]):
        lines.pop()
    if not lines:
        raise _unlike(raw, protocol, cut=True)
    status, reason = 0, ""
    if lines[0][: len(protocol) + 1].upper() == protocol.encode() + b"/":
        status, reason = _status_line(lines.pop(0))
    elif not any(_name_of(line) in _TELLING for line in lines[:10]) or not _name_of(lines[0]):
        raise _unlike(raw, protocol, cut=end is None)
    whole = end is not None
    return Reply(status, reason, _headers(lines), body, whole, whole)


def _has_ended(line: bytes) -> bool:
    # The last line of a cut head may go on in what never came; only behind a closing quotation mark is a value over.
    return line == b"" or (line.endswith(b'"') and line.count(b'"') % 2 == 0)


def _unlike(raw: bytes, protocol: str, *, cut: bool) -> ParseError:
    wanted, start = protocol.encode() + b"/", raw[: len(protocol) + 1].upper()
    if start == wanted or (cut and wanted.startswith(start)):
        return ParseError(f"cut within the first line of an {protocol} answer")
    if cut and _name_of(raw):
        return ParseError("cut within the first line")
    if protocol == "HTTP" and _is_bare_page(raw):
        return ParseError("a page without a head")
    return NotThisProtocolError(f"an answer that does not start as {protocol} does")


def _is_bare_page(raw: bytes) -> bool:
    return raw[:200].lstrip()[:1] in (b"<", b"{", b"[")


def _status_line(line: bytes) -> tuple[int, str]:
    parts = line.split(None, 2)
    if len(parts) < 2 or len(parts[1]) != 3 or not parts[1].isdigit():
        raise ParseError("a status line without a status")
    return int(parts[1]), decode(parts[2]) if len(parts) == 3 else ""


def _name_of(line: bytes) -> bytes:
    """Name of the header on ``line`` in lower case, or nothing where it holds none."""
    name, colon, _ = line[:200].partition(b":")
    name = name.rstrip(b" \t")
    return name.lower() if colon and name and not name.translate(None, _TOKEN) else b""


def _headers(lines: list[bytes]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[bytes, list[bytes]]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and found:
            found[-1][1].append(line.strip(b" \t"))
        elif _name_of(line):
            name, _, value = line.partition(b":")
            found.append((name.rstrip(b" \t"), [value.strip(b" \t")]))
    return tuple((name.decode("ascii"), decode(b" ".join(parts)).strip()) for name, parts in found)
