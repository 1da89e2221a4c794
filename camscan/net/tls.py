"""A TLS client that accepts whatever a camera offers: old versions, weak keys, any certificate. It only looks.

Nothing secret ever goes through this tunnel; conversations with the owner's credentials use net.session.
"""

import asyncio
import socket
import ssl
import warnings

_CHUNK = 16 * 1024
_CHAIN_LIMIT = 8


def lenient_context() -> ssl.SSLContext:
    """Settings for a client that takes any version from TLS 1.0 on, any cipher but none, and any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # Cameras of 2014 speak TLS 1.0 with 1,024-bit keys; refusing them would hide them.
    context.set_ciphers("ALL:COMPLEMENTOFALL:!aNULL:!eNULL:@SECLEVEL=0")
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


class Tunnel:
    """TLS over a connected, non-blocking socket, on the running event loop."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = lenient_context().wrap_bio(self._incoming, self._outgoing, server_side=False)

    async def handshake(self) -> None:
        """Raises ssl.SSLError, OSError or EOFError where no TLS session can be made."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._exchange()
            else:
                await self._flush()
                return

    def version(self) -> str:
        """The agreed protocol version, for example TLSv1.2."""
        return self._tls.version() or ""

    def certificates(self) -> tuple[bytes, ...]:
        """DER of the certificates that were sent, the device's own first.

        Python before 3.13 has no public way to see more than the first.
        """
        whole = getattr(self._tls, "get_unverified_chain", None)
        if whole is not None:
            return tuple(bytes(item) for item in whole()[:_CHAIN_LIMIT])
        leaf = self._tls.getpeercert(binary_form=True)
        return (leaf,) if leaf else ()

    async def send(self, data: bytes) -> None:
        """Sends all of ``data``."""
        self._tls.write(data)
        await self._flush()

    async def receive(self) -> bytes:
        """The next bytes, or none at the end."""
        while True:
            try:
                return self._tls.read(_CHUNK)
            except ssl.SSLWantReadError:
                try:
                    await self._exchange()
                except EOFError:
                    return b""
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await asyncio.get_running_loop().sock_sendall(self._sock, self._outgoing.read())

    async def _exchange(self) -> None:
        await self._flush()
        data = await asyncio.get_running_loop().sock_recv(self._sock, _CHUNK)
        if not data:
            raise EOFError("closed during TLS")
        self._incoming.write(data)
