"""TLS that only looks: old versions, weak keys, any certificate, and what is not TLS at all."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from device_server import Device, reply, says, tls_context

from camscan.net.tls import Tunnel, lenient_context

Use = Callable[[Tunnel], Coroutine[Any, Any, None]]


def through(device: Device, use: Use) -> None:
    async def run() -> None:
        with socket.socket() as sock:
            sock.setblocking(False)
            await asyncio.get_running_loop().sock_connect(sock, (device.host, device.port))
            await use(Tunnel(sock))

    asyncio.run(run())


async def everything(tunnel: Tunnel) -> bytes:
    raw = b""
    while chunk := await tunnel.receive():
        raw += chunk
    return raw


@pytest.mark.parametrize(
    ("newest", "shown"),
    [
        (ssl.TLSVersion.TLSv1, "TLSv1"),
        (ssl.TLSVersion.TLSv1_1, "TLSv1.1"),
        (ssl.TLSVersion.TLSv1_2, "TLSv1.2"),
        (ssl.TLSVersion.TLSv1_3, "TLSv1.3"),
    ],
)
@pytest.mark.parametrize("bits", [1024, 2048])
def test_speaks_with_any_age(tmp_path: Path, newest: ssl.TLSVersion, shown: str, bits: int) -> None:
    async def use(tunnel: Tunnel) -> None:
        await tunnel.handshake()
        assert tunnel.version() == shown
        (leaf, *_) = tunnel.certificates()
        assert "HIKVISION" in x509.load_der_x509_certificate(leaf).subject.rfc4514_string()
        await tunnel.send(b"GET / HTTP/1.1\r\n\r\n")
        assert (await everything(tunnel)).endswith(b"\r\n\r\n" + b"x" * 100_000)

    answer = reply(body=b"x" * 100_000)
    with Device(says(answer), tls=tls_context(tmp_path, newest=newest, bits=bits)) as device:
        through(device, use)


@pytest.mark.parametrize(
    "banner",
    [
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x28",  # an alert: handshake failure
        b"\x16\x03\x01\xff\xff" + bytes(100),
        b"\x00",
    ],
)
def test_what_is_not_tls(banner: bytes) -> None:
    async def use(tunnel: Tunnel) -> None:
        with pytest.raises((ssl.SSLError, OSError, EOFError)):
            await tunnel.handshake()

    def talk(conn: socket.socket, _request: bytes) -> None:
        conn.shutdown(socket.SHUT_RDWR)

    async def end(tunnel: Tunnel) -> None:
        tunnel._sock.shutdown(socket.SHUT_WR)
        await use(tunnel)

    with Device(talk, banner=banner) as device:
        through(device, end)


def test_the_end_without_goodbye_is_an_end(tmp_path: Path) -> None:
    def talk(conn: socket.socket, _request: bytes) -> None:
        conn.sendall(b"half an ans")
        socket.socket.shutdown(conn, socket.SHUT_RDWR)  # below TLS: no close_notify

    async def use(tunnel: Tunnel) -> None:
        await tunnel.handshake()
        await tunnel.send(b"x\r\n\r\n")
        assert await everything(tunnel) == b"half an ans"
        assert await tunnel.receive() == b""

    with Device(talk, tls=tls_context(tmp_path)) as device:
        through(device, use)


def test_takes_all_ciphers_but_those_without_key_or_encryption() -> None:
    names = {str(cipher["name"]) for cipher in lenient_context().get_ciphers()}
    assert not {name for name in names if "NULL" in name or name.startswith(("ADH", "AECDH"))}
    assert {"AES128-SHA", "TLS_AES_256_GCM_SHA384"} <= names
    assert lenient_context().verify_mode is ssl.CERT_NONE
