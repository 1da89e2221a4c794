"""Ports that say 16 bytes, or nothing."""

import asyncio

import pytest
from lab_tools import ask, place, with_server

from camscan.lab.serve import Server
from camscan.lab.speak import plain


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ((16).to_bytes(4, "big") + bytes(12), plain.HEADER_ERROR),
        (bytes(16), plain.HEADER_ERROR),
        (b"GET / HTTP/1.1\r\n\r\n", plain.FORMAT_ERROR),
    ],
)
def test_the_maker_s_port_answers_16_bytes(question: bytes, answer: bytes) -> None:
    where = place("hikvision-camera-2021")
    assert with_server([where], lambda _: ask(where, 8000, question)) == answer


def test_it_answers_silence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "PATIENCE", 0.01)
    where = place("hikvision-camera-2021")
    assert with_server([where], lambda _: ask(where, 8000, b"")) == plain.HEADER_ERROR


def test_a_silent_port_listens_and_notes_logins() -> None:
    where = place("dahua-camera-2020")

    async def body(server: Server) -> list[str]:
        reader, writer = await asyncio.open_connection(str(where.ip), 37777)
        writer.write(b"\xa0\x01\x00\x60")
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
        return server.hosts[0].state.unsafe

    assert with_server([where], body) == ["login on port 37777"]


def test_a_bare_knock_is_no_offence() -> None:
    where = place("dahua-camera-2020")

    async def body(server: Server) -> list[str]:
        reader, writer = await asyncio.open_connection(str(where.ip), 37777)
        writer.write_eof()
        await reader.read()
        writer.close()
        return server.hosts[0].state.unsafe

    assert with_server([where], body) == []
