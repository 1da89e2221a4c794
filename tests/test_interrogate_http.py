import gzip

import pytest
from answers import answers, wire

from camscan import __version__
from camscan.errors import NotThisProtocolError, ParseError
from camscan.evidence import Outcome, outcome_of
from camscan.interrogate import http

OK = b"HTTP/1.1 200 OK\r\n"


def real(model: str) -> bytes:
    return next(wire(row) for row in answers("http") if row["model"] == model)


def read(raw: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in http.parse_page(raw):
        found.setdefault(item.name, []).append(item.value)
    return found


def test_the_request_says_who_asks_and_nothing_else() -> None:
    assert http.request("192.0.2.10:81", "/a?b", contact="ict@example.gov.uk") == (
        b"GET /a?b HTTP/1.1\r\n"
        b"Host: 192.0.2.10:81\r\n"
        b"User-Agent: camscan/" + __version__.encode() + b" (authorised audit; contact ict@example.gov.uk)\r\n"
        b"Accept: */*\r\n"
        b"Accept-Encoding: identity\r\n"
        b"Connection: close\r\n"
        b"\r\n"
    )


def test_a_request_with_content() -> None:
    send = http.request("192.0.2.10", "/", contact="x", method="POST", content=b"<a/>", content_type="a/b")
    assert send.startswith(b"POST / HTTP/1.1\r\n")
    assert send.endswith(b"Content-Type: a/b\r\nContent-Length: 4\r\n\r\n<a/>")


def test_a_contact_cannot_add_a_header() -> None:
    send = http.request("192.0.2.10", "/", contact="me\r\nAuthorization: x)\u00e9\\")
    assert send.count(b"\r\n") == 7
    assert b"contact meAuthorization: x)\r\n" in send


@pytest.mark.parametrize(
    ("host", "path"),
    [("192.0.2.10", "x"), ("192.0.2.10", "/a b"), ("192.0.2.10", "/a\r\nX: y"), ("", "/"), ("a b", "/")],
)
def test_what_would_not_be_one_request_is_refused(host: str, path: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        http.request(host, path, contact="x")


def test_a_hikvision_recorder() -> None:
    found = read(real("ERI-K104-P4"))
    assert found["http.status"] == ["401"]
    assert found["http.server"] == ["DNVRS-Webs"]
    assert found["http.realm"] == ["fe12f37bdXXXXXbccbbd35f1"]
    assert found["http.nonce"] == ["300b7e88f3d69ebfXXXXXf3e2f04218a:1685XXXXX4756"]
    assert found["http.challenge"][0].startswith('Digest realm="fe12f37bd')
    assert found["http.header"] == [
        "server: DNVRS-Webs",
        "cache-control: no-cache",
        'content-type: application/xml; charset="UTF-8"',
        "connection: keep-alive",
    ]
    assert found["http.header_names"] == [
        "Date,Server,Cache-Control,Content-Length,Content-Type,Connection,Keep-Alive,WWW-Authenticate"
    ]
    assert "<statusValue>401</statusValue> <statusString>Unauthorized</statusString>" in found["http.body"][0]


def test_a_fragment_without_a_status_line() -> None:
    found = read(real("OEM DVR c.2015"))
    assert "http.status" not in found
    assert "http.header_names" not in found
    assert found["http.server"] == ["DNVRS-Webs"]
    assert found["http.realm"] == ["DVRNVRDVS"]


def test_old_dahua_firmware() -> None:
    found = read(real("IPC-HFW4300S-V2"))
    assert found == {
        "http.status": ["401"],
        "http.header_names": ["WWW-Authenticate"],
        "http.realm": ["Device_CGI"],
        "http.challenge": ['Basic realm="Device_CGI"'],
    }


def test_a_xiongmai_page() -> None:
    found = read(real("Besder 6024PB-XMA501"))
    assert found["http.title"] == ["NETSurveillance WEB"]
    assert "http.server" not in found
    assert found["http.header_names"] == ["Content-type,Expires"]


@pytest.mark.parametrize("model", ["Q6315-LE", "SNC-RZ25N", "308B"])
def test_a_body_alone_is_no_answer(model: str) -> None:
    with pytest.raises(ParseError):
        http.parse_page(real(model))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(b"200 OK", Outcome.OK), (b"401 No", Outcome.AUTH_REQUIRED), (b"403 No", Outcome.AUTH_REQUIRED)],
)
def test_a_refusal_is_evidence_too(status: bytes, outcome: Outcome) -> None:
    assert outcome_of(http.parse_page(b"HTTP/1.1 " + status + b"\r\n\r\n")) is outcome


def test_the_path_that_was_asked_stands_in_the_evidence() -> None:
    assert read(OK + b"\r\n") == {"http.status": ["200"]}
    assert [item.value for item in http.parse_page(OK + b"\r\n", path="/x") if item.name == "http.path"] == ["/x"]


@pytest.mark.parametrize(
    ("raw", "location"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://192.168.1.64/doc/page/login.asp\r\n\r\n", "/doc/page/login.asp"),
        (OK + b"\r\n<script>window.location.href='/doc/page/login.asp'</script>", "/doc/page/login.asp"),
        (OK + b"\r\n<meta http-equiv=refresh content='0;url=http://10.0.0.9/index.html'>", "/index.html"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://a:b@10.0.0.9/?token=secret\r\n\r\n", "/?token=[removed]"),
    ],
)
def test_where_it_sends_the_browser(raw: bytes, location: str) -> None:
    assert read(raw)["http.location"] == [location]


def test_secrets_of_others_are_not_evidence() -> None:
    raw = (
        OK + b"Set-Cookie: WebSession=abcdef; path=/\r\nAuthorization: Basic YWRtaW46\r\nX-Frame-Options: DENY\r\n\r\n"
    )
    found = read(raw)["http.header"]
    assert not any("abcdef" in line or "YWRtaW46" in line for line in found)
    assert found[0].startswith("set-cookie: WebSession=")
    assert found[-1] == "x-frame-options: DENY"


def test_noise_is_no_evidence() -> None:
    raw = (
        OK + b"Date: x\r\nETag: y\r\nLast-Modified: z\r\nContent-Length: 0\r\nExpires: 0\r\nP3P: CP=CAO PSA OUR\r\n\r\n"
    )
    assert read(raw)["http.header"] == ["p3p: CP=CAO PSA OUR"]


def test_a_flood_of_headers_is_not_a_flood_of_evidence() -> None:
    raw = OK + b"".join(b"A%d: b\r\n" % number for number in range(100)) + b"\r\n"
    assert len(read(raw)["http.header"]) == 50


def test_a_binary_body_is_no_text() -> None:
    assert "http.body" not in read(OK + b"\r\n\x89PNG\x00\x01")


@pytest.mark.parametrize(
    ("raw", "content", "whole"),
    [
        (OK + b"Content-Length: 3\r\n\r\nabcdef", b"abcdef", True),
        (OK + b"Content-Length: 9\r\n\r\nabc", b"abc", False),
        (OK + b"Content-Length: x\r\n\r\nabc", b"abc", True),
        (OK + b"Content-Length: \xb2\r\n\r\nabc", b"abc", True),
        (OK + b"\r\nabc", b"abc", True),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", b"abc", True),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", b"abc", False),
        (OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"abc"), b"abc", True),
        (OK + b"Server: x\r\n", b"", False),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", b"", True),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + OK + b"\r\nabc", b"abc", True),
    ],
)
def test_bodies(raw: bytes, content: bytes, *, whole: bool) -> None:
    reply = http.read(raw)
    assert (reply.body, reply.whole) == (content, whole)
    assert http.whole(raw) is whole


def test_what_is_not_http_is_not_whole() -> None:
    assert not http.whole(b"SSH-2.0-x\r\n")


@pytest.mark.parametrize("raw", [b"RTSP/1.0 200 OK\r\n\r\n", b"ICY 200 OK\r\n\r\n"])
def test_other_protocols_are_told_apart(raw: bytes) -> None:
    with pytest.raises(NotThisProtocolError):
        http.parse_page(raw)


@pytest.mark.parametrize(
    ("buffer", "done"),
    [
        (b"", False),
        (b"HTTP/1.1 2", False),
        (OK + b"Server: x\r\n", False),
        (OK + b"\r\n<html>", False),
        (OK + b"Content-Length: 3\r\n\r\nab", False),
        (OK + b"Content-Length: 3\r\n\r\nabc", True),
        (OK + b"Content-Length: 3\r\n\r\nabcdef", True),
        (OK + b"Content-Length: 3\r\nConnection: close\r\n\r\nabc", False),
        (OK + b"Content-Length: 0\r\n\r\n", True),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", False),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", True),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", True),
        (OK + b"Content-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n", True),
        (OK + b"Content-Type: video/mp4\r\n\r\n", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", True),
        (b"HTTP/1.1 101 Switching\r\n\r\n", True),
        (b"HTTP/1.1 100 Continue\r\n\r\n", False),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2", False),
        (b"HTTP/1.1 100 Continue\r\n\r\nRTSP/1.0 200", True),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 20, True),
        (b"HTTP/1.1 xyz\r\n\r\n", True),
        (b"A: b\r\n" * 10_000, True),
        (b"RTSP/1.0 400 Bad Request\r\n", True),
        (b"\x15\x03\x01\x00\x02\x02\x0a", True),
        (b"<html>" * 10, False),
        (b"<html>" * 10_000, True),
    ],
)
def test_when_an_answer_is_complete(buffer: bytes, *, done: bool) -> None:
    assert http.complete(buffer) is done


def test_a_conversation() -> None:
    page = http.conversation("192.0.2.10", 8080, "x")
    assert (page.name, page.port, page.tls) == ("http", 8080, False)
    assert [question.probe for question in page.questions] == ["http"]
    assert b"\r\nHost: 192.0.2.10:8080\r\n" in page.questions[0].send
    led = http.conversation("2001:db8::1", 443, "x", path="/login", tls=True)
    assert led.name == "https.redirect"
    assert led.questions[0].send.startswith(b"GET /login HTTP/1.1\r\nHost: [2001:db8::1]\r\n")
    assert ("http.path", "/login") in {(e.name, e.value) for e in led.questions[0].parse(OK + b"\r\n")}
