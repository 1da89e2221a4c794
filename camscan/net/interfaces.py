"""The network interfaces of this machine, on every system alike."""

import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psutil

from camscan.net import _system
from camscan.net.link import Interface, InterfaceAddress, InterfaceKind, kind_by_words, mac_text

__all__ = ["Interface", "InterfaceAddress", "InterfaceKind", "interfaces"]


def interfaces() -> tuple[Interface, ...]:
    """Every interface of this machine, in the system's order. Sends nothing, needs no rights."""
    return described(psutil.net_if_addrs(), psutil.net_if_stats(), _system.kinds(), _index_of)


def described(
    addresses: Mapping[str, Sequence[Any]],
    stats: Mapping[str, Any],
    kinds: Mapping[str, InterfaceKind],
    index_of: Callable[[str], int],
) -> tuple[Interface, ...]:
    """Interfaces from what psutil (``net_if_addrs``, ``net_if_stats``) and the system's own file say.

    A key of ``kinds`` is the interface's name, or a heading that ends with it (Windows).
    """
    found: list[Interface] = []
    for name in dict.fromkeys([*addresses, *stats]):
        entries, stat = addresses.get(name, ()), stats.get(name)
        flags = set(str(getattr(stat, "flags", "")).split(","))
        own = tuple(
            address
            for entry in entries
            if (address := _address(entry.family, entry.address, entry.netmask)) is not None
        )
        # Windows gives no flags; there its loopback addresses tell.
        is_loopback = "loopback" in flags or (flags == {""} and any(address.ip.is_loopback for address in own))
        found.append(
            Interface(
                name=name,
                index=index_of(name),
                mac=next((mac for e in entries if e.family == psutil.AF_LINK and (mac := mac_text(e.address))), None),
                addresses=own,
                is_up=bool(stat and stat.isup),
                is_loopback=is_loopback,
                kind=InterfaceKind.LOOPBACK if is_loopback else _kind(name, kinds),
                mtu=int(stat.mtu) if stat else 0,
                multicast="multicast" in flags or flags == {""},
            )
        )
    return tuple(found)


def _address(family: int, written: str, netmask: str | None) -> InterfaceAddress | None:
    if family not in (socket.AF_INET, socket.AF_INET6):
        return None
    try:
        return InterfaceAddress.of(written, netmask)
    except ValueError:
        return None


def _kind(name: str, kinds: Mapping[str, InterfaceKind]) -> InterfaceKind:
    if name in kinds:
        return kinds[name]
    told = next((kind for heading, kind in kinds.items() if heading.endswith(f" {name}")), None)
    return told or kind_by_words(name) or InterfaceKind.ETHERNET


def _index_of(name: str) -> int:
    try:
        return socket.if_nametoindex(name)
    except OSError:
        return 0
