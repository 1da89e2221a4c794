"""Conversation parsers against bytes that no honest device sends: evidence or ParseError, never anything else."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
from answers import answers, wire
from certificates import certificate
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import ParseError
from camscan.evidence import FIELDS, VALUE_LIMIT, Evidence
from camscan.interrogate import der, favicon, hikvision_sdk, http, isapi, onvif, rtsp, tls

Parser = Callable[[bytes], tuple[Evidence, ...]]

PARSERS: dict[str, Parser] = {
    "http": partial(http.parse_page, path="/"),
    "isapi": isapi.parse,
    "favicon": favicon.parse,
    "rtsp": rtsp.parse,
    "sdp": rtsp.description_evidence,
    "tls": tls.parse,
    "onvif": partial(onvif.parse, host="192.168.1.123"),
    "hikvision_sdk": hikvision_sdk.parse,
}
JUDGES: dict[str, Callable[[bytes], bool]] = {
    "http.complete": http.complete,
    "http.whole": http.whole,
    "rtsp.complete": rtsp.complete,
    "rtsp.whole": rtsp.whole,
    "hikvision_sdk.complete": hikvision_sdk.complete,
}
"""What net asks about a buffer while it reads."""

EVERY_PARSER = pytest.mark.parametrize("parse", PARSERS.values(), ids=PARSERS)
EVERY_JUDGE = pytest.mark.parametrize("judge", JUDGES.values(), ids=JUDGES)

OK = b"HTTP/1.1 200 OK\r\n"
MEGABYTE = 1 << 20


def framed(content: bytes) -> bytes:
    return OK + b"Content-Type: application/soap+xml\r\nContent-Length: %d\r\n\r\n" % len(content) + content


def chunked(content: bytes, size: int) -> bytes:
    parts = (content[at : at + size] for at in range(0, len(content), size))
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def _samples() -> dict[str, list[bytes]]:
    pages = [wire(row) for row in answers("http")]
    page = b"<html><title>WEB SERVICE</title><link rel=icon href=/a.ico><meta http-equiv=refresh content='0;url=/b'>"
    pages += [
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(page, 20),
        OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(page, mtime=0),
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Server: a\r\n  folded\r\n\r\n" + page,
        "HTTP/1.1 200 OK\r\nServer: 浙江\r\n\r\n<title>网络摄像机</title>".encode("gb18030"),
        b"HTTP/1.1 302 Found\r\nLocation: http://192.168.1.64/doc/page/login.asp\r\nSet-Cookie: a=b\r\n\r\n",
    ]
    chain = (certificate("CN=192.168.20.92;C=CN", "O=ZheJiang Dahua Technology CO.,LTD."), certificate("CN=root"))
    messages = [wire(row) for row in answers() if row["protocol"].startswith("onvif-")]
    return {
        "http": pages,
        "isapi": [*pages, *(framed(wire(row)) for row in answers("isapi-deviceInfo")[:3])],
        "favicon": [framed(b"\x00\x00\x01\x00" + bytes(range(256)))],
        "rtsp": [
            *(wire(row) for row in answers("rtsp")),
            b"RTSP/1.0 200 OK\r\nContent-Length: 20\r\n\r\nv=0\r\ns=x\r\na=tool:y\r\n",
        ],
        "sdp": [wire(row) for row in answers("rtsp") if row["raw"].startswith("v=")],
        "tls": [tls.pack(chain, "TLSv1.2")],
        "onvif": [framed(message) for message in messages],
        "hikvision_sdk": [bytes.fromhex("000000100000000d0000000d00000000")],
    }


SAMPLES = _samples()
CASES = [(protocol, at) for protocol, raws in SAMPLES.items() for at in range(len(raws))]
EVERY_SAMPLE = pytest.mark.parametrize(("protocol", "at"), CASES)


def judged(parse: Parser, raw: bytes) -> tuple[Evidence, ...]:
    """Evidence within its bounds, or none where ParseError was raised. Any other exception fails the test."""
    try:
        found = parse(raw)
    except ParseError:
        return ()
    assert isinstance(found, tuple)
    assert len(found) <= 150
    assert all(item.name in FIELDS and len(item.value) <= VALUE_LIMIT for item in found)
    for item in found:
        item.value.encode("utf-8")
    return found


WHOLE_ONLY = {"http.body", "isapi.body", "http.header_names"}
"""Evidence that is told of an answer as far as it came."""

UNFRAMED = {"sdp"}
"""Parsed only once its frame has told that it is whole."""


@EVERY_SAMPLE
def test_cut_at_every_byte_it_tells_nothing_that_the_whole_does_not(protocol: str, at: int) -> None:
    raw, parse = SAMPLES[protocol][at], PARSERS[protocol]
    whole = {(item.name, item.value) for item in judged(parse, raw)}
    for length in range(len(raw)):
        cut = judged(parse, raw[:length])
        if protocol not in UNFRAMED and b"folded" not in raw:
            told = {(item.name, item.value) for item in cut if item.name not in WHOLE_ONLY}
            assert told <= whole, f"cut after {length} bytes"
        for judge in JUDGES.values():
            judge(raw[:length])


@EVERY_SAMPLE
def test_reading_never_stops_before_the_end_of_an_answer(protocol: str, at: int) -> None:
    raw = SAMPLES[protocol][at]
    complete = {"rtsp": rtsp.complete, "hikvision_sdk": hikvision_sdk.complete}.get(protocol, http.complete)
    if protocol in ("sdp", "tls") or not judged(PARSERS[protocol], raw):
        return
    head = raw.find(b"\r\n\r\n")
    assert not any(complete(raw[:length]) for length in range(min(len(raw), head if head >= 0 else len(raw))))


@EVERY_SAMPLE
def test_every_parser_on_every_answer(protocol: str, at: int) -> None:
    for parse in PARSERS.values():
        judged(parse, SAMPLES[protocol][at])


@EVERY_SAMPLE
@given(data=st.data())
def test_changed_bytes(protocol: str, at: int, data: st.DataObject) -> None:
    raw = bytearray(SAMPLES[protocol][at])
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    judged(PARSERS[protocol], bytes(raw))
    for judge in JUDGES.values():
        judge(bytes(raw))


@EVERY_PARSER
@given(raw=st.binary(max_size=2048))
def test_random_bytes(parse: Parser, raw: bytes) -> None:
    judged(parse, raw)


@EVERY_JUDGE
@given(raw=st.binary(max_size=2048))
def test_random_bytes_while_reading(judge: Callable[[bytes], bool], raw: bytes) -> None:
    for start in (b"", OK, b"HTTP/1.1 100 Continue\r\n\r\n", b"RTSP/1.0 200 OK\r\n"):
        assert judge(start + raw) in (True, False)


STARTS = (
    OK,
    OK + b"Transfer-Encoding: chunked\r\n\r\n",
    OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00",
    OK + b"\r\n<html><meta http-equiv=refresh content='0;url=",
    OK + b"\r\n<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body>",
    b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="',
    b"RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\n\r\nv=0\r\ns=",
    b"\x00\x00\x00\x07TLSv1.2\x00\x00\x00\x40\x30",
    b"\x00\x00\x00\x10",
)


@EVERY_PARSER
@given(raw=st.binary(max_size=512))
def test_random_bytes_after_a_plausible_start(parse: Parser, raw: bytes) -> None:
    for start in STARTS:
        judged(parse, start + raw)


@given(raw=st.binary(max_size=300), at=st.integers(0, 400), tail=st.booleans())
def test_certificates_with_foreign_bytes_in_them(raw: bytes, at: int, *, tail: bool) -> None:
    good = certificate("C=CN;O=HIKVISION;CN=www.hikvision.com")
    mixed = good[:at] + raw + (good[at + len(raw) :] if tail else b"")
    judged(tls.parse, tls.pack((mixed, mixed), "TLSv1"))
    with suppress(ParseError):
        der.basics(mixed)


LARGE = {
    "every byte": bytes(range(256)) * 800,
    "zeros": bytes(200_000),
    "line ends": b"\r\n" * 100_000,
    "one endless header": OK + b"A" * 200_000,
    "endless headers": OK + b"Server: a\r\n" * 20_000,
    "hundred challenges": b"HTTP/1.1 401 No\r\n" + b'WWW-Authenticate: A realm="a", realm="b"\r\n' * 100 + b"\r\n",
    "quotes": b"HTTP/1.1 401 No\r\nWWW-Authenticate: " + b'realm="' * 2_000 + b"\r\n\r\n",
    "backslashes": b'HTTP/1.1 401 No\r\nWWW-Authenticate: realm="' + b"\\" * 15_000 + b'"\r\n\r\n',
    "continue": b"HTTP/1.1 100 Continue\r\n\r\n" * 3_000 + OK + b"\r\n",
    "titles": OK + b"\r\n" + b"<title>" * 30_000,
    "titles without blanks": OK + b"\r\n<title>" + b" " * 200_000,
    "meta": OK + b"\r\n" + b"<meta " * 30_000,
    "refresh": OK + b"\r\n" + b"<meta http-equiv=refresh url=>" * 8_000,
    "script": OK + b"\r\n" + b"location=" * 900,
    "links": OK + b"\r\n" + b"<link rel=icon>" * 10_000,
    "small chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b"a" * 30_000, 1),
    "one lying chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nffffffff\r\n" + b"a" * 200_000,
    "deep XML": OK + b"\r\n" + b"<a>" * 60_000,
    "entities": OK + b"\r\n<!DOCTYPE a [" + b'<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">' * 99 + b"]><a>&b;</a>",
    "namespaces": framed(b"<Envelope " + b" ".join(b'xmlns:a%d="http://%d"' % (n, n) for n in range(5_000)) + b"/>"),
    "addresses": framed(
        b'<t:GetServicesResponse xmlns:t="http://www.onvif.org/x">' + b"<XAddr>http://a</XAddr>" * 9_000 + b"</a>"
    ),
    "description": b"RTSP/1.0 200 OK\r\nContent-Length: 200000\r\n\r\nv=0\r\n" + b"a=tool:a\r\n" * 20_000,
    "many certificates": tls.pack([b"\x30\x00"] * 30_000, "TLSv1"),
    "a long certificate": tls.pack([b"\x30\x84\xff\xff\xff\xff" + bytes(10_000_000)], "TLSv1"),
    "a name of many parts": tls.pack([b"\x30\x82\x80\x00" * 2 + b"\x31\x0b\x30\x09" * 4_000], "TLSv1"),
}


@EVERY_PARSER
@pytest.mark.parametrize("what", LARGE)
def test_large_answers_take_little_memory(parse: Parser, what: str) -> None:
    raw = LARGE[what]
    tracemalloc.start()
    try:
        judged(parse, raw)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 24 * MEGABYTE


@EVERY_JUDGE
@pytest.mark.parametrize("what", LARGE)
def test_large_answers_while_reading(judge: Callable[[bytes], bool], what: str) -> None:
    assert judge(LARGE[what]) in (True, False)


@pytest.mark.parametrize("what", ["one endless header", "endless headers", "continue"])
def test_reading_stops_at_a_head_without_end(what: str) -> None:
    assert http.complete(LARGE[what])
    with pytest.raises(ParseError):
        http.parse_page(LARGE[what])


@pytest.mark.parametrize("name", ["http", "isapi", "favicon", "onvif"])
def test_a_compressed_bomb_stays_small(name: str) -> None:
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(MEGABYTE)
    bomb = b"".join(packer.compress(zeros) for _ in range(400)) + packer.flush()
    tracemalloc.start()
    try:
        judged(PARSERS[name], OK + b"Content-Encoding: gzip\r\n\r\n" + bomb)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * MEGABYTE
