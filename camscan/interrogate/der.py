"""The names and dates of a certificate that a strict reader refuses.

Cameras ship certificates with GB18030 in a UTF8String, impossible dates, version 9, or bytes after the end. Their
names still tell the maker, so this reads just those: X.509 (RFC 5280, 4.1) in DER (X.690), nothing verified.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from camscan.errors import ParseError
from camscan.safe.text import decode

_SEQUENCE, _SET, _OID = 0x30, 0x31, 0x06
_VERSION = 0xA0
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_WIDE = {0x1E: "utf-16-be", 0x1C: "utf-32-be"}

_SHORT = {
    "2.5.4.3": "CN",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.6": "C",
    "2.5.4.9": "STREET",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
    "1.2.840.113549.1.9.1": "emailAddress",
}
"""Short names of RFC 4514, and OpenSSL's for the e-mail address."""

_NAME_PARTS = 64


@dataclass(frozen=True, slots=True)
class Basics:
    """Names in the form of RFC 4514; dates None where they are no dates."""

    issuer: str
    subject: str
    not_before: datetime | None
    not_after: datetime | None


def basics(certificate: bytes) -> Basics:
    """Names and dates of one DER certificate, which may be cut off behind them. Raises ParseError."""
    outer = _content(certificate, _SEQUENCE)
    fields = _items(_content(outer, _SEQUENCE))
    tag, _ = _next(fields)
    if tag == _VERSION:
        _next(fields)
    _next(fields)
    issuer = _name(_next(fields))
    validity = _next(fields)
    subject = _name(_next(fields))
    dates = [_date(tag, content) for tag, content in _items(validity[1])]
    return Basics(issuer, subject, *(dates if len(dates) == 2 else (None, None)))


def _next(fields: Iterator[tuple[int, bytes]]) -> tuple[int, bytes]:
    item = next(fields, None)
    if item is None:
        raise ParseError("a certificate that ends too soon")
    return item


def _header(data: bytes) -> tuple[int, int, int]:
    """Tag, length and start of the content of the first item."""
    if len(data) < 2:
        raise ParseError("a certificate that ends too soon")
    length, start = data[1], 2
    if length & 0x80:
        size = length & 0x7F
        start += size
        if not 1 <= size <= 4 or len(data) < start:
            raise ParseError("a certificate with a length that is none")
        length = int.from_bytes(data[2:start], "big")
    return data[0], length, start


def _content(data: bytes, wanted: int) -> bytes:
    """Content of the first item as far as it came."""
    tag, length, start = _header(data)
    if tag != wanted:
        raise ParseError("not a certificate")
    return data[start : start + length]


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data:
        tag, length, start = _header(data)
        if len(data) < start + length:
            raise ParseError("a certificate that ends too soon")
        yield tag, data[start : start + length]
        data = data[start + length :]


def _name(item: tuple[int, bytes]) -> str:
    if item[0] != _SEQUENCE:
        raise ParseError("a certificate without a name")
    parts: list[str] = []
    for tag, entry in _items(item[1]):
        if tag != _SET or len(parts) >= _NAME_PARTS:
            raise ParseError("a certificate with an odd name")
        parts.append("+".join(_attribute(pair) for _, pair in _items(entry)))
    return ",".join(reversed(parts))


def _attribute(pair: bytes) -> str:
    items = _items(pair)
    tag, key = _next(items)
    if tag != _OID or not key:
        raise ParseError("a certificate with an odd name")
    kind, value = _next(items)
    text = value.decode(_WIDE[kind], "replace") if kind in _WIDE else decode(value)
    dotted = _dotted(key)
    return f"{_SHORT.get(dotted, dotted)}={_escape(text)}"


def _dotted(key: bytes) -> str:
    numbers, number = [], 0
    for byte in key[:64]:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2) if numbers else 0
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]])) if numbers else "?"


def _escape(text: str) -> str:
    """RFC 4514, 2.4."""
    escaped = "".join(f"\\{char}" if char in '\\"+,;<>' else char for char in text).replace("\x00", "\\00")
    if escaped.startswith((" ", "#")):
        escaped = "\\" + escaped
    return escaped[:-1] + "\\ " if escaped.endswith(" ") and len(escaped) > 1 and escaped[-2] != "\\" else escaped


def _date(tag: int, content: bytes) -> datetime | None:
    digits = content[:-1]
    if not content.endswith(b"Z") or not digits.isdigit():
        return None
    if tag == _UTC_TIME and len(digits) == 12:
        digits = (b"19" if digits[:2] >= b"50" else b"20") + digits  # RFC 5280, 4.1.2.5.1
    elif tag != _GENERALIZED_TIME or len(digits) != 14:
        return None
    year, *rest = (int(digits[at : at + size]) for at, size in ((0, 4), (4, 2), (6, 2), (8, 2), (10, 2), (12, 2)))
    try:
        return datetime(year, rest[0], rest[1], rest[2], rest[3], rest[4], tzinfo=UTC)
    except ValueError:
        return None
