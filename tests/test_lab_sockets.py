"""The laboratory's sockets, and what a system without the addresses is told."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from lab_tools import fresh_network, place, udp

from camscan.lab import sockets
from camscan.lab.estate import Estate
from camscan.lab.place import loopback_layout
from camscan.lab.sockets import Ear, listen, loopback_ear, loopback_group_ear, missing_addresses

GROUP, PORT = "239.255.255.250", 37020


@contextmanager
def opened(ear: Ear | None) -> Iterator[Ear]:
    assert ear is not None
    try:
        yield ear
    finally:
        ear.sock.close()


def heard(ear: Ear) -> list[tuple[bytes, bool]]:
    found: list[tuple[bytes, bool]] = []
    ear.sock.settimeout(5)
    ear.sock.recv(1, socket.MSG_PEEK)
    ear.sock.settimeout(0)
    ear.read(lambda data, _, group: found.append((data, group)))
    return found


def test_an_ear_hears_what_is_sent_to_its_device() -> None:
    where = place("hikvision-camera-2017")
    with opened(loopback_ear(where, PORT)) as ear, udp() as asker:
        asker.sendto(b"one", (str(where.ip), PORT))
        asker.sendto(b"two", (str(where.ip), PORT))
        assert heard(ear) == [(b"one", False), (b"two", False)]


def test_an_answer_comes_from_the_device_s_address() -> None:
    where = place("hikvision-camera-2017")
    with opened(loopback_ear(where, PORT)) as ear, udp() as asker:
        asker.bind(("127.0.0.1", 0))
        ear.send(b"answer", asker.getsockname())
        assert asker.recvfrom(100) == (b"answer", (str(where.ip), PORT))


def test_every_ear_of_a_group_hears_a_multicast() -> None:
    with opened(loopback_group_ear(GROUP, PORT)) as first, opened(loopback_group_ear(GROUP, PORT)) as second:
        with udp() as asker:
            asker.sendto(b"all", (GROUP, PORT))
        assert (b"all", True) in heard(first)
        assert (b"all", True) in heard(second)


def test_a_datagram_that_cannot_be_sent_is_lost() -> None:
    with opened(loopback_ear(place("wiki"), PORT)) as ear:
        ear.send(b"x" * 70_000, ("127.0.0.1", 9))


def test_a_port_that_is_taken_is_an_error() -> None:
    where = place("wiki")
    with listen(where, 80), pytest.raises(OSError, match="in use"):
        listen(where, 80)


@pytest.mark.skipif(sys.platform != "linux", reason="the other systems have fewer loopback addresses")
def test_linux_has_all_loopback_addresses() -> None:
    layout = loopback_layout(Estate.generate(20).devices, fresh_network())
    assert missing_addresses(layout.places) is None


def test_where_addresses_are_missing_the_one_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "_usable", lambda ip: ip.endswith(".1"))
    places = loopback_layout(Estate.generate(3).devices).places
    told = missing_addresses(places)
    assert told is not None
    assert "2 of 3" in told
    assert "for ip in 127.77.0.2 127.77.0.3; do sudo ifconfig lo0 alias $ip up; done" in told


def test_interfaces_exist_only_in_namespaces() -> None:
    with pytest.raises(RuntimeError, match="namespace"):
        sockets.namespace_ear(place("wiki"), PORT, GROUP)
