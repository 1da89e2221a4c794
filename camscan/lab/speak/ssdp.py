"""SSDP (UDP 1900): the answer to M-SEARCH and the NOTIFY at start. Other multicasts are somebody else's."""

from collections.abc import Sequence
from functools import lru_cache

from camscan.lab.host import Host
from camscan.lab.model import Ssdp
from camscan.lab.speak.shape import Datagram, Reply

GROUP = "239.255.255.250"
PORT = 1900


class SsdpSpeaker:
    """Answers for one device."""

    name, port, group = "ssdp", PORT, GROUP

    def __init__(self, host: Host, spec: Ssdp) -> None:
        words = {"location": host.fixed(spec.location), "server": host.fixed(spec.server)}
        self._host, self._greets = host, spec.hello
        lines = "\r\n".join(spec.headers) + "\r\n\r\n"
        self._found = host.compile("HTTP/1.1 200 OK\r\n" + lines).bind(lambda name, _: words.get(name))
        notify = f"NOTIFY * HTTP/1.1\r\nHOST: {GROUP}:{PORT}\r\nNTS: ssdp:alive\r\n" + lines.replace("ST: ", "NT: ")
        self._notify = host.compile(notify).bind(lambda name, _: words.get(name))
        self._targets = tuple((host.fixed(st), host.fixed(usn)) for st, usn in spec.targets)

    def answer(self, datagram: Datagram) -> Sequence[Reply]:
        """One answer for each target that was searched for."""
        wanted = _read(datagram.data)
        if not wanted:
            return ()
        return [
            Reply(self._host.fill(self._found, {"st": st, "usn": usn}).encode(), datagram.sender)
            for st, usn in self._targets
            if wanted in ("ssdp:all", st)
        ]

    def hello(self) -> Sequence[Reply]:
        """A NOTIFY for each target."""
        if not self._greets:
            return ()
        return [
            Reply(self._host.fill(self._notify, {"st": st, "usn": usn}).encode(), (GROUP, PORT))
            for st, usn in self._targets
        ]


@lru_cache(maxsize=64)
def _read(data: bytes) -> str:
    """The search target of an M-SEARCH that means discovery; empty for anything else."""
    first, *lines = data.decode("latin-1").split("\r\n")
    if not first.startswith("M-SEARCH * HTTP/1."):
        return ""
    fields = {name.strip().upper(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return fields.get("ST", "") if fields.get("MAN") == '"ssdp:discover"' else ""
