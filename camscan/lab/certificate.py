"""Certificates for simulated devices, made on the spot with the names that real ones carry."""

import ssl
import warnings
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from camscan.lab.host import Host
from camscan.lab.model import Pairs, Tls

_ATTRIBUTES = {
    "CN": NameOID.COMMON_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "L": NameOID.LOCALITY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "C": NameOID.COUNTRY_NAME,
    "emailAddress": NameOID.EMAIL_ADDRESS,
    "serialNumber": NameOID.SERIAL_NUMBER,
}
_VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}


def context(host: Host, spec: Tls, folder: Path) -> ssl.SSLContext:
    """A server's TLS settings with a fresh certificate. Files are written into ``folder``, named after the device.

    Old versions and weak keys are allowed, because old devices have nothing else.
    """
    key = _key(spec.bits)
    chain = _certificates(host, spec)
    path = folder / f"{host.place.ip}-{abs(hash(spec))}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + b"".join(item.public_bytes(serialization.Encoding.PEM) for item in chain))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        # Python warns of TLS 1.0 and 1.1; speaking them is the point here.
        warnings.simplefilter("ignore", DeprecationWarning)
        made.minimum_version = ssl.TLSVersion.TLSv1
        made.maximum_version = _VERSIONS[spec.newest]
    made.set_ciphers("ALL:@SECLEVEL=0")
    made.load_cert_chain(path)
    return made


def _certificates(host: Host, spec: Tls) -> list[x509.Certificate]:
    key, issuer_key = _key(spec.bits), _key(spec.bits, "issuer")
    subject = _name(host, spec.subject)
    issuer = _name(host, spec.issuer) if spec.issuer else subject
    leaf = _certificate(host, spec, subject, issuer, key, issuer_key if spec.issuer else key)
    if not spec.send_issuer:
        return [leaf]
    return [leaf, _certificate(host, spec, issuer, issuer, issuer_key, issuer_key)]


def _certificate(
    host: Host, spec: Tls, subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, by: rsa.RSAPrivateKey
) -> x509.Certificate:
    start = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=int(host.device.mac.replace(":", ""), 16) % 1500)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=spec.days))
    )
    if spec.names:
        names = [x509.DNSName(host.fixed(name)) for name in spec.names]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(by, hashes.SHA256())


def _name(host: Host, pairs: Pairs) -> x509.Name:
    return x509.Name([x509.NameAttribute(_ATTRIBUTES[kind], host.fixed(value)) for kind, value in pairs])


@lru_cache(maxsize=4)
def _key(bits: int, _who: str = "device") -> rsa.RSAPrivateKey:
    """One key for all devices of a size: making one takes longer than everything else together."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)
