"""The body of an HTTP answer: chunks put together, compression undone, both lenient and bounded."""

import codecs
import zlib

from camscan.safe.text import decode

INFLATED_LIMIT = 256 * 1024
"""Bytes that a compressed body may grow to; we ask for none, so what comes is a mistake or a trap."""

_SIZE_LINE = 256
"""Bytes of one chunk's size line, extensions included."""


def unchunk(body: bytes) -> tuple[bytes, bool]:
    """The content of a chunked body (RFC 9112, 7.1) and whether its last chunk came.

    A body whose first size is no number is returned as it is; a later error ends the content there.
    """
    parts: list[bytes] = []
    at = 0
    while True:
        line_end = body.find(b"\n", at, at + _SIZE_LINE)
        size = _size(body[at:line_end]) if line_end >= 0 else None
        if size is None:
            return (b"".join(parts), False) if parts else (body, False)
        if size == 0:
            return b"".join(parts), True
        start = line_end + 1
        parts.append(body[start : start + size])
        at = start + size
        if at >= len(body):
            return b"".join(parts), False
        at += 2 if body[at : at + 2] == b"\r\n" else 1


def _size(line: bytes) -> int | None:
    digits = line.partition(b";")[0].strip()
    if not digits or len(digits) > 8 or digits.translate(None, b"0123456789abcdefABCDEF"):
        return None
    return int(digits, 16)


def inflate(body: bytes, encoding: str) -> bytes:
    """``body`` with one Content-Encoding undone: gzip or deflate, up to INFLATED_LIMIT bytes.

    A body that is not what its encoding says, or comes in another encoding, is returned as it is.
    """
    # 47: zlib or gzip, told by the header; -15: the bare deflate that many servers mean by "deflate".
    modes = {"gzip": (47,), "x-gzip": (47,), "deflate": (47, -15)}.get(encoding.strip().lower(), ())
    for mode in modes:
        try:
            content = zlib.decompressobj(mode).decompress(body, INFLATED_LIMIT)
        except zlib.error:
            continue
        if content:
            return content
    return body


def text(body: bytes) -> str:
    """``body`` as text; a character that the end of the body cuts in two is left out."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return decode(body)


def fold(content: str) -> str:
    """``content`` with every run of white space as one space, none at the ends."""
    return " ".join(content.split())
