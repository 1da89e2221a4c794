"""The certificates a TLS server sends: on many devices the subject or the issuer names the maker.

Nothing is verified here. The connection is net.tls; it hands over what ``pack`` makes of the chain.
"""

import hashlib
import threading
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING

from camscan.errors import ParseError
from camscan.evidence import Evidence
from camscan.interrogate import der, http
from camscan.interrogate.redirect import authority
from camscan.interrogate.shape import Conversation, Question, always

if TYPE_CHECKING:
    from cryptography import x509

PORT = 443

CERTIFICATE_LIMIT = 64 * 1024
"""Bytes of one certificate that are read; real ones have one or two thousand."""

_CHAIN_LIMIT = 8
_SAN_LIMIT = 50

_QUIET = threading.Lock()
"""Python's warning filters belong to the whole process: only one thread may change them at a time."""


def pack(chain: Sequence[bytes], version: str) -> bytes:
    """The agreed version and the DER certificates (the device's own first) as one byte string, to be stored and
    parsed: each preceded by its length in four bytes, big endian; the version, in ASCII, comes first."""
    records = [version.encode("ascii", "replace"), *chain]
    return b"".join(len(record).to_bytes(4, "big") + record for record in records)


def parse(raw: bytes) -> tuple[Evidence, ...]:
    """Evidence of what ``pack`` made. Names are in the form of RFC 4514, which turns the order of the certificate
    round (Zeek and ``openssl -nameopt RFC2253`` print them alike). A broken certificate yields what can be read of
    it. Raises ParseError where the device's own certificate is cut, too long or no certificate at all.
    """
    records = list(_unpack(raw))
    if not records or (len(records) == 1 and len(raw) > 4 + len(records[0])):
        raise ParseError("certificates cut off")
    version, *chain = records
    found = [("tls.version", version[:32].decode("ascii", "replace"))]
    if chain:
        found += _leaf(chain[0])
    for further in chain[1:_CHAIN_LIMIT]:
        with suppress(ParseError):
            found.append(("tls.chain", _basics(further, _load(further)).subject))
    return tuple(Evidence(name, value) for name, value in found if value)


def _unpack(raw: bytes) -> Iterable[bytes]:
    at = 0
    while len(raw) >= at + 4:
        length = int.from_bytes(raw[at : at + 4], "big")
        if len(raw) < at + 4 + length:
            return
        yield raw[at + 4 : at + 4 + length]
        at += 4 + length


def _leaf(certificate: bytes) -> list[tuple[str, str]]:
    if len(certificate) > CERTIFICATE_LIMIT:
        raise ParseError("a certificate longer than 64 KiB")
    if not certificate.startswith(b"\x30"):
        raise ParseError("not a certificate")
    found = [("tls.sha256", hashlib.sha256(certificate).hexdigest())]
    loaded = _load(certificate)
    with suppress(ParseError):
        read = _basics(certificate, loaded)
        found += [("tls.subject", read.subject), ("tls.issuer", read.issuer)]
        found += [("tls.not_before", _iso(read.not_before)), ("tls.not_after", _iso(read.not_after))]
    return found + [("tls.san", name) for name in _alternative_names(loaded)]


def _iso(date: datetime | None) -> str:
    return date.isoformat().replace("+00:00", "Z") if date else ""


@contextmanager
def _quiet() -> Iterator[None]:
    """cryptography warns about negative serial numbers and the like; that a camera has one is no news."""
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _load(certificate: bytes) -> "x509.Certificate | None":
    from cryptography import x509

    if len(certificate) <= CERTIFICATE_LIMIT:
        with suppress(ValueError, x509.InvalidVersion), _quiet():
            return x509.load_der_x509_certificate(certificate)
    return None


def _basics(certificate: bytes, loaded: "x509.Certificate | None") -> der.Basics:
    """Names and dates: as cryptography reads them or, where it refuses the certificate or a part of it, as der."""
    if loaded is not None:
        with suppress(ValueError), _quiet():
            return der.Basics(
                issuer=loaded.issuer.rfc4514_string(_short_names()),
                subject=loaded.subject.rfc4514_string(_short_names()),
                not_before=loaded.not_valid_before_utc,
                not_after=loaded.not_valid_after_utc,
            )
    if len(certificate) > CERTIFICATE_LIMIT:
        raise ParseError("a certificate longer than 64 KiB")
    return der.basics(certificate)


def _short_names() -> "dict[x509.ObjectIdentifier, str]":
    from cryptography.x509 import NameOID

    return {NameOID.EMAIL_ADDRESS: "emailAddress"}


def _alternative_names(loaded: "x509.Certificate | None") -> list[str]:
    from cryptography import x509

    if loaded is None:
        return []
    unreadable = (ValueError, x509.DuplicateExtension, x509.ExtensionNotFound, x509.UnsupportedGeneralNameType)
    with suppress(*unreadable), _quiet():
        names = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return [shown for name in names if (shown := _alternative_name(name))][:_SAN_LIMIT]
    return []


def _alternative_name(name: "x509.GeneralName") -> str:
    from cryptography import x509

    if isinstance(name, x509.DNSName):
        return f"DNS:{name.value}"
    if isinstance(name, x509.IPAddress):
        return f"IP:{name.value}"
    return f"URI:{name.value}" if isinstance(name, x509.UniformResourceIdentifier) else ""


def certificate_question() -> Question:
    """The question that sends nothing: the handshake has already answered it."""
    return Question("tls", b"", always, parse, always)


def conversation(host: str, port: int, contact: str) -> Conversation:
    """The handshake's certificates, then one GET / through the tunnel."""
    send = http.request(authority(host, port, "https"), "/", contact=contact)
    page = http.page_question("https", send, "/")
    return Conversation("https", port, (certificate_question(), page), tls=True)
