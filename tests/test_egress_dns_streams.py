import random
from itertools import pairwise

import pytest
from egress_makers import CLOUD, dns
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.connections import ACK, FIN, RST, SYN
from camscan.egress.dns_streams import AHEAD, HELD, LOST, NO_LENGTH, STREAMS, DnsStreams

FIRST, SECOND = dns("a.example.com"), dns("dev.hik-connect.com", CLOUD)
WHOLE = len(FIRST).to_bytes(2, "big") + FIRST + len(SECOND).to_bytes(2, "big") + SECOND


class Reading:
    """One direction of a connection that begins with sequence number ``start``."""

    def __init__(self, start: int = 1_000, *, syn: bool = True) -> None:
        self.streams = DnsStreams()
        self.start = start + 1
        if syn:
            assert self.take(-1, b"", SYN) == []

    def take(self, at: int, content: bytes, flags: int = ACK, *, cut: bool = False) -> list[bytes]:
        number = (self.start + at) % (1 << 32)
        return list(self.streams.segment("a", number, flags, content, cut=cut))


@pytest.mark.parametrize("start", [0, 1_000, (1 << 32) - 20, (1 << 32) - 1])
def test_messages_are_found_wherever_segments_end(start: int) -> None:
    for end in range(1, len(WHOLE)):
        reading = Reading(start)
        found = reading.take(0, WHOLE[:end]) + reading.take(end, WHOLE[end:])
        assert found == [FIRST, SECOND]


def test_several_messages_in_one_segment_and_single_bytes() -> None:
    assert Reading().take(0, WHOLE) == [FIRST, SECOND]
    reading = Reading()
    assert [one for at in range(len(WHOLE)) for one in reading.take(at, WHOLE[at : at + 1])] == [FIRST, SECOND]


def test_data_on_the_first_segment_counts() -> None:
    assert Reading(syn=False).take(-1, WHOLE, SYN) == [FIRST, SECOND]


@given(st.randoms(use_true_random=False), st.integers(0, (1 << 32) - 1))
def test_order_and_repetition_do_not_matter(chance: random.Random, start: int) -> None:
    stream = WHOLE * 3
    cuts = sorted({0, len(stream), *(chance.randrange(len(stream)) for _ in range(12))})
    pieces = [(one, stream[one:two]) for one, two in pairwise(cuts)]
    # Sent again, from a little earlier on.
    pieces += [(max(at - 5, 0), stream[max(at - 5, 0) : at + len(piece)]) for at, piece in pieces[::3]]
    chance.shuffle(pieces)
    reading = Reading(start)
    assert [one for at, piece in pieces for one in reading.take(at, piece)] == [FIRST, SECOND] * 3
    assert not reading.streams.lost
    assert reading.streams._held == 0


def test_without_its_beginning_only_whole_segments_are_read() -> None:
    reading = Reading(syn=False)
    assert reading.take(500, WHOLE[3:]) == []
    assert reading.take(700, WHOLE) == [FIRST, SECOND]
    # From there on the starts are known.
    assert reading.take(700 + len(WHOLE), WHOLE[:9]) == []
    assert reading.take(709 + len(WHOLE), WHOLE[9:]) == [FIRST, SECOND]


def test_a_loss_is_told_and_the_next_whole_segment_is_read() -> None:
    reading = Reading()
    assert reading.take(AHEAD + 1, WHOLE) == []
    assert reading.streams.lost == [LOST]
    assert reading.take(AHEAD + 1 + len(WHOLE), WHOLE) == [FIRST, SECOND]
    reading = Reading()
    assert reading.take(0, WHOLE[:40], cut=True) == [FIRST]
    assert reading.streams.lost == [LOST]
    assert reading.take(len(WHOLE), WHOLE[5:]) == []


@pytest.mark.parametrize("size", [0, 1, 11])
def test_an_impossible_length_ends_the_reading_of_a_connection(size: int) -> None:
    reading = Reading()
    assert reading.take(0, size.to_bytes(2, "big") + WHOLE) == []
    assert reading.streams.lost == [NO_LENGTH]
    assert reading.take(-1, WHOLE, SYN) == [FIRST, SECOND]


def test_the_end_of_a_connection_frees_it() -> None:
    for flag in (FIN, RST):
        reading = Reading()
        assert reading.take(0, WHOLE[:-1]) == [FIRST]
        reading.take(len(WHOLE) - 1, WHOLE[-1:], flag)
        assert not reading.streams._streams
        assert reading.streams._held == 0


def test_what_waits_is_bounded() -> None:
    streams = DnsStreams()
    for number in range(STREAMS * 2):
        assert not list(streams.segment(number, 7, SYN, b"", cut=False))
        assert not list(streams.segment(number, 8, ACK, b"\xff\xff" + bytes(30_000), cut=False))
        assert not list(streams.segment(number, 60_000, ACK, bytes(20_000), cut=False))
    assert len(streams._streams) <= STREAMS
    assert streams._held <= HELD
    assert streams._held == sum(one.held for one in streams._streams.values())


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 80_000), st.integers(0, 31), st.binary(max_size=60), st.booleans())
    )
)
def test_any_segments_are_survived(segments: list[tuple[int, int, int, bytes, bool]]) -> None:
    streams = DnsStreams()
    for key, number, flags, content, cut in segments:
        for message in streams.segment(key, number, flags, content, cut=cut):
            assert 12 <= len(message) <= 65_535
    assert streams._held == sum(one.held for one in streams._streams.values())
