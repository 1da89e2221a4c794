"""Which side of a TCP conversation says what, and whether both were heard."""

import pytest
from egress_makers import packed
from hypothesis import given
from hypothesis import strategies as st
from listen_makers import ACK, ASKER, CAMERA, FIN, PLAIN, PUSH, RST, SYN, Talk, page, segment

from camscan.egress.link import LINKS
from camscan.egress.network import packet_of
from camscan.listen import streams as module
from camscan.listen.answers import Speech
from camscan.listen.streams import PATIENCE, Spoken, Streams

DESCRIBE = b"DESCRIBE rtsp://10.1.0.20/ RTSP/1.0\r\nCSeq: 2\r\n\r\n"
REFUSED = b'RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Digest realm="IP Camera(J2914)"\r\n\r\n'


class Following:
    def __init__(self) -> None:
        self.told: list[Spoken] = []
        self.streams = Streams(self.told.append)
        self.dull: list[bool] = []

    def __call__(self, *frames: bytes) -> "Following":
        for number, frame in enumerate(frames):
            kind, start, mac = LINKS[1](frame)
            packet = packet_of(frame, kind, start)
            assert packet is not None
            self.dull.append(self.streams.segment(float(number), packet, mac, number + 1))
        return self

    def over(self) -> list[Spoken]:
        self.streams.finish()
        return self.told


def spoken(*frames: bytes) -> list[Spoken]:
    """The answers that were read."""
    return [one for one in Following()(*frames).over() if one.speech]


def test_an_answer_with_both_sides_heard() -> None:
    talk = Talk().opened().asks(PLAIN).answers(page())
    (one,) = spoken(*talk.frames)
    assert (one.sender, one.port, one.speech) == (packed(CAMERA), 80, Speech.HTTP)
    assert (one.proven, one.private, one.whole, one.raw) == (True, False, True, page())
    assert (one.at, one.record) == (4.0, 5)


def test_an_answer_in_several_segments() -> None:
    long = page(body="x" * 5000)
    (one,) = spoken(*Talk().opened().asks(PLAIN).answers(long).frames)
    assert one.raw == long


def test_both_ends_took_part() -> None:
    found = Following()(*Talk(port=8000).opened().asks(b"\0").answers(b"\1").frames).over()
    assert {(one.sender, one.port, one.proven) for one in found} == {
        (packed(CAMERA), 8000, True),
        (packed(ASKER), 0, True),
    }


def test_a_port_that_refuses_took_no_part() -> None:
    talk = Talk().send(flags=SYN, client=True).send(flags=RST | ACK, client=False)
    assert Following()(*talk.frames).over() == []


@pytest.mark.parametrize("client", [True, False])
def test_one_side_alone_is_not_proven(client: bool) -> None:
    address = bytes(packed(ASKER if client else CAMERA))
    own = [frame for frame in Talk().opened().asks(PLAIN).answers(page()).frames if frame[26:30] == address]
    assert not any(one.proven for one in Following()(*own).over())
    assert [one.private for one in spoken(*own)] == ([] if client else [True])


def test_numbers_that_do_not_fit_prove_nothing() -> None:
    """Who forges both sides without seeing any must guess 32 bits."""
    frames = [
        segment(ASKER, CAMERA, (50_000, 80), (1000, 0), SYN),
        segment(CAMERA, ASKER, (80, 50_000), (5000, 999), SYN | ACK),
        segment(ASKER, CAMERA, (50_000, 80), (1001, 999_999), ACK | PUSH, PLAIN),
        segment(CAMERA, ASKER, (80, 50_000), (5001, 77), ACK | PUSH, page()),
    ]
    assert not any(one.proven for one in Following()(*frames).over())


def test_a_recording_that_begins_in_the_middle() -> None:
    talk = Talk(port=554).opened()
    before = len(talk.frames)
    talk.asks(DESCRIBE).answers(REFUSED)
    (one,) = spoken(*talk.frames[before:])
    assert (one.speech, one.proven, one.raw) == (Speech.RTSP, True, REFUSED)


def test_what_comes_twice_counts_once() -> None:
    frames = Talk().opened().asks(PLAIN).answers(page(body="x" * 5000)).frames
    twice = [frame for one in frames for frame in (one, one)]
    assert [one.raw for one in spoken(*twice)] == [page(body="x" * 5000)]


def test_a_hole_ends_the_answer() -> None:
    talk = Talk().opened().asks(PLAIN)
    talk.send(page(body="x" * 5000)[:1000], client=False).send(b"lost", client=False, heard=False)
    talk.send(b"more", client=False)
    (one,) = spoken(*talk.frames)
    assert (one.whole, len(one.raw)) == (False, 1000)


def test_one_that_asks_with_credentials_is_private() -> None:
    for question in (
        b"GET / HTTP/1.1\r\nAuthorization: Basic YWRtaW46aHVudGVyMg==\r\n\r\n",
        b"GET / HTTP/1.1\r\nCookie: session=1\r\n\r\n",
        b"GET /?user=admin&pwd=hunter2 HTTP/1.1\r\n\r\n",
        b"POST /login HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nAccept: a line that goes on in the next segment",
    ):
        (one,) = spoken(*Talk().opened().asks(question).answers(page()).frames)
        assert one.private


def test_what_follows_a_login_stays_private() -> None:
    login = b"GET / HTTP/1.1\r\nAuthorization: Basic YWRtaW46aHVudGVyMg==\r\n\r\n"
    talk = Talk().opened().asks(PLAIN).answers(page(status="401 Unauthorized")).asks(login).answers(page("Mrs Smith"))
    assert [one.private for one in spoken(*talk.frames)] == [False, True]


def test_answers_of_one_connection_are_few() -> None:
    talk = Talk(port=554).opened()
    for _ in range(20):
        talk.asks(DESCRIBE).answers(REFUSED)
    assert len(spoken(*talk.frames)) == module.ANSWERS[Speech.RTSP]


def test_a_stream_is_passed_over_after_a_while() -> None:
    talk = Talk(port=554).opened().asks(DESCRIBE).answers(REFUSED)
    for _ in range(PATIENCE + 3):
        talk.send(b"$\0\0\4abcd", client=False)
    following = Following()(*talk.frames)
    assert following.dull[-1]
    assert not any(following.dull[: PATIENCE // 2])


def test_one_side_of_a_stream_is_passed_over_too() -> None:
    talk = Talk(port=554)
    for _ in range(5 * PATIENCE):
        talk.send(b"$\0\0\4abcd", client=False)
    assert Following()(*talk.frames).dull[-1]


def test_ports_that_are_used_again_are_another_connection() -> None:
    first = Talk().opened().asks(PLAIN).answers(page("one")).frames
    again = Talk()
    again._next = {True: 10, False: 20}
    second = again.opened().asks(PLAIN).answers(page("two")).frames
    assert [b"two" in one.raw for one in spoken(*first, *second)] == [False, True]


def test_an_unfinished_answer_is_told_at_the_end() -> None:
    talk = Talk().opened().asks(PLAIN)
    talk.send(page(body="x" * 5000)[:900], client=False)
    for ended in (talk.frames, [*talk.frames, segment(CAMERA, ASKER, (80, 50_000), (1, 1), RST)]):
        (one,) = spoken(*ended)
        assert (one.whole, len(one.raw)) == (False, 900)


def test_a_closed_connection_is_forgotten() -> None:
    following = Following()(*Talk().opened().asks(PLAIN).answers(page()).frames)
    closing = Talk().opened().asks(PLAIN).answers(page()).closed().frames
    assert len(following.streams._connections) == 1
    assert len(Following()(*closing[:-1]).streams._connections) == 0


def test_what_is_followed_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STREAMS", 50)
    monkeypatch.setattr(module, "BUFFERED", 20_000)
    following = Following()
    for number in range(400):
        begun = Talk(own=1000 + number).opened().asks(PLAIN)
        begun.send(page(body="x" * 5000)[:1000], client=False)
        following(*begun.frames)
        assert len(following.streams._connections) <= 50
        assert following.streams._held <= 20_000
    assert following.streams.let_go > 300
    assert len([one for one in following.over() if one.speech]) == 400
    assert following.streams._held == 0


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 2**32 - 1), st.integers(0, 255), st.binary(max_size=60)), max_size=30
    )
)
def test_any_segments_are_survived(parts: list[tuple[bool, int, int, bytes]]) -> None:
    following = Following()
    for client, number, flags, payload in parts:
        ends = (ASKER, CAMERA, (50_000, 80)) if client else (CAMERA, ASKER, (80, 50_000))
        following(segment(*ends, (number, number ^ 0xFFFF), flags, b"HTTP/1.1 " + payload))
    following.over()
    assert following.streams._held == 0


def test_a_header_length_that_lies_is_survived() -> None:
    frame = bytearray(Talk().opened().asks(PLAIN).frames[-1])
    for length in range(16):
        frame[14 + 20 + 12] = length << 4
        Following()(bytes(frame)).over()


def test_the_end_of_a_connection_counts_as_a_number() -> None:
    talk = Talk().opened().asks(PLAIN).send(page(), ACK | PUSH | FIN, client=False)
    assert [one.proven for one in spoken(*talk.frames)] == [True]
