import base64
import gzip
import hashlib

import mmh3
import pytest

from camscan.errors import ParseError
from camscan.interrogate import favicon
from camscan.interrogate.head import Reply

HOST = "192.0.2.10"
ICON = b"\x00\x00\x01\x00\x01\x00" + bytes(range(256)) * 2
OK = b"HTTP/1.1 200 OK\r\n"


def read(raw: bytes) -> dict[str, str]:
    return {item.name: item.value for item in favicon.parse(raw)}


def test_both_hashes() -> None:
    assert read(OK + b"\r\n" + ICON) == {
        "http.favicon_mmh3": str(mmh3.hash(base64.encodebytes(ICON))),
        "http.favicon_md5": hashlib.md5(ICON, usedforsecurity=False).hexdigest(),
    }


def test_the_hash_is_over_base64_in_lines_of_76() -> None:
    plain = base64.b64encode(ICON).decode()
    lines = "".join(f"{plain[at : at + 76]}\n" for at in range(0, len(plain), 76))
    assert read(OK + b"\r\n" + ICON)["http.favicon_mmh3"] == str(mmh3.hash(lines))


def test_the_hash_is_over_the_stated_length() -> None:
    stated = b"Content-Length: %d\r\n\r\n" % len(ICON)
    assert read(OK + stated + ICON + b"trailing") == read(OK + b"\r\n" + ICON)


@pytest.mark.parametrize(
    "raw",
    [
        OK + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\n" + gzip.compress(ICON),
        OK + b"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n206\r\n" + ICON + b"\r\n0\r\n\r\n",
    ],
)
def test_an_encoded_icon_is_the_same_icon(raw: bytes) -> None:
    assert read(raw) == read(OK + b"\r\n" + ICON)


@pytest.mark.parametrize(
    "start", [b"\x89PNG\r\n", b"GIF89a", b"\xff\xd8\xff\xe0", b"BM", b"RIFF", b"<svg ", b"<?xml?><svg>"]
)
def test_images_of_all_kinds(start: bytes) -> None:
    assert set(read(OK + b"\r\n" + start)) == {"http.favicon_mmh3", "http.favicon_md5"}


@pytest.mark.parametrize(
    "raw",
    [
        OK + b"\r\n<!DOCTYPE html><html></html>",
        OK + b"\r\n",
        OK + b"\r\nnot found",
        OK + b"\r\n<?xml version='1.0'?><userCheck/>",
        b"HTTP/1.1 404 Not Found\r\n\r\n" + ICON,
        b"HTTP/1.1 302 Found\r\nLocation: /x.ico\r\n\r\n",
        OK + b"Content-Length: 9999\r\n\r\n" + ICON,
        OK + b"Content-Length: 5",
    ],
    ids=["page", "nothing", "text", "other XML", "404", "redirect", "cut", "cut head"],
)
def test_what_is_no_icon(raw: bytes) -> None:
    with pytest.raises(ParseError):
        favicon.parse(raw)


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("/img/a.ico", "/img/a.ico"),
        ("a.ico", "/web/a.ico"),
        ("http://192.0.2.10/b.ico", "/b.ico"),
        ("http://192.0.2.11/b.ico", favicon.DEFAULT_PATH),
        ("//cdn.example.net/b.ico", favicon.DEFAULT_PATH),
        ("data:image/png;base64,AAAA", favicon.DEFAULT_PATH),
        ("", favicon.DEFAULT_PATH),
    ],
)
def test_where_the_icon_lies(href: str, path: str) -> None:
    page = Reply(200, "OK", (), f'<link rel="icon" href="{href}">'.encode())
    assert favicon.path_of(page, HOST, 80, path="/web/index.html") == path


def test_the_question() -> None:
    (question,) = favicon.conversation(HOST, 81, "/a.ico", "x").questions
    assert question.probe == "http.favicon"
    assert question.send.startswith(b"GET /a.ico HTTP/1.1\r\nHost: 192.0.2.10:81\r\n")
