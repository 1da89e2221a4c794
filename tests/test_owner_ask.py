"""Who is asked with which login, and when no more: no account is locked by us."""

import asyncio
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest
from device_server import Device, DigestDoor, reply, says
from gates import audited, gate_over
from visits import CANARY, login

from camscan.audit import AuditLog
from camscan.errors import AuditError
from camscan.evidence import IPAddress, Observation, Outcome
from camscan.net.gate import Gate
from camscan.owner import ask as ask_module
from camscan.owner.ask import OwnerRun, Refusal
from camscan.owner.credentials import CredentialSet, DoorName
from camscan.owner.hints import DoorHint

PAGE = "/ISAPI/System/deviceInfo"
INFO = b"<DeviceInfo><model>DS-2CD2386G2-IU</model></DeviceInfo>"


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with gate_over(tmp_path, "127.0.0.0/24", "::1") as made:
        yield made


def run(*sets: CredentialSet, before: Sequence[IPAddress] = ()) -> tuple[OwnerRun, list[Refusal]]:
    stored: list[Refusal] = []
    made = OwnerRun(
        sets or (login(clear_text=True),), contact="ict@example.gov.uk", record=stored.append, refused_before=before
    )
    return made, stored


def hint(device: Device, door: DoorName = "isapi") -> DoorHint:
    return DoorHint(door, device.port, tls=device.url.startswith("https"))


def ask(
    gate: Gate, owner: OwnerRun, devices: Sequence[Device], maker: str | None = "hikvision", door: DoorName = "isapi"
) -> list[tuple[Observation, ...]]:
    async def all_at_once() -> list[tuple[Observation, ...]]:
        jobs = (owner.ask(gate, ip_address(device.host), maker, (hint(device, door),)) for device in devices)
        return await asyncio.gather(*jobs)

    return asyncio.run(all_at_once())


@contextmanager
def estate(count: int, password: str) -> Iterator[tuple[list[Device], list[DigestDoor]]]:
    doors = [DigestDoor({PAGE: INFO}, password=password) for _ in range(count)]
    with ExitStack() as stack:
        yield [stack.enter_context(Device(d, host=f"127.0.0.{n}")) for n, d in enumerate(doors, 1)], doors


def test_reads_an_estate(gate: Gate) -> None:
    owner, stored = run()
    with estate(8, CANARY) as (devices, doors):
        heard = ask(gate, owner, devices)
    assert [item[0].values("owner.model") for item in heard] == [("DS-2CD2386G2-IU",)] * 8
    assert [door.logins for door in doors] == [1] * 8
    assert (stored, owner.skipped, owner.stopped) == ([], {}, ())


@pytest.mark.parametrize("count", [3, 20])
def test_three_refusals_stop_a_set_even_when_all_are_asked_at_once(gate: Gate, count: int) -> None:
    owner, stored = run(login("wrong", clear_text=True))
    with estate(count, "another") as (devices, doors):
        heard = ask(gate, owner, devices)
    assert sum(door.failures for door in doors) == 3
    assert all(door.failures <= 1 for door in doors)
    assert len(stored) == 3
    assert {item.credential_set for item in stored} == {"wrong"}
    assert owner.stopped == ("wrong",)
    assert len(owner.skipped) == count - 3
    assert all("refused 3 times" in why for why in owner.skipped.values())
    assert sum(bool(item) for item in heard) == 3


def test_another_set_goes_on(gate: Gate) -> None:
    owner, _ = run(
        login("wrong", "bad-password", "127.0.0.0/24", clear_text=True),
        login("right", CANARY, "127.0.0.9", clear_text=True),
    )
    with estate(9, CANARY) as (devices, doors):
        heard = ask(gate, owner, devices)
    assert heard[8][0].outcome is Outcome.OK
    assert sum(door.failures for door in doors) == 3
    assert owner.stopped == ("wrong",)


def test_a_refusal_is_stored_and_ends_it_for_that_device(gate: Gate) -> None:
    owner, stored = run()
    with estate(1, "another") as (devices, doors):
        ((observation,),) = ask(gate, owner, devices)
        assert ask(gate, owner, devices) == [()]
    assert observation.outcome is Outcome.AUTH_REQUIRED
    assert observation.values("owner.rejected") == ("isapi",)
    (refusal,) = stored
    assert (str(refusal.ip), refusal.door, refusal.credential_set) == ("127.0.0.1", "isapi", "cameras")
    assert doors[0].failures == 1
    assert owner.refusals == stored


def test_what_was_refused_before_is_not_tried_again_in_any_spelling(gate: Gate) -> None:
    owner, _ = run(before=[ip_address("::ffff:127.0.0.1")])
    with estate(1, CANARY) as (devices, _):
        assert ask(gate, owner, devices) == [()]
        assert devices[0].connections == 0
    assert "--retry-credentials" in owner.skipped[ip_address("127.0.0.1")]


def test_a_device_is_visited_once(gate: Gate) -> None:
    owner, _ = run()
    with estate(1, CANARY) as (devices, doors):
        ask(gate, owner, [devices[0], devices[0]])
    assert doors[0].logins == 1


@pytest.mark.parametrize(
    ("maker", "door", "goes"),
    [
        ("hikvision", "isapi", True),
        ("hikvision", "onvif", False),
        ("hikvision", "dahua-cgi", False),
        ("dahua", "dahua-cgi", True),
        ("dahua", "isapi", False),
        ("axis", "onvif", True),
        ("axis", "isapi", False),
        (None, "onvif", True),
        (None, "isapi", False),
    ],
)
def test_only_through_the_makers_own_door(gate: Gate, maker: str | None, door: DoorName, *, goes: bool) -> None:
    owner, _ = run()
    with Device(says(reply("404 Not Found"))) as device:
        heard = ask(gate, owner, [device], maker, door)
    assert (device.connections > 0) is goes
    assert bool(heard[0]) is goes
    assert bool(owner.skipped) is not goes


def test_another_port_is_tried_while_no_login_has_gone_out(gate: Gate) -> None:
    door = DigestDoor({PAGE: INFO}, password=CANARY)
    with Device(says(reply("404 Not Found"))) as first, Device(says(b"")) as second, Device(door) as third:
        owner, _ = run()
        hints = tuple(hint(device) for device in (first, second, third, first))
        heard = asyncio.run(owner.ask(gate, ip_address("127.0.0.1"), "hikvision", hints))
    assert [item.outcome.value for item in heard] == ["not-this-protocol", "closed", "ok"]
    assert first.connections == 1


@pytest.mark.parametrize("answer", [reply("401 Unauthorized"), b"", reply("500 Internal Server Error")])
def test_after_a_login_has_gone_out_no_other_port_is_tried(gate: Gate, answer: bytes) -> None:
    challenge = reply("401 Unauthorized", b"", 'WWW-Authenticate: Digest realm="a", nonce="b"')

    def talk(conn: socket.socket, request: bytes) -> None:
        conn.sendall(answer if b"Authorization" in request else challenge)

    with Device(talk) as first, Device(DigestDoor({PAGE: INFO}, password=CANARY)) as second:
        owner, _ = run()
        asyncio.run(owner.ask(gate, ip_address("127.0.0.1"), "hikvision", (hint(first), hint(second))))
    assert (first.connections, second.connections) == (2, 0)


def test_preload_reads_all_that_a_visit_needs() -> None:
    """Root is given up before the first visit, and the files may be root's alone."""
    code = (
        "import sys, builtins, io, os\n"
        "from camscan.owner.ask import preload\n"
        "assert 'zeep' not in sys.modules\n"
        "preload()\n"
        "assert {'zeep', 'requests', 'camscan.net.session'} <= set(sys.modules)\n"
        "from camscan.owner import onvif\n"
        "assert onvif._document.cache_info().currsize == 1\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_address_without_credentials_is_said_so(gate: Gate) -> None:
    owner, _ = run(login("hall", CANARY, "127.0.0.128/25", clear_text=True))
    with estate(1, CANARY) as (devices, _):
        ask(gate, owner, devices)
        assert devices[0].connections == 0
    assert owner.skipped == {ip_address("127.0.0.1"): "no credentials are bound to it for isapi"}


def test_outside_the_scope_nothing_is_sent(tmp_path: Path) -> None:
    owner, stored = run()
    with gate_over(tmp_path, "10.1.0.0/24") as gate, estate(1, CANARY) as (devices, _):
        ((observation,),) = ask(gate, owner, devices)
        assert devices[0].connections == 0
        assert len(audited(gate, "refused")) == 1
    assert observation.outcome is Outcome.OUT_OF_SCOPE
    assert stored == []


def test_a_failing_audit_log_stops_it(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AuditError("the disk is full")

    monkeypatch.setattr(AuditLog, "append", fail)
    owner, _ = run()
    with estate(1, CANARY) as (devices, _), pytest.raises(AuditError, match="disk is full") as caught:
        ask(gate, owner, devices)
    assert caught.value.__context__ is None
    assert devices[0].connections == 0


def test_a_device_that_confuses_us_does_not_end_the_others(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def confused(_visit: object) -> None:
        raise ZeroDivisionError(CANARY)

    monkeypatch.setitem(ask_module._DOORS, "isapi", confused)
    owner, _ = run()
    with estate(1, CANARY) as (devices, _):
        ((observation,),) = ask(gate, owner, devices)
    assert observation.outcome is Outcome.MALFORMED
    assert "ZeroDivisionError" in observation.detail
    assert CANARY not in repr(observation)


def test_ctrl_c_ends_the_visit_and_lets_nothing_more_out(gate: Gate) -> None:
    asked = threading.Event()

    def talk(conn: socket.socket, _request: bytes) -> None:
        asked.set()
        conn.recv(1)

    owner, _ = run()

    async def interrupted() -> None:
        job = asyncio.ensure_future(owner.ask(gate, ip_address("127.0.0.1"), "hikvision", (hint(device),)))
        await asyncio.get_running_loop().run_in_executor(None, asked.wait)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job

    with Device(talk) as device:
        asyncio.run(interrupted())
    assert device.connections == 1
    assert b"Authorization" not in device.heard


def test_a_refusal_that_comes_with_ctrl_c_is_stored_all_the_same(gate: Gate) -> None:
    """Else the next run would try again, and the one after that."""
    refusing, go_on = threading.Event(), threading.Event()

    def talk(conn: socket.socket, request: bytes) -> None:
        if b"Authorization" in request:
            # The answer is there, but its end is not: the visit is still under way when Ctrl-C comes.
            conn.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\n\r\nno")
            refusing.set()
            go_on.wait(20)
        else:
            conn.sendall(reply("401 Unauthorized", b"", 'WWW-Authenticate: Digest realm="a", nonce="b"'))

    owner, stored = run()

    async def interrupted() -> None:
        job = asyncio.ensure_future(owner.ask(gate, ip_address("127.0.0.1"), "hikvision", (hint(device),)))
        await asyncio.get_running_loop().run_in_executor(None, refusing.wait)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        go_on.set()

    with Device(talk) as device:
        asyncio.run(interrupted())
    assert len(stored) == 1


def test_nothing_shows_the_password(gate: Gate, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(logging.DEBUG)
    owner, stored = run()
    with estate(2, CANARY) as (devices, doors):
        doors[1].password = "another"
        heard = ask(gate, owner, devices)
    audit = (tmp_path / "audit.jsonl").read_text()
    responses = [fields["response"] for door in doors for fields in door.answered]
    assert len(responses) == 2
    shown = caplog.text + repr(heard) + repr(owner.__dict__) + repr(stored) + audit
    shown += "".join(repr(item.raw) for group in heard for item in group)
    for secret in (CANARY, *responses):
        assert secret not in shown


def test_a_login_never_goes_over_an_unencrypted_connection_unless_the_owner_says_so(gate: Gate) -> None:
    owner, stored = run(login())
    with estate(1, CANARY) as (devices, doors):
        heard = ask(gate, owner, devices)
    assert (heard, stored, doors[0].logins) == ([()], [], 0)
    assert "clear_text = true" in owner.skipped[ip_address(devices[0].host)]
