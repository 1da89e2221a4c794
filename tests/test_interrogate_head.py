import pytest

from camscan.errors import NotThisProtocolError, ParseError
from camscan.interrogate.head import HEAD_LIMIT, LINE_LIMIT, find_end, may_start, read_head

PLAIN = b'HTTP/1.1 401 Unauthorized\r\nServer: App-webs/\r\nWWW-Authenticate: Digest realm="x"\r\n\r\nbody'


def test_a_plain_head() -> None:
    reply = read_head(PLAIN, "HTTP")
    assert (reply.status, reply.reason, reply.body) == (401, "Unauthorized", b"body")
    assert reply.headers == (("Server", "App-webs/"), ("WWW-Authenticate", 'Digest realm="x"'))
    assert reply.whole_head
    assert reply.whole


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN.replace(b"\r\n", b"\n"),
        b"\r\n\r\n" + PLAIN,
        PLAIN.replace(b"Server:", b"Server :"),
        PLAIN.replace(b"Server: ", b"Server:"),
        PLAIN.replace(b"App-webs/", b"  App-webs/ \t"),
        PLAIN.replace(b"HTTP/1.1 401 ", b"http/1.0  401  "),
        PLAIN.replace(b"\r\nWWW", b"\r\nno colon here\r\nbad name: x\r\n: y\r\nWWW"),
    ],
    ids=[
        "bare line feeds",
        "empty lines first",
        "space before colon",
        "no space",
        "spaces",
        "spaced line",
        "junk lines",
    ],
)
def test_what_cameras_do_to_a_head(raw: bytes) -> None:
    reply = read_head(raw, "HTTP")
    assert reply.status == 401
    assert reply.value("server") == "App-webs/"
    assert reply.value("www-authenticate") == 'Digest realm="x"'
    assert reply.body == b"body"


def test_a_folded_header_is_one_value() -> None:
    raw = b"HTTP/1.1 200 OK\r\nServer: first\r\n  second\r\n\tthird\r\nA: b\r\n\r\n"
    assert read_head(raw, "HTTP").headers == (("Server", "first second third"), ("A", "b"))


def test_a_status_line_without_a_reason() -> None:
    assert read_head(b"HTTP/1.1 200\r\n\r\n", "HTTP").reason == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(b"\xd5\xe3\xbd\xad", "浙江"), ("浙江".encode(), "浙江"), (b"caf\xe9", "café"), (b"a\x00b", "a\x00b")],
)
def test_values_are_text_in_any_encoding(value: bytes, text: str) -> None:
    assert read_head(b"HTTP/1.1 200 OK\r\nServer: " + value + b"\r\n\r\n", "HTTP").value("server") == text


def test_values_of_a_repeated_header() -> None:
    reply = read_head(b"RTSP/1.0 401 No\r\nWww-Authenticate: Digest\r\nWWW-AUTHENTICATE: Basic\r\n\r\n", "RTSP")
    assert reply.values("www-authenticate") == ("Digest", "Basic")
    assert reply.values("server") == ()
    assert reply.value("server") == ""


def test_headers_without_a_status_line_are_read() -> None:
    reply = read_head(b'Server: DNVRS-Webs\r\nWWW-Authenticate: Digest realm="DVRNVRDVS"', "HTTP")
    assert reply.status == 0
    assert reply.headers == (("Server", "DNVRS-Webs"), ("WWW-Authenticate", 'Digest realm="DVRNVRDVS"'))
    assert not reply.whole_head


@pytest.mark.parametrize(
    ("last", "kept"),
    [
        (b"Server: DNVRS-We", False),
        (b'WWW-Authenticate: Digest realm="IP Camera(', False),
        (b'WWW-Authenticate: Digest realm="', False),
        (b'WWW-Authenticate: Digest realm="x"', True),
        (b"Server: DNVRS-Webs\n", True),
    ],
)
def test_the_last_line_of_a_cut_head_counts_only_if_its_value_is_over(last: bytes, *, kept: bool) -> None:
    reply = read_head(b"HTTP/1.1 401 Unauthorized\r\nA: b\r\n" + last, "HTTP")
    assert len(reply.headers) == (2 if kept else 1)
    assert not reply.whole_head
    assert not reply.whole


@pytest.mark.parametrize(
    "raw",
    [
        b"RTSP/1.0 400 Bad Request\r\n\r\n",
        b"ICY 200 OK\r\nicy-name: radio\r\n\r\n",
        b"SIP/2.0 400 Bad Request\r\n\r\n",
        b"SSH-2.0-dropbear_2019.78\r\n",
        b"220 AXIS P1204 Network Camera 5.50.4 (2014) ready.\r\n",
        b"\x15\x03\x01\x00\x02\x02\x0a",
        bytes.fromhex("000000100000000d0000000d00000000"),
        b"Warning: this is a private system\r\n\r\n",
        b'var ModelName="SNC-RZ25N"\n',
    ],
)
def test_another_protocol_is_named_as_such(raw: bytes) -> None:
    with pytest.raises(NotThisProtocolError, match="does not start as HTTP does"):
        read_head(raw, "HTTP")


def test_rtsp_does_not_take_http() -> None:
    with pytest.raises(NotThisProtocolError):
        read_head(PLAIN, "RTSP")
    with pytest.raises(NotThisProtocolError):
        read_head(b"<html></html>", "RTSP")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"<html><title>x</title></html>",
        b'{"error": 1}',
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 \xb2\xb2\xb2 OK\r\n\r\n",
        b"HTTP/1.1 40",
        b"HT",
        b"HTTP/1.1 200 OK",
        b"Server: App",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * (LINE_LIMIT + 1) + b"\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: " + b"b" * HEAD_LIMIT + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A" * (HEAD_LIMIT + 1),
    ],
)
def test_a_broken_answer_is_malformed_not_another_protocol(raw: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        read_head(raw, "HTTP")
    assert not isinstance(caught.value, NotThisProtocolError)


def test_a_hundred_headers_are_read() -> None:
    raw = b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * LINE_LIMIT + b"\r\n"
    assert len(read_head(raw, "HTTP").headers) == LINE_LIMIT


def test_the_end_of_the_head() -> None:
    assert find_end(b"a\r\n\r\nb") == (2, 5)
    assert find_end(b"a\n\nb\r\n\r\n") == (1, 3)
    assert find_end(b"a\r\nb") is None
    assert find_end(b"a" * HEAD_LIMIT + b"\r\n\r\n") is None


@pytest.mark.parametrize(
    ("start", "may"),
    [
        (b"", True),
        (b"H", True),
        (b"HTTP/1.1 200 OK\r\nServer: a", True),
        (b"\r\nhttp/1.0 2", True),
        (b"<!DOC", True),
        (b"Server: x", True),
        (b"Serv", True),
        (b"RTSP/1.0 400", False),
        (b"220 ready\r\n", False),
        (b"SSH-2.0-dropbear\r\n", False),
        (b"\x15\x03\x01", False),
        (b"\x00\x00\x00\x10", False),
        (b"A" * 64, False),
    ],
)
def test_what_may_still_become_an_answer(start: bytes, *, may: bool) -> None:
    assert may_start(start, "HTTP") is may
