"""The gate: nothing out of scope, nothing unrecorded, nothing too fast, nobody asked who is unwell."""

import asyncio
import json
import threading
from collections.abc import Iterator
from ipaddress import IPv4Network, ip_address
from pathlib import Path

import pytest
from gates import audited, gate_over
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camscan.audit import AuditLog, verify
from camscan.errors import AuditError, OutOfScopeError
from camscan.evidence import IPAddress, Transport
from camscan.net import gate as gate_module
from camscan.net.gate import Counters, Gate, Step

INSIDE, OUTSIDE, EXCLUDED = ip_address("10.1.0.5"), ip_address("10.2.0.5"), ip_address("10.1.0.9")
GROUP = ip_address("239.255.255.250")


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with gate_over(tmp_path, "10.1.0.0/24", "fd00:1::/64", exclude='["10.1.0.9"]') as made:
        yield made


def admit(gate: Gate, ip: IPAddress, packets: int = 1) -> IPAddress:
    return asyncio.run(gate.admit(ip, 80, Transport.TCP, "http", packets))


def test_admits_what_is_in_scope_and_records_it_first(gate: Gate) -> None:
    assert admit(gate, INSIDE, 3) == INSIDE
    (line,) = audited(gate, "send")
    assert (line["packets"], line["batch"]) == (3, [["10.1.0.5", 80, "tcp", "http", 3]])


@pytest.mark.parametrize("ip", [OUTSIDE, EXCLUDED, ip_address("::1"), ip_address("127.0.0.1"), ip_address("8.8.8.8")])
def test_refuses_everything_else_and_records_that_too(gate: Gate, ip: IPAddress) -> None:
    with pytest.raises(OutOfScopeError):
        admit(gate, ip)
    (line,) = audited(gate, "refused")
    assert (line["to"], line["port"], line["transport"], line["purpose"]) == (str(ip), 80, "tcp", "http")
    assert str(ip) in str(line["reason"])
    assert audited(gate, "send") == []
    assert gate.counters.refusals == 1
    assert gate.refused == {ip}


def test_another_spelling_of_an_address_is_the_same_address(gate: Gate) -> None:
    assert admit(gate, ip_address("::ffff:10.1.0.5")) == INSIDE
    with pytest.raises(OutOfScopeError):
        admit(gate, ip_address("::ffff:10.1.0.9"))
    assert gate.refused == {EXCLUDED}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ip=st.ip_addresses())
def test_nothing_else_is_ever_admitted(gate: Gate, ip: IPAddress) -> None:
    try:
        admitted = gate.check(ip, 80, Transport.UDP, "test")
    except OutOfScopeError:
        return
    assert gate.scope.permits(admitted)


def test_other_programs_are_held_to_the_same_scope(gate: Gate) -> None:
    assert gate.check_for_other_program(INSIDE, "nmap") == INSIDE
    with pytest.raises(OutOfScopeError):
        gate.check_for_other_program(OUTSIDE, "nmap")
    assert audited(gate, "refused")[0]["purpose"] == "nmap"


def test_sends_at_one_moment_are_one_line_that_comes_first(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded: list[int] = []
    append = AuditLog.append

    def slow(self: AuditLog, event: str, **data: object) -> str:
        head = append(self, event, **data)
        recorded.append(len(data["batch"]))  # type: ignore[arg-type] # a list
        return head

    monkeypatch.setattr(AuditLog, "append", slow)

    async def one(number: int) -> None:
        await gate.admit(ip_address(f"10.1.0.{20 + number}"), 80, Transport.TCP, "http", 1)
        assert sum(recorded) >= 1  # never before the line is on the disk

    async def run() -> None:
        await asyncio.gather(*(one(number) for number in range(50)))

    asyncio.run(run())
    assert recorded == [50]
    assert verify(gate.audit.path).holds


def test_a_great_batch_is_cut_into_lines_that_the_log_can_read_again(tmp_path: Path) -> None:
    with gate_over(tmp_path, "10.1.0.0/16", limits="packets_per_second = 10000\nper_subnet = 10000") as gate:
        addresses = [ip_address(int(ip_address("10.1.0.0")) + number) for number in range(2_500)]

        async def run() -> None:
            await asyncio.gather(*(gate._record(str(ip), 80, Transport.TCP, "knock", 1) for ip in addresses))

        asyncio.run(run())
        path = gate.audit.path
    assert [json.loads(line)["packets"] for line in path.read_text().splitlines()] == [1_000, 1_000, 500]
    AuditLog.open(path).close()


def test_without_a_record_nothing_is_admitted(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AuditError("the disk is full")

    monkeypatch.setattr(AuditLog, "append", fail)

    async def run() -> list[object]:
        jobs = (gate.admit(INSIDE, port, Transport.TCP, "http", 1) for port in range(3))
        return list(await asyncio.gather(*jobs, return_exceptions=True))

    assert [type(item) for item in asyncio.run(run())] == [AuditError] * 3
    with pytest.raises(AuditError):
        asyncio.run(gate.admit(OUTSIDE, 1, Transport.TCP, "http", 1))


@pytest.mark.parametrize(
    ("network", "allowed", "goes"),
    [
        ("10.1.0.16/28", False, True),
        ("10.1.0.0/24", False, False),  # one address is excluded
        ("10.1.0.0/24", True, True),  # and the owner says it is his all the same
        ("10.1.0.0/22", True, True),
        ("10.1.0.0/22", False, False),
        ("10.9.0.0/24", True, False),
        ("10.9.0.0/24", False, False),
    ],
)
def test_groups_only_where_the_whole_network_may_hear_it(
    gate: Gate, network: str, *, allowed: bool, goes: bool
) -> None:
    job = gate.admit_group(IPv4Network(network), GROUP, 3702, "wsd", allowed=allowed)
    if goes:
        asyncio.run(job)
        assert audited(gate, "send")[0]["batch"] == [[f"{GROUP} on {network}", 3702, "udp", "wsd", 1]]
    else:
        with pytest.raises(OutOfScopeError, match="multicast = true"):
            asyncio.run(job)
        assert len(audited(gate, "refused")) == gate.counters.refusals == 1


def test_threads_ask_the_loop(gate: Gate) -> None:
    async def run() -> None:
        await gate.bind()
        assert await asyncio.to_thread(gate.admit_from_thread, INSIDE, 80, "owner", 2, 10.0) == INSIDE
        with pytest.raises(OutOfScopeError):
            await asyncio.to_thread(gate.admit_from_thread, OUTSIDE, 80, "owner", 2, 10.0)

    asyncio.run(run())
    assert audited(gate, "send")[0]["packets"] == 2


def test_a_thread_that_waits_too_long_takes_its_question_back(gate: Gate) -> None:
    cancelled = threading.Event()

    async def never() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async def run() -> None:
        await gate.bind()
        with pytest.raises(TimeoutError):
            await asyncio.to_thread(lambda: gate.from_thread(never(), 0.05))
        await asyncio.to_thread(cancelled.wait, 10)

    asyncio.run(run())
    assert cancelled.is_set()


def test_a_thread_before_or_after_the_loop_is_told(gate: Gate) -> None:
    with pytest.raises(RuntimeError, match="bind"):
        gate.admit_from_thread(INSIDE, 80, "owner", 1, 1.0)
    asyncio.run(gate.bind())
    with pytest.raises(RuntimeError, match="bind"):
        gate.admit_from_thread(INSIDE, 80, "owner", 1, 1.0)


@pytest.mark.parametrize("step", list(Step))
def test_a_host_that_answered_and_falls_silent_is_unwell(gate: Gate, step: Step) -> None:
    gate.failed(INSIDE, 80, step)
    gate.failed(INSIDE, 80, step)
    assert not gate.unwell(INSIDE)  # it never worked: that says nothing
    gate.worked(INSIDE, 80, step)
    gate.failed(INSIDE, 81, step)
    gate.failed(INSIDE, 81, step)
    assert not gate.unwell(INSIDE)
    gate.failed(INSIDE, 80, step)
    gate.worked(INSIDE, 80, step)
    gate.failed(INSIDE, 80, step)
    assert not gate.unwell(INSIDE)  # not twice in a row
    gate.failed(INSIDE, 80, step)
    assert gate.unwell(INSIDE)
    assert gate.unwell_hosts() == (INSIDE,)
    assert not gate.unwell(ip_address("10.1.0.6"))


def test_a_subnet_of_which_a_quarter_falls_silent_is_left_alone(gate: Gate) -> None:
    hosts = [ip_address(f"10.1.0.{number}") for number in range(20, 32)]
    for host in hosts:
        gate.worked(host, 80, Step.ACCEPTED)
    for number, host in enumerate(hosts[:3], 1):
        for _ in range(gate_module.UNWELL_AFTER):
            gate.failed(host, 80, Step.ACCEPTED)
        assert gate.unwell(hosts[-1]) is (number == 3)
    assert gate.unwell_hosts() == tuple(hosts[:3])
    assert not gate.unwell(ip_address("10.1.1.1"))


def test_pace_and_connection_are_the_pacers(gate: Gate) -> None:
    async def run() -> None:
        async with gate.connection(INSIDE):
            await gate.pace(INSIDE, 3)

    asyncio.run(run())
    assert audited(gate, "send") == []


def test_counters_add_up() -> None:
    counters = Counters(datagrams=1, frames=2, segments=3, refusals=4)
    assert counters.packets == 6
    assert counters.exact
