"""The way to one device for libraries that block: one connection at a time, from a worker thread, through the gate."""

import contextlib
import socket
import ssl
from concurrent.futures import CancelledError
from contextlib import AbstractAsyncContextManager
from ipaddress import ip_address
from urllib.parse import urlsplit

from camscan.errors import AuditError, OutOfScopeError
from camscan.evidence import IPAddress, Outcome, Transport
from camscan.net.gate import Gate, Step
from camscan.net.tls import lenient_context
from camscan.net.wire import Wire
from camscan.scope import canonical

CONNECT_SECONDS = 1.5
"""Longer than one retransmission of a lost SYN (RFC 6298: after 1 s), shorter than two."""

TURN_SECONDS = 300.0
"""How long to wait for our turn at the gate; more means that the scan has ended or hangs."""

SPARE_SECONDS = 5.0
"""By how much a single wait may outlast the total deadline: the wire's clock ends it first, and says so."""

PACKETS_OF_EXCHANGE = 6
"""Packets reserved for one connection with one question: handshake, question, acknowledgements, end."""

PACKETS_OF_TLS = 3
"""Packets reserved for a TLS handshake beside those."""


class UnansweredError(ConnectionError):
    """No whole answer came: ``outcome`` says how it ended, the message in our own words why. Holds no request."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome


class Line:
    """The way to one device: connections through the gate, one at a time."""

    def __init__(self, gate: Gate, ip: IPAddress, purpose: str, deadline: float, byte_cap: int) -> None:
        self.gate, self.ip, self.purpose = gate, canonical(ip), purpose
        self.deadline, self.byte_cap = deadline, byte_cap
        self.wire = Wire(deadline, byte_cap)
        self.failure: Exception | None = None
        self.stopped = False
        self.proofs: list[str] = []
        self._port = 0
        self._slot: AbstractAsyncContextManager[None] | None = None

    def begin(self, url: str) -> None:
        """Prepares for one question. Raises OutOfScopeError, recorded, where ``url`` is not of this device."""
        self.wire, self.failure = Wire(self.deadline, self.byte_cap), None
        parts = urlsplit(url)
        if parts.username is not None:
            raise ValueError("credentials do not belong into an address")
        host = parts.hostname or ""
        try:
            own = (ip := canonical(ip_address(host))).version == self.ip.version and int(ip) == int(self.ip)
        except ValueError:  # a name: nothing is resolved
            own = False
        if not own:
            self.gate.from_thread(self._refuse(host[:100], parts.port or 0), TURN_SECONDS)
            raise OutOfScopeError(f"Only {self.ip} is to be asked here, and this is another host. Nothing was sent.")

    def open(self, port: int, *, tls: bool) -> socket.socket:
        """A connection to ``port`` of the device; whatever a URL says, it goes to no other address."""
        try:
            return self._open(port, tls=tls)
        except (OutOfScopeError, AuditError, UnansweredError) as error:
            self.failure = error  # urllib3 wraps what it takes for a network failure
            raise

    def _open(self, port: int, *, tls: bool) -> socket.socket:
        packets = PACKETS_OF_EXCHANGE + (PACKETS_OF_TLS if tls else 0)
        try:
            self.gate.from_thread(self._enter(port, packets), TURN_SECONDS)
        except (TimeoutError, CancelledError):
            raise UnansweredError(Outcome.TIMED_OUT, "the scan ended before it was our turn") from None
        sock = socket.socket(socket.AF_INET if self.ip.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
        try:
            sock.settimeout(CONNECT_SECONDS)
            sock.connect((str(self.ip), port))
            self.wire.hold(sock)
            if self.stopped:
                self.wire.shut()
            sock.settimeout(self.deadline + SPARE_SECONDS)
            return lenient_context().wrap_socket(sock) if tls else sock
        except ConnectionRefusedError:
            sock.close()
            raise UnansweredError(Outcome.REFUSED, "the port is closed") from None
        except OSError as error:
            sock.close()
            if self.wire.late or not isinstance(error, ssl.SSLError):
                what = "TLS handshake" if self.wire.held else "connection"
                detail = self.wire.cut() or f"no {what}: {error.strerror or type(error).__name__}"
                raise UnansweredError(Outcome.TIMED_OUT, detail) from None
            reason = error.reason or type(error).__name__
            raise UnansweredError(Outcome.NOT_THIS_PROTOCOL, f"no TLS here: {reason}") from None

    def end(self) -> None:
        """Counts what was sent and lets the next connection begin. Call it after each question."""
        held, sent = self.wire.held, self.wire.release()
        if self._slot is not None:
            with contextlib.suppress(TimeoutError, CancelledError):  # the scan has ended
                self.gate.from_thread(self._leave(sent, held=held), TURN_SECONDS)

    async def _enter(self, port: int, packets: int) -> None:
        if self.stopped:
            raise UnansweredError(Outcome.CLOSED, "stopped before it was asked")
        if self.gate.unwell(self.ip):
            raise UnansweredError(Outcome.CLOSED, "left alone: the device stopped answering")
        slot = self.gate.connection(self.ip)
        await slot.__aenter__()
        try:
            await self.gate.admit(self.ip, port, Transport.TCP, self.purpose, packets)
        except BaseException:
            await slot.__aexit__(None, None, None)
            raise
        self._slot, self._port = slot, port

    async def _leave(self, sent: int | None, *, held: bool) -> None:
        slot, self._slot = self._slot, None
        counters = self.gate.counters
        if held and sent is None:
            counters.exact = False
            sent = PACKETS_OF_EXCHANGE
        # The segment that closes a connection is sent after the kernel was asked; one that never stood had its SYN.
        counters.segments += (sent or 0) + 1
        spoke = held and (self.wire.heard or not self.wire.late)
        (self.gate.worked if spoke else self.gate.failed)(self.ip, self._port, Step.ANSWERED)
        if slot is not None:
            await slot.__aexit__(None, None, None)

    async def _refuse(self, host: str, port: int) -> None:
        self.gate.counters.refusals += 1
        reason = f"not {self.ip}, the only device this session may ask"
        self.gate.audit.append(
            "refused", to=host, port=port, transport=Transport.TCP.value, purpose=self.purpose, reason=reason
        )
