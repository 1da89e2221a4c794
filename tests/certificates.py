"""Certificates for tests, made anew: good ones, and good ones with a few bytes changed as cameras ship them."""

from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

KINDS = {
    "CN": NameOID.COMMON_NAME,
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "emailAddress": NameOID.EMAIL_ADDRESS,
}

SERIAL = 0x1234567890ABCDEF
START = datetime(2024, 8, 5, tzinfo=UTC)
END = datetime(2054, 7, 30, tzinfo=UTC)


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name(parts: str) -> x509.Name:
    """A name from "CN=a;C=CN", in the order of the certificate."""
    pairs = (part.strip().partition("=") for part in parts.split(";") if part.strip())
    return x509.Name([x509.NameAttribute(KINDS[kind], value) for kind, _, value in pairs])


def certificate(
    subject: str,
    issuer: str | None = None,
    *,
    start: datetime = START,
    end: datetime = END,
    san: tuple[x509.GeneralName, ...] = (),
) -> bytes:
    """DER of a certificate with these names."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(subject if issuer is None else issuer))
        .serial_number(SERIAL)
        .public_key(_key().public_key())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    if san:
        builder = builder.add_extension(x509.SubjectAlternativeName(san), critical=False)
    return builder.sign(_key(), SHA256()).public_bytes(Encoding.DER)


def changed(der: bytes, before: bytes, after: bytes) -> bytes:
    """``der`` with one piece replaced by another of the same length, so that all lengths stay right."""
    assert len(before) == len(after)
    assert before in der
    return der.replace(before, after)
