"""The certificates in a TLS server's first flight, up to TLS 1.2 (RFC 5246, 7.4); TLS 1.3 encrypts them."""

from dataclasses import dataclass

LIMIT = 32 * 1024
"""Bytes of a flight that are read; real ones have two to six thousand."""

_HANDSHAKE = 22
_HELLO, _CERTIFICATE = 2, 11
_RECORD_LIMIT = 16 * 1024 + 2048
"""RFC 5246, 6.2.3."""

_SUPPORTED_VERSIONS, _TLS13 = 43, b"\x03\x04"
_VERSIONS = {b"\x03\x00": "SSLv3", b"\x03\x01": "TLSv1", b"\x03\x02": "TLSv1.1", b"\x03\x03": "TLSv1.2"}


@dataclass(frozen=True, slots=True)
class Flight:
    """What a flight tells so far. ``over``: more bytes tell no more. ``hidden``: the certificates are encrypted."""

    over: bool = False
    hidden: bool = False
    version: str = ""
    chain: tuple[bytes, ...] = ()


def begins(payload: bytes) -> bool:
    """Whether a segment begins a server's flight: a handshake record with a ServerHello."""
    return len(payload) >= 6 and payload[0] == _HANDSHAKE and payload[1] == 3 and payload[5] == _HELLO


def read(buffer: bytes) -> Flight:
    """The flight in ``buffer``, which may be cut anywhere. Never raises."""
    shakes, ended = _handshakes(buffer)
    over = ended or len(buffer) >= LIMIT
    version, at = "", 0
    while at + 4 <= len(shakes):
        size = int.from_bytes(shakes[at + 1 : at + 4], "big")
        body = shakes[at + 4 : at + 4 + size]
        if len(body) < size:
            break
        if shakes[at] == _HELLO:
            if _selected(body) == _TLS13:
                return Flight(over=True, hidden=True)
            version = _VERSIONS.get(body[:2], "")
        elif shakes[at] == _CERTIFICATE:
            return Flight(over=True, version=version, chain=_chain(body))
        at += 4 + size
    return Flight(over=over, version=version)


def _handshakes(buffer: bytes) -> tuple[bytes, bool]:
    """The handshake messages as far as their records came, and whether a record of another kind follows them."""
    parts: list[bytes] = []
    at = 0
    while at + 5 <= len(buffer):
        size = int.from_bytes(buffer[at + 3 : at + 5], "big")
        if buffer[at] != _HANDSHAKE or buffer[at + 1] != 3 or size > _RECORD_LIMIT:
            return b"".join(parts), True
        parts.append(buffer[at + 5 : at + 5 + size])
        at += 5 + size
    return b"".join(parts), False


def _selected(hello: bytes) -> bytes:
    """The version that a ServerHello chose by extension (RFC 8446, 4.2.1), or nothing."""
    at = 35 + (hello[34] if len(hello) > 34 else 0) + 3
    end = at + 2 + int.from_bytes(hello[at : at + 2], "big")
    at += 2
    while at + 4 <= min(end, len(hello)):
        kind, size = int.from_bytes(hello[at : at + 2], "big"), int.from_bytes(hello[at + 2 : at + 4], "big")
        if kind == _SUPPORTED_VERSIONS:
            return hello[at + 4 : at + 4 + size]
        at += 4 + size
    return b""


def _chain(body: bytes) -> tuple[bytes, ...]:
    found: list[bytes] = []
    at = 3
    while at + 3 <= len(body):
        size = int.from_bytes(body[at : at + 3], "big")
        certificate = body[at + 3 : at + 3 + size]
        if not size or len(certificate) < size:
            break
        found.append(certificate)
        at += 3 + size
    return tuple(found)
