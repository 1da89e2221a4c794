"""WS-Discovery (UDP 3702) as cameras, and other things, do it: each answers only the probes that it likes."""

from collections.abc import Sequence
from functools import lru_cache

from camscan.errors import ParseError
from camscan.lab.estate import envelopes
from camscan.lab.host import Host
from camscan.lab.model import Wsd
from camscan.lab.speak.shape import Datagram, Reply
from camscan.safe.xml import parse_device

GROUP = "239.255.255.250"
PORT = 3702
_DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery/"
_FAULT = (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header>'
    "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/fault</a:Action>"
    "<a:RelatesTo>${relates_to}</a:RelatesTo></s:Header><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value>"
    "<s:Subcode><s:Value>d:MatchingRuleNotSupported</s:Value></s:Subcode></s:Code>"
    '<s:Reason><s:Text xml:lang="en">the xml format error</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>'
)


class WsdSpeaker:
    """Answers for one device."""

    name, port, group = "wsd", PORT, GROUP

    def __init__(self, host: Host, spec: Wsd) -> None:
        self._host, self._spec = host, spec
        words = {
            "types": host.fixed(spec.types),
            "scopes": " ".join(host.fixed(scope) for scope in spec.scopes),
            "xaddrs": " ".join(host.fixed(xaddr) for xaddr in spec.xaddrs),
            "metadata_version": str(spec.metadata_version),
        }
        text = envelopes().envelope[spec.envelope].replace("${endpoint}", spec.endpoint)
        self._match = host.compile(text).bind(lambda name, _: words.get(name))
        self._hello = host.compile(_as_hello(text)).bind(lambda name, _: words.get(name))
        self._fault = host.compile(_FAULT)

    def answer(self, datagram: Datagram) -> Sequence[Reply]:
        """ProbeMatches, a fault, or nothing, as this device is."""
        probe = _read(datagram.data)
        if probe is None:
            return ()
        types, identifier = probe
        if not identifier.startswith(self._spec.message_id) or self._wants(types) not in self._spec.answers:
            return ()
        if not datagram.group and self._spec.unicast == "ignore":
            return ()
        fault = not datagram.group and self._spec.unicast == "fault"
        template = self._fault if fault else self._match
        texts = (self._host.fill(template, {"relates_to": identifier}) for _ in range(self._spec.repeat))
        return [Reply(text.encode(), datagram.sender) for text in texts]

    def hello(self) -> Sequence[Reply]:
        """The announcement at start."""
        return [Reply(self._host.fill(self._hello).encode(), (GROUP, PORT))] if self._spec.hello else []

    def _wants(self, types: str) -> str:
        """Which of the three probes this is, or "other"."""
        if not types:
            return "untyped"
        listed = types.split()
        names = {"dn:NetworkVideoTransmitter": "dn", "tds:Device": "tds"}
        for full, short in names.items():
            if full in listed or (not self._spec.literal and full.partition(":")[2] in _local(listed)):
                return short
        return "other"


def _local(listed: list[str]) -> set[str]:
    return {name.rpartition(":")[2] for name in listed}


def _as_hello(text: str) -> str:
    """A Hello relates to nothing, and has its fields where ProbeMatches has a ProbeMatch around them."""
    prefix = next((p for p in ("d:", "wsdd:", "tns:", "wsd:", "") if f"<{p}ProbeMatch>" in text), "")
    text = text.replace(f"<{prefix}ProbeMatch>", "").replace(f"</{prefix}ProbeMatch>", "")
    before, found, after = text.partition("RelatesTo>${relates_to}</")
    if found:
        text = before[: before.rindex("<")] + after[after.index(">") + 1 :]
    return text.replace("ProbeMatches", "Hello")


@lru_cache(maxsize=64)
def _read(data: bytes) -> tuple[str, str] | None:
    """(Types, MessageID) of a Probe; None for anything else."""
    try:
        root = parse_device(data)
    except ParseError:
        return None
    if root.value("Action") != _DISCOVERY + "Probe" or root.first("Probe") is None:
        return None
    return root.value("Types"), root.value("MessageID")
