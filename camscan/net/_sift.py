"""What a busy mirror port leaves out before Python sees it: media inside the site. A program for the kernel's filter.

It drops bulk between local addresses and never the fact of it. Everything stays that leaves the site or comes from
outside, ARP, other protocols than TCP and UDP, DNS, DHCP, NTP, SSDP and the discovery of cameras, small datagrams, the
first and last segments of a TCP connection, requests and answers in text (HTTP, RTSP), TLS handshakes, and of the rest
one packet in SAMPLE.

The steps are those of the classic BSD packet filter (linux/filter.h, net/bpf.h), the same on Linux, macOS and Npcap.
"""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network

Step = tuple[int, int, int, int]
"""Code, steps to skip if true, steps to skip if false, constant."""

SAMPLE = 256
"""Of what is left out one packet in so many stays."""

SMALL = 148
"""A UDP length (header included) up to which datagrams stay: calls, not pictures."""

EXTRA_V4, EXTRA_V6 = 8, 4
"""Networks beside the private ones that the filter has room for: a jump goes over 255 steps at most."""

_PRIVATE_V4 = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")
_PRIVATE_V6 = ("fc00::/7", "fe80::/10")
_GROUPS_V4, _GROUPS_V6 = ("224.0.0.0/4", "255.255.255.255/32"), ("ff00::/8",)

_UDP_PORTS = (53, 67, 68, 123, 137, 546, 547, 853, 1900, 3702, 5350, 5351, 5353, 5355, 37020, 37810)
"""DNS, DHCP, NTP, NetBIOS, DHCPv6, DNS over DTLS, SSDP, WS-Discovery, NAT-PMP and PCP, mDNS, LLMNR, SADP, DHIP."""

_TCP_PORTS = (53, 853)
"""DNS and DNS over TLS."""

_TEXT = (b"HTTP", b"RTSP", b"GET ", b"POST", b"PUT ", b"HEAD", b"M-PO", b"DESC", b"OPTI", b"SETU", b"PLAY", b"ANNO")
_HANDSHAKE = 0x1603
"""A TLS record of type handshake, version 3 (RFC 8446, 5.1)."""

_LDX, _LD_W, _LD_H, _LD_B = 0x01, 0x40, 0x48, 0x50  # the loads are relative to X
_LD_MEM, _ST, _TAX, _TXA, _ADD_X = 0x60, 0x02, 0x07, 0x87, 0x0C
_AND, _LSH, _RSH, _ADD = 0x54, 0x64, 0x74, 0x04
_JA, _JEQ, _JGT, _JSET = 0x05, 0x15, 0x25, 0x45
_RET = 0x06
_LD_ABS = 0x20
_RANDOM = 0xFFFFF000 + 56
"""SKF_AD_OFF + SKF_AD_RANDOM: Linux gives a random number for a load from there."""


class _Program:
    """Steps with labels to jump to. An empty label means the next step."""

    def __init__(self) -> None:
        self._steps: list[tuple[int, str, str, int]] = []
        self._labels: dict[str, int] = {}
        self._made = 0

    def do(self, code: int, constant: int = 0) -> None:
        self._steps.append((code, "", "", constant))

    def jump(self, code: int, constant: int, true: str = "", false: str = "") -> None:
        self._steps.append((code, true, false, constant))

    def go(self, label: str) -> None:
        self._steps.append((_JA, label, "", 0))

    def label(self, name: str) -> None:
        self._labels[name] = len(self._steps)

    def fresh(self) -> str:
        self._made += 1
        return f"_{self._made}"

    def steps(self) -> tuple[Step, ...]:
        return tuple(self._step(at, *step) for at, step in enumerate(self._steps))

    def _step(self, at: int, code: int, true: str, false: str, constant: int) -> Step:
        over = [self._labels[label] - at - 1 if label else 0 for label in (true, false)]
        if code == _JA:
            return code, 0, 0, over[0]
        return code, over[0], over[1], constant


def everything(snaplen: int) -> tuple[Step, ...]:
    """A program that keeps each packet, cut to ``snaplen`` bytes."""
    return ((_RET, 0, 0, snaplen),)


def sift(snaplen: int, *, random: bool, local: Iterable[IPv4Network | IPv6Network] = ()) -> tuple[Step, ...]:
    """The program for Ethernet frames, which it cuts to ``snaplen`` bytes.

    ``local`` are networks of the site beside the private ones (IPv6 prefixes up to 64 bits); those for which there is
    no room are treated like the internet: all is kept. Without ``random`` (Linux only) the checksum and the number of a
    packet decide which stay, so that a stream of identical datagrams may stay whole or not at all.
    """
    extra = list(local)
    v4 = [one for one in extra if isinstance(one, IPv4Network)][:EXTRA_V4]
    v6 = [one for one in extra if isinstance(one, IPv6Network) and one.prefixlen <= 64][:EXTRA_V6]
    made = _Program()
    _link(made)
    made.label("ipv4")
    _among(made, 26, [*map(IPv4Network, _PRIVATE_V4), *v4])
    _among(made, 30, [*map(IPv4Network, (*_PRIVATE_V4, *_GROUPS_V4)), *v4])
    _ipv4(made, random=random)
    made.label("ipv6")
    _among(made, 22, [*map(IPv6Network, _PRIVATE_V6), *v6])
    _among(made, 38, [*map(IPv6Network, (*_PRIVATE_V6, *_GROUPS_V6)), *v6])
    _ipv6(made, random=random)
    made.label("transport")
    made.jump(_JEQ, 6, "tcp")
    made.jump(_JEQ, 17, "udp", "keep")
    _tcp(made, random=random)
    _udp(made, random=random)
    made.label("keep")
    made.do(_RET, snaplen)
    made.label("drop")
    made.do(_RET, 0)
    return made.steps()


def _link(made: _Program) -> None:
    """Takes off up to two VLAN tags: X is how much longer the header is for them."""
    for offset in (0, 4):
        tagged = made.fresh()
        made.do(_LDX, offset)
        made.do(_LD_H, 12)
        for kind in (0x8100, 0x88A8, 0x9100):
            made.jump(_JEQ, kind, tagged)
        made.go("kind")
        made.label(tagged)
    made.do(_LDX, 8)
    made.do(_LD_H, 12)
    made.label("kind")
    made.jump(_JEQ, 0x0800, "ipv4")
    made.jump(_JEQ, 0x86DD, "ipv6", "keep")


def _among(made: _Program, at: int, networks: Iterable[IPv4Network | IPv6Network]) -> None:
    """Keeps the packet unless the address at ``at`` is in one of ``networks``; then goes on."""
    inside = made.fresh()
    for network in networks:
        words = network.max_prefixlen // 32
        mask, value = int(network.netmask), int(network.network_address)
        other = made.fresh()
        for word in range((network.prefixlen + 31) // 32):
            shift = (words - 1 - word) * 32
            last = word == (network.prefixlen - 1) // 32
            made.do(_LD_W, at + word * 4)
            made.do(_AND, mask >> shift & 0xFFFFFFFF)
            made.jump(_JEQ, value >> shift & 0xFFFFFFFF, inside if last else "", other)
        made.label(other)
    made.go("keep")
    made.label(inside)


def _ipv4(made: _Program, *, random: bool) -> None:
    """A fragment that is not the first has no ports. X grows by the header's length."""
    whole = made.fresh()
    made.do(_LD_H, 20)
    made.jump(_JSET, 0x1FFF, "", whole)
    _sample(made, 18, random=random)
    made.go("drop")
    made.label(whole)
    made.do(_LD_B, 23)
    made.do(_ST, 0)
    made.do(_LD_B, 14)
    made.do(_AND, 0xF)
    made.do(_LSH, 2)
    made.do(_ADD_X)
    made.do(_TAX)
    made.do(_LD_MEM, 0)
    made.go("transport")


def _ipv6(made: _Program, *, random: bool) -> None:
    """44 is a fragment (RFC 8200, 4.5), with its number in the last four bytes of its header."""
    whole = made.fresh()
    made.do(_LD_B, 20)
    made.jump(_JEQ, 44, "", whole)
    _sample(made, 60, random=random)
    made.go("drop")
    made.label(whole)
    made.do(_ST, 0)
    made.do(_TXA)
    made.do(_ADD, 40)
    made.do(_TAX)
    made.do(_LD_MEM, 0)


def _tcp(made: _Program, *, random: bool) -> None:
    """The sample comes before the look at the content: a load beyond the packet's end drops the packet."""
    made.label("tcp")
    made.do(_LD_B, 27)
    made.jump(_JSET, 0x07, "keep")  # FIN, SYN, RST
    _ports(made, _TCP_PORTS)
    _sample(made, 30, random=random)
    made.do(_LD_B, 26)
    made.do(_RSH, 2)
    made.do(_AND, 0x3C)
    made.do(_ADD_X)
    made.do(_TAX)
    made.do(_LD_W, 14)
    for word in _TEXT:
        made.jump(_JEQ, int.from_bytes(word, "big"), "keep")
    made.do(_RSH, 16)
    made.jump(_JEQ, _HANDSHAKE, "keep", "drop")


def _udp(made: _Program, *, random: bool) -> None:
    made.label("udp")
    large = made.fresh()
    made.do(_LD_H, 18)
    made.jump(_JGT, SMALL, large, "keep")
    made.label(large)
    _ports(made, _UDP_PORTS)
    _sample(made, 20, random=random)
    made.go("drop")


def _ports(made: _Program, ports: Iterable[int]) -> None:
    """Keeps the packet if either port is one of these."""
    for at in (14, 16):
        made.do(_LD_H, at)
        for port in ports:
            made.jump(_JEQ, port, "keep")


def _sample(made: _Program, at: int, *, random: bool) -> None:
    """Keeps one packet in SAMPLE, by chance or by the two bytes at ``at``."""
    made.do(*((_LD_ABS, _RANDOM) if random else (_LD_H, at)))
    made.do(_AND, SAMPLE - 1)
    made.jump(_JEQ, 0, "keep")
