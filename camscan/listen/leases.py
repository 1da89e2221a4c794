"""Joins what a DHCP client says of itself with the address that it comes to have (RFC 2131, 3.1 and 3.2)."""

from collections import OrderedDict
from collections.abc import Iterator
from ipaddress import IPv4Address

from camscan.discover.dhcp import Kind, Message

WAITING = 4_096
"""Requests without an answer so far that are remembered."""

Request = tuple[bytes, Message, float, int]
"""The MAC of the frame that brought it, the request, its time in seconds since 1970, the number of its packet."""


class Leases:
    """Requests until they are answered. What a client asks for counts only once a server gives it, or where no
    answer was heard at all; the address that it has already counts at once."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[tuple[str, bytes], Request] = OrderedDict()

    def take(
        self, message: Message, mac: bytes, at: float, record: int
    ) -> Iterator[tuple[bytes, Message, float, int, IPv4Address]]:
        """Takes one message; tells the requests that it settles, each with the client's address."""
        key = (message.mac, message.transaction)
        if message.kind is Kind.ACKNOWLEDGE:
            request = self._waiting.pop(key, None)
            if request is not None and message.given is not None:
                yield (*request, message.given)
        elif message.kind is Kind.REFUSE:
            self._waiting.pop(key, None)
        elif message.kind in (Kind.REQUEST, Kind.INFORM):
            if message.held is not None:
                yield mac, message, at, record, message.held
            elif message.wanted is not None:
                self._waiting[key] = (mac, message, at, record)
                while len(self._waiting) > WAITING:
                    self._waiting.popitem(last=False)

    def finish(self) -> Iterator[Request]:
        """The requests that nobody was heard to answer."""
        while self._waiting:
            yield self._waiting.popitem(last=False)[1]
