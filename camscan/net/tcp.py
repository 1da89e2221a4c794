"""One conversation over TCP: through the gate, with a total deadline and a byte cap."""

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from camscan.errors import NotThisProtocolError, OutOfScopeError, ParseError
from camscan.evidence import Evidence, IPAddress, Observation, Outcome, Transport, Via, observe, outcome_of
from camscan.interrogate.shape import Conversation, Question
from camscan.interrogate.tls import pack
from camscan.net.gate import Gate, Step
from camscan.net.segments import segments_sent
from camscan.net.tls import Tunnel
from camscan.scope import canonical

CONNECT_SECONDS = 1.5
"""Longer than one retransmission of a lost SYN (RFC 6298: after 1 s), shorter than two."""

CONVERSATION_SECONDS = 6.0
"""Total deadline of one conversation from its first byte, whatever the device does."""

BYTE_CAP = 256 * 1024
"""Bytes read in one conversation at most."""

PACKETS_OF_QUESTION = 3
"""Packets reserved for one question and its answer: data and acknowledgements. The exact figure is counted after."""

PACKETS_OF_FRAME = 2
"""Packets reserved for the end of the handshake and the end of the connection."""


DROP_BYTES, DROPS_FREE = 64, 32
"""An answer may come in so many pieces below so many bytes; each further one waits its turn as a packet of ours."""


@dataclass(slots=True)
class _Talk:
    gate: Gate
    ip: IPAddress
    conversation: Conversation
    sock: socket.socket
    seconds: float
    tunnel: Tunnel | None = None
    left: int = BYTE_CAP
    ended: bool = False

    @asynccontextmanager
    async def clock(self) -> AsyncIterator[None]:
        """Lets the device use up its seconds; waiting for our own turn at the gate is not counted."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with asyncio.timeout(self.seconds):
                yield
        finally:
            self.seconds = max(0.0, self.seconds - (loop.time() - begun))

    def note(
        self,
        outcome: Outcome,
        probe: str,
        detail: str = "",
        raw: bytes = b"",
        evidence: tuple[Evidence, ...] = (),
    ) -> Observation:
        port = self.conversation.port
        return observe(
            self.ip,
            port,
            Transport.TCP,
            Via.CONVERSATION,
            probe,
            outcome,
            raw=raw,
            evidence=evidence,
            detail=detail,
        )


async def converse(
    gate: Gate, ip: IPAddress, conversation: Conversation, deadline: float = CONVERSATION_SECONDS
) -> tuple[Observation, ...]:
    """Holds ``conversation`` with ``ip`` and returns one Observation for each question that was asked.

    Every failure is an outcome and never an exception, but for AuditError: without a record nothing is sent.
    ``deadline`` is in seconds and counts while the device has the word; waiting for our turn at the gate is not in it.
    """
    ip = canonical(ip)
    with socket.socket(socket.AF_INET if ip.version == 4 else socket.AF_INET6, socket.SOCK_STREAM) as sock:
        sock.settimeout(0)
        talk = _Talk(gate, ip, conversation, sock, deadline)
        if gate.unwell(ip):
            return (talk.note(Outcome.CLOSED, conversation.name, "left alone: the device stopped answering"),)
        async with gate.connection(ip):
            try:
                talk.ip = await gate.admit(ip, conversation.port, Transport.TCP, conversation.name, 1)
            except OutOfScopeError:
                detail = "outside the scope; nothing was sent"
                return (talk.note(Outcome.OUT_OF_SCOPE, conversation.name, detail),)
            failure = await _connect(talk)
            heard = (failure,) if failure else await _hold(talk)
            _count(talk, connected=failure is None, questions=len(heard))
            return heard


def _count(talk: _Talk, *, connected: bool, questions: int) -> None:
    counters, sent = talk.gate.counters, segments_sent(talk.sock)
    if sent is None:
        counters.exact = False
        sent = PACKETS_OF_FRAME + PACKETS_OF_QUESTION * questions if connected else 1
    # Closing comes after the kernel was asked: our FIN, and where we are first, the acknowledgement of the other's.
    counters.segments += sent + ((1 if talk.ended else 2) if connected else 0)


async def _connect(talk: _Talk) -> Observation | None:
    gate, port, name = talk.gate, talk.conversation.port, talk.conversation.name
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await asyncio.get_running_loop().sock_connect(talk.sock, (str(talk.ip), port))
    except TimeoutError:
        gate.failed(talk.ip, port, Step.ACCEPTED)
        return talk.note(Outcome.TIMED_OUT, name, "no answer to the connection request")
    except ConnectionRefusedError:
        gate.failed(talk.ip, port, Step.ACCEPTED)
        return talk.note(Outcome.REFUSED, name, "the port is closed")
    except OSError as error:
        if error.errno not in (errno.EHOSTUNREACH, errno.ENETUNREACH):
            gate.failed(talk.ip, port, Step.ACCEPTED)
        return talk.note(Outcome.TIMED_OUT, name, f"the network answers: {error.strerror or error}")
    gate.worked(talk.ip, port, Step.ACCEPTED)
    return None


async def _hold(talk: _Talk) -> tuple[Observation, ...]:
    opened = (Evidence("port.open", f"tcp/{talk.conversation.port}"),)
    questions = talk.conversation.questions
    await talk.gate.pace(talk.ip, PACKETS_OF_FRAME)
    if not questions:
        return (talk.note(Outcome.OK, talk.conversation.name, evidence=opened),)
    if talk.conversation.tls:
        await talk.gate.pace(talk.ip, PACKETS_OF_QUESTION)
        talk.tunnel = Tunnel(talk.sock)
        try:
            async with talk.clock():
                await talk.tunnel.handshake()
        except TimeoutError:
            return (talk.note(Outcome.TIMED_OUT, questions[0].probe, "no TLS handshake in time", evidence=opened),)
        except (ssl.SSLError, OSError, EOFError) as error:
            reason = getattr(error, "reason", None) or type(error).__name__
            return (
                talk.note(Outcome.NOT_THIS_PROTOCOL, questions[0].probe, f"no TLS here: {reason}", evidence=opened),
            )
    heard: list[Observation] = []
    for question in questions:
        await talk.gate.pace(talk.ip, PACKETS_OF_QUESTION)
        observation = await _ask(talk, question, opened if not heard else ())
        heard.append(observation)
        if observation.outcome not in (Outcome.OK, Outcome.AUTH_REQUIRED):
            break
    return tuple(heard)


async def _ask(talk: _Talk, question: Question, opened: tuple[Evidence, ...]) -> Observation:
    if talk.tunnel is not None and not question.send:
        return _understand(talk, question, pack(talk.tunnel.certificates(), talk.tunnel.version()), opened)
    raw = bytearray()
    cut, failure = "", (Outcome.CLOSED, "closed by the device without an answer")
    try:
        async with talk.clock():
            await _exchange(talk, question, raw)
    except TimeoutError:
        cut, failure = "the answer did not end in time", (Outcome.TIMED_OUT, "no answer in time")
    except (OSError, ssl.SSLError) as error:
        failure = (Outcome.CLOSED, f"closed by the device: {error.strerror or type(error).__name__}")
    port = talk.conversation.port
    if not raw:
        if failure[0] is Outcome.TIMED_OUT:
            talk.gate.failed(talk.ip, port, Step.ANSWERED)
        return talk.note(failure[0], question.probe, failure[1], evidence=opened)
    talk.gate.worked(talk.ip, port, Step.ANSWERED)
    return _understand(talk, question, bytes(raw), opened, cut=cut or _shortfall(talk, question, bytes(raw)))


async def _exchange(talk: _Talk, question: Question, raw: bytearray) -> None:
    if question.send:
        await _send(talk, question.send)
    drops = 0
    while talk.left > 0 and not question.complete(bytes(raw)):
        chunk = await _receive(talk)
        if not chunk:
            talk.ended = True
            return
        raw += chunk
        talk.left -= len(chunk)
        drops += len(chunk) < DROP_BYTES
        if drops > DROPS_FREE:
            # The kernel acknowledges what we take. Taken more slowly, many drops have one acknowledgement.
            await talk.gate.pace(talk.ip, 1)


def _shortfall(talk: _Talk, question: Question, raw: bytes) -> str:
    if talk.left <= 0:
        return f"cut after {BYTE_CAP // 1024} KiB"
    if not question.complete(raw) and not question.whole(raw):
        return "the connection ended before the answer did"
    return ""


def _understand(
    talk: _Talk, question: Question, raw: bytes, opened: tuple[Evidence, ...], *, cut: str = ""
) -> Observation:
    try:
        evidence = question.parse(raw)
    except NotThisProtocolError as error:
        return talk.note(Outcome.NOT_THIS_PROTOCOL, question.probe, str(error), raw, opened)
    except ParseError as error:
        outcome = Outcome.TRUNCATED if cut else Outcome.MALFORMED
        return talk.note(outcome, question.probe, cut or str(error), raw, opened)
    except Exception as error:  # noqa: BLE001 - a slip in one parser must not end the scan; the answer is kept
        detail = f"camscan could not read this answer ({type(error).__name__})"
        return talk.note(Outcome.MALFORMED, question.probe, detail, raw, opened)
    outcome = Outcome.TRUNCATED if cut else outcome_of(evidence)
    return talk.note(outcome, question.probe, cut, raw, opened + evidence)


async def _send(talk: _Talk, data: bytes) -> None:
    if talk.tunnel is not None:
        await talk.tunnel.send(data)
    else:
        await asyncio.get_running_loop().sock_sendall(talk.sock, data)


async def _receive(talk: _Talk) -> bytes:
    if talk.tunnel is not None:
        return await talk.tunnel.receive()
    return await asyncio.get_running_loop().sock_recv(talk.sock, min(64 * 1024, talk.left))
