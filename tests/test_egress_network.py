import struct

import pytest
from egress_makers import CAMERA, MAC, RECORDER, arp, ethernet, ip_packet, packed, udp
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.link import ARP, IPV4, IPV6, LINKS
from camscan.egress.network import Holder, holder_by_arp, holder_by_neighbour, packet_of

SIX, OTHER_SIX = "2001:db8::20", "2001:db8::5"
LINK = bytes.fromhex(MAC.replace(":", ""))


def neighbour(kind: int, option: int, *, hops: int = 255, target: str = SIX) -> bytes:
    body = bytes([kind, 0]) + bytes(6) + packed(target) + bytes([option, 1]) + LINK
    packet = bytearray(ip_packet(SIX, OTHER_SIX, 58, body))
    packet[7] = hops
    return bytes(packet)


@pytest.mark.parametrize(("one", "two", "kind"), [(CAMERA, RECORDER, IPV4), (SIX, OTHER_SIX, IPV6)])
def test_a_datagram_of_either_family(one: str, two: str, kind: int) -> None:
    body = udp(37020, 37020, b"payload")
    packet = packet_of(b"head" + ip_packet(one, two, 17, body), kind, 4)
    assert packet is not None
    assert (packet.source, packet.target, packet.protocol, packet.body) == (packed(one), packed(two), 17, body)
    assert (packet.offset, packet.more, packet.missing) == (0, False, 0)


def test_what_the_capture_cut_off_is_counted() -> None:
    whole = ip_packet(CAMERA, RECORDER, 17, udp(1, 2, bytes(100)))
    packet = packet_of(whole[:60], IPV4, 0)
    assert packet is not None
    assert (packet.missing, len(packet.body)) == (len(whole) - 60, 40)


def test_padding_of_the_frame_is_left_out() -> None:
    packet = packet_of(ip_packet(CAMERA, RECORDER, 17, udp(1, 2)) + bytes(18), IPV4, 0)
    assert packet is not None
    assert packet.body == udp(1, 2)


def test_fragments_say_where_they_belong() -> None:
    four = bytearray(ip_packet(CAMERA, RECORDER, 17, bytes(16)))
    four[4:8] = b"\x12\x34\x20\x02"
    packet = packet_of(bytes(four), IPV4, 0)
    assert packet is not None
    assert (packet.identifier, packet.offset, packet.more) == (0x1234, 16, True)
    six = packet_of(ip_packet(SIX, OTHER_SIX, 44, struct.pack(">BBHI", 17, 0, 16, 9) + bytes(8)), IPV6, 0)
    assert six is not None
    assert (six.identifier, six.offset, six.more, six.protocol) == (9, 16, False, 17)


def test_who_holds_an_address_by_arp() -> None:
    frame = arp(CAMERA, MAC)
    kind, start, _ = LINKS[1](frame)
    assert holder_by_arp(frame, kind, start) == Holder(packed(CAMERA), MAC, answers=True)
    probe = arp("0.0.0.0", MAC)
    assert holder_by_arp(probe, kind, start) is None
    with pytest.raises(ValueError, match="ARP"):
        holder_by_arp(frame[:25], ARP, 14)


def test_who_holds_an_address_by_neighbour_discovery() -> None:
    for kind, option, answers in ((136, 2, True), (135, 1, False)):
        packet = packet_of(neighbour(kind, option), IPV6, 0)
        assert packet is not None
        assert holder_by_neighbour(packet) == Holder(packed(SIX), MAC, answers)


def test_a_neighbour_beyond_a_router_proves_nothing() -> None:
    for raw in (neighbour(136, 2, hops=254), neighbour(136, 1), neighbour(128, 2), neighbour(136, 2)[:60]):
        packet = packet_of(raw, IPV6, 0)
        assert packet is not None
        assert holder_by_neighbour(packet) is None


@given(st.binary(max_size=120), st.sampled_from([IPV4, IPV6, ARP, 0]))
def test_any_bytes_are_read_or_refused(data: bytes, kind: int) -> None:
    for raw in (data, b"\x45" + data, b"\x60" + data, ethernet(data)):
        packet = packet_of(raw, kind, 0)
        if packet is not None:
            holder_by_neighbour(packet)
