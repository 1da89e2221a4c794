from hypothesis import given
from hypothesis import strategies as st
from listen_makers import ASKER, CAMERA, fragments

from camscan.egress.link import LINKS
from camscan.egress.network import Packet, packet_of
from camscan.listen.fragments import WAITING, Fragments

PAYLOAD = bytes(range(256)) * 8


def packets(payload: bytes = PAYLOAD, size: int = 512) -> list[Packet]:
    frames = fragments(CAMERA, ASKER, (3702, 50_000), payload, size)
    found = [packet_of(frame, *LINKS[1](frame)[:2]) for frame in frames]
    return [packet for packet in found if packet is not None]


def test_a_datagram_is_put_together() -> None:
    first, *rest = packets()
    waiting = Fragments()
    waiting.begin(first)
    bodies = [waiting.add(packet) for packet in rest]
    assert bodies[:-1] == [None] * (len(rest) - 1)
    assert bodies[-1] is not None
    assert bodies[-1][8:] == PAYLOAD


def test_the_order_of_the_others_does_not_matter() -> None:
    first, *rest = packets()
    rest.reverse()
    waiting = Fragments()
    waiting.begin(first)
    whole = [body for packet in rest if (body := waiting.add(packet)) is not None]
    assert [body[8:] for body in whole] == [PAYLOAD]


def test_what_did_not_begin_here_is_left_alone() -> None:
    assert Fragments().add(packets()[1]) is None


def test_fragments_that_overlap_end_it() -> None:
    first, second, *rest = packets()
    waiting = Fragments()
    waiting.begin(first)
    waiting.add(second)
    waiting.add(second._replace(body=b"x" * len(second.body)))
    assert [waiting.add(packet) for packet in rest] == [None] * len(rest)


def test_a_fragment_that_the_capture_cut_ends_it() -> None:
    first, *rest = packets()
    waiting = Fragments()
    waiting.begin(first)
    waiting.add(rest[0]._replace(missing=1))
    assert [waiting.add(packet) for packet in rest[1:]] == [None] * len(rest[1:])


def test_unfinished_ones_are_bounded() -> None:
    first, last = packets(bytes(600))
    waiting = Fragments()
    for number in range(WAITING + 1):
        waiting.begin(first._replace(identifier=number))
    assert waiting.add(last._replace(identifier=0)) is None
    assert waiting.add(last._replace(identifier=WAITING)) is not None


@given(st.lists(st.tuples(st.integers(0, 70_000), st.binary(max_size=40), st.booleans()), max_size=12))
def test_any_fragments_are_survived(parts: list[tuple[int, bytes, bool]]) -> None:
    first = packets()[0]
    waiting = Fragments()
    waiting.begin(first)
    for offset, body, more in parts:
        whole = waiting.add(first._replace(offset=max(offset, 8), body=body, more=more))
        assert whole is None or len(whole) <= 65_535
