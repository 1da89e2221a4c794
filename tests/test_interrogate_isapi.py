import pytest
from answers import answers, wire

from camscan.errors import NotThisProtocolError, ParseError
from camscan.evidence import Outcome, outcome_of
from camscan.interrogate import isapi

ROWS = {row["model"] + str(at): wire(row) for at, row in enumerate(answers("http"))}
REAL = next(raw for name, raw in ROWS.items() if name.startswith("ERI-K104-P4"))
SHORT_BODY = next(raw for raw in ROWS.values() if raw.startswith(b"<?xml"))
DEVICE_INFO = answers("isapi-deviceInfo")


def read(raw: bytes) -> dict[str, str]:
    return {item.name: item.value for item in isapi.parse(raw)}


def test_a_real_refusal() -> None:
    found = isapi.parse(REAL)
    assert outcome_of(found) is Outcome.AUTH_REQUIRED
    shown = read(REAL)
    assert set(shown) == {"isapi.status", "isapi.realm", "isapi.challenge", "isapi.body"}
    assert shown["isapi.challenge"].startswith(
        'Digest realm="fe12f37bdXXXXXbccbbd35f1", domain="::", qop="auth", nonce='
    )
    assert shown["isapi.realm"] == "fe12f37bdXXXXXbccbbd35f1"
    assert "<userCheck> <statusValue>401</statusValue>" in shown["isapi.body"]


def test_a_challenge_whose_head_was_cut_is_not_as_sent() -> None:
    cut = REAL[: REAL.index(b"stale=")]
    assert "isapi.challenge" not in read(cut)


def test_the_short_body_without_a_namespace() -> None:
    shown = read(b"HTTP/1.1 401 Unauthorized\r\n\r\n" + SHORT_BODY)
    assert set(shown) == {"isapi.status", "isapi.body"}


def test_the_namespace_is_kept() -> None:
    body = b'<ResponseStatus version="2.0" xmlns="http://www.std-cgi.com/ver20/XMLSchema"><statusCode>4</statusCode>'
    shown = read(b"HTTP/1.1 403 Forbidden\r\n\r\n" + body + b"</ResponseStatus>")
    assert shown["isapi.namespace"] == "http://www.std-cgi.com/ver20/XMLSchema"


@pytest.mark.parametrize("row", DEVICE_INFO, ids=lambda row: row["model"])
def test_a_device_that_asks_for_no_login(row: dict[str, str]) -> None:
    shown = read(b"HTTP/1.1 200 OK\r\n\r\n" + row["raw"].encode())
    assert shown["isapi.status"] == "200"
    assert shown["isapi.body"].startswith("<?xml")
    if "xmlns=" in row["raw"]:
        assert shown["isapi.namespace"] in row["raw"]


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 404 Not Found\r\nServer: nginx\r\n\r\n<html>Hikvision is not here</html>",
        b"HTTP/1.1 200 OK\r\n\r\n<!DOCTYPE html><html><title>one page for every path</title></html>",
        b'HTTP/1.1 404 Not Found\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n',
        b"HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n",
        b'HTTP/1.1 200 OK\r\n\r\n<root xmlns="http://www.hikvision.com/ver20/XMLSchema"/>',
    ],
)
def test_another_makers_page_is_a_status_and_nothing_more(raw: bytes) -> None:
    assert set(read(raw)) == {"isapi.status"}


def test_what_is_no_answer() -> None:
    with pytest.raises(NotThisProtocolError):
        isapi.parse(b"RTSP/1.0 200 OK\r\n\r\n")
    with pytest.raises(ParseError):
        isapi.parse(b"Server: DNVRS-Webs\r\n\r\n")


def test_the_question_carries_no_credentials() -> None:
    (question,) = isapi.conversation("192.0.2.10", 443, "x", tls=True).questions
    assert question.probe == "isapi"
    assert question.send.startswith(b"GET /ISAPI/System/deviceInfo HTTP/1.1\r\nHost: 192.0.2.10\r\n")
    assert b"uthorization" not in question.send
