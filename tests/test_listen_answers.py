"""What is taken from an answer that was meant for somebody else, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from listen_makers import PLAIN, page
from test_listen_flight import FLIGHT, hello, records

from camscan.evidence import Evidence
from camscan.listen.answers import Said, Speech, complete, is_hidden, is_private, is_request, read, speech_of

DESCRIPTION = (
    b'<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>'
    b"<manufacturer>D-Link</manufacturer><modelName>DCS-935L</modelName></device></root>"
)
RTSP = (
    b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nServer: Rtsp Server/3.0\r\nContent-Base: rtsp://admin:hunter2@10.1.0.20/\r\n"
    b"Content-Type: application/sdp\r\nContent-Length: 43\r\n\r\nv=0\r\ns=Media Presentation\r\na=tool:LIVE555\r\n"
)


def only(speech: Speech, raw: bytes, *, private: bool = False) -> Said:
    (said,) = read(speech, raw, private=private)
    return said


def values(said: Said, name: str) -> list[str]:
    return [item.value for item in said.evidence if item.name == name]


def document(content: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


def test_what_begins_an_answer() -> None:
    assert speech_of(page()) is Speech.HTTP
    assert speech_of(RTSP) is Speech.RTSP
    assert speech_of(FLIGHT) is Speech.TLS
    assert speech_of(PLAIN) is None
    assert speech_of(b"") is None


def test_what_begins_a_question() -> None:
    assert is_request(PLAIN)
    assert is_request(b"DESCRIBE rtsp://10.1.0.20/ RTSP/1.0\r\n")
    assert not is_request(page())
    assert not is_request(b"$\0\0\4")
    assert not is_private(PLAIN)
    assert is_private(b"SETUP rtsp://10.1.0.20/ RTSP/1.0\r\n\r\n")


def test_a_page_gives_its_head_and_its_title() -> None:
    said = only(Speech.HTTP, page("Web Service", "Set-Cookie: session=hunter2", "X-Owner: Mrs Smith", body="Mrs Smith"))
    assert said.probe == "http"
    assert values(said, "http.title") == ["Web Service"]
    assert values(said, "http.server") == ["App-webs/"]
    assert values(said, "http.header_names") == ["Server,Content-Type,Content-Length,Set-Cookie,X-Owner"]
    assert said.raw == (
        b"HTTP/1.1 200\r\nServer: App-webs/\r\nContent-Type: text/html\r\nContent-Length: [removed]\r\n"
        b"Set-Cookie: [removed]\r\nX-Owner: [removed]\r\n\r\n"
    )
    assert "Smith" not in repr(said.evidence)


def test_a_private_page_gives_no_title() -> None:
    said = only(Speech.HTTP, page("Mrs Smith's cameras"), private=True)
    assert not values(said, "http.title")
    assert values(said, "http.server") == ["App-webs/"]


def test_a_challenge_is_kept() -> None:
    refused = page("401", 'WWW-Authenticate: Digest realm="Login to 4K0", nonce="1"', status="401 Unauthorized")
    said = only(Speech.HTTP, refused, private=True)
    assert (values(said, "http.status"), values(said, "http.realm")) == (["401"], ["Login to 4K0"])


def test_a_target_is_kept_without_its_query() -> None:
    moved = page("Moved", "Location: http://10.1.0.20/doc/page/login.asp?user=smith#top", status="302 Found")
    assert values(only(Speech.HTTP, moved), "http.location") == ["/doc/page/login.asp"]


def test_a_devices_own_description_is_read() -> None:
    http, described = read(Speech.HTTP, document(DESCRIPTION), private=False)
    assert (http.probe, described.probe) == ("http", "ssdp.description")
    assert Evidence("ssdp.model", "DCS-935L") in described.evidence
    assert len(read(Speech.HTTP, document(DESCRIPTION), private=True)) == 1
    assert len(read(Speech.HTTP, document(b"<users><user>smith</user></users>"), private=False)) == 1


def test_rtsp_gives_server_and_format() -> None:
    said = only(Speech.RTSP, RTSP, private=True)
    assert values(said, "rtsp.server") == ["Rtsp Server/3.0"]
    assert values(said, "rtsp.sdp_tool") == ["LIVE555"]
    assert b"hunter2" not in said.raw


def test_certificates_are_read() -> None:
    said = only(Speech.TLS, FLIGHT)
    assert values(said, "tls.subject") == ["O=DAHUA,CN=192.168.1.108"]
    assert values(said, "tls.version") == ["TLSv1.2"]
    assert is_hidden(records(hello(selected=b"\x03\x04")))
    assert read(Speech.TLS, records(hello()), private=False) == ()


def test_no_more_is_waited_for_than_is_wanted() -> None:
    picture = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 90000\r\n\r\n"
    assert complete(Speech.HTTP, picture, private=False)
    assert not complete(Speech.HTTP, page()[:-1], private=False)
    assert complete(Speech.HTTP, page()[:-30], private=True)
    assert not complete(Speech.HTTP, page()[:20], private=True)
    assert complete(Speech.HTTP, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + bytes(20_000), private=False)
    assert complete(Speech.HTTP, b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 4000, private=False)
    assert not complete(Speech.RTSP, RTSP[:-1], private=True)
    assert complete(Speech.RTSP, RTSP, private=True)
    assert complete(Speech.TLS, FLIGHT, private=True)


@pytest.mark.parametrize(("speech", "raw"), [(Speech.HTTP, page()), (Speech.RTSP, RTSP), (Speech.TLS, FLIGHT)])
def test_every_truncation_is_survived(speech: Speech, raw: bytes) -> None:
    for end in range(len(raw)):
        for private in (True, False):
            complete(speech, raw[:end], private=private)
            read(speech, raw[:end], private=private)


@given(st.sampled_from(Speech), st.binary(max_size=200), st.booleans())
def test_any_bytes_are_survived(speech: Speech, data: bytes, private: bool) -> None:
    for raw in (data, b"HTTP/1.1 200 OK\r\n" + data, b"RTSP/1.0 200 OK\r\n" + data, b"\x16\x03\x03\x01\0\2" + data):
        speech_of(raw)
        is_request(raw)
        complete(speech, raw, private=private)
        read(speech, raw, private=private)
