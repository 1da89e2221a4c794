"""Datagrams of the discovery protocols, as they are overheard.

Who asked is remembered by address and port alone, for as long as an answer may take: an answer that comes to such a
port by unicast, from the MAC that holds the sender's address, is more than a claim.
"""

from collections import OrderedDict

from camscan.discover import PROBES
from camscan.discover.shape import DatagramProbe

_BY_PORT = {probe.port: probe for probe in PROBES}

QUESTIONS = 4_096
"""Who asked that are remembered at once."""

ANSWER_SECONDS = 30.0
"""How long after a question an answer may come."""


class Questions:
    """Who asked lately, and by which protocol."""

    def __init__(self) -> None:
        self._asked: OrderedDict[tuple[bytes, int], tuple[float, DatagramProbe]] = OrderedDict()

    def note(self, asker: bytes, port: int, probe: DatagramProbe, at: float) -> None:
        """Somebody asked from this address (packed) and port."""
        self._asked[asker, port] = (at, probe)
        self._asked.move_to_end((asker, port))
        while len(self._asked) > QUESTIONS:
            self._asked.popitem(last=False)

    def by(self, asker: bytes, port: int, at: float) -> DatagramProbe | None:
        """The protocol in which it asked from there, where an answer may still come."""
        asked = self._asked.get((asker, port))
        return asked[1] if asked is not None and 0 <= at - asked[0] <= ANSWER_SECONDS else None


def probe_of(source_port: int, target_port: int) -> DatagramProbe | None:
    """The protocol of a datagram by its ports, or None."""
    return _BY_PORT.get(target_port) or _BY_PORT.get(source_port)


def is_question(probe: DatagramProbe, target_port: int) -> bool:
    """Whether a datagram that is no answer may be a question: it went to the protocol's port."""
    return target_port == probe.port
