"""Answering a challenge: once, rightly or not at all, and to nobody but the device."""

import base64
import http.client
import logging
import pickle
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from device_server import Device, DigestDoor, Talk, reply, says
from gates import gate_over, in_thread
from hypothesis import given
from hypothesis import strategies as st

from camscan.net.gate import Gate
from camscan.net.session import Login, _digest, gated_session
from camscan.safe.secrets import Secret

CANARY = "C4nary-Pa55word"
BASIC = base64.b64encode(f"auditor:{CANARY}".encode())


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with gate_over(tmp_path, "127.0.0.0/24", "::1") as made:
        yield made


def ask(
    gate: Gate, device: Device, *, password: str = CANARY, clear_text: bool = False, times: int = 1
) -> tuple[list[requests.Response], Login]:
    login = Login("auditor", Secret(password), clear_text=clear_text)

    def work() -> list[requests.Response]:
        with gated_session(gate, ip_address(device.host), contact="ict@example.gov.uk") as session:
            return [session.get(device.url + "/page", auth=login) for _ in range(times)]

    return in_thread(gate, work), login


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-512"])
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_digest_opens_the_page(gate: Gate, algorithm: str, host: str) -> None:
    door = DigestDoor({"/page": b"inside"}, password=CANARY, algorithm=algorithm)
    with Device(door, host=host) as device:
        (response,), login = ask(gate, device)
    assert response.content == b"inside"
    assert (door.logins, door.failures, device.connections) == (1, 0, 2)
    assert login.sent
    assert b"Authorization" not in device.received[0]


def test_nothing_is_sent_before_the_device_has_asked_each_time_anew(gate: Gate) -> None:
    """An old nonce, reused, is a failed login to some devices."""
    door = DigestDoor({"/page": b"inside"}, password=CANARY)
    with Device(door) as device:
        ask(gate, device, times=2)
    assert [b"Authorization" in request for request in device.received] == [False, True, False, True]
    assert len({fields["nonce"] for fields in door.answered}) == 2


def test_a_wrong_password_is_tried_once(gate: Gate) -> None:
    door = DigestDoor({"/page": b"inside"})
    with Device(door) as device:
        (response,), login = ask(gate, device)
    assert response.status_code == 401
    assert (door.failures, device.connections) == (1, 2)
    assert login.sent


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "404 Not Found", "407 Proxy"])
def test_only_a_401_is_a_challenge(gate: Gate, status: str) -> None:
    challenge = 'WWW-Authenticate: Digest realm="a", nonce="b"'
    with Device(says(reply(status, b"", challenge, challenge.replace("WWW", "Proxy")))) as device:
        _, login = ask(gate, device)
    assert not login.sent
    assert device.connections == 1


def test_a_device_that_needs_no_login_gets_none(gate: Gate) -> None:
    with Device(says(reply(body=b"open"))) as device:
        _, login = ask(gate, device)
    assert not login.sent


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_a_redirect_to_another_hosts_challenge_reaches_nobody(gate: Gate, status: str) -> None:
    evil = DigestDoor({"/page": b"inside"}, realm="evil")
    with Device(evil, host="127.0.0.2") as other:
        with Device(says(reply(status, b"", f"Location: {other.url}/page"))) as device:
            ask(gate, device)
        assert other.heard == b""
    assert other.connections == 0
    assert b"Authorization" not in device.heard


def test_after_the_challenge_a_redirect_leads_nowhere_either(gate: Gate) -> None:
    with Device(DigestDoor({}), host="127.0.0.2") as other:
        moved = reply("302 Found", b"", f"Location: {other.url}/page", 'WWW-Authenticate: Digest realm="a", nonce="b"')

        def talk(conn: socket.socket, request: bytes) -> None:
            challenge = reply("401 Unauthorized", b"", 'WWW-Authenticate: Digest realm="a", nonce="b", qop="auth"')
            conn.sendall(moved if b"Authorization" in request else challenge)

        with Device(talk) as device:
            (response,), _ = ask(gate, device)
    assert response.status_code == 302
    assert (device.connections, other.connections) == (2, 0)


def test_basic_goes_out_only_where_the_owner_says_so(gate: Gate) -> None:
    challenge = reply("401 Unauthorized", b"", 'WWW-Authenticate: Basic realm="cam"')
    with Device(says(challenge)) as device:
        (response,), login = ask(gate, device)
        assert response.status_code == 401
        assert not login.sent
        assert "clear_text = true" in login.left_out
        assert b"Authorization" not in device.heard
        _, login = ask(gate, device, clear_text=True)
    assert login.sent
    assert b"Authorization: Basic " + BASIC in device.heard
    assert device.connections == 3


def test_a_digest_is_preferred_to_basic_even_in_clear_text(gate: Gate) -> None:
    door = DigestDoor({"/page": b"in"}, password=CANARY, extra=('WWW-Authenticate: Basic realm="cam"',))
    with Device(door) as device:
        (response,), _ = ask(gate, device, clear_text=True)
    assert response.content == b"in"
    assert BASIC not in device.heard


@pytest.mark.parametrize(
    "body", [b"<lockStatus>lock</lockStatus>", b"<LOCKSTATUS>LOCKED<", b"Your account has been locked!"]
)
def test_a_locked_account_is_left_alone(gate: Gate, body: bytes) -> None:
    door = DigestDoor({"/page": b"in"}, password=CANARY, denied=body)
    with Device(door) as device:
        _, login = ask(gate, device)
    assert device.connections == 1
    assert "locked" in login.left_out


@pytest.mark.parametrize(
    "challenge",
    [
        'Digest realm="a"',
        'Digest nonce="b"',
        "Digest",
        "Digest realm=",
        'Digest realm="a", nonce=""',
        'Digest realm="a", nonce="b", algorithm=SHA-512-256',
        'Digest realm="a", nonce="b", qop="auth-int"',
        'Digest realm="a\\"b", nonce="b"',
        'Digest realm="caf\u00e9", nonce="b"',
        'Digest realm="a", nonce="' + "b" * 5000 + '"',
        "Negotiate",
        "",
    ],
)
def test_a_challenge_that_cannot_be_answered_rightly_is_not_answered(gate: Gate, challenge: str) -> None:
    """A wrong answer would count towards a lock-out."""
    raw = f"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: {challenge}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
    with Device(says(raw)) as device:
        (response,), login = ask(gate, device, clear_text=True)
    assert response.status_code == 401
    assert not login.sent
    assert device.connections == 1
    assert login.left_out


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('Digest realm="a", nonce="b"', 'Digest realm="a", nonce="b"'),
        ('DIGEST REALM="a",NONCE=b , stale=FALSE', 'Digest realm="a", nonce="b"'),
        ('Basic realm="x", Digest realm="a", nonce="b"', 'Digest realm="a", nonce="b"'),
        ('Digest realm="a", nonce="b", qop="auth-int, auth"', 'Digest realm="a", nonce="b", qop="auth"'),
        ('Digest realm="", nonce="b", Basic realm="x"', 'Digest realm="", nonce="b"'),
        (
            'Digest nonce="b", algorithm=md5, realm="a", domain="::", opaque=""',
            'Digest realm="a", nonce="b", opaque="", algorithm="md5"',
        ),
    ],
)
def test_forms_of_challenges(header: str, expected: str) -> None:
    found = _digest(header)
    assert found is not None
    assert found[1] == expected


@given(st.text())
def test_any_header_is_understood_or_left_alone(header: str) -> None:
    for text in (header, f"Digest {header}", f'Digest realm="a", nonce="b", {header}'):
        found = _digest(text)
        assert found is None or found[1].isprintable()


def test_of_several_challenges_the_strongest_is_answered(gate: Gate) -> None:
    weak = 'WWW-Authenticate: Digest realm="a", nonce="weak", algorithm=MD5'
    strong = 'WWW-Authenticate: Digest realm="a", nonce="strong", algorithm=SHA-256'
    with Device(says(reply("401 Unauthorized", b"", weak, strong))) as device:
        ask(gate, device)
    assert b'nonce="strong"' in device.received[1]
    assert b'algorithm="SHA-256"' in device.received[1]


def echo(conn: socket.socket, request: bytes) -> None:
    """A device that says back whatever it is told."""
    if b"Authorization" in request:
        conn.sendall(reply("200 OK", request))
    else:
        conn.sendall(reply("401 Unauthorized", b"", 'WWW-Authenticate: Digest realm="a", nonce="b", qop="auth"'))


def test_proofs_name_all_that_shows_knowledge_of_the_password(gate: Gate) -> None:
    challenge = reply("401 Unauthorized", b"", 'WWW-Authenticate: Basic realm="cam"')
    for talk, clear_text in ((echo, False), (says(challenge), True)):
        session = _proven(gate, talk, clear_text=clear_text)
        assert session
        assert all(len(proof) >= 16 for proof in session)


def _proven(gate: Gate, talk: Talk, *, clear_text: bool) -> list[str]:
    login = Login("auditor", Secret(CANARY), clear_text=clear_text)
    with Device(talk) as device, gated_session(gate, ip_address("127.0.0.1"), contact="x") as session:
        in_thread(gate, lambda: session.get(device.url, auth=login))
        sent = device.received[-1].decode()
        assert session.proofs
        assert all(proof in sent for proof in session.proofs)
        return session.proofs


def test_no_log_shows_the_password_or_a_proof_of_it(
    gate: Gate, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    caplog.set_level(logging.DEBUG)
    proofs = _proven(gate, says(reply("401 Unauthorized", b"", 'WWW-Authenticate: Basic realm="cam"')), clear_text=True)
    shown = caplog.text + "".join(capfd.readouterr())
    for secret in (CANARY, BASIC.decode(), *proofs):
        assert secret not in shown


def test_the_login_itself_shows_nothing() -> None:
    login = Login("auditor", Secret(CANARY), clear_text=True)
    assert CANARY not in f"{login!r} {login} {vars(login)}"
    with pytest.raises(TypeError):
        pickle.dumps(login)
