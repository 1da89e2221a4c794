"""The program for the kernel's filter, run by the kernel: a pair of local sockets stands in for the interface."""

import contextlib
import socket
import sys
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

if sys.platform != "linux":
    pytest.skip("filters of Linux's kernel", allow_module_level=True)

from camscan.net import _sift
from camscan.net._filter_linux import attach

KEPT = 64
BULK = bytes(range(7, 200)) * 5
CAMERA, RECORDER, OUTSIDE = "10.1.0.20", "10.1.0.5", "52.1.2.3"
VLAN, QINQ = bytes.fromhex("81000005"), bytes.fromhex("88a80005 81000006")


def ether(inner: bytes, kind: int = 0x0800, tags: bytes = b"") -> bytes:
    return bytes.fromhex("020000000001 020000000002") + tags + kind.to_bytes(2, "big") + inner


def packet(source: str, target: str, protocol: int, body: bytes, *, options: bytes = b"", fragment: int = 0) -> bytes:
    ends = ip_address(source).packed + ip_address(target).packed
    if isinstance(ip_address(source), IPv6Address):
        return bytes.fromhex("60000000") + len(body).to_bytes(2, "big") + bytes([protocol, 64]) + ends + body
    size = 20 + len(options) + len(body)
    head = (
        bytes([0x40 + 5 + len(options) // 4, 0]) + size.to_bytes(2, "big") + b"\x12\x34" + fragment.to_bytes(2, "big")
    )
    return head + bytes([64, protocol, 0, 0]) + ends + options + body


def udp(content: bytes = BULK, ports: tuple[int, int] = (40000, 50000), checksum: int = 0x1234) -> bytes:
    head = [*ports, 8 + len(content), checksum]
    return b"".join(number.to_bytes(2, "big") for number in head) + content


def tcp(
    content: bytes = BULK,
    ports: tuple[int, int] = (554, 50000),
    flags: int = 0x10,
    checksum: int = 0x1234,
    options: bytes = b"",
) -> bytes:
    head = b"".join(number.to_bytes(2, "big") for number in ports) + bytes(8)
    offset = (5 + len(options) // 4) << 4
    return head + bytes([offset, flags]) + bytes(2) + checksum.to_bytes(2, "big") + bytes(2) + options + content


def frame(source: str, target: str, body: bytes, protocol: int = 17, tags: bytes = b"") -> bytes:
    return ether(packet(source, target, protocol, body), 0x86DD if ":" in source else 0x0800, tags)


def passes(
    frames: Iterable[bytes],
    *,
    random: bool = False,
    local: Iterable[IPv4Network | IPv6Network] = (),
) -> list[bool]:
    """Which frames the kernel lets through."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    told = []
    with near, far:
        attach(near, _sift.sift(KEPT, random=random, local=local))
        near.settimeout(0)
        for one in frames:
            with contextlib.suppress(OSError):  # a filter that drops is told to the sender
                far.send(one)
            try:
                told.append(near.recv(65_535) == one[:KEPT])
            except BlockingIOError:
                told.append(False)
    return told


STAY = {
    "to the internet": frame(CAMERA, OUTSIDE, udp()),
    "from the internet": frame(OUTSIDE, CAMERA, tcp(), 6),
    "to shared address space": frame(CAMERA, "100.64.0.9", udp()),
    "beside 172.16.0.0/12": frame(CAMERA, "172.32.0.1", udp()),
    "ARP": ether(bytes(28), 0x0806),
    "an unknown protocol": ether(BULK, 0x88CC),
    "ICMP": frame(CAMERA, RECORDER, BULK, 1),
    "GRE": frame(CAMERA, RECORDER, BULK, 47),
    "DNS over UDP": frame(CAMERA, RECORDER, udp(ports=(50000, 53))),
    "a DNS answer": frame(RECORDER, CAMERA, udp(ports=(53, 50000))),
    "DNS over TCP": frame(CAMERA, RECORDER, tcp(ports=(50000, 53)), 6),
    "DHCP": frame("192.168.1.5", "255.255.255.255", udp(ports=(68, 67))),
    "SSDP": frame(CAMERA, "239.255.255.250", udp(ports=(50000, 1900))),
    "SADP": frame(CAMERA, "239.255.255.250", udp(ports=(37020, 37020))),
    "a small datagram": frame(CAMERA, RECORDER, udp(bytes(140))),
    "a SYN": frame(CAMERA, RECORDER, tcp(b"", flags=0x02), 6),
    "a FIN": frame(CAMERA, RECORDER, tcp(b"", flags=0x11), 6),
    "a RST": frame(CAMERA, RECORDER, tcp(b"", flags=0x14), 6),
    "an RTSP answer": frame(CAMERA, RECORDER, tcp(b"RTSP/1.0 200 OK"), 6),
    "a request behind TCP options": frame(CAMERA, RECORDER, tcp(b"POST /x", options=bytes(12)), 6),
    "a TLS handshake": frame(CAMERA, RECORDER, tcp(b"\x16\x03\x01\x00\x50"), 6),
    "IPv6 to the internet": frame("fe80::1", "2a01::1", udp()),
    "IPv6 between global addresses": frame("2a01::1", "2a01::2", udp()),
    "an IPv6 neighbour's question": frame("fe80::1", "ff02::1", BULK, 58),
    "IPv6 mDNS": frame("fe80::1", "ff02::fb", udp(ports=(5353, 5353))),
    "IPv6 SYN": frame("fd00::1", "fd00::2", tcp(b"", flags=0x02), 6),
    "a tagged packet to the internet": frame(CAMERA, OUTSIDE, udp(), tags=VLAN),
    "a doubly tagged SYN": frame(CAMERA, RECORDER, tcp(b"", flags=0x02), 6, QINQ),
    "a tagged request": frame(CAMERA, RECORDER, tcp(b"GET / HTTP/1.1"), 6, VLAN),
}

GO = {
    "a stream over UDP": frame(CAMERA, RECORDER, udp()),
    "a stream over TCP": frame(CAMERA, RECORDER, tcp(), 6),
    "bare acknowledgements": frame(RECORDER, CAMERA, tcp(b""), 6),
    "a stream to a group": frame(CAMERA, "239.1.2.3", udp()),
    "a later fragment": ether(packet(CAMERA, RECORDER, 17, udp(), fragment=0x00B9)),
    "a stream with IP options": ether(packet(CAMERA, RECORDER, 17, udp(), options=bytes(8))),
    "from another private network": frame("192.168.7.7", "172.31.255.9", udp()),
    "IPv6": frame("fd00::1", "fd00::2", udp()),
    "IPv6 link-local TCP": frame("fe80::1", "febf::2", tcp(), 6),
    "a later IPv6 fragment": frame("fd00::1", "fd00::2", bytes.fromhex("110000b9 00001234") + BULK, 44),
    "tagged": frame(CAMERA, RECORDER, udp(), tags=VLAN),
    "doubly tagged": frame(CAMERA, RECORDER, tcp(), 6, QINQ),
    "tagged IPv6": frame("fd00::1", "fd00::2", udp(), tags=VLAN),
}


@pytest.mark.parametrize("name", STAY)
def test_what_matters_stays(name: str) -> None:
    assert passes([STAY[name]]) == [True]


@pytest.mark.parametrize("name", GO)
def test_media_inside_the_site_goes(name: str) -> None:
    assert passes([GO[name]]) == [False]


@pytest.mark.parametrize("name", STAY)
def test_chance_does_not_touch_what_matters(name: str) -> None:
    assert all(passes([STAY[name]] * 20, random=True))


@pytest.mark.parametrize("name", ["a stream over UDP", "a stream over TCP", "IPv6", "a later fragment"])
def test_by_chance_one_packet_in_256_stays(name: str) -> None:
    stayed = sum(passes([GO[name]] * 20_000, random=True))
    assert 20 <= stayed <= 200  # 78 on average; either bound is more than six standard deviations away


def test_without_chance_the_packets_own_numbers_decide() -> None:
    fragment = packet(CAMERA, RECORDER, 17, BULK, fragment=9)
    numbers = [number.to_bytes(2, "big") for number in range(1024)]
    for stream in (
        [frame(CAMERA, RECORDER, udp(checksum=number)) for number in range(1024)],
        [frame(CAMERA, RECORDER, tcp(checksum=number), 6) for number in range(1024)],
        [ether(fragment[:4] + number + fragment[6:]) for number in numbers],
    ):
        assert sum(passes(stream)) == 4


def test_a_stream_without_checksums_stays_whole() -> None:
    assert passes([frame(CAMERA, RECORDER, udp(checksum=0))]) == [True]


def test_public_networks_of_the_site_are_local_too() -> None:
    mine: list[IPv4Network | IPv6Network] = [
        IPv4Network("198.51.100.0/24"),
        IPv6Network("2001:db8:1::/48"),
        IPv6Network("2001:db8:2:7::/64"),
    ]
    inside = [
        frame("198.51.100.7", CAMERA, udp()),
        frame("2001:db8:1:9::1", "2001:db8:1:9::2", tcp(), 6),
        frame("2001:db8:2:7::1", "fd00::2", udp()),
    ]
    outside = [
        frame("198.51.101.7", CAMERA, udp()),
        frame("2001:db8:2:9::1", "2001:db8:1:9::2", udp()),
        frame("2001:db8:2:8::1", "fd00::2", udp()),
    ]
    assert passes(inside, local=mine) == [False] * 3
    assert passes(inside) == [True] * 3
    assert passes(outside, local=mine) == [True] * 3


def test_networks_beyond_its_room_are_kept_and_do_no_harm() -> None:
    many: list[IPv4Network | IPv6Network] = [IPv4Network(f"203.0.{n}.0/24") for n in range(200)] + [
        IPv6Network(f"2001:db8:{n:x}::/64") for n in range(99)
    ]
    assert len(_sift.sift(KEPT, random=True, local=many)) < 4096  # BPF_MAXINSNS
    assert passes([frame("203.0.0.1", CAMERA, udp()), frame("203.0.199.1", CAMERA, udp())], local=many) == [False, True]


@given(cut=st.integers(1, 120), name=st.sampled_from(sorted(GO)))
def test_a_packet_cut_short_does_not_frighten_it(cut: int, name: str) -> None:
    passes([GO[name][:cut]], random=True)


@given(st.binary(min_size=1, max_size=200))
def test_nor_do_random_bytes(data: bytes) -> None:
    passes([data])


def test_everything_keeps_everything() -> None:
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with near, far:
        attach(near, _sift.everything(KEPT))
        far.send(GO["IPv6"])
        assert near.recv(9999) == GO["IPv6"][:KEPT]
