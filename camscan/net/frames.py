"""Ethernet frames for ARP (RFC 826), built and read with scapy, which is imported here and nowhere else.

scapy is GPL-2.0-only and slow to load, so it is imported inside the functions. It neither sends nor listens.
"""

import logging
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from camscan.errors import ParseError
from camscan.net.link import mac_of

_BROADCAST = "ff:ff:ff:ff:ff:ff"
_ETHERNET_BYTES = 14
_TARGET_AT = slice(38, 42)
"""Where the target's address stands: after the Ethernet header (14 bytes) and 24 bytes of ARP (RFC 826)."""
_REQUEST, _REPLY = 1, 2
_LONGEST = 128
"""An ARP frame is 42 bytes, padded by Ethernet to 60; more than this is never looked at."""


@dataclass(frozen=True, slots=True)
class ArpAnswer:
    """Who says to have an address: ``mac`` is lower case with colons, of one station."""

    ip: IPv4Address
    mac: str


@dataclass(frozen=True, slots=True)
class ArpTemplate:
    """A request whose target is patched in: scapy builds about 1,500 frames a second, a sweep wants more."""

    frame: bytes

    def asking(self, target: IPv4Address) -> bytes:
        """The request for ``target``."""
        return self.frame[: _TARGET_AT.start] + target.packed + self.frame[_TARGET_AT.stop :]


def arp_request(source_mac: str, source_ip: IPv4Address, target_ip: IPv4Address) -> bytes:
    """The broadcast frame that asks who has ``target_ip``, from us: 42 bytes, padded by the interface."""
    layers = _layers()
    question = layers.ARP(
        op=_REQUEST, hwsrc=source_mac, psrc=str(source_ip), hwdst="00:00:00:00:00:00", pdst=str(target_ip)
    )
    return bytes(layers.Ether(src=source_mac, dst=_BROADCAST) / question)


def template(source_mac: str, source_ip: IPv4Address) -> ArpTemplate:
    """A request from us, ready to be asked of any target."""
    return ArpTemplate(arp_request(source_mac, source_ip, IPv4Address(0)))


def parse_arp(frame: bytes) -> ArpAnswer:
    """The answer in an Ethernet frame. Raises ParseError for anything that is not an ARP reply of one station."""
    if frame[12:_ETHERNET_BYTES] != b"\x08\x06":
        raise ParseError("arp: not an ARP frame")
    layers = _layers()
    try:
        arp = layers.ARP(frame[_ETHERNET_BYTES:_LONGEST])
        shape = (int(arp.hwtype), int(arp.ptype), int(arp.hwlen), int(arp.plen), int(arp.op))
        ip, mac = IPv4Address(str(arp.psrc)), mac_of(bytes.fromhex(str(arp.hwsrc).replace(":", "")))
    except Exception as error:  # noqa: BLE001 - scapy lets through whatever its fields raise (struct.error and others)
        raise ParseError(f"arp: {type(error).__name__} while reading the frame") from None
    if shape != (1, 0x0800, 6, 4, _REPLY):
        raise ParseError("arp: not a reply for IPv4 over Ethernet")
    if mac is None or ip.is_multicast or ip.is_unspecified or ip.is_loopback or ip.is_reserved:
        raise ParseError("arp: a reply that names no station")
    return ArpAnswer(ip, mac)


def _layers() -> Any:
    # scapy writes its warnings to standard error by itself; what it says about hostile bytes must not reach a screen.
    logging.getLogger("scapy").setLevel(logging.CRITICAL)
    from scapy.layers import l2

    return l2
