"""The web servers: pages word for word, logins, and bad manners."""

import base64

import mmh3
import pytest
from lab_tools import ask, get, place, with_server
from test_lab_speak_auth import h

from camscan.lab.model import Awkward
from camscan.lab.place import Place
from camscan.lab.serve import Server


def once(where: Place, question: bytes, port: int = 80) -> bytes:
    return with_server([where], lambda _: ask(where, port, question))


def header(answer: bytes, name: bytes) -> list[bytes]:
    lines = answer.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    return [line.partition(b":")[2].strip() for line in lines if line.partition(b":")[0] == name]


def test_a_page_comes_word_for_word() -> None:
    answer = once(place("hikvision-camera-2017"), get("/"))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\nDate: ")
    assert header(answer, b"Server") == [b"App-webs/"]
    assert header(answer, b"Content-Length") == [str(len(body)).encode()]
    assert b'window.location.href = "/doc/page/login.asp?_"' in body


def test_the_family_of_dahua_has_no_server_header() -> None:
    answer = once(place("dahua-camera-2020"), get("/"))
    assert header(answer, b"Server") == []
    assert header(answer, b"CONNECTION") == [b"close"]


def test_a_path_may_stand_for_all_that_begin_so() -> None:
    where = place("hikvision-camera-2017")
    assert b"loginController" in once(where, get("/doc/page/login.asp?_1700000000000"))


def test_other_paths_get_what_the_device_says_to_them() -> None:
    assert once(place("hikvision-camera-2017"), get("/nothing")).startswith(b"HTTP/1.1 404 Not Found")
    assert once(place("axis-camera"), get("/nothing")).startswith(b"HTTP/1.1 401 Unauthorized")


def test_the_icon_has_the_published_hash() -> None:
    body = once(place("dahua-camera-2020"), get("/favicon.ico")).partition(b"\r\n\r\n")[2]
    assert mmh3.hash(base64.encodebytes(body)) == -1466785234


def test_isapi_asks_for_a_login_and_opens_to_it() -> None:
    where = place("hikvision-camera-2021")
    credentials = where.device.credentials
    uri = "/ISAPI/System/deviceInfo"

    async def body(server: Server) -> tuple[bytes, bytes]:
        closed = await ask(where, 80, get(uri))
        challenge = header(closed, b"WWW-Authenticate")[0].decode()
        realm, nonce = (challenge.partition(f'{name}="')[2].partition('"')[0] for name in ("realm", "nonce"))
        first = h(f"{credentials.user}:{realm}:{credentials.password}")
        response = h(f"{first}:{nonce}:00000001:ab:auth:{h(f'GET:{uri}')}")
        sent = (
            f'Authorization: Digest username="{credentials.user}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
            f'response="{response}", qop=auth, nc=00000001, cnonce="ab"'
        )
        opened = await ask(where, 80, get(uri, sent))
        assert server.hosts[0].state.logins == 1
        return closed, opened

    closed, opened = with_server([where], body)
    assert closed.startswith(b"HTTP/1.1 401 Unauthorized")
    assert b"<userCheck" in closed
    assert opened.startswith(b"HTTP/1.1 200 OK")
    assert where.device.serial.encode() in opened


def test_a_connection_is_kept_for_the_next_question() -> None:
    where = place("hikvision-camera-2017")
    answer = once(where, get("/", connection="keep-alive") + get("/favicon.ico") + get("/"))
    assert answer.count(b"HTTP/1.1 ") == 2, "the second question asked to close"


def test_soap_goes_to_the_device_service() -> None:
    where = place("dahua-camera-2020")
    soap = (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
        b'<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
    )
    question = b"POST /onvif/device_service HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(soap), soap)
    assert b"<tt:UTCDateTime>" in once(where, question)


def test_head_has_no_body() -> None:
    answer = once(place("wiki"), get("/").replace(b"GET", b"HEAD"))
    assert answer.endswith(b"\r\n\r\n")


def test_what_changes_things_is_noted() -> None:
    where = place("hikvision-camera-2017")

    async def body(server: Server) -> list[str]:
        await ask(where, 80, b"PUT /SDK/webLanguage HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
        return server.hosts[0].state.unsafe

    assert with_server([where], body) == ["HTTP PUT /SDK/webLanguage"]


def test_a_body_may_be_longer_than_promised() -> None:
    answer = once(place("dahua-camera-2014", awkward=Awkward(longer_body=True)), get("/"))
    promised = int(header(answer, b"CONTENT-LENGTH")[0])
    assert len(answer.partition(b"\r\n\r\n")[2]) > promised


def test_a_body_may_never_end() -> None:
    where = place("wiki", awkward=Awkward(endless_body=True))
    answer = with_server([where], lambda _: ask(where, 80, get("/"), limit=200_000))
    assert len(answer) >= 200_000


@pytest.mark.parametrize(
    "question",
    [
        b"hello\r\n\r\n",
        b"GET / RTSP/1.0\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: " + b"x" * 100_000,
    ],
)
def test_rubbish_ends_the_conversation(question: bytes) -> None:
    assert once(place("wiki"), question) == b""


def test_tls_is_spoken_where_the_device_has_it() -> None:
    where = place("dahua-camera-2020")
    answer = with_server([where], lambda _: ask(where, 443, get("/"), tls=True))
    assert b"WEB SERVICE" in answer
