"""One blocking connection: its clock, its cap, its record."""

import http.client
import io
import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.net.wire import Wire, answers


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        near = socket.create_connection(listener.getsockname())
        far, _ = listener.accept()
        with near, far:
            yield near, far


def test_the_clock_ends_a_wait_for_ever(pair: tuple[socket.socket, socket.socket]) -> None:
    near, _far = pair
    wire = Wire(0.05, 100)
    wire.hold(near)
    assert near.recv(1) == b""
    assert wire.late
    assert wire.cut() == "the answer did not end within 0.05 seconds"
    wire.release()


def test_the_clock_ends_a_wait_even_where_another_object_took_the_socket_over(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    near, _far = pair
    wire = Wire(0.05, 100)
    wire.hold(near)
    with socket.socket(fileno=near.detach()) as taken:
        assert taken.recv(1) == b""
    wire.release()


def test_a_released_wire_does_not_ring(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    wire = Wire(10, 100)
    wire.hold(near)
    assert wire.held
    sent = wire.release()
    assert sent is None or sent >= 1
    wire._ring()  # a clock that was just about to ring
    assert not wire.late
    far.sendall(b"still there")
    assert near.recv(100) == b"still there"
    assert wire.release() is None


def test_shut_ends_it_from_another_thread(pair: tuple[socket.socket, socket.socket]) -> None:
    near, _far = pair
    wire = Wire(10, 100)
    wire.shut()  # nothing is held yet: nothing happens
    wire.hold(near)
    thread = threading.Thread(target=wire.shut)
    thread.start()
    assert near.recv(1) == b""
    thread.join()
    assert not wire.late
    wire.release()


@given(st.binary(max_size=300), st.integers(1, 200), st.integers(1, 64))
def test_keeps_every_byte_up_to_the_cap(content: bytes, cap: int, step: int) -> None:
    wire, source = Wire(10, cap), io.BytesIO(content)
    got = b""
    while True:
        buffer = memoryview(bytearray(step))
        count = wire.read_from(source, buffer)  # type: ignore[arg-type] # BytesIO reads like a raw stream
        if not count:
            break
        got += bytes(buffer[:count])
    assert got == bytes(wire.heard) == content[:cap]
    assert wire.ended
    assert bool(wire.cut()) is (len(content) >= cap)


def answer(pair: tuple[socket.socket, socket.socket], raw: bytes) -> http.client.HTTPResponse:
    near, far = pair
    far.sendall(raw)
    far.close()
    response = answers(Wire(10, 1000))(near, method="GET")
    response.begin()
    return response


def test_reads_an_answer_and_a_head_that_broke_off_is_none(pair: tuple[socket.socket, socket.socket]) -> None:
    with answer(pair, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi") as response:
        assert response.read() == b"hi"


@pytest.mark.parametrize("raw", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nA: b", b"HTTP/1.1 200 OK\r\nA: b\r\n"])
def test_a_head_that_broke_off_is_no_answer(pair: tuple[socket.socket, socket.socket], raw: bytes) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        answer(pair, raw)
