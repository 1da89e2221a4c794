"""The ears hear everything, in order, say from whom and how, and count what was lost."""

import socket
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from camscan.evidence import Via
from camscan.net import ears as module
from camscan.net.ears import Datagram, Ears, enlarge


@pytest.fixture
def sender() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock


def listening(ears: Ears, probe: str = "sadp", via: Via = Via.UNICAST, interface: str | None = None) -> tuple[str, int]:
    """Adds a socket to the ears; returns its address."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    ears.add(sock, probe, via, interface)
    address: tuple[str, int] = sock.getsockname()
    return address


def heard(ears: Ears, count: int) -> list[Datagram]:
    """Everything that comes until ``count`` datagrams are there; the test's own time limit ends an endless wait."""
    found: list[Datagram] = []
    while len(found) < count:
        found += ears.drain()
        threading.Event().wait(0.001)
    return found


def test_a_datagram_is_told_with_its_sender_and_how_it_was_heard(sender: socket.socket) -> None:
    ears = Ears()
    begun = datetime.now(UTC)
    first = listening(ears, "sadp", Via.MULTICAST, "lo")
    second = listening(ears, "dhip", Via.UNICAST)
    ears.start()
    try:
        sender.sendto(b"one", first)
        (one,) = heard(ears, 1)
        sender.sendto(b"", second)
        (two,) = heard(ears, 1)
    finally:
        ears.close()
    port = sender.getsockname()[1]
    assert (one.probe, one.data, one.ip, one.port) == ("sadp", b"one", ip_address("127.0.0.1"), port)
    assert (one.via, one.interface) == (Via.MULTICAST, "lo")
    assert (two.probe, two.data, two.via, two.interface) == ("dhip", b"", Via.UNICAST, None)
    assert begun <= one.at <= two.at <= datetime.now(UTC)


def test_a_storm_is_heard_whole_and_in_order_and_handed_over_in_parts(sender: socket.socket) -> None:
    ears = Ears()
    to = listening(ears)
    for number in range(200):  # they wait in the kernel until the ears start
        sender.sendto(number.to_bytes(2), to)
    ears.start()
    try:
        found: list[Datagram] = []
        while len(found) < 200:
            part = ears.drain(7)
            assert len(part) <= 7
            found += part
    finally:
        ears.close()
    assert [int.from_bytes(one.data) for one in found] == list(range(200))
    assert ears.kernel_drops == 0
    assert ears.waiting == 0


def test_a_full_queue_counts_what_it_cannot_take(sender: socket.socket) -> None:
    ears = Ears(limit=5)
    to = listening(ears)
    ears.start()
    try:
        for _ in range(8):
            sender.sendto(b"x", to)
        while ears.queue_drops < 3:
            threading.Event().wait(0.001)
        assert ears.waiting == 5
        assert ears.kernel_drops == 3
    finally:
        ears.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how many datagrams a socket lost")
def test_what_the_kernel_drops_is_counted(sender: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RECEIVE_BUFFER", 64 * 1024)
    ears = Ears()
    to = listening(ears)
    for _ in range(1_000):
        sender.sendto(b"x" * 1_000, to)
    ears.start()
    try:
        heard(ears, 10)
        # The count comes with the next datagram that fits.
        while not ears.kernel_drops:
            sender.sendto(b"next", to)
            threading.Event().wait(0.001)
            ears.drain()
        assert 0 < ears.kernel_drops < 1_000
    finally:
        ears.close()


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_an_ipv4_sender_in_ipv6_spelling_is_an_ipv4_address(sender: socket.socket) -> None:
    ears = Ears()
    try:
        sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind(("::", 0))
    except OSError as error:
        ears.start()
        ears.close()
        pytest.skip(f"no IPv6 here: {error}")
    ears.add(sock, "mdns", Via.UNICAST, None)
    ears.start()
    try:
        sender.sendto(b"x", ("127.0.0.1", sock.getsockname()[1]))
        (one,) = heard(ears, 1)
    finally:
        ears.close()
    assert one.ip == ip_address("127.0.0.1")


def test_closing_ends_the_threads_and_frees_the_ports() -> None:
    before = threading.active_count()
    ears = Ears()
    addresses = [listening(ears, interface=name) for name in ("lo", "eth0", None)]
    ears.start()
    assert threading.active_count() == before + 3
    ears.close()
    assert threading.active_count() == before
    for address in addresses:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
            again.bind(address)


def test_ears_that_never_listened_close() -> None:
    ears = Ears()
    listening(ears)
    ears.close()


def test_without_root_the_buffer_is_what_the_system_allows() -> None:
    asked: list[int] = []

    class Grudging:
        def setsockopt(self, _level: int, option: int, _value: int) -> None:
            asked.append(option)
            if option != socket.SO_RCVBUF:
                raise PermissionError

    enlarge(Grudging())  # type: ignore[arg-type]  # all that is used of a socket
    assert asked[-1] == socket.SO_RCVBUF


def test_a_large_buffer_is_asked_for(sender: socket.socket) -> None:
    before = sender.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    enlarge(sender)
    assert sender.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) >= before


def test_other_systems_receive_without_a_count_of_losses(
    sender: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sender.sendto(b"x", sock.getsockname())
        with monkeypatch.context() as patch:
            patch.setattr(sys, "platform", "darwin")
            data, drops, source = module._receive(sock)
    assert (data, drops, source) == (b"x", None, sender.getsockname())
