"""The way to one device for libraries that block."""

import asyncio
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from device_server import Device, says
from gates import audited, gate_over, in_thread

from camscan.audit import AuditLog
from camscan.errors import AuditError, OutOfScopeError
from camscan.evidence import Outcome
from camscan.net import line as line_module
from camscan.net.gate import Gate
from camscan.net.line import Line, UnansweredError

ADDRESS = ip_address("127.0.0.1")


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with gate_over(tmp_path) as made:
        yield made


def line(gate: Gate, ip: str = "127.0.0.1", deadline: float = 10) -> Line:
    return Line(gate, ip_address(ip), "owner.test", deadline, 1000)


def test_opens_counts_and_lets_the_next_one_in(gate: Gate) -> None:
    way = line(gate)

    def work() -> None:
        for _ in range(3):  # more than a host takes at once: each place is given back
            way.begin(f"http://127.0.0.1:{device.port}/")
            with way.open(device.port, tls=False) as sock:
                sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
                assert sock.recv(1) == b""
            way.end()

    with Device(says(b"")) as device:
        in_thread(gate, work)
    assert device.connections == 3
    assert gate.counters.segments >= 9
    assert gate.counters.exact


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2/",
        "http://localhost/",
        "http://[::1]/",
        "http://0/",
        "http:///",
        "http://127.0.0.1.example/",
        "http://127.0.0.01/",
        "/path",
    ],
)
def test_only_its_own_device(gate: Gate, url: str) -> None:
    way = line(gate)
    with pytest.raises(OutOfScopeError):
        in_thread(gate, lambda: way.begin(url))
    assert len(audited(gate, "refused")) == gate.counters.refusals == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "https://127.0.0.1:8443/x", "http://[::ffff:127.0.0.1]/"])
def test_its_own_device_in_any_spelling(gate: Gate, url: str) -> None:
    line(gate).begin(url)
    line(gate, "::ffff:127.0.0.1").begin(url)


def test_a_link_local_zone_is_part_of_the_way_and_not_of_the_url(gate: Gate) -> None:
    line(gate, "fe80::1%lo").begin("http://[fe80::1]/")


def test_a_failing_audit_log_stops_everything(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AuditError("the disk is full")

    monkeypatch.setattr(AuditLog, "append", fail)
    way = line(gate)
    with Device(says(b"")) as device, pytest.raises(AuditError):
        in_thread(gate, lambda: way.open(device.port, tls=False))
    assert device.connections == 0
    assert isinstance(way.failure, AuditError)


def test_a_closed_port(gate: Gate) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    way = line(gate)
    with pytest.raises(UnansweredError) as caught:
        in_thread(gate, lambda: way.open(port, tls=False))
    assert caught.value.outcome is Outcome.REFUSED


def test_a_full_backlog_is_no_answer_in_time(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_module, "CONNECT_SECONDS", 0.05)
    way = line(gate)
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        with pytest.raises(UnansweredError) as caught:
            in_thread(gate, lambda: way.open(listener.getsockname()[1], tls=False))
    assert caught.value.outcome is Outcome.TIMED_OUT


def test_the_end_of_the_scan_while_waiting_for_our_turn(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_module, "TURN_SECONDS", 0.05)
    way = line(gate)

    async def run() -> None:
        await gate.bind()
        async with gate.connection(ADDRESS), gate.connection(ADDRESS):  # all places are taken
            with pytest.raises(UnansweredError, match="before it was our turn") as caught:
                await asyncio.to_thread(lambda: way.open(9, tls=False))
        assert caught.value.outcome is Outcome.TIMED_OUT

    asyncio.run(run())
    assert audited(gate, "send") == []


def test_without_the_kernels_count_the_figure_is_about(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camscan.net.wire.segments_sent", lambda _sock: None)
    way = line(gate)

    def work() -> None:
        way.begin(f"http://127.0.0.1:{device.port}/")
        way.open(device.port, tls=False).close()
        way.end()

    with Device(says(b"")) as device:
        in_thread(gate, work)
    assert not gate.counters.exact
    assert gate.counters.segments == line_module.PACKETS_OF_EXCHANGE + 1
