import pytest
from egress_makers import START
from hypothesis import given
from hypothesis import strategies as st
from netflow_makers import a_set, basic, ipfix, template, v5, v5_record, v9

from camscan.egress.netflow.framing import NEED_MORE, NO_MESSAGE, extent, is_export, starts_stream

MESSAGES = [
    v5([v5_record()] * 3),
    v9(template(version=9), a_set(256, basic() * 2)),
    ipfix(template(), a_set(256, basic())),
]


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("following", MESSAGES)
def test_a_message_ends_where_the_next_begins(message: bytes, following: bytes) -> None:
    assert extent(message + following, 0, final=True) == len(message)
    assert extent(following + message, len(following), final=True) == len(message)
    assert starts_stream(message + following)
    assert starts_stream(message)


def test_whether_a_message_goes_on_may_not_be_clear_yet() -> None:
    message = MESSAGES[1]
    assert extent(message, 0, final=False) == NEED_MORE
    assert extent(message[:10], 0, final=False) == NEED_MORE
    assert extent(message[:10], 0, final=True) == NO_MESSAGE


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        bytes(100),
        v5([]),
        v5([v5_record()], at=0),
        v9(a_set(9_999, b"")[:2] + b"\x00\x01"),
        v9(b"\x00\x50\x00\x10" + bytes(12)),
        ipfix()[:2] + b"\x00\x03" + ipfix()[4:],
        b"\x00\x07" + v5([v5_record()])[2:],
        b"#fields\tts\n",
    ],
)
def test_what_is_no_message(damaged: bytes) -> None:
    assert not starts_stream(damaged)
    assert not is_export(damaged, len(damaged))


@pytest.mark.parametrize("message", MESSAGES)
def test_a_datagram_is_a_message_and_nothing_else(message: bytes) -> None:
    assert is_export(message, len(message))
    assert not is_export(message + b"more", len(message) + 4)
    # The capture kept only a part of it.
    assert is_export(message[:60], len(message))
    assert is_export(message[:-1], len(message))
    assert not is_export(message[:20], len(message))


def test_a_set_that_runs_past_the_datagram_is_no_export() -> None:
    message = bytearray(v9(a_set(256, basic())))
    message[22:24] = b"\xff\xff"
    assert not is_export(bytes(message), len(message))


@given(st.sampled_from(MESSAGES), st.binary(max_size=80), st.integers(0, 60), st.booleans())
def test_any_bytes_have_an_extent(message: bytes, junk: bytes, place: int, final: bool) -> None:
    data = message[:place] + junk + message[place:]
    assert extent(data, 0, final=final) >= NO_MESSAGE
    starts_stream(data)
    is_export(data, len(data))


def test_a_clock_that_was_never_set_is_no_message() -> None:
    assert not starts_stream(ipfix(template(), at=60))
    assert starts_stream(ipfix(template(), at=START))
