"""Lines that the Linux kernel writes for iptables' LOG target and nftables' ``log`` (netfilter.org, nf_log_syslog).

Their form is one, whoever set up the rules: UniFi and EdgeOS (``[WAN_LOCAL-default-D]IN=``; -A, -D and -R stand for
accept, drop, reject), ufw (``[UFW BLOCK]``, Ubuntu's manual), OpenWrt (``REJECT wan in:``), Shorewall
(``Shorewall:net-fw:DROP:``), Peplink (``Denied CONN=``, its Balance manual). What became of the packet stands in the
prefix alone, which its owner chose; where no word of it is known to us, the outcome is unknown.
"""

from collections.abc import Iterator

from camscan.egress.clock import Clock
from camscan.egress.flow import Item, Outcome
from camscan.egress.known import Known
from camscan.egress.readers import packet, syslog
from camscan.egress.readers.shape import Reader
from camscan.egress.readers.sides import port_of
from camscan.egress.source import Source
from camscan.errors import ParseError

NO_ENDS = "a packet without its addresses and protocol"
NOTE_PREFIX = "Some of its lines have a prefix that does not tell whether the packet was let through."

_NO_LETTERS = {code: " " for code in range(128) if not chr(code).isalpha()}
"""For str.translate: words are what stands between ASCII characters that are no letters."""

_SUFFIXES = {"-A]": Outcome.ALLOWED, "-D]": Outcome.DENIED, "-R]": Outcome.DENIED}
_ALLOWED = frozenset({"accept", "accepted", "allow", "allowed", "pass", "passed", "permit", "permitted"})
_DENIED = frozenset(
    {"block", "blocked", "deny", "denied", "drop", "dropped", "reject", "rejected", "camscan"}
)  # "camscan" is the prefix in the rules that `camscan egress rules` writes

_FLAGS = frozenset({"SYN", "ACK", "FIN", "RST", "PSH", "URG"})
_ECHO_REQUESTS = frozenset({"8", "128"})
"""ICMP types of an echo request (RFC 792, RFC 4443)."""


def _recognises(head: bytes) -> bool:
    return any(b"SRC=" in line and b" DST=" in line and b" PROTO=" in line for line in head.split(b"\n")[:500])


def _read(source: Source, known: Known) -> Iterator[Item]:
    clock, tally = Clock(source), source.tally
    for number, raw in source.lines():
        line = raw.decode("utf-8", "replace")
        start = line.find("SRC=")
        if start < 0 and not (" OUT=" in line and "IN=" in line):
            tally.other += bool(line.strip())
            continue
        fields, flags = _fields(line[start:])
        # The protocol comes after the addresses, so a line with it has them whole.
        if start < 0 or not {"SRC", "DST", "PROTO"} <= fields.keys():
            tally.skip(NO_ENDS)
            continue
        try:
            at = clock.read(syslog.time_of(line[:start]))
        except ParseError as error:
            tally.skip(str(error))
            continue
        tally.records += 1
        outcome = _outcome(line[:start])
        if outcome is Outcome.UNKNOWN:
            tally.note(NOTE_PREFIX)
        yield from packet.flows(_logged(fields, flags, outcome), at, number, source, known)


def _fields(text: str) -> tuple[dict[str, str], frozenset[str]]:
    """The fields by name, and the words that stand alone."""
    # An ICMP error quotes the packet that it answers, in brackets.
    words = text.partition(" [")[0].split()
    fields: dict[str, str] = {}
    for word in words:
        name, mark, value = word.partition("=")
        if mark and value:
            fields.setdefault(name, value)
    return fields, _FLAGS.intersection(words)


def _outcome(head: str) -> Outcome:
    told = [(place, outcome) for mark, outcome in _SUFFIXES.items() if (place := head.find(mark)) >= 0]
    if told:
        return min(told)[1]
    before, kernel, prefix = head.partition("kernel:")
    if not kernel:
        place = before.find("[")
        prefix = before[max(place, 0) :]
    words = set(prefix.translate(_NO_LETTERS).lower().split())
    allowed, denied = bool(words & _ALLOWED), bool(words & _DENIED)
    if allowed is denied:
        return Outcome.UNKNOWN
    return Outcome.ALLOWED if allowed else Outcome.DENIED


def _logged(fields: dict[str, str], flags: frozenset[str], outcome: Outcome) -> packet.Logged:
    protocol = fields["PROTO"].lower()
    protocol = "icmp" if protocol == "icmpv6" else protocol
    own, other = port_of(fields.get("SPT", "")), port_of(fields.get("DPT", ""))
    began = True
    if protocol == "tcp":
        began = not flags or ("SYN" in flags and "ACK" not in flags)
    elif protocol == "udp":
        began = not packet.looks_answered(own, other)
    elif protocol == "icmp":
        began = fields.get("TYPE", "8") in _ECHO_REQUESTS
    ported = protocol in ("tcp", "udp")
    return packet.Logged(
        source=fields["SRC"],
        source_port=own if ported else None,
        target=fields["DST"],
        target_port=other if ported else None,
        protocol=protocol,
        outcome=outcome,
        began=began,
    )


def _claims(line: bytes) -> bool:
    return b"SRC=" in line and b" DST=" in line


NETFILTER = Reader("netfilter", _recognises, _read, claims=_claims)
