import pytest

from camscan.errors import NotThisProtocolError, ParseError
from camscan.interrogate import hikvision_sdk

SEEN = ("000000100000000d0000000d00000000", "000000100000001e0000001e00000000")


@pytest.mark.parametrize("answer", SEEN)
def test_answers_that_were_seen(answer: str) -> None:
    (item,) = hikvision_sdk.parse(bytes.fromhex(answer))
    assert (item.name, item.value) == ("hikvision_sdk.header", answer)


def test_our_own_header_echoed_is_no_answer() -> None:
    with pytest.raises(NotThisProtocolError):
        hikvision_sdk.parse(hikvision_sdk.REQUEST)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-dropbear\r\n",
        bytes(16),
        bytes.fromhex("000000110000000d0000000d0000000000"),
        bytes.fromhex("000000100000000d0000000e00000000"),
        bytes.fromhex("000000100000000d0000000d00000001"),
        bytes.fromhex("000000100100000d0100000d00000000"),
        bytes.fromhex("000000100000000d0000000d00000000ff"),
        bytes.fromhex("100000000d0000000d00000000000000"),
    ],
)
def test_everything_else_is_another_protocol(raw: bytes) -> None:
    with pytest.raises(NotThisProtocolError):
        hikvision_sdk.parse(raw)


@pytest.mark.parametrize("length", range(1, 16))
def test_a_cut_answer(length: int) -> None:
    raw = bytes.fromhex(SEEN[0])[:length]
    assert not hikvision_sdk.complete(raw)
    with pytest.raises(ParseError) as caught:
        hikvision_sdk.parse(raw)
    assert not isinstance(caught.value, NotThisProtocolError)


def test_reading_stops_at_sixteen_bytes_or_at_once() -> None:
    assert hikvision_sdk.complete(bytes.fromhex(SEEN[0]))
    assert hikvision_sdk.complete(b"H")
    assert hikvision_sdk.complete(b"\x00\x01")
    assert not hikvision_sdk.complete(b"")


def test_the_conversation() -> None:
    conversation = hikvision_sdk.conversation()
    assert (conversation.port, conversation.tls) == (8000, False)
    assert [question.send.hex() for question in conversation.questions] == ["00000010" + "00" * 12]
