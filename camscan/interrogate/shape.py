"""The one shape of a conversation over TCP."""

from collections.abc import Callable
from dataclasses import dataclass

from camscan.evidence import Evidence


def always(_buffer: bytes) -> bool:
    """For answers that say nothing of their own length, and for those that are whole once they are there."""
    return True


@dataclass(frozen=True, slots=True)
class Question:
    """One question within a conversation.

    ``probe`` names it in the audit log, the evidence and docs/probes-conversations.md. ``send`` are its exact bytes
    (empty: listen only). ``complete(buffer)`` says that no more bytes need be read; it must be cheap and never raise.
    ``parse(raw)`` is total: evidence, or ParseError. In a TLS conversation a question that sends nothing is
    answered by ``tls.parse`` from the certificates, which the connection hands over (see net.tcp).
    ``whole(raw)`` is asked where the connection ended before ``complete``: False says that the answer is shorter
    than it claims to be, so it was cut. It never raises.
    """

    probe: str
    send: bytes
    complete: Callable[[bytes], bool]
    parse: Callable[[bytes], tuple[Evidence, ...]]
    whole: Callable[[bytes], bool] = always


@dataclass(frozen=True, slots=True)
class Conversation:
    """At most one connection: its questions are asked in order, the next only after an answer to the former.

    ``tls`` wraps it. With no question at all it is a bare knock: does the port accept a connection?
    """

    name: str
    port: int
    questions: tuple[Question, ...]
    tls: bool = False
