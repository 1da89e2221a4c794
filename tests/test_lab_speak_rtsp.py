"""RTSP as devices do it."""

import pytest
from lab_tools import ask, place, with_server

from camscan.lab.place import Place
from camscan.lab.serve import Server


def question(method: str, cseq: int = 7, *headers: str) -> bytes:
    return "\r\n".join((f"{method} rtsp://camera/ RTSP/1.0", f"CSeq: {cseq}", *headers, "", "")).encode()


def conversation(where: Place, *questions: bytes) -> bytes:
    return with_server([where], lambda _: ask(where, 554, b"".join(questions) + b"bye\r\n\r\n"))


def test_options_and_describe_on_one_connection() -> None:
    where = place("hikvision-camera-2021")
    answer = conversation(where, question("OPTIONS", 1), question("DESCRIBE", 2))
    first, second, *_ = answer.split(b"\r\n\r\n")
    assert first.startswith(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE, ")
    assert second.startswith(b"RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\n")
    bare = where.device.mac.replace(":", "").encode()
    assert second.count(b'realm="' + bare + b'"') == 2
    assert b'", nonce="' in second


def test_the_look_alike_differs_by_a_space() -> None:
    where = place("uniview-camera")
    assert b'",nonce="' in conversation(where, question("DESCRIBE"))


def test_headers_are_spelled_as_the_device_spells_them() -> None:
    answer = conversation(place("vatilon-camera"), question("DESCRIBE"))
    assert b"\r\nCseq: 7\r\n" in answer
    assert b"\r\nWww-Authenticate: Digest" in answer


def test_the_serial_may_stand_in_the_realm() -> None:
    where = place("dahua-camera-2014")
    assert b'realm="Login to ' + where.device.serial.encode() in conversation(where, question("DESCRIBE"))


def test_other_methods_are_not_allowed() -> None:
    assert conversation(place("axis-camera"), question("SETUP")).startswith(b"RTSP/1.0 405 ")


def test_logins_are_noted() -> None:
    where = place("axis-camera")

    async def body(server: Server) -> list[str]:
        await ask(where, 554, question("DESCRIBE", 1, "Authorization: Basic YTpi") + b"bye\r\n\r\n")
        return server.hosts[0].state.unsafe

    assert with_server([where], body) == ["RTSP login"]


@pytest.mark.parametrize("rubbish", [b"GET / HTTP/1.1\r\n\r\n", b"\r\n\r\n", b"OPTIONS\r\n\r\n"])
def test_other_protocols_end_the_conversation(rubbish: bytes) -> None:
    where = place("axis-camera")
    assert with_server([where], lambda _: ask(where, 554, rubbish)) == b""
