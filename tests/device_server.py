"""Small devices on loopback for tests of what our client really does: they keep every byte that reached them."""

import contextlib
import hashlib
import socket
import ssl
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Self

from certificates import END, SERIAL, START, name
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from requests.utils import parse_dict_header

Talk = Callable[[socket.socket, bytes], None]


class Device:
    """Listens on ``host`` and hands each connection's first request to ``talk``, in a thread of its own."""

    def __init__(
        self, talk: Talk, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None, banner: bytes = b""
    ) -> None:
        self.received: list[bytes] = []
        self.connections = 0
        self._talk, self._tls, self._banner = talk, tls, banner
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.host, self.port = host, int(self._listener.getsockname()[1])
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def url(self) -> str:
        return f"http{'s' if self._tls else ''}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def heard(self) -> bytes:
        """Everything that reached it."""
        return b"".join(self.received)

    def _accept(self) -> None:
        while True:
            try:
                conn, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(conn,))
            thread.start()
            self._threads.append(thread)

    def _serve(self, conn: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(conn.close)
            conn.settimeout(20)
            if self._tls:
                conn = stack.enter_context(self._tls.wrap_socket(conn, server_side=True))
            conn.sendall(self._banner)
            request = _request(conn)
            self.received.append(request)
            self._talk(conn, request)

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=30)


def _request(conn: socket.socket) -> bytes:
    raw = b""
    while b"\r\n\r\n" not in raw and (chunk := conn.recv(65536)):
        raw += chunk
    head, _, body = raw.partition(b"\r\n\r\n")
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
    while len(body) < int(length.partition(b":")[2]) and (chunk := conn.recv(65536)):
        raw, body = raw + chunk, body + chunk
    return raw


def reply(status: str = "200 OK", body: bytes = b"", *headers: str) -> bytes:
    """An HTTP answer."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def says(answer: bytes) -> Talk:
    """A device that gives one answer to everything."""
    return lambda conn, _request: conn.sendall(answer)


@dataclass
class DigestDoor:
    """Pages behind a digest login (RFC 7616), counted like a device that locks accounts."""

    pages: dict[str, bytes]
    username: str = "auditor"
    password: str = "s3cret"
    algorithm: str = "MD5"
    realm: str = "IP Camera(C1234)"
    denied: bytes = b"<userCheck><statusValue>401</statusValue></userCheck>"
    extra: tuple[str, ...] = ()
    logins: int = 0
    failures: int = 0
    answered: list[dict[str, str]] = field(default_factory=list)
    _nonces: set[str] = field(default_factory=set)

    def __call__(self, conn: socket.socket, request: bytes) -> None:
        line, *headers = request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        method, path, _ = line.split(" ")
        given = {key.lower(): value for key, _, value in (header.partition(": ") for header in headers)}
        authorization = given.get("authorization", "")
        if not authorization:
            conn.sendall(self._challenge())
        elif self._right(method, path, authorization):
            self.logins += 1
            page = self.pages.get(path)
            conn.sendall(reply("404 Not Found") if page is None else reply("200 OK", page))
        else:
            self.failures += 1
            conn.sendall(self._challenge())

    def _challenge(self) -> bytes:
        nonce = token_hex(16)
        self._nonces.add(nonce)
        header = f'Digest qop="auth", realm="{self.realm}", nonce="{nonce}", algorithm={self.algorithm}'
        return reply("401 Unauthorized", self.denied, f"WWW-Authenticate: {header}", *self.extra)

    def _right(self, method: str, path: str, authorization: str) -> bool:
        fields: dict[str, str] = parse_dict_header(authorization.partition(" ")[2])  # type: ignore[no-untyped-call]
        self.answered.append(fields)

        def digest(text: str) -> str:
            return hashlib.new(self.algorithm.replace("-", ""), text.encode()).hexdigest()

        first, second = digest(f"{self.username}:{self.realm}:{self.password}"), digest(f"{method}:{path}")
        middle = ":".join(fields[key] for key in ("nonce", "nc", "cnonce", "qop"))
        return (
            fields["nonce"] in self._nonces
            and fields["username"] == self.username
            and fields["uri"] == path
            and fields["response"] == digest(f"{first}:{middle}:{second}")
        )


@cache
def _key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def tls_context(folder: Path, *, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, bits: int = 1024) -> ssl.SSLContext:
    """TLS as old cameras have it: a self-signed certificate, a weak key, versions up to ``newest``."""
    key = _key(bits)
    subject = name("CN=camera;O=HIKVISION")
    certificate = x509.CertificateBuilder(subject, subject, key.public_key(), SERIAL, START, END).sign(key, SHA256())
    path = folder / "device.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python warns of TLS 1.0
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = newest
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(path)
    return context
