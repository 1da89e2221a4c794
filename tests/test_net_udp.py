"""Questions by datagram leave through the gate, on the right interface, and to nobody else."""

import asyncio
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, ip_address
from pathlib import Path

import pytest
from gates import audited, gate_over

from camscan.discover.shape import DatagramProbe
from camscan.errors import OutOfScopeError
from camscan.evidence import Via
from camscan.net import udp as module
from camscan.net.ears import Datagram, Ears
from camscan.net.gate import Gate
from camscan.net.udp import Datagrams

GROUP = IPv4Address("239.77.77.77")
LOOPBACK = IPv4Address("127.0.0.1")
WIRE = IPv4Network("127.0.0.0/16")


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def probe(port: int, **changes: object) -> DatagramProbe:
    made = DatagramProbe("test", port, (GROUP,), lambda _seed: (b"who is there",), lambda _raw: ())
    return replace(made, **changes)  # type: ignore[arg-type]  # any fields of a probe


@contextmanager
def sockets(folder: Path, *networks: str) -> Iterator[tuple[Gate, Ears, Datagrams]]:
    ears = Ears()
    try:
        with gate_over(folder, *(networks or ("127.0.0.0/16",))) as gate:
            yield gate, ears, Datagrams(gate, ears)
    finally:
        ears.close()


@pytest.fixture
def device() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(10)
        yield sock


@contextmanager
def member(port: int) -> Iterator[socket.socket]:
    """A device that hears the group on the loopback interface."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("", port))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, GROUP.packed + LOOPBACK.packed)
        sock.settimeout(10)
        yield sock


def heard(ears: Ears, count: int = 1) -> list[Datagram]:
    found: list[Datagram] = []
    while len(found) < count:
        found += ears.drain()
        threading.Event().wait(0.001)
    return found


def test_one_address_is_asked_and_its_answer_is_heard(tmp_path: Path, device: socket.socket) -> None:
    with sockets(tmp_path) as (gate, ears, datagrams):
        question = probe(device.getsockname()[1])
        datagrams.open_direct([question])
        ears.start()
        assert not datagrams.was_asked("test", LOOPBACK)
        assert asyncio.run(datagrams.ask(question, LOOPBACK, b"who is there"))
        asked, asker = device.recvfrom(100)
        device.sendto(b"a camera", asker)
        (answer,) = heard(ears)
        assert asked == b"who is there"
        assert (answer.probe, answer.data, answer.ip) == ("test", b"a camera", LOOPBACK)
        assert (answer.via, answer.interface) == (Via.UNICAST, None)
        assert datagrams.was_asked("test", LOOPBACK)
        assert not datagrams.was_asked("test", ip_address("127.0.0.9"))
        assert not datagrams.was_asked("other", LOOPBACK)
        assert gate.counters.datagrams == 1
        assert audited(gate, "send")[0]["packets"] == 1


def test_nothing_leaves_the_scope(tmp_path: Path, device: socket.socket) -> None:
    with sockets(tmp_path, "127.5.0.0/24") as (gate, _ears, datagrams):
        question = probe(device.getsockname()[1])
        datagrams.open_direct([question])
        assert not asyncio.run(datagrams.ask(question, LOOPBACK, b"who is there"))
        assert not datagrams.was_asked("test", LOOPBACK)
        assert gate.counters.packets == 0
        assert gate.counters.refusals == 1
        assert audited(gate, "refused")[0]["to"] == "127.0.0.1"
        device.settimeout(0)
        with pytest.raises(BlockingIOError):
            device.recvfrom(100)


def test_a_probe_that_asks_groups_only_asks_no_address(tmp_path: Path) -> None:
    with sockets(tmp_path) as (gate, _ears, datagrams):
        question = probe(9, unicast=False)
        datagrams.open_direct([question])
        assert not asyncio.run(datagrams.ask(question, LOOPBACK, b"x"))
        assert gate.counters.packets == 0


def test_ipv6_addresses_are_not_asked_by_datagram(tmp_path: Path) -> None:
    with sockets(tmp_path, "::1") as (gate, _ears, datagrams):
        question = probe(9)
        datagrams.open_direct([question])
        assert not asyncio.run(datagrams.ask(question, ip_address("::1"), b"x"))
        assert gate.counters.packets == 0


def test_what_cannot_be_sent_is_not_counted(tmp_path: Path) -> None:
    with sockets(tmp_path) as (gate, _ears, datagrams):
        question = probe(9)
        datagrams.open_direct([question])
        assert not asyncio.run(datagrams.ask(question, LOOPBACK, b"x" * 70_000))  # more than a datagram holds
        assert gate.counters.datagrams == 0


def test_a_group_is_asked_on_its_interface_and_answers_are_claims(tmp_path: Path) -> None:
    port = free_port()
    with sockets(tmp_path) as (gate, ears, datagrams), member(port) as camera:
        question = probe(port)
        datagrams.open_interface("lo", LOOPBACK, [question])
        ears.start()
        sent = asyncio.run(datagrams.ask_group("lo", WIRE, question, b"who is there", allowed=False))
        asked, asker = camera.recvfrom(100)
        camera.sendto(b"a camera", asker)
        answers = [one for one in heard(ears) if one.data == b"a camera"]
        assert (sent, asked) == (1, b"who is there")
        assert (answers[0].via, answers[0].interface) == (Via.MULTICAST, "lo")
        assert datagrams.is_own(ip_address(asker[0]), asker[1])
        assert not datagrams.is_own(LOOPBACK, camera.getsockname()[1])
        assert gate.counters.datagrams == 1


def test_announcements_are_overheard_only_where_a_protocol_has_them(tmp_path: Path) -> None:
    port = free_port()
    with sockets(tmp_path) as (_gate, ears, datagrams), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as camera:
        datagrams.open_interface("lo", LOOPBACK, [probe(port, passive=True)])
        ears.start()
        camera.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, LOOPBACK.packed)
        camera.sendto(b"here I am", (str(GROUP), port))
        (hello,) = heard(ears)
        assert (hello.data, hello.via, hello.interface) == (b"here I am", Via.MULTICAST, "lo")


def test_a_wire_that_is_only_partly_in_scope_is_not_called(tmp_path: Path) -> None:
    port = free_port()
    with sockets(tmp_path, "127.0.0.0/24") as (gate, _ears, datagrams):
        question = probe(port)
        datagrams.open_interface("lo", LOOPBACK, [question])
        with pytest.raises(OutOfScopeError):
            asyncio.run(datagrams.ask_group("lo", WIRE, question, b"x", allowed=False))
        assert gate.counters.packets == 0
        assert audited(gate, "refused")
        assert asyncio.run(datagrams.ask_group("lo", WIRE, question, b"x", allowed=True)) == 1


def test_no_broadcast_on_this_machine_itself(tmp_path: Path) -> None:
    port = free_port()
    with sockets(tmp_path) as (_gate, _ears, datagrams):
        question = probe(port, broadcast=True)
        datagrams.open_interface("lo", LOOPBACK, [question])
        assert asyncio.run(datagrams.ask_group("lo", WIRE, question, b"x", allowed=True)) == 1


def test_an_interface_that_was_not_opened_is_not_asked(tmp_path: Path) -> None:
    with sockets(tmp_path) as (gate, _ears, datagrams):
        question = probe(9)
        assert asyncio.run(datagrams.ask_group("lo", WIRE, question, b"x", allowed=True)) == 0
        assert gate.counters.packets == 0


def test_a_protocol_without_groups_opens_nothing_on_an_interface(tmp_path: Path) -> None:
    with sockets(tmp_path) as (_gate, _ears, datagrams):
        datagrams.open_interface("lo", LOOPBACK, [probe(9, groups=())])
        assert datagrams.own == set()


def test_a_port_that_another_program_holds_is_said_and_done_without(tmp_path: Path, device: socket.socket) -> None:
    taken = device.getsockname()[1]
    with sockets(tmp_path) as (_gate, _ears, datagrams):
        question = probe(taken, bind_port=taken)
        datagrams.open_interface("lo", LOOPBACK, [question])
        assert datagrams.unheard == [f"test on lo: port {taken} cannot be used (Address already in use)"]
        # It asks all the same, from another port.
        assert asyncio.run(datagrams.ask_group("lo", WIRE, question, b"x", allowed=True)) == 1


def test_an_interface_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with sockets(tmp_path) as (_gate, _ears, datagrams):
        datagrams.open_interface("lo", IPv4Address("203.0.113.1"), [probe(9)])
        assert len(datagrams.unheard) == 1
        assert "cannot be used" in datagrams.unheard[0]


def test_a_group_that_cannot_be_joined_is_said_and_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setattr(module, "_group_address", lambda _group: "")
    with sockets(tmp_path) as (_gate, _ears, datagrams):
        no_group = replace(probe(port, passive=True), groups=(IPv4Address("127.0.0.5"),))
        datagrams.open_interface("lo", LOOPBACK, [no_group])
        assert datagrams.unheard == ["test on lo: group 127.0.0.5 cannot be joined (Invalid argument)"]


def test_windows_cannot_bind_to_a_group(monkeypatch: pytest.MonkeyPatch) -> None:
    assert module._group_address(GROUP) == str(GROUP)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "win32")
        assert module._group_address(GROUP) == ""
