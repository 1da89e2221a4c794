"""The site icon: firmware families share one, so its hash points at a family (at most a medium sign)."""

import base64
import hashlib

from camscan.errors import ParseError
from camscan.evidence import Evidence
from camscan.interrogate import body, http
from camscan.interrogate.head import Reply
from camscan.interrogate.markup import icon
from camscan.interrogate.redirect import authority, same_origin
from camscan.interrogate.shape import Conversation, Question

DEFAULT_PATH = "/favicon.ico"

_STARTS = (b"\x00\x00\x01\x00", b"\x00\x00\x02\x00", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"BM", b"RIFF", b"<svg")
"""How ICO, CUR, PNG, GIF, JPEG, BMP, WebP and SVG files start."""


def path_of(page: Reply, host: str, port: int, *, path: str = "/", tls: bool = False) -> str:
    """Where the icon of ``page`` lies: its icon link where that stays on this host, port and scheme, else
    DEFAULT_PATH. ``path`` is the page's own."""
    return same_origin(icon(body.text(page.body)), host, port, path=path, tls=tls) or DEFAULT_PATH


def parse(raw: bytes) -> tuple[Evidence, ...]:
    """Hashes of the icon. Raises ParseError for a page instead of an image, and for an icon that was cut."""
    reply = http.read(raw)
    if reply.status != 200:
        raise ParseError("no icon at this path")
    if not reply.whole:
        raise ParseError("the icon was cut; its hash would mean nothing")
    image = _image(reply)
    if not image.startswith(_STARTS) and not (image.startswith(b"<?xml") and b"<svg" in image[:1024]):
        raise ParseError("what came is not an image")
    return icon_evidence(image)


def _image(reply: Reply) -> bytes:
    length = reply.value("content-length")
    stated = length.isascii() and length.isdigit() and not reply.value("content-encoding")
    # The lists of known hashes were made by readers that stop at the stated length.
    return reply.body[: int(length[:10])] if stated and not reply.value("transfer-encoding") else reply.body


def icon_evidence(image: bytes) -> tuple[Evidence, ...]:
    """The two hashes of an icon's bytes: MurmurHash3 of its base64 in lines of 76, as Shodan computes it, and MD5."""
    import mmh3

    return (
        Evidence("http.favicon_mmh3", str(mmh3.hash(base64.encodebytes(image)))),
        Evidence("http.favicon_md5", hashlib.md5(image, usedforsecurity=False).hexdigest()),
    )


def conversation(host: str, port: int, path: str, contact: str, *, tls: bool = False) -> Conversation:
    """One GET of the icon."""
    send = http.request(authority(host, port, "https" if tls else "http"), path, contact=contact)
    question = Question("http.favicon", send, http.complete, parse, http.whole)
    return Conversation("http.favicon", port, (question,), tls=tls)
