import socket
from ipaddress import ip_address
from types import SimpleNamespace

import psutil
import pytest
from namespaces import cabled

from camscan.net.interfaces import described, interfaces
from camscan.net.link import InterfaceKind


def entry(family: int, address: str, netmask: str | None = None) -> SimpleNamespace:
    return SimpleNamespace(family=family, address=address, netmask=netmask)


def stat(*, up: bool = True, flags: str = "up,broadcast,running,multicast") -> SimpleNamespace:
    return SimpleNamespace(isup=up, mtu=1500, flags=flags)


def test_an_interface_gathers_what_the_system_says() -> None:
    addresses = {
        "eth0": [
            entry(socket.AF_INET, "10.1.0.9", "255.255.252.0"),
            entry(socket.AF_INET6, "fe80::1%eth0", "ffff:ffff:ffff:ffff::"),
            entry(psutil.AF_LINK, "44:19:B6:00:00:01"),
        ]
    }
    (found,) = described(addresses, {"eth0": stat()}, {"eth0": InterfaceKind.ETHERNET}, lambda _: 2)
    assert (found.name, found.index, found.mac, found.mtu) == ("eth0", 2, "44:19:b6:00:00:01", 1500)
    assert [str(address.network) for address in found.addresses] == ["10.1.0.0/22", "fe80::/64"]
    assert found.is_up
    assert found.multicast
    assert not found.is_loopback


def test_windows_gives_no_flags_and_its_loopback_is_known_by_address() -> None:
    addresses = {
        "Loopback Pseudo-Interface 1": [entry(socket.AF_INET, "127.0.0.1", "255.0.0.0")],
        "Ethernet": [entry(psutil.AF_LINK, "44-19-B6-00-00-01"), entry(socket.AF_INET6, "fe80::1", None)],
    }
    kinds = {"Ethernet adapter vEthernet (WSL)": InterfaceKind.VIRTUAL, "Ethernet adapter Ethernet": InterfaceKind.WIFI}
    loopback, ethernet = described(addresses, dict.fromkeys(addresses, stat(flags="")), kinds, lambda _: 0)
    assert loopback.kind is InterfaceKind.LOOPBACK
    assert (ethernet.kind, ethernet.mac) == (InterfaceKind.WIFI, "44:19:b6:00:00:01")
    assert ethernet.multicast
    assert not ethernet.is_loopback


def test_what_is_odd_is_left_out_and_the_rest_is_kept() -> None:
    addresses = {
        "tun0": [entry(socket.AF_INET, "nonsense", "255.0.255.0"), entry(psutil.AF_LINK, "00:00:00:00:00:00")],
        "eth1": [],
    }
    tunnel, bare = described(addresses, {}, {}, lambda _: 3)
    assert (tunnel.addresses, tunnel.mac, tunnel.kind, tunnel.is_up) == ((), None, InterfaceKind.VPN, False)
    assert bare.kind is InterfaceKind.ETHERNET


def test_this_machine_has_a_loopback_interface() -> None:
    loopback = next(each for each in interfaces() if each.is_loopback)
    assert loopback.kind is InterfaceKind.LOOPBACK
    assert loopback.index > 0
    assert any(address.ip == ip_address("127.0.0.1") for address in loopback.addresses)


@pytest.mark.namespace
def test_the_kernel_tells_cables_from_tunnels_and_virtual_networks() -> None:
    with cabled() as (near, _far):
        near.run("ip", "link", "add", "link", "eth7", "name", "cams", "type", "macvlan")
        near.run("ip", "link", "add", "lan", "type", "bridge")
        near.run("ip", "tuntap", "add", "dev", "office", "mode", "tun")
        found = near.python(
            "import json\n"
            "from camscan.net.interfaces import interfaces\n"
            "print(json.dumps({i.name: [i.kind, i.is_up, [str(a.network) for a in i.ipv4],\n"
            "  [str(a.broadcast) for a in i.ipv4], i.index] for i in interfaces()}))"
        )
    assert found["eth7"][:4] == ["virtual", True, ["10.77.0.0/24"], ["10.77.0.255"]]
    assert found["lo"][0] == "loopback"
    assert (found["cams"][0], found["cams"][1]) == ("virtual", False)
    assert found["lan"][0] == "virtual"
    assert found["office"][0] == "vpn"
    assert all(values[4] > 0 for values in found.values())
