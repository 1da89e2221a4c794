"""Questions over HTTP with a login: what ends a visit, what counts as a refusal, and what is never kept."""

import logging
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from device_server import Device, DigestDoor, Talk, reply, says, tls_context
from gates import gate_over
from visits import CANARY, login, visit_device

from camscan.errors import NotThisProtocolError
from camscan.evidence import Evidence, Outcome
from camscan.net.gate import Gate
from camscan.owner.visit import Reading, Visit
from camscan.owner.web import Page, read


def parse(body: bytes) -> tuple[Evidence, ...]:
    if not body.startswith(b"model="):
        raise NotThisProtocolError("no model")
    return (Evidence("owner.model", body.removeprefix(b"model=").decode()),)


PAGES = (Page("first", "/first", parse), Page("second", "/second", parse))
CHALLENGE = reply("401 Unauthorized", b"", 'WWW-Authenticate: Digest realm="a", nonce="b", qop="auth"')


def visit(where: Visit) -> Reading:
    return read(where, PAGES)


def after_login(answer: bytes) -> Talk:
    """A device that asks for a login and then says ``answer``."""
    return lambda conn, request: conn.sendall(answer if b"Authorization" in request else CHALLENGE)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with gate_over(tmp_path) as made:
        yield made


def outcomes(reading: Reading) -> list[str]:
    return [item.outcome.value for item in reading.observations]


def test_all_pages_with_one_login_each(gate: Gate) -> None:
    door = DigestDoor({"/first": b"model=A", "/second": b"model=B"}, password=CANARY)
    with Device(door) as device:
        reading, accepted = visit_device(gate, device, "isapi", visit)
    assert [item.values("owner.model") for item in reading.observations] == [("A",), ("B",)]
    assert accepted == 1
    assert not reading.rejected


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_3])
def test_through_tls(gate: Gate, tmp_path: Path, newest: ssl.TLSVersion) -> None:
    door = DigestDoor({"/first": b"model=A", "/second": b"model=B"}, password=CANARY)
    with Device(door, tls=tls_context(tmp_path, newest=newest)) as device:
        reading, _ = visit_device(gate, device, "isapi", visit)
    assert outcomes(reading) == ["ok", "ok"]


@pytest.mark.parametrize(
    "answer",
    [
        CHALLENGE,
        reply("403 Forbidden"),
        reply("200 OK", b"<userCheck><statusValue>401</statusValue></userCheck>"),
        reply("200 OK", b"<x><retryLoginTime>4</retryLoginTime></x>"),
        reply("400 Bad Request", b'{"remainLockSecond": 1800}'),
        reply("200 OK", b"Error: Invalid Authority!"),
    ],
)
def test_refusals_end_it_and_are_said_so(gate: Gate, answer: bytes) -> None:
    with Device(after_login(answer)) as device:
        reading, accepted = visit_device(gate, device, "isapi", visit)
    assert reading.rejected
    (observation,) = reading.observations
    assert observation.outcome is Outcome.AUTH_REQUIRED
    assert observation.values("owner.rejected") == ("isapi",)
    assert (device.connections, accepted) == (2, 0)


def test_stale_counts_as_a_refusal_too(gate: Gate) -> None:
    """Strictly it does not; but a second attempt is what some devices lock an account for."""
    stale = reply("401 Unauthorized", b"", 'WWW-Authenticate: Digest realm="a", nonce="c", stale=TRUE')
    with Device(after_login(stale)) as device:
        reading, _ = visit_device(gate, device, "isapi", visit)
    assert reading.rejected
    assert device.connections == 2


def test_a_right_login_that_may_not_read_the_second_page_is_no_refusal(gate: Gate) -> None:
    def talk(conn: socket.socket, request: bytes) -> None:
        allowed = b"/first" in request and b"Authorization" in request
        conn.sendall(reply(body=b"model=A") if allowed else CHALLENGE)

    with Device(talk) as device:
        reading, accepted = visit_device(gate, device, "isapi", visit)
    assert outcomes(reading) == ["ok", "auth-required"]
    assert (reading.rejected, accepted) == (False, 1)
    assert reading.observations[1].detail == "this login may not read that"


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (reply("401 Unauthorized", b"", 'WWW-Authenticate: Basic realm="x"'), "clear_text = true"),
        (reply("401 Unauthorized"), "a way that camscan does not answer"),
        (reply("403 Forbidden"), "without asking for a login"),
    ],
)
def test_no_login_was_sent_so_none_was_refused(gate: Gate, answer: bytes, detail: str) -> None:
    with Device(says(answer)) as device:
        reading, _ = visit_device(gate, device, "isapi", visit)
    assert outcomes(reading) == ["auth-required"]
    assert detail in reading.observations[0].detail
    assert not reading.rejected
    assert device.connections == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply("302 Found", b"", "Location: https://127.0.0.1/"), "not-this-protocol"),
        (reply("500 Internal Server Error"), "not-this-protocol"),
        (reply("200 OK", b"<html>"), "not-this-protocol"),
        (b"", "closed"),
        (b"nonsense\r\n", "not-this-protocol"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + reply(body=b"model=A"), "malformed"),
    ],
)
def test_other_answers_end_it(gate: Gate, answer: bytes, outcome: str) -> None:
    with Device(after_login(answer)) as device:
        reading, accepted = visit_device(gate, device, "isapi", visit)
    assert outcomes(reading) == [outcome]
    assert (reading.rejected, accepted, device.connections) == (False, 0, 2)


def test_a_device_that_falls_silent_after_the_login(gate: Gate) -> None:
    def talk(conn: socket.socket, request: bytes) -> None:
        if b"Authorization" in request:
            conn.recv(1)
        conn.sendall(CHALLENGE)

    with Device(talk) as device:
        reading, _ = visit_device(gate, device, "isapi", visit, deadline=0.3)
    assert outcomes(reading) == ["timed-out"]
    assert not reading.rejected


def test_a_body_that_is_cut_says_so(gate: Gate) -> None:
    def talk(conn: socket.socket, request: bytes) -> None:
        if b"Authorization" not in request:
            conn.sendall(CHALLENGE)
            return
        conn.sendall(b"HTTP/1.1 200 OK\r\n\r\nmodel=A")
        conn.recv(1)

    with Device(talk) as device:
        reading, _ = visit_device(gate, device, "isapi", visit, deadline=0.3)
    assert outcomes(reading) == ["truncated"]
    assert reading.observations[0].values("owner.model") == ("A",)


def test_a_body_longer_than_it_says_is_read_as_far_as_it_came(gate: Gate) -> None:
    with Device(after_login(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nmodel=Abcdef")) as device:
        reading, _ = visit_device(gate, device, "isapi", visit)
    assert reading.observations[0].values("owner.model") == ("Abcdef",)


@pytest.mark.parametrize("clear_text", [False, True])
def test_what_a_device_says_back_is_not_kept(gate: Gate, caplog: pytest.LogCaptureFixture, *, clear_text: bool) -> None:
    caplog.set_level(logging.DEBUG)
    scheme = 'Basic realm="x"' if clear_text else 'Digest realm="a", nonce="b", qop="auth"'
    challenge = reply("401 Unauthorized", b"", f"WWW-Authenticate: {scheme}")

    def talk(conn: socket.socket, request: bytes) -> None:
        said = next((line for line in request.split(b"\r\n") if line.startswith(b"Authorization")), b"")
        conn.sendall(reply("200 OK", b"model=" + CANARY.encode() + said) if said else challenge)

    with Device(talk) as device:
        reading, _ = visit_device(gate, device, "isapi", visit, login(clear_text=clear_text))
    headers = [line for request in device.received for line in request.split(b"\r\n") if line.startswith(b"Auth")]
    assert headers
    kept = b"".join(item.raw for item in reading.observations) + repr(reading).encode() + caplog.text.encode()
    assert b"[removed]" in kept
    assert CANARY.encode() not in kept
    for header in headers:
        proof = header.rpartition(b" ")[2] if clear_text else header.partition(b'response="')[2].partition(b'"')[0]
        assert len(proof) >= 16
        assert proof not in kept
