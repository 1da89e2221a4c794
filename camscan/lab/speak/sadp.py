"""Hikvision's discovery (UDP 37020): XML in, XML out, as the device side does it.

Old firmware multicasts every answer to 239.255.255.250:37020, even to a question that came by unicast. Only
``inquiry`` is ever answered here: any other verb changes settings on a real device and is noted as unsafe.
"""

from collections.abc import Sequence
from functools import lru_cache

from camscan.errors import ParseError
from camscan.lab.host import Host
from camscan.lab.model import Sadp
from camscan.lab.speak.shape import Datagram, Reply
from camscan.safe.xml import parse_device

GROUP = "239.255.255.250"
PORT = 37020


class SadpSpeaker:
    """Answers for one device."""

    name, port, group = "sadp", PORT, GROUP

    def __init__(self, host: Host, spec: Sadp) -> None:
        self._host, self._how = host, spec.answer
        self._body, self._hello = host.compile(spec.body), host.compile(spec.hello)
        self._greets = bool(spec.hello)

    def answer(self, datagram: Datagram) -> Sequence[Reply]:
        """The device's ProbeMatch, with the Uuid of the question."""
        probe = _read(datagram.data)
        if probe is None:
            return ()
        kind, uuid = probe
        if kind.lower() != "inquiry":
            self._host.state.warn(f"SADP {kind}")
            return ()
        body = self._host.fill(self._body, {"uuid_asked": uuid}).encode()
        groups = [Reply(body, (GROUP, PORT))] if self._how in ("multicast", "both") else []
        return groups + ([Reply(body, datagram.sender)] if self._how in ("unicast", "both") else [])

    def hello(self) -> Sequence[Reply]:
        """What it multicasts at boot, where the profile has it."""
        return [Reply(self._host.fill(self._hello).encode(), (GROUP, PORT))] if self._greets else []


@lru_cache(maxsize=64)
def _read(data: bytes) -> tuple[str, str] | None:
    """(Types, Uuid) of a Probe; None for anything else, answers of other devices among them."""
    try:
        root = parse_device(data)
    except ParseError:
        return None
    return (root.value("Types"), root.value("Uuid")) if root.tag == "Probe" else None
