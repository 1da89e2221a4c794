"""One conversation over TCP: every way it can end is an outcome."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from device_server import Device, Talk, reply, says, tls_context
from gates import audited, gate_over

from camscan.audit import AuditLog
from camscan.errors import AuditError, NotThisProtocolError, ParseError
from camscan.evidence import Evidence, Observation, Outcome
from camscan.interrogate import tls as tls_probe
from camscan.interrogate.shape import Conversation, Question
from camscan.net import tcp
from camscan.net.gate import Gate, Step

ADDRESS = ip_address("127.0.0.1")
ASK = b"ASK\r\n\r\n"


def parse(raw: bytes) -> tuple[Evidence, ...]:
    if raw.startswith(b"other"):
        raise NotThisProtocolError("another protocol")
    if raw.startswith(b"bad"):
        raise ParseError("not what it should be")
    if raw.startswith(b"slip"):
        raise ZeroDivisionError
    return (Evidence("http.status", raw.decode().strip()),)


def ended(raw: bytes) -> bool:
    return raw.endswith(b"\n")


def question(
    probe: str = "one", send: bytes = ASK, complete: Callable[[bytes], bool] = ended, whole: bool = True
) -> Question:
    return Question(probe, send, complete, parse, lambda _raw: whole)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with gate_over(tmp_path) as made:
        yield made


def converse(
    gate: Gate, device: Device, *questions: Question, tls: bool = False, deadline: float = 10
) -> tuple[Observation, ...]:
    conversation = Conversation("talk", device.port, questions, tls)
    return asyncio.run(tcp.converse(gate, ip_address(device.host), conversation, deadline))


def outcomes(heard: tuple[Observation, ...]) -> list[str]:
    return [item.outcome.value for item in heard]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_answer(gate: Gate, host: str) -> None:
    with Device(says(b"200\n"), host=host) as device:
        (heard,) = converse(gate, device, question())
    assert heard.outcome is Outcome.OK
    assert [(item.name, item.value) for item in heard.evidence] == [
        ("port.open", f"tcp/{device.port}"),
        ("http.status", "200"),
    ]
    assert (heard.raw, heard.probe, heard.port, str(heard.ip)) == (b"200\n", "one", device.port, host)
    assert device.received == [ASK]
    assert audited(gate, "send")[0]["batch"] == [[host, device.port, "tcp", "talk", 1]]
    assert gate.counters.exact
    assert 4 <= gate.counters.segments <= 8


def test_the_same_address_in_another_spelling(gate: Gate) -> None:
    with Device(says(b"200\n")) as device:
        conversation = Conversation("talk", device.port, (question(),))
        (heard,) = asyncio.run(tcp.converse(gate, ip_address("::ffff:127.0.0.1"), conversation))
    assert (heard.outcome, heard.ip) == (Outcome.OK, ADDRESS)


def lines(*answers: bytes) -> Talk:
    """Answers one question after the other on one connection."""

    def talk(conn: socket.socket, request: bytes) -> None:
        for number, answer in enumerate(answers):
            if number:
                while ASK not in request:
                    request = conn.recv(100)
                    if not request:
                        return
            conn.sendall(answer)
            request = b""

    return talk


def test_questions_in_order_until_one_is_not_answered(gate: Gate) -> None:
    names = ("one", "two", "three", "four")
    with Device(lines(b"200\n", b"401\n", b"bad\n", b"200\n")) as device:
        heard = converse(gate, device, *map(question, names))
    assert [item.probe for item in heard] == ["one", "two", "three"]
    assert outcomes(heard) == ["ok", "auth-required", "malformed"]
    assert [len(item.values("port.open")) for item in heard] == [1, 0, 0]
    assert device.connections == 1


@pytest.mark.parametrize(
    ("answer", "outcome", "detail"),
    [
        (b"other\n", "not-this-protocol", "another protocol"),
        (b"bad\n", "malformed", "not what it should be"),
        (b"slip\n", "malformed", "camscan could not read this answer (ZeroDivisionError)"),
        (b"403\n", "auth-required", ""),
        (b"", "closed", "closed by the device without an answer"),
    ],
)
def test_answers_and_their_outcomes(gate: Gate, answer: bytes, outcome: str, detail: str) -> None:
    with Device(says(answer)) as device:
        (heard,) = converse(gate, device, question())
    assert (heard.outcome.value, heard.detail, heard.raw) == (outcome, detail, answer)
    assert heard.values("port.open")


def test_a_reset_is_closed_by_the_device(gate: Gate) -> None:
    def talk(conn: socket.socket, _request: bytes) -> None:
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    with Device(talk) as device:
        (heard,) = converse(gate, device, question())
    assert heard.outcome is Outcome.CLOSED
    assert heard.detail.startswith("closed by the device")


def test_a_knock_asks_nothing(gate: Gate) -> None:
    with Device(says(b"")) as device:
        (heard,) = converse(gate, device)
    assert heard.outcome is Outcome.OK
    assert heard.values("port.open") == (f"tcp/{device.port}",)
    assert device.heard == b""


def test_a_question_that_only_listens(gate: Gate) -> None:
    with Device(says(b""), banner=b"220\n") as device:
        (heard,) = converse(gate, device, question(send=b""))
    assert heard.values("http.status") == ("220",)


def waits(first: bytes) -> Talk:
    def talk(conn: socket.socket, _request: bytes) -> None:
        conn.sendall(first)
        conn.recv(1)

    return talk


def test_silence_ends_at_the_deadline(gate: Gate) -> None:
    with Device(waits(b"")) as device:
        (heard,) = converse(gate, device, question(), deadline=0.2)
    assert (heard.outcome, heard.detail) == (Outcome.TIMED_OUT, "no answer in time")


def test_an_answer_that_stops_is_kept_as_far_as_it_came(gate: Gate) -> None:
    with Device(waits(b"200")) as device:
        (heard,) = converse(gate, device, question(), deadline=0.2)
    assert (heard.outcome, heard.values("http.status")) == (Outcome.TRUNCATED, ("200",))
    assert heard.detail == "the answer did not end in time"


def test_the_deadline_is_for_the_whole_conversation(gate: Gate) -> None:
    pause = threading.Event()

    def drip(conn: socket.socket, _request: bytes) -> None:
        while not pause.wait(0.01):
            conn.sendall(b"2")

    with Device(drip) as device:
        heard = converse(gate, device, question(), question("two"), deadline=0.3)
    assert outcomes(heard) == ["truncated"]


def test_a_device_that_drips_does_not_set_our_pace(tmp_path: Path) -> None:
    def drip(conn: socket.socket, _request: bytes) -> None:
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            conn.sendall(b"2")

    with gate_over(tmp_path, limits="per_host = 20") as gate, Device(drip) as device:
        (heard,) = converse(gate, device, question(), deadline=1)
        assert gate.counters.segments < 200
    assert heard.outcome is Outcome.TRUNCATED


@pytest.mark.parametrize("whole", [True, False])
def test_an_end_of_the_connection_before_the_end_of_the_answer(gate: Gate, *, whole: bool) -> None:
    with Device(says(b"200")) as device:
        (heard,) = converse(gate, device, question(whole=whole))
    assert heard.outcome is (Outcome.OK if whole else Outcome.TRUNCATED)
    assert heard.values("http.status") == ("200",)


def test_an_endless_answer_is_cut_at_the_cap(gate: Gate) -> None:
    def flood(conn: socket.socket, _request: bytes) -> None:
        while True:
            conn.sendall(b"2" * 65_536)

    with Device(flood) as device:
        (heard,) = converse(gate, device, question())
    assert (heard.outcome, heard.detail) == (Outcome.TRUNCATED, "cut after 256 KiB")


def test_a_closed_port(gate: Gate) -> None:
    with Device(says(b"")) as device:
        pass
    (heard,) = converse(gate, device, question())
    assert (heard.outcome, heard.detail, heard.evidence) == (Outcome.REFUSED, "the port is closed", ())
    assert gate.counters.segments == 1


def test_no_answer_to_the_connection_request(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "CONNECT_SECONDS", 0.05)
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        conversation = Conversation("talk", listener.getsockname()[1], (question(),))
        (heard,) = asyncio.run(tcp.converse(gate, ADDRESS, conversation))
    assert heard.outcome is Outcome.TIMED_OUT


def test_outside_the_scope_nothing_is_sent(tmp_path: Path) -> None:
    with gate_over(tmp_path, "10.1.0.0/24") as gate, Device(says(b"200\n")) as device:
        (heard,) = converse(gate, device, question())
        assert heard.outcome is Outcome.OUT_OF_SCOPE
        assert device.connections == 0
        assert len(audited(gate, "refused")) == 1
        assert gate.counters.packets == 0


def test_without_a_record_nothing_is_sent(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AuditError("the disk is full")

    monkeypatch.setattr(AuditLog, "append", fail)
    with Device(says(b"200\n")) as device, pytest.raises(AuditError):
        converse(gate, device, question())
    assert device.connections == 0


def test_who_is_unwell_is_left_alone(gate: Gate) -> None:
    gate.worked(ADDRESS, 80, Step.ACCEPTED)
    gate.failed(ADDRESS, 80, Step.ACCEPTED)
    gate.failed(ADDRESS, 80, Step.ACCEPTED)
    with Device(says(b"200\n")) as device:
        (heard,) = converse(gate, device, question())
    assert (heard.outcome, device.connections) == (Outcome.CLOSED, 0)
    assert "left alone" in heard.detail


def test_a_port_that_answered_and_falls_silent_makes_its_host_unwell(gate: Gate) -> None:
    silent = False

    def talk(conn: socket.socket, _request: bytes) -> None:
        conn.recv(1) if silent else conn.sendall(b"200\n")

    with Device(talk) as device:
        converse(gate, device, question())
        silent = True
        for number in range(3):
            converse(gate, device, question(), deadline=0.1)
            assert gate.unwell(ADDRESS) is (number > 0)
    assert device.connections == 3  # the third time it was not asked any more


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_3])
def test_through_tls_the_certificate_is_an_answer_too(gate: Gate, tmp_path: Path, newest: ssl.TLSVersion) -> None:
    certificate = Question("tls", b"", ended, tls_probe.parse)
    with Device(says(b"200\n"), tls=tls_context(tmp_path, newest=newest)) as device:
        heard = converse(gate, device, certificate, question(), tls=True)
    assert outcomes(heard) == ["ok", "ok"]
    assert any("HIKVISION" in value for value in heard[0].values("tls.subject"))
    assert heard[1].values("http.status") == ("200",)


def test_a_port_without_tls(gate: Gate) -> None:
    with Device(says(b""), banner=reply("400 Bad Request")) as device:
        (heard,) = converse(gate, device, question(), tls=True)
    assert heard.outcome is Outcome.NOT_THIS_PROTOCOL
    assert heard.detail.startswith("no TLS here")
    assert heard.values("port.open")


def test_a_handshake_that_never_ends(gate: Gate) -> None:
    with Device(says(b"")) as device:
        (heard,) = converse(gate, device, question(), tls=True, deadline=0.2)
    assert (heard.outcome, heard.detail) == (Outcome.TIMED_OUT, "no TLS handshake in time")


def test_where_the_kernel_does_not_tell_the_count_is_about(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "segments_sent", lambda _sock: None)
    with Device(says(b"200\n")) as device:
        converse(gate, device, question())
    assert not gate.counters.exact
    assert 4 <= gate.counters.segments <= 8


def test_at_most_two_connections_to_a_host_at_once(gate: Gate) -> None:
    now, most, lock, both = 0, 0, threading.Lock(), threading.Barrier(2)

    def talk(conn: socket.socket, _request: bytes) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        both.wait(timeout=20)
        with lock:
            now -= 1
        conn.sendall(b"200\n")

    async def run() -> list[tuple[Observation, ...]]:
        conversation = Conversation("talk", device.port, (question(),))
        return list(await asyncio.gather(*(tcp.converse(gate, ADDRESS, conversation) for _ in range(6))))

    with Device(talk) as device:
        heard = asyncio.run(run())
    assert [outcomes(item) for item in heard] == [["ok"]] * 6
    assert most == 2
