"""Which kind of place an address is. Pure, and cached: the same few thousand addresses come again and again."""

from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

CACHE = 200_000
"""Addresses remembered; about 30 MB when full."""


class Place(StrEnum):
    """Where an address is."""

    INTERNET = "internet"
    LOCAL = "local"  # private, link-local, loopback, or declared by a site
    GROUP = "group"  # multicast, broadcast, unspecified
    CARRIER = "carrier"  # shared address space: neither the internet nor the site


_GROUP = tuple(
    IPv4Network(text) if "." in text else IPv6Network(text)
    for text in ("0.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32", "ff00::/8", "::/128")
)
"""RFC 1122 3.2.1.3, RFC 5771, RFC 919, RFC 4291 2.7."""

_LOCAL = tuple(
    IPv4Network(text) if "." in text else IPv6Network(text)
    for text in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10",
        "::1/128",
    )
)  # fmt: skip
"""RFC 1918, RFC 3927, RFC 1122, RFC 4193, RFC 4291."""

_CARRIER = IPv4Network("100.64.0.0/10")
"""RFC 6598. EZVIZ devices were measured to send address probes there (seanblanchfield.com, 2022-05)."""


@lru_cache(maxsize=CACHE)
def canonical_text(text: str) -> str:
    """``text`` as an address in its one canonical spelling, IPv4-mapped IPv6 as IPv4; empty where it is none."""
    try:
        ip = ip_address(text.partition("%")[0].strip())
    except ValueError:
        return ""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return str(ip)


@lru_cache(maxsize=CACHE)
def place_of(address: str) -> Place:
    """Where ``address`` (canonical) is, by the number alone; a site may still have declared it."""
    ip = ip_address(address)
    if any(ip in network for network in _GROUP):
        return Place.GROUP
    if any(ip in network for network in _LOCAL):
        return Place.LOCAL
    return Place.CARRIER if ip in _CARRIER else Place.INTERNET
