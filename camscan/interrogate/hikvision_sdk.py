"""Hikvision's SDK port (TCP 8000): devices and their rebrands answer any header with 16 bytes of their own.

Seen answers: length 16 and an error code given twice, ``1e`` (nmap-service-probes, "Hikvision IPCam control port")
or ``0d`` (format rejected; FingerprintHub).
"""

from camscan.errors import NotThisProtocolError, ParseError
from camscan.evidence import Evidence
from camscan.interrogate.shape import Conversation, Question, always

PORT = 8000

SIZE = 16
"""Bytes of a header, of ours and of the answer; the header states it in its first four bytes, big endian."""

REQUEST = SIZE.to_bytes(4, "big") + bytes(SIZE - 4)
"""A header that asks for nothing: its length, then zeros. No command and no login. It differs from every answer we
accept, so a service that echoes what it hears is not taken for a camera."""


def complete(buffer: bytes) -> bool:
    """Whether 16 bytes came, or something that cannot become such an answer."""
    return len(buffer) >= SIZE or not buffer.startswith(REQUEST[: min(len(buffer), 4)])


def parse(raw: bytes) -> tuple[Evidence, ...]:
    """The header, where it has the shape of one. Raises NotThisProtocolError for anything else, ParseError where it
    is cut short."""
    if not raw or not raw.startswith(REQUEST[: min(len(raw), 4)]):
        raise NotThisProtocolError("not the 16-byte header of Hikvision's SDK")
    if len(raw) < SIZE:
        raise ParseError("a header of Hikvision's SDK, cut short")
    code = raw[4:8]
    if len(raw) != SIZE or raw[8:12] != code or not any(code) or any(code[:3]) or any(raw[12:]):
        raise NotThisProtocolError("not the 16-byte header of Hikvision's SDK")
    return (Evidence("hikvision_sdk.header", raw.hex()),)


def conversation(port: int = PORT) -> Conversation:
    """One header, one answer."""
    return Conversation("hikvision_sdk", port, (Question("hikvision_sdk", REQUEST, complete, parse, always),))
