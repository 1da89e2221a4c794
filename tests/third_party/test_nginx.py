"""HTTP and TLS as nginx speaks them."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from conversing import interrogated, values
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from servers import accepts, free_port, program, running

from camscan.evidence import Outcome

CONF = """
daemon off; {user} pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  default_type text/html;
  server {{
    listen {host}:{plain};
    location = / {{ return 302 /wiki/; }}
    location = /wiki/ {{ return 200 "<html><title>The wiki</title><body>Hikvision or not?</body></html>"; }}
    location / {{ return 404; }}
  }}
  server {{
    listen {host}:{tls} ssl;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    location / {{ auth_basic "Depot door"; auth_basic_user_file {folder}/none; }}
  }}
}}
"""


class Ports(NamedTuple):
    """Where the server listens."""

    plain: int
    tls: int


def _write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Borough Council")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now - timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("depot.example.gov.uk")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def prepared(folder: Path, host: str, ports: Ports) -> list[str]:
    """What starts nginx with a page on one port, and on another TLS with a certificate that has run out, behind a
    login."""
    binary = program("nginx", "nginx-light")
    _write_certificate(folder)
    (folder / "none").write_text("")
    user = "user root;" if os.geteuid() == 0 else ""
    conf = CONF.format(folder=folder, user=user, host=host, plain=ports.plain, tls=ports.tls)
    (folder / "nginx.conf").write_text(conf)
    return [binary, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    """A running nginx on loopback."""
    folder = tmp_path_factory.mktemp("nginx")
    ports = Ports(free_port(), free_port())
    argv = prepared(folder, "127.0.0.1", ports)
    with running(argv, folder / "log", lambda: accepts(ports.plain) and accepts(ports.tls)):
        yield ports


def test_a_page_and_its_redirect_are_read(nginx: Ports, tmp_path: Path) -> None:
    heard = interrogated(nginx.plain, tmp_path)
    assert values(heard, "http.status")[0] == "302"
    assert {server.partition("/")[0] for server in values(heard, "http.server")} == {"nginx"}
    assert "/wiki/" in values(heard, "http.location")
    assert "The wiki" in values(heard, "http.title")
    assert values(heard, "isapi.status") == ["404"]
    assert values(heard, "onvif.answer") == []


def test_tls_is_recognised_on_an_unusual_port_and_an_expired_certificate_is_read(nginx: Ports, tmp_path: Path) -> None:
    heard = interrogated(nginx.tls, tmp_path)
    assert "O=Example Borough Council" in values(heard, "tls.subject")
    assert values(heard, "tls.san") == ["DNS:depot.example.gov.uk"]
    assert values(heard, "tls.version")[0] in {"TLSv1.2", "TLSv1.3"}
    assert "Depot door" in values(heard, "http.realm")
    assert Outcome.AUTH_REQUIRED in {observation.outcome for observation in heard}
