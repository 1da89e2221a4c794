import struct
from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, RECORDER, datagram, ethernet, ip_packet, pcap, read, segment, udp, visit
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress import source as source_module
from camscan.egress.flow import Flow
from camscan.egress.readers.pcap import CUT_OFF, LYING, PCAP
from camscan.egress.source import InputError


def flows(content: bytes, folder: Path) -> list[Flow]:
    return [item for item in read(PCAP, content, folder)[0] if isinstance(item, Flow)]


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders_are_read(order: str, tmp_path: Path) -> None:
    (flow,) = flows(pcap(visit(), order=order), tmp_path)
    assert (flow.peer, flow.last - flow.first) == (CLOUD, 3)


def test_nanoseconds_are_read(tmp_path: Path) -> None:
    content = bytearray(pcap(visit()[:1]))
    content[0:4] = b"\x4d\x3c\xb2\xa1"
    content[28:32] = struct.pack("<I", 500_000_000)
    (flow,) = flows(bytes(content), tmp_path)
    assert flow.first % 1 == 0.5


def test_another_link_type_fails_loudly(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="link type 127"):
        read(PCAP, pcap(visit(), 127), tmp_path)


def test_the_last_packet_may_be_cut_anywhere(tmp_path: Path) -> None:
    whole = pcap(visit())
    boundaries = {24 + sum(16 + len(frame) for frame in visit()[:count]) for count in range(5)}
    for end in range(24, len(whole) + 1):
        _, tally = read(PCAP, whole[:end], tmp_path)
        assert tally.skipped == ({} if end in boundaries else {CUT_OFF: 1})
        assert tally.records == sum(end >= boundary for boundary in boundaries) - 1


def test_a_length_that_lies_ends_the_reading_and_keeps_what_was_read(tmp_path: Path) -> None:
    content = pcap(visit()) + struct.pack("<IIII", 1, 0, 0xFFFFFFF0, 9) + bytes(200)
    items, tally = read(PCAP, content, tmp_path)
    assert (len(items), tally.records, tally.skipped) == (1, 4, {LYING: 1})


def test_packets_that_span_two_chunks_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [frame for number in range(50) for frame in visit(own=40_000 + number, payload=bytes(number * 20))]
    whole = flows(pcap(frames), tmp_path)
    monkeypatch.setattr(source_module, "HEAD", 100)
    for chunk in (97, 1_000):
        monkeypatch.setattr(source_module, "CHUNK", chunk)
        assert flows(pcap(frames), tmp_path) == whole


def test_a_long_local_stream_is_passed_over_but_counted_and_its_end_is_seen(tmp_path: Path) -> None:
    stream = [datagram(CAMERA, RECORDER, (20_000, 30_000), bytes(400))] * 3_000
    tagged = [ethernet(ip_packet(CAMERA, RECORDER, 17, udp(1, 2, bytes(400))), tags=[(0x8100, 5)])] * 3_000
    items, tally = read(PCAP, pcap([*stream, *tagged, *visit()], step=0.01), tmp_path)
    assert tally.records == 6_004
    by_peer = {item.peer: item for item in items if isinstance(item, Flow) and item.port != 2}
    assert 27 < by_peer[RECORDER].last - by_peer[RECORDER].first < 30
    assert CLOUD in by_peer


def test_an_attempt_within_a_stream_of_the_same_addresses_is_not_passed_over(tmp_path: Path) -> None:
    stream = [datagram(CAMERA, CLOUD, (20_000, 30_000), bytes(400))] * 600
    (flow, other) = flows(pcap([*stream, segment(CAMERA, CLOUD, (1, 443), 2)]), tmp_path)
    assert {flow.port, other.port} == {30_000, 443}
    assert flow.bytes_out == 600 * 428


@given(st.binary(max_size=300))
def test_any_bytes_after_the_header_are_survived(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    read(PCAP, pcap([]) + data, tmp_path_factory.mktemp("pcap"))
