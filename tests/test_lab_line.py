"""Connections as awkward as those of real devices."""

import asyncio

import pytest
from lab_tools import ask, get, place, with_server

from camscan.lab import line
from camscan.lab.model import Awkward
from camscan.lab.serve import Server

QUESTION = get("/")


def page(awkward: Awkward) -> bytes:
    where = place("wiki", awkward=awkward)
    return with_server([where], lambda _: ask(where, 80, QUESTION))


def test_garbage_may_come_first() -> None:
    answer = page(Awkward(tcp_garbage_first=True))
    assert answer.startswith(line.GARBAGE + b"HTTP/1.1 200 OK")


def test_an_answer_may_be_cut() -> None:
    assert len(page(Awkward(tcp_truncate=100))) == 100


def test_a_cut_goes_over_several_answers() -> None:
    where = place("wiki", awkward=Awkward(tcp_truncate=3000))
    answer = with_server([where], lambda _: ask(where, 80, get("/", connection="keep-alive") * 9))
    assert len(answer) == 3000


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were asked for; none is made."""
    asked: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        asked.append(seconds)
        await real(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return asked


def test_bytes_may_drip(slept: list[float]) -> None:
    answer = page(Awkward(tcp_drip=2.0))
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert slept.count(2.0) == len(answer)


def test_an_answer_may_be_late(slept: list[float]) -> None:
    assert page(Awkward(tcp_late=30)).startswith(b"HTTP/1.1 200 OK")
    assert 30 in slept


def test_a_device_may_be_mute() -> None:
    where = place("wiki", awkward=Awkward(tcp_mute=True))

    async def body(server: Server) -> dict[str, int]:
        reader, writer = await asyncio.open_connection(str(where.ip), where.port(80))
        writer.write(QUESTION)
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
        return dict(server.hosts[0].state.asked)

    assert with_server([where], body) == {"bytes": 1}


def test_who_says_nothing_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "IDLE", 0.01)
    where = place("wiki")
    assert with_server([where], lambda _: ask(where, 80, b"")) == b""


def test_the_endless_body_ends_for_the_laboratory_s_sake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "ENDLESS_SECONDS", 0.05)
    assert len(page(Awkward(endless_body=True))) > 2000
