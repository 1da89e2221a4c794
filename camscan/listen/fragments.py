"""Puts datagrams together that came in several packets: an ONVIF answer with many scopes is longer than one frame."""

from collections import OrderedDict

from camscan.egress.network import Packet

WAITING = 256
"""Unfinished datagrams kept at once; of more, the oldest is let go. With 64 KiB each, 16 MB at most."""

LONGEST = 65_535

Key = tuple[bytes, bytes, int, int]


class Fragments:
    """Fragments of datagrams whose first one was wanted."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Key, tuple[dict[int, bytes], int | None]] = OrderedDict()

    def begin(self, packet: Packet) -> None:
        """Keeps the first fragment of a datagram whose rest is wanted."""
        self._waiting[_key(packet)] = ({0: packet.body}, None)
        while len(self._waiting) > WAITING:
            self._waiting.popitem(last=False)

    def add(self, packet: Packet) -> bytes | None:
        """Adds a later fragment; the body of the whole datagram once it is there. Of overlapping fragments none
        counts: no honest sender makes them (RFC 5722)."""
        key = _key(packet)
        parts, end = self._waiting.get(key, ({}, None))
        if not parts:
            return None
        if not packet.more:
            end = packet.offset + len(packet.body)
        if packet.missing or packet.offset + len(packet.body) > LONGEST or packet.offset in parts:
            del self._waiting[key]
            return None
        parts[packet.offset] = packet.body
        self._waiting[key] = (parts, end)
        whole = bytearray()
        for offset in sorted(parts):
            if offset != len(whole):
                return None
            whole += parts[offset]
        if end is None or len(whole) != end:
            return None
        del self._waiting[key]
        return bytes(whole)


def _key(packet: Packet) -> Key:
    return packet.source, packet.target, packet.protocol, packet.identifier
