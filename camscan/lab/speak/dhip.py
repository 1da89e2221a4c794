"""Dahua's discovery (UDP 37810): JSON behind a 32-byte header, as the device side does it.

A question without the header gets no answer (measured on real devices), but old firmware answers any one byte.
"""

import json
import struct
from collections.abc import Sequence
from functools import lru_cache

from camscan.lab.host import Host
from camscan.lab.model import Dhip
from camscan.lab.speak.shape import Address, Datagram, Reply

GROUP = "239.255.255.251"
PORT = 37810
HEADER = struct.Struct("<I4s8xIIII")
"""Length of the header (32), the letters DHIP, session and number, then the body's length twice, each with a zero."""


def frame(body: bytes) -> bytes:
    """``body`` behind the header, as devices and their tools send it."""
    return HEADER.pack(0x20, b"DHIP", len(body), 0, len(body), 0) + body


class DhipSpeaker:
    """Answers for one device."""

    name, port, group = "dhip", PORT, GROUP

    def __init__(self, host: Host, spec: Dhip) -> None:
        self._host, self._one_byte = host, spec.answers_one_byte
        self._body = host.compile(spec.body)

    def answer(self, datagram: Datagram) -> Sequence[Reply]:
        """The device's notifyDevInfo: to the asker if it said ``uni``, else to the group."""
        if len(datagram.data) == 1:
            self._host.state.warn("DHIP one byte")
            return [self._reply(datagram.sender)] if self._one_byte else []
        asked = _read(datagram.data)
        if asked is None:
            return ()
        method, mac, unicast = asked
        if method != "DHDiscover.search":
            if method.startswith("DHDiscover.") or "set" in method.lower():
                self._host.state.warn(f"DHIP {method}")
            return ()
        if mac and mac.lower() != self._host.device.mac:
            return ()
        return [self._reply(datagram.sender if unicast else (GROUP, PORT))]

    def hello(self) -> Sequence[Reply]:
        """Nothing: no unasked DHIP announcement was ever seen."""
        return ()

    def _reply(self, to: Address) -> Reply:
        return Reply(frame(self._host.fill(self._body).encode() + b"\n\0"), to)


@lru_cache(maxsize=64)
def _read(data: bytes) -> tuple[str, str, bool] | None:
    """(method, MAC asked for, answer by unicast) of a framed question; None for anything else."""
    if len(data) < HEADER.size or data[4:8] != b"DHIP":
        return None
    try:
        content = json.loads(data[HEADER.size :].rstrip(b"\n\0"))
        parameters = content.get("params") or {}
        return str(content["method"]), str(parameters.get("mac") or ""), bool(parameters.get("uni"))
    except (ValueError, KeyError, AttributeError, RecursionError):
        return None
