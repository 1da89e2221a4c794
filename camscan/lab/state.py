"""What happens to a device while it runs: counters that tests read, and the memory that logins need."""

import base64
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from secrets import randbelow, token_hex
from typing import Protocol

ASKED_LIMIT = 300
"""Different questions a device remembers."""

NONCES_KEPT = 64


class Talker(Protocol):
    """The reading side of a connection (asyncio.StreamReader)."""

    def at_eof(self) -> bool:
        """Whether the other side has finished and everything it sent was read."""
        ...


@dataclass
class State:
    """Counters of one device. ``unsafe`` lists what no scanner should ever have sent."""

    lockout: int
    asked: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    talking: set[Talker] = field(default_factory=set)
    most_at_once: int = 0
    refused: int = 0
    logins: int = 0
    failed_logins: int = 0
    dead: bool = False
    unsafe: list[str] = field(default_factory=list)
    nonces: deque[str] = field(default_factory=lambda: deque(maxlen=NONCES_KEPT))

    @property
    def open_now(self) -> int:
        """Connections whose other side is still there: a device that is slow to answer notices late that it left."""
        return sum(1 for talker in self.talking if not talker.at_eof())

    @property
    def locked(self) -> bool:
        """Whether it takes no more logins, right or wrong."""
        return self.failed_logins >= self.lockout

    def ask(self, question: str) -> None:
        """Counts a question."""
        if question in self.asked or len(self.asked) < ASKED_LIMIT:
            self.asked[question[:200]] += 1

    def warn(self, what: str) -> None:
        """Notes something that no scanner should send."""
        if len(self.unsafe) < ASKED_LIMIT:
            self.unsafe.append(what[:200])

    def nonce(self, form: str) -> str:
        """A new nonce, remembered, so that only challenges of this device can be answered.

        ``form`` is a number of hex digits, ``timed`` (hex, a colon and milliseconds, as recent Hikvision firmware)
        or ``onvif`` (base64 of onvif-digest and a number, as Dahua firmware).
        """
        match form:
            case "timed":
                value = f"{token_hex(16)}:{time.time_ns() // 1_000_000}"
            case "onvif":
                value = base64.b64encode(f"onvif-digest:{randbelow(10**11)}".encode()).decode()
            case _:
                value = token_hex((int(form) + 1) // 2)[: int(form)]
        self.nonces.append(value)
        return value

    def report(self) -> dict[str, object]:
        """The counters as JSON values."""
        return {
            "asked": dict(self.asked),
            "connections": self.connections,
            "most_at_once": self.most_at_once,
            "refused": self.refused,
            "logins": self.logins,
            "failed_logins": self.failed_logins,
            "locked": self.locked,
            "dead": self.dead,
            "unsafe": list(self.unsafe),
        }
