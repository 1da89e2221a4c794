"""Frames as a mirror port shows them, and what a Listening makes of them."""

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from answers import answers, wire
from egress_makers import START, ethernet, ip_packet, packed, udp

from camscan import scope
from camscan.egress.link import LINKS
from camscan.evidence import IPAddress, Observation
from camscan.identify import SignatureSet, load
from camscan.listen.keeping import keeper
from camscan.listen.listening import Listening

CAMERA, OTHER, ASKER, STRANGER = "10.1.0.20", "10.1.0.21", "10.1.0.99", "198.51.100.7"
MAC, OTHER_MAC, ASKER_MAC = "44:19:b6:00:00:01", "3c:ef:8c:00:00:02", "02:00:00:00:00:99"
MACS = {CAMERA: MAC, OTHER: OTHER_MAC, ASKER: ASKER_MAC}
GROUP = "239.255.255.250"
FIN, SYN, RST, ACK, PUSH = 0x01, 0x02, 0x04, 0x10, 0x08

SADP = wire(next(row for row in answers("sadp") if row["fidelity"] != "fields"))
"""A real answer, captured by others: DS-2CD2385G1-I."""

Found = dict[tuple[str, int], list[Observation]]
"""What was kept, by address and number."""


@cache
def signatures() -> SignatureSet:
    return load()


def a_scope(*networks: str) -> scope.Scope:
    named = ", ".join(f'"{network}"' for network in networks or ("10.1.0.0/22", "2001:db8:1::/64"))
    text = (
        '[authorisation]\norganisation = "Example Borough Council"\nauthorised_by = "Head of ICT"\n'
        f'expires = {date(2099, 12, 31)}\n[[site]]\nname = "Town Hall"\nnetworks = [{named}]\n'
    )
    return scope.parse(text.encode(), Path("camscan.toml"))


def mac_of(address: str) -> str:
    return MACS.get(address, "02:00:00:00:00:fe")


def arp(address: str, mac: str = "", *, answers_to: str = ASKER, sender: str = "") -> bytes:
    """An ARP answer. ``sender`` is the MAC of the frame, where it differs."""
    mac = mac or mac_of(address)
    body = b"\x00\x01\x08\x00\x06\x04\x00\x02" + bytes.fromhex(mac.replace(":", "")) + packed(address)
    body += bytes.fromhex(mac_of(answers_to).replace(":", "")) + packed(answers_to)
    return ethernet(body, 0x0806, sender or mac)


def datagram(source: str, target: str, ports: tuple[int, int], payload: bytes, mac: str = "") -> bytes:
    return ethernet(ip_packet(source, target, 17, udp(*ports, payload)), _kind(source), mac or mac_of(source))


def hello(source: str = CAMERA, payload: bytes = SADP, mac: str = "") -> bytes:
    """SADP to its group, as old firmware answers."""
    return datagram(source, GROUP, (37020, 37020), payload, mac)


def fragments(source: str, target: str, ports: tuple[int, int], payload: bytes, size: int = 512) -> list[bytes]:
    whole = udp(*ports, payload)
    frames = []
    for offset in range(0, len(whole), size):
        packet = bytearray(ip_packet(source, target, 17, whole[offset : offset + size]))
        more = 0x2000 if offset + size < len(whole) else 0
        packet[4:8] = struct.pack(">HH", 7, more | offset // 8)
        frames.append(ethernet(bytes(packet), source=mac_of(source)))
    return frames


def segment(
    source: str,
    target: str,
    ports: tuple[int, int],
    numbers: tuple[int, int],
    flags: int,
    payload: bytes = b"",
    mac: str = "",
) -> bytes:
    head = struct.pack(">HHIIBBHHH", *ports, *(number % 2**32 for number in numbers), 0x50, flags, 65535, 0, 0)
    return ethernet(ip_packet(source, target, 6, head + payload), _kind(source), mac or mac_of(source))


class Talk:
    """A TCP conversation, told in lines: ``Talk(CAMERA, 80).opened().asks(b"GET / ...").answers(b"HTTP/1.1 ...")``."""

    def __init__(self, server: str = CAMERA, port: int = 80, client: str = ASKER, own: int = 50_000) -> None:
        self.frames: list[bytes] = []
        self._ends = {True: (client, own), False: (server, port)}
        self._next = {True: 4_294_967_000, False: 77_000}  # one of them wraps

    def send(self, payload: bytes = b"", flags: int = ACK, *, client: bool, heard: bool = True) -> "Talk":
        (source, own), (target, port) = self._ends[client], self._ends[not client]
        numbers = self._next[client], self._next[not client] if flags & ACK else 0
        if heard:
            self.frames.append(segment(source, target, (own, port), numbers, flags, payload))
        self._next[client] += len(payload) + bool(flags & (SYN | FIN))
        return self

    def opened(self) -> "Talk":
        self.send(flags=SYN, client=True).send(flags=SYN | ACK, client=False)
        return self.send(client=True)

    def asks(self, payload: bytes) -> "Talk":
        return self.send(payload, ACK | PUSH, client=True)

    def answers(self, payload: bytes, size: int = 1400) -> "Talk":
        for at in range(0, len(payload), size):
            self.send(payload[at : at + size], ACK | PUSH, client=False)
        return self.send(client=True)

    def closed(self) -> "Talk":
        self.send(flags=FIN | ACK, client=True).send(flags=FIN | ACK, client=False)
        return self.send(client=True)


PLAIN = b"GET / HTTP/1.1\r\nHost: camera\r\n\r\n"


def page(title: str = "Camera", *headers: str, status: str = "200 OK", body: str = "") -> bytes:
    content = f"<html><head><title>{title}</title></head>{body}</html>".encode()
    lines = [f"HTTP/1.1 {status}", "Server: App-webs/", "Content-Type: text/html", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + content


class Heard:
    """A Listening and what it handed over."""

    def __init__(
        self, scope: scope.Scope | None = None, *, everyone: bool = False, latest: float = START + 1e6
    ) -> None:
        self.kept: Found = {}
        judge: Callable[[Sequence[Observation]], bool] = (lambda _: True) if everyone else keeper(signatures())
        self.listening = Listening(scope or a_scope(), judge, self._take, latest=latest)

    def _take(self, ip: IPAddress, site: str, number: int, observations: tuple[Observation, ...]) -> None:
        assert site == "Town Hall"
        self.kept.setdefault((str(ip), number), []).extend(observations)

    def frames(self, frames: Iterable[bytes], *, link: int = 1, at: float = START, step: float = 0.001) -> "Heard":
        for number, frame in enumerate(frames):
            self.listening.packet(at + number * step, frame, *LINKS[link](frame), number + 1)
        return self

    def over(self) -> Found:
        self.listening.save(last=True)
        return self.kept

    def of(self, address: str, number: int = 0) -> list[Observation]:
        return self.over().get((address, number), [])

    def values(self, name: str, address: str = CAMERA) -> list[str]:
        self.over()
        every = [one for (ip, _), several in self.kept.items() for one in several if ip == address]
        return [item.value for one in every for item in one.evidence if item.name == name]


def heard(*frames: bytes, everyone: bool = False) -> Heard:
    return Heard(everyone=everyone).frames(frames)


def _kind(address: str) -> int:
    return 0x86DD if ip_address(address).version == 6 else 0x0800
