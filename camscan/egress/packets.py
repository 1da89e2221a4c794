"""One packet's bytes to what they tell: a connection, a name looked up, an answer, who holds an address."""

from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address

from camscan.discover import dhcp
from camscan.egress import network, signs, wire_dns
from camscan.egress.addresses import Place, canonical_text, place_of
from camscan.egress.clock import IMPOSSIBLE_TIME, LATEST
from camscan.egress.connections import ACK, PROTOCOLS, SYN, Connections, Packet
from camscan.egress.dns_streams import DnsStreams
from camscan.egress.ends import as_each_sees
from camscan.egress.flow import Answer, Binding, Direction, Flow, Item, Mark, Outcome
from camscan.egress.known import Known
from camscan.egress.link import ARP, IPV4, IPV6
from camscan.egress.netflow.exports import NETFLOW, Exports
from camscan.egress.netflow.framing import STARTS, is_export
from camscan.egress.network import holder_by_arp, packet_of
from camscan.egress.source import Tally
from camscan.errors import ParseError
from camscan.safe.mac import mac_address

CUT = "packet cut off in its headers"
TUNNEL = "It holds tunnelled traffic (GRE or VXLAN); what is inside tunnels is not looked into."

_ECHOES, _ECHOES_6, _ECHO_REPLIES = frozenset({0, 8}), frozenset({128, 129}), frozenset({0, 129})
_LOOKED_INTO = frozenset({53, 67, 68, 123, 853, 1900, 5350, 5351})
"""Ports whose local packets are all looked at."""

PATIENCE = 16
"""Packets of a local connection that are looked at before the rest is passed over: a request to open a port stands in
the first few."""


class Packets:
    """Reads packets one by one. ``packet`` yields what they tell, and says with ``dull`` whether more of the same
    addresses and ports need be looked at."""

    def __init__(self, known: Known, tally: Tally) -> None:
        self._known = known
        self._tally = tally
        self._connections = Connections()
        self._exports = Exports(known, tally)
        self._streams = DnsStreams()
        self._texts: dict[bytes, str] = {}
        self._local: dict[tuple[str, int, str, int], int] = {}
        self.dull = False
        self._changes = known.changes

    def addresses_changed(self) -> bool:
        """Whether an address has become known since this was asked last."""
        before, self._changes = self._changes, self._known.changes
        return before != self._changes

    def packet(self, at: float, data: bytes, kind: int, start: int, mac: bytes, record: int) -> Iterator[Item]:
        """What the packet with ethertype ``kind`` at ``start`` tells; ``mac`` sent the frame."""
        self.dull = False
        if at > LATEST:
            self._tally.skip(IMPOSSIBLE_TIME)
        elif kind in (IPV4, IPV6):
            head = packet_of(data, kind, start)
            if head is None:
                self._tally.skip(CUT)
            else:
                yield from self._transport(at, head, mac, record)
        elif kind == ARP:
            yield from self._arp(at, data, start)
        else:
            self._tally.other += 1

    def cut(self, at: float, *, anew: bool) -> Iterator[Item]:
        """What the open connections did so far (connections.py); with ``anew`` also what exporters told so far."""
        for flow in self._connections.cut(at, anew=anew):
            yield from as_each_sees(flow, self._known)
        if anew:
            yield from self._as_netflow(self._exports.finish())

    def finish(self) -> Iterator[Item]:
        """What is still open at the end."""
        for flow in self._connections.finish():
            yield from as_each_sees(flow, self._known)
        yield from self._as_netflow(self._exports.finish())

    def _text(self, packed: bytes) -> str:
        text = self._texts.get(packed)
        if text is None:
            if len(self._texts) > 200_000:
                self._texts.clear()
            address = IPv4Address(packed) if len(packed) == 4 else IPv6Address(packed)
            text = self._texts[packed] = canonical_text(str(address))
        return text

    def _arp(self, at: float, data: bytes, start: int) -> Iterator[Item]:
        try:
            holder = holder_by_arp(data, ARP, start)
        except ValueError:
            self._tally.skip(CUT)
            return
        if holder is not None:
            yield Binding(self._text(holder.address), holder.mac, at)

    def _transport(self, at: float, head: network.Packet, mac: bytes, record: int) -> Iterator[Item]:
        body, number = head.body, head.protocol
        sender, receiver = self._text(head.source), self._text(head.target)
        yield from self._by_mac(at, sender, mac)
        mine, theirs = self._known.knows(sender), self._known.knows(receiver)
        if not self._tally.inside:
            self._tally.inside = mine or theirs or Place.LOCAL in (place_of(sender), place_of(receiver))
        protocol = PROTOCOLS.get(number, str(number))
        exported = protocol == "udp" and not head.offset and _is_export(body)
        if exported:
            yield from self._as_netflow(self._exports.message(sender, body[8:], record))
        if number == 47 or (protocol == "udp" and body[2:4] == b"\x12\xb5"):
            self._tally.note(TUNNEL)
        if not (mine or theirs):
            if protocol == "udp" and body[:4] == b"\x00\x43\x00\x44":
                yield from self._dhcp(at, body[8:])
            else:
                self.dull = not exported
            return
        if head.offset:
            return  # the first fragment told all there is
        ports = (0, 0)
        if protocol in ("tcp", "udp"):
            if len(body) < (20 if protocol == "tcp" else 8):
                self._tally.skip(CUT)
                return
            ports = int.from_bytes(body[0:2], "big"), int.from_bytes(body[2:4], "big")
        if protocol == "icmp" and not self._echo(body, number):
            return
        # Of two known devices always the same one is the device, so that both directions are one connection.
        sent = mine and (not theirs or sender < receiver)
        device, peer = (sender, receiver) if sent else (receiver, sender)
        own, other = ports if sent else ports[::-1]
        # The answer to a ping is put down as one to a SYN is: it shows who started.
        answers = protocol == "icmp" and body[0] in _ECHO_REPLIES
        flags = body[13] if protocol == "tcp" else SYN | ACK if answers else 0
        packet = Packet(at, device, peer, protocol, own, other, sent, head.size, flags, record)
        yield from self._payload(packet, body, cut=bool(head.missing))

    def _by_mac(self, at: float, sender: str, mac: bytes) -> Iterator[Item]:
        """A known MAC at an address that is not known: the device has moved."""
        if mac and not self._known.knows(sender):
            binding = self._known.moved(sender, mac_address(mac.hex()) or "", at)
            if binding is not None:
                yield binding

    def _as_netflow(self, items: Iterator[Item]) -> Iterator[Item]:
        """What exporters told, as an input of its own kind: the capture may hold the same connections itself."""
        kind, self._tally.kind = self._tally.kind, NETFLOW
        yield from items
        self._tally.kind = kind

    def _payload(self, packet: Packet, body: bytes, *, cut: bool) -> Iterator[Item]:
        mark: Mark | None = None
        name = ""
        local = place_of(packet.peer) is Place.LOCAL
        if packet.protocol == "udp":
            content = body[8:]
            service = packet.peer_port if packet.sent else packet.own_port
            mark = signs.of_datagram(content, service)
            if mark is None and 53 in (packet.own_port, packet.peer_port):
                yield from self._dns(packet, content)
            elif {packet.own_port, packet.peer_port} == {67, 68}:
                yield from self._dhcp(packet.at, content)
        elif packet.protocol == "tcp" and 53 in (packet.own_port, packet.peer_port):
            yield from self._dns_segment(packet, body, cut=cut)
        elif packet.protocol == "tcp" and (packet.sent or local):
            content = body[(body[12] >> 4) * 4 :]
            mark = signs.of_stream(content)
            name = "" if local else signs.server_name(content)
        for flow in self._connections.packet(packet, mark, name):
            yield from as_each_sees(flow, self._known)
        self.dull = local and self._passed_over(packet)

    def _passed_over(self, packet: Packet) -> bool:
        """Whether enough was seen of a connection inside the site."""
        if packet.own_port in _LOOKED_INTO or packet.peer_port in _LOOKED_INTO or packet.flags & (SYN | ACK) == SYN:
            return False
        key = (packet.device, packet.own_port, packet.peer, packet.peer_port)
        if len(self._local) > 100_000:
            self._local.clear()
        count = self._local[key] = self._local.get(key, 0) + 1
        return count > PATIENCE

    def _dns(self, packet: Packet, content: bytes) -> Iterator[Item]:
        try:
            message = wire_dns.parse(content)
        except ParseError as error:
            self._tally.skip(f"DNS message: {error}")
            return
        if not message.name:
            return
        sender, receiver = (packet.device, packet.peer) if packet.sent else (packet.peer, packet.device)
        if message.reply and self._known.knows(receiver):
            yield Answer(receiver, message.name, message.addresses, packet.at)
        elif not message.reply and self._known.knows(sender):
            yield Flow(
                sender, "", "dns", None, Direction.OUT, Outcome.NAME_ONLY, packet.at, packet.at, packet.record,
                name=message.name,
            )  # fmt: skip

    def _dns_segment(self, packet: Packet, body: bytes, *, cut: bool) -> Iterator[Item]:
        """The messages that a TCP segment completes."""
        key = (packet.device, packet.own_port, packet.peer, packet.peer_port, packet.sent)
        number, start = int.from_bytes(body[4:8], "big"), max((body[12] >> 4) * 4, 20)
        for message in self._streams.segment(key, number, packet.flags, body[start:], cut=cut):
            yield from self._dns(packet, message)
        while self._streams.lost:
            self._tally.skip(self._streams.lost.pop())

    def _dhcp(self, at: float, content: bytes) -> Iterator[Item]:
        """An acknowledgement says which MAC holds which address."""
        with suppress(ParseError):
            message = dhcp.parse(content)
            if message.kind is dhcp.Kind.ACKNOWLEDGE and message.given is not None:
                yield Binding(self._text(message.given.packed), message.mac, at)

    def _echo(self, body: bytes, number: int) -> bool:
        """Whether an ICMP packet is a ping or its answer. Destination unreachable (RFC 792 type 3, RFC 4443 type 1)
        quotes the packet that was not delivered; other messages are no connections."""
        if body[:1] and body[0] in (_ECHOES if number == 1 else _ECHOES_6):
            return True
        self._unreachable(body, number)
        return False

    def _unreachable(self, body: bytes, number: int) -> None:
        kind = body[0] if body else -1
        inner = body[8:]
        if number == 1 and kind == 3 and len(inner) >= 20:
            start = (inner[0] & 0xF) * 4
            source, target, protocol = inner[12:16], inner[16:20], inner[9]
        elif number == 58 and kind == 1 and len(inner) >= 40:
            start, source, target, protocol = 40, inner[8:24], inner[24:40], inner[6]
        else:
            return
        ports = inner[start : start + 4]
        if len(ports) == 4 and protocol in (6, 17):
            own, other = int.from_bytes(ports[:2], "big"), int.from_bytes(ports[2:], "big")
            sender, receiver = self._text(source), self._text(target)
            if self._known.knows(sender):
                self._connections.denied((sender, receiver, PROTOCOLS[protocol], own, other))


def _is_export(body: bytes) -> bool:
    """Whether a datagram, to whatever port, is nothing but a message of NetFlow or IPFIX."""
    return body[8:10] in STARTS and is_export(body[8:], int.from_bytes(body[4:6], "big") - 8)
