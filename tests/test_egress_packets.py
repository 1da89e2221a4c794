import struct
from collections.abc import Iterable

from egress_makers import (
    CAMERA,
    CLOUD,
    DATA,
    MAC,
    OTHER_MAC,
    RECORDER,
    RESOLVER,
    SYN,
    arp,
    client_hello,
    datagram,
    device,
    dns,
    ethernet,
    ip_packet,
    lookup,
    packed,
    segment,
    tcp,
    udp,
    visit,
)
from hypothesis import given
from hypothesis import strategies as st
from netflow_makers import a_set, basic, ipfix, template, v5, v5_record

from camscan.egress.flow import Answer, Binding, Direction, Flow, Item, Mark, Outcome
from camscan.egress.known import Known
from camscan.egress.link import LINKS
from camscan.egress.packets import PATIENCE, TUNNEL, Packets
from camscan.egress.source import Tally


class Reading:
    def __init__(self, mac: str | None = MAC) -> None:
        self.tally = Tally()
        self.known = Known([device(mac=mac)])
        self.packets = Packets(self.known, self.tally)

    def items(self, frames: Iterable[bytes], *, link: int = 1) -> list[Item]:
        found = [
            item
            for number, frame in enumerate(frames, 1)
            for item in self.packets.packet(1_795_000_000.0 + number, frame, *LINKS[link](frame), number)
        ]
        return [*found, *self.packets.finish()]


def flows(items: Iterable[Item]) -> list[Flow]:
    return [item for item in items if isinstance(item, Flow)]


def test_a_connection_with_its_name_and_record() -> None:
    (flow,) = flows(Reading().items(visit(payload=client_hello("dev.hik-connect.com"))))
    assert (flow.device, flow.peer, flow.port, flow.record) == (CAMERA, CLOUD, 443, 1)
    assert flow.name == "dev.hik-connect.com"
    assert flow.bytes_out is not None


def test_strangers_are_dropped() -> None:
    reading = Reading()
    assert not reading.items([segment("10.1.0.99", CLOUD, (1, 2), SYN)])
    assert reading.packets.dull
    assert reading.tally.inside


def test_lookups_and_their_answers() -> None:
    items = Reading().items(lookup("dev.hik-connect.com", CLOUD))
    assert Answer(CAMERA, "dev.hik-connect.com", (CLOUD,), 1_795_000_002.0) in items
    assert [flow.name for flow in flows(items) if flow.outcome is Outcome.NAME_ONLY] == ["dev.hik-connect.com"]


def test_a_broken_lookup_is_counted() -> None:
    reading = Reading()
    reading.items([datagram(CAMERA, RESOLVER, (50_000, 53), dns("a.example.com")[:-3])])
    assert reading.tally.skipped == {"DNS message: cut off in the question": 1}


def test_arp_and_dhcp_tell_who_holds_an_address() -> None:
    ack = bytearray(300)
    ack[0:3], ack[16:20], ack[28:34] = b"\x02\x01\x06", packed("10.1.0.77"), bytes.fromhex(OTHER_MAC.replace(":", ""))
    ack[236:243] = b"\x63\x82\x53\x63\x35\x01\x05"
    items = Reading().items([arp(CAMERA, MAC), datagram(RESOLVER, "255.255.255.255", (67, 68), bytes(ack))])
    assert [(item.address, item.mac) for item in items if isinstance(item, Binding)] == [
        (CAMERA, MAC), ("10.1.0.77", OTHER_MAC),
    ]  # fmt: skip


def test_a_known_mac_at_another_address_is_followed() -> None:
    reading = Reading()
    items = reading.items([ethernet(ip_packet("10.1.0.77", CLOUD, 6, tcp(1, 443, SYN)), source=MAC)])
    assert reading.packets.addresses_changed()
    assert [flow.device for flow in flows(items)] == ["10.1.0.77"]


def test_icmp_unreachable_denies_what_it_quotes() -> None:
    asked = ip_packet(CAMERA, CLOUD, 17, udp(40_000, 8800))
    refusal = ethernet(ip_packet("10.1.0.1", CAMERA, 1, b"\x03\x0d" + bytes(6) + asked))
    (flow,) = flows(Reading().items([ethernet(asked), refusal]))
    assert (flow.outcome, flow.port) == (Outcome.DENIED, 8800)


def test_pings_are_connections_and_other_icmp_is_not() -> None:
    ping, pong = (
        ethernet(ip_packet(*ends, 1, bytes([kind]) + bytes(7)))
        for ends, kind in (((CAMERA, CLOUD), 8), ((CLOUD, CAMERA), 0))
    )
    (flow,) = flows(Reading().items([ping, pong]))
    assert (flow.protocol, flow.port, flow.outcome) == ("icmp", None, Outcome.ALLOWED)
    assert not flows(Reading().items([ethernet(ip_packet(CLOUD, CAMERA, 1, b"\x0b" + bytes(7)))]))


def test_ipv6_with_extension_headers() -> None:
    reading = Reading(None)
    reading.known = Known([device("2001:db8:1::20")])
    reading.packets = Packets(reading.known, reading.tally)
    body = b"\x11\x00" + bytes(6) + udp(40_000, 8800, b"PTCP" + bytes(20))
    frame = ethernet(ip_packet("2001:db8:1::20", "2001:db8:9::1", 0, body), 0x86DD)
    (flow,) = flows(reading.items([frame]))
    assert (flow.peer, flow.port, flow.marks) == ("2001:db8:9::1", 8800, frozenset({Mark.PTCP}))


def test_later_fragments_and_tunnels_are_not_looked_into() -> None:
    body = bytearray(ip_packet(CAMERA, CLOUD, 17, udp(40_000, 8800)))
    body[6:8] = struct.pack(">H", 185)
    reading = Reading()
    assert not flows(reading.items([ethernet(bytes(body))]))
    reading.items([datagram("10.1.0.98", "10.1.0.99", (1, 4789), bytes(40))])
    assert reading.tally.notes == [TUNNEL]


def test_a_local_stream_grows_dull_only_after_its_first_packets() -> None:
    reading = Reading()
    frames = [datagram(CAMERA, RECORDER, (20_000, 30_000), bytes(100))] * (PATIENCE + 1)
    reading.items(frames[:-1])
    assert not reading.packets.dull
    reading.items(frames[-1:])
    assert reading.packets.dull
    reading.items([datagram(CAMERA, RESOLVER, (20_000, 53), dns("a.example.com"))] * (PATIENCE * 2))
    assert not reading.packets.dull


def test_a_device_that_talks_to_a_device_is_seen_on_both_sides() -> None:
    reading = Reading()
    reading.known = Known([device(), device(RECORDER)])
    reading.packets = Packets(reading.known, reading.tally)
    found = flows(reading.items(visit(RECORDER, 8000)))
    assert [(flow.device, flow.direction, flow.outcome) for flow in found] == [
        (CAMERA, Direction.OUT, Outcome.ALLOWED),
        (RECORDER, Direction.IN, Outcome.ALLOWED),
    ]


def test_a_request_to_open_a_port_is_told_of_the_one_that_asked() -> None:
    reading = Reading()
    reading.known = Known([device(), device("10.1.0.1")])
    reading.packets = Packets(reading.known, reading.tally)
    asked = datagram(CAMERA, "10.1.0.1", (40_000, 5351), bytes([0, 2]) + bytes(10))
    assert [(flow.device, flow.marks) for flow in flows(reading.items([asked])) if flow.marks] == [
        (CAMERA, frozenset({Mark.PORT_MAPPING}))
    ]


def test_a_name_server_may_be_a_known_device_itself() -> None:
    reading = Reading()
    reading.known = Known([device(), device(RESOLVER)])
    reading.packets = Packets(reading.known, reading.tally)
    items = reading.items(lookup("dev.hik-connect.com", CLOUD))
    assert [item.client for item in items if isinstance(item, Answer)] == [CAMERA]
    assert [flow.device for flow in flows(items) if flow.name] == [CAMERA]


def test_every_truncation_is_skipped_or_read() -> None:
    for frame in (*visit(), *lookup("a.example.com", CLOUD), arp(CAMERA, MAC)):
        for end in range(len(frame)):
            Reading().items([frame[:end]])


@given(st.binary(max_size=120), st.sampled_from([0x0800, 0x86DD, 0x0806, 0x8864]))
def test_any_packet_is_survived(body: bytes, kind: int) -> None:
    reading = Reading()
    reading.items(
        [
            ethernet(body, kind),
            ethernet(ip_packet(CAMERA, CLOUD, 17, body)),
            ethernet(ip_packet(CLOUD, CAMERA, 6, body)),
        ]
    )


def test_an_impossible_time_is_skipped() -> None:
    reading = Reading()
    frame = visit()[0]
    assert not list(reading.packets.packet(1e13, frame, *LINKS[1](frame), 1))
    assert reading.tally.skipped == {"its time is impossible": 1}


def over_tcp(*messages: bytes, cut: int) -> list[bytes]:
    """A lookup over TCP whose answer comes in two segments, the later one first."""
    asked, *answered = (len(one).to_bytes(2, "big") + one for one in messages)
    ports, whole = (40_000, 53), b"".join(answered)
    pieces = [(CAMERA, RESOLVER, ports, 1, asked), (RESOLVER, CAMERA, ports[::-1], 1 + cut, whole[cut:]),
              (RESOLVER, CAMERA, ports[::-1], 1, whole[:cut])]  # fmt: skip
    frames = [segment(CAMERA, RESOLVER, ports, SYN), segment(RESOLVER, CAMERA, ports[::-1], SYN | 0x10)]
    frames = [numbered(frame, 0) for frame in frames]
    return frames + [numbered(segment(one, two, some, DATA, body), at) for one, two, some, at, body in pieces]


def numbered(frame: bytes, number: int) -> bytes:
    """A frame of IPv4 and TCP with another sequence number."""
    return frame[:38] + number.to_bytes(4, "big") + frame[42:]


def test_lookups_over_tcp_count_as_those_over_udp() -> None:
    messages = (dns("a.example.com"), dns("a.example.com", CLOUD), dns("b.example.com", CLOUD))
    for cut in (1, 2, 30, 60):
        reading = Reading()
        items = reading.items(over_tcp(*messages, cut=cut))
        answers = [(item.client, item.name, item.addresses) for item in items if isinstance(item, Answer)]
        assert answers == [(CAMERA, "a.example.com", (CLOUD,)), (CAMERA, "b.example.com", (CLOUD,))]
        assert [flow.name for flow in flows(items) if flow.outcome is Outcome.NAME_ONLY] == ["a.example.com"]
        assert [(flow.protocol, flow.port) for flow in flows(items) if flow.peer] == [("tcp", 53)]
        assert not reading.tally.skipped


def test_what_cannot_be_read_over_tcp_is_counted() -> None:
    reading = Reading()
    reading.items(over_tcp(dns("a.example.com"), bytes(5), cut=3))
    assert reading.tally.skipped == {"DNS over TCP: an impossible length": 1}
    reading = Reading()
    began, *rest = over_tcp(dns("a.example.com"), dns("a.example.com", CLOUD), cut=5)
    reading.items([began, rest[0], *(frame[:-4] for frame in rest[1:])])
    assert reading.tally.skipped == {"DNS over TCP: a segment is not in the capture": 3}


def test_names_in_mdns_and_llmnr_are_no_lookups() -> None:
    for port in (5353, 5355, 137):
        items = Reading().items(
            [datagram(CAMERA, "224.0.0.251", (port, port), dns("camera.example.com")),
             datagram(RECORDER, CAMERA, (port, 50_000), dns("camera.example.com", CLOUD))]
        )  # fmt: skip
        assert not [item for item in items if isinstance(item, Answer)]
        assert not [flow for flow in flows(items) if flow.name]


EXPORTER, COLLECTOR = "10.1.0.1", "10.1.0.3"


def test_what_an_exporter_tells_in_a_capture() -> None:
    reading = Reading()
    sent = [ipfix(a_set(256, basic())), ipfix(template()), *([ipfix(a_set(256, basic(ports=(41_000, 443))))] * 9)]
    items = reading.items([datagram(EXPORTER, COLLECTOR, (50_000, 2055), one) for one in sent])
    assert [(flow.peer, flow.record) for flow in flows(items)] == [(CLOUD, 1), (CLOUD, 3)]
    assert not reading.packets.dull
    assert reading.tally.skipped == {}


def test_an_exporter_that_is_a_device_itself() -> None:
    reading = Reading()
    frames = [
        datagram(CAMERA, COLLECTOR, (50_000, 9995), v5([v5_record(ports=(number, 443))])) for number in range(1, 100)
    ]
    found = flows(reading.items(frames))
    assert len([flow for flow in found if flow.peer == CLOUD]) == 99
    assert [(flow.port, flow.connections) for flow in found if flow.peer == COLLECTOR] == [(9995, 1)]


def test_what_an_exporter_tells_is_of_another_kind_than_the_capture() -> None:
    reading = Reading()
    reading.tally.kind = "pcap"
    exported = datagram(EXPORTER, COLLECTOR, (50_000, 2055), v5([v5_record()]))
    kinds = set()
    for frame in (*visit(), exported):
        for _ in reading.packets.packet(1_795_000_000.0, frame, *LINKS[1](frame), 1):
            kinds.add(reading.tally.kind)
    for flow in reading.packets.finish():
        assert isinstance(flow, Flow)
        kinds.add(reading.tally.kind)
    assert kinds == {"pcap", "netflow"}
    assert reading.tally.kind == "pcap"


def test_a_datagram_that_only_begins_like_an_export_is_none() -> None:
    reading = Reading()
    almost = v5([v5_record()]) + b"more"
    (flow,) = flows(reading.items([datagram(CAMERA, CLOUD, (50_000, 2055), almost)]))
    assert (flow.port, flow.peer) == (2055, CLOUD)
