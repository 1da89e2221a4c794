"""Looks at packets and keeps what devices of the scope say of themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import NamedTuple, Never

from camscan.discover import dhcp
from camscan.discover.shape import DatagramProbe
from camscan.egress.clock import IMPOSSIBLE_TIME
from camscan.egress.link import ARP, IPV4, IPV6
from camscan.egress.network import TCP, UDP, Holder, Packet, holder_by_arp, holder_by_neighbour, packet_of
from camscan.egress.packets import CUT, TUNNEL
from camscan.egress.source import Tally
from camscan.errors import ParseError
from camscan.evidence import Evidence, Transport, Via, observe, outcome_of
from camscan.listen import answers
from camscan.listen.datagrams import Questions, is_question, probe_of
from camscan.listen.fragments import Fragments
from camscan.listen.hosts import PENDING, Host, Hosts, Kept, Sink, moment
from camscan.listen.leases import Leases
from camscan.listen.streams import Spoken, Streams
from camscan.scope import Scope

SHORTENED = "a discovery message that the capture cut short"

_CHANGING = frozenset({"http.nonce", "http.challenge", "rtsp.challenge"})
"""What differs each time a device says the same."""

_GRE, _VXLAN = 47, b"\x12\xb5"
_DHCP = frozenset({67, 68})


@dataclass(frozen=True, slots=True)
class Where:
    """Where packets come from: a file by its name, or a live interface."""

    file: str = ""
    interface: str | None = None

    def detail(self, record: int) -> str:
        """Our sentence of where a packet stands."""
        return f"packet {record:,} of {self.file}" if self.file else ""


class Mark(NamedTuple):
    """What was heard, at which port of the device, when, and in which packet."""

    probe: str
    port: int
    at: float
    record: int


class Listening:
    """A Look (egress.look) that tells nothing: what it hears goes to ``sink``, now and then and when ``save`` is
    called. ``latest`` is the newest time, in seconds since 1970, that a packet may honestly have."""

    def __init__(self, scope: Scope, kept: Kept, sink: Sink, *, latest: float, interface: str | None = None) -> None:
        self.dull = False
        self.hosts = Hosts(scope, interface)
        self.streams = Streams(self._spoken)
        self.tally = Tally()
        self.where = Where(interface=interface)
        self.first: float | None = None
        self.last: float | None = None
        self.heard: set[str] = set()
        """Protocols in which anything was heard at all."""
        self._kept, self._sink, self.latest = kept, sink, latest
        self._questions = Questions()
        self._fragments = Fragments()
        self._leases = Leases()
        self._changed = False

    def begin(self, tally: Tally, where: Where) -> None:
        """From now on packets come from another input."""
        self.tally, self.where = tally, where

    def packet(self, at: float, data: bytes, kind: int, start: int, mac: bytes, record: int) -> Iterable[Never]:
        """One packet; see Look."""
        self.dull = False
        if not 0 <= at <= self.latest:
            self.tally.skip(IMPOSSIBLE_TIME)
            return ()
        self.first = at if self.first is None else min(self.first, at)
        self.last = at if self.last is None else max(self.last, at)
        if kind == ARP:
            self._arp(at, data, start, mac, record)
        elif kind in (IPV4, IPV6):
            packet = packet_of(data, kind, start)
            if packet is None:
                self.tally.skip(CUT)
            else:
                self._ip(at, packet, mac, record)
        else:
            self.tally.other += 1
        if self.hosts.pending > PENDING:
            self.save()
        return ()

    def addresses_changed(self) -> bool:
        """Whether an address changed hands, so that streams that were passed over may be another device's now."""
        changed, self._changed = self._changed, False
        return changed

    def finish(self) -> Iterable[Never]:
        """Part of Look. An input's end is not the end: the next one may go on where it ended."""
        return ()

    def save(self, *, last: bool = False) -> None:
        """Hands over what is known of cameras. ``last``: nothing comes after this."""
        if last:
            self.streams.finish()
            for mac, message, at, record in self._leases.finish():
                self._lease(message, mac, at, record, message.wanted)
        self.hosts.save(self._kept, self._sink, last=last)

    def _arp(self, at: float, data: bytes, start: int, mac: bytes, record: int) -> None:
        try:
            holder = holder_by_arp(data, ARP, start)
        except ValueError:
            self.tally.skip(CUT)
            return
        if holder is not None:
            self._holder(at, holder, "arp", data[start : start + 28], mac, record)

    def _holder(self, at: float, holder: Holder, probe: str, raw: bytes, mac: bytes, record: int) -> None:
        """Who says that it holds an address. One that names another's MAC than the frame's own is not believed."""
        said = bytes.fromhex(holder.mac.replace(":", ""))
        host = self.hosts.get(holder.address)
        if host is not None and mac and mac != said:
            self.hosts.foreign += 1
            return
        if host is not None:
            self._changed = self.hosts.held(host, said, at) or self._changed
        host = self.hosts.heard(holder.address, said, at)
        if host is None:
            return
        self.heard.add(probe)
        field = "arp.mac" if probe == "arp" else "neighbour.mac"
        via = Via.UNICAST if holder.answers else Via.PASSIVE
        mark = Mark(probe, 0, at, record)
        self._add(host, said, (Transport.LINK, via), mark, (Evidence(field, holder.mac),), raw)

    def _ip(self, at: float, packet: Packet, mac: bytes, record: int) -> None:
        host = self.hosts.heard(packet.source, mac, at)
        if packet.protocol == TCP:
            if len(packet.body) < 20:
                if not packet.offset:
                    self.tally.skip(CUT)
            elif host is not None or self.hosts.get(packet.target) is not None:
                self.dull = self.streams.segment(at, packet, mac, record)
            else:
                self.dull = True
        elif packet.protocol == UDP:
            self._udp(at, packet, mac, record, host)
        elif (holder := holder_by_neighbour(packet)) is not None:
            self._holder(at, holder, "neighbour-discovery", packet.body, mac, record)
        elif packet.protocol == _GRE:
            self.tally.note(TUNNEL)

    def _udp(self, at: float, packet: Packet, mac: bytes, record: int, host: Host | None) -> None:
        body = packet.body
        if packet.offset:
            whole = self._fragments.add(packet)
            if whole is None:
                return
            body, packet = whole, packet._replace(missing=0)
        if len(body) < 8:
            self.tally.skip(CUT)
            return
        ports = int.from_bytes(body[0:2], "big"), int.from_bytes(body[2:4], "big")
        asked = self._questions.by(packet.target, ports[1], at)
        probe = asked or probe_of(*ports)
        if probe is None and set(ports) != _DHCP:
            self.dull = not packet.more and not packet.offset
            if body[2:4] == _VXLAN:
                self.tally.note(TUNNEL)
            return
        if packet.more and not packet.offset:
            self._fragments.begin(packet)
            return
        size = int.from_bytes(body[4:6], "big")
        if packet.missing or not 8 <= size <= len(body):
            self.tally.skip(SHORTENED)
        elif probe is None:
            self._dhcp(at, body[8:size], mac, record)
        else:
            self._discovery(at, packet, (probe, asked is not None, ports), (body[8:size], mac, record, host))

    def _discovery(
        self,
        at: float,
        packet: Packet,
        how: tuple[DatagramProbe, bool, tuple[int, int]],
        what: tuple[bytes, bytes, int, Host | None],
    ) -> None:
        (probe, asked, ports), (payload, mac, record, host) = how, what
        if host is None:  # whoever asks need not be in the scope
            if is_question(probe, ports[1]):
                self._questions.note(packet.source, ports[0], probe, at)
            return
        stay = host.stay(mac)
        if stay is None:
            self.hosts.foreign += 1
            return
        via = Via.UNICAST if asked and mac and mac == stay.mac else Via.PASSIVE
        said = f"{probe.name} {via}".encode() + payload
        if stay.said(said):
            return
        if stay.sated(Transport.UDP, probe.name, probe.port):
            self.hosts.boasts(host, Transport.UDP, probe.name)
            return
        try:
            evidence = probe.parse(payload)
        except ParseError:
            if is_question(probe, ports[1]):
                self._questions.note(packet.source, ports[0], probe, at)
            return
        stay.remember(said)
        self.heard.add(probe.name)
        self._add(host, mac, (Transport.UDP, via), Mark(probe.name, probe.port, at, record), evidence, payload)

    def _dhcp(self, at: float, payload: bytes, mac: bytes, record: int) -> None:
        try:
            message = dhcp.parse(payload)
        except ParseError:
            return
        self.heard.add("dhcp")
        for asker, request, when, number, address in self._leases.take(message, mac, at, record):
            self._lease(request, asker, when, number, address)

    def _lease(self, message: dhcp.Message, mac: bytes, at: float, record: int, address: IPv4Address | None) -> None:
        """What a client said of itself when it came to have ``address``."""
        if address is None:
            return
        client = bytes.fromhex(message.mac.replace(":", ""))
        host = self.hosts.get(address.packed)
        if host is not None and mac == client:
            self._changed = self.hosts.held(host, client, at) or self._changed
        host = self.hosts.heard(address.packed, client if mac == client else b"", at)
        if host is not None:
            mark = Mark("dhcp", dhcp.PORT, at, record)
            self._add(host, client, (Transport.UDP, Via.PASSIVE), mark, message.evidence, b"")

    def _spoken(self, spoken: Spoken) -> None:
        """What an end of a TCP connection said."""
        host = self.hosts.get(spoken.sender)
        if host is None:
            return
        way = (Transport.TCP, Via.CONVERSATION if spoken.proven else Via.PASSIVE)
        mark = Mark("tcp", spoken.port, spoken.at, spoken.record)
        if spoken.speech is None:
            opened = (Evidence("port.open", f"tcp/{spoken.port}"),) if spoken.port else ()
            self._add(host, spoken.mac, way, mark, opened, b"")
            return
        self.heard.add(spoken.speech.value)
        stay, whole = host.stay(spoken.mac), repr((spoken.speech, mark.port, way, spoken.private)).encode() + spoken.raw
        if stay is not None:
            if stay.said(whole) or stay.sated(Transport.TCP, spoken.speech.value, mark.port):
                return
            stay.remember(whole)
        for said in answers.read(spoken.speech, spoken.raw, private=spoken.private):
            self._add(host, spoken.mac, way, mark._replace(probe=said.probe), said.evidence, said.raw)

    def _add(
        self, host: Host, mac: bytes, way: tuple[Transport, Via], mark: Mark, evidence: tuple[Evidence, ...], raw: bytes
    ) -> None:
        """Keeps what a device said, unless it is nothing new."""
        telling = [item for item in evidence if item.name not in _CHANGING]
        said = repr((mark.probe, mark.port, way, telling)).encode()
        stay = host.stay(mac)
        if stay is not None and stay.said(said):
            return
        if stay is not None:
            stay.remember(said)
        transport, via = way
        observation = observe(
            host.ip,
            mark.port,
            transport,
            via,
            mark.probe,
            outcome_of(evidence),
            raw=raw,
            evidence=evidence,
            interface=self.where.interface,
            detail=self.where.detail(mark.record),
            at=moment(mark.at),
        )
        self.hosts.add(host, mac, observation)
