from datetime import date
from ipaddress import IPv4Address, IPv4Network, ip_address
from pathlib import Path

import pytest

from camscan.errors import AnotherNetworkError
from camscan.net.link import Interface, InterfaceAddress, InterfaceKind
from camscan.scan.reach import Way, Wire, reach, require_same_network
from camscan.scope import Scope, parse


def scope_of(site: str) -> Scope:
    text = f"""
[authorisation]
organisation = "Example Borough Council"
authorised_by = "Head of ICT"
expires = {date(2099, 1, 1)}
[[site]]
name = "Town Hall"
{site}
"""
    return parse(text.encode(), Path("camscan.toml"))


def interface(name: str, address: str, *, up: bool = True, multicast: bool = True) -> Interface:
    ip, _, prefix = address.partition("/")
    mask = str(IPv4Network(f"0.0.0.0/{prefix}").netmask)
    loopback = ip.startswith("127.")
    kind = InterfaceKind.LOOPBACK if loopback else InterfaceKind.ETHERNET
    return Interface(
        name, 2, "02:00:00:00:00:01", (InterfaceAddress.of(ip, mask),), up, loopback, kind, 1500, multicast
    )


def test_a_wire_wholly_in_scope_may_be_asked_by_multicast() -> None:
    found = reach(scope_of('networks = ["10.1.0.0/22"]'), [interface("eth0", "10.1.0.9/22")])
    assert [(w.interface, str(w.network), w.multicast) for w in found.wires] == [("eth0", "10.1.0.0/22", True)]


@pytest.mark.parametrize(
    ("site", "allowed"),
    [
        ('networks = ["10.1.0.0/24"]', False),
        ('networks = ["10.1.0.0/22"]\nexclude = ["10.1.2.3"]', False),
        ('networks = ["10.1.0.0/24"]\nmulticast = true', True),
    ],
)
def test_a_wire_partly_in_scope_only_where_the_site_says_so(site: str, allowed: bool) -> None:
    found = reach(scope_of(site), [interface("eth0", "10.1.0.9/22")])
    assert [w.multicast for w in found.wires] == [allowed]


def test_interfaces_that_are_down_or_elsewhere_or_not_the_sites_own_do_not_count() -> None:
    scope = scope_of('networks = ["10.1.0.0/22"]\ninterface = "eth1"')
    known = [
        interface("eth0", "10.1.0.9/22"),
        interface("eth1", "10.1.0.8/22", up=False),
        interface("eth2", "10.9.0.1/24"),
    ]
    assert reach(scope, known).wires == ()


def test_the_way_to_an_address() -> None:
    found = reach(scope_of('networks = ["10.1.0.0/22", "127.0.0.0/24"]'), [interface("eth0", "10.1.0.9/22")])
    assert found.way(ip_address("10.1.0.20")) is Way.LINK
    assert found.way(ip_address("10.2.0.20")) is Way.ROUTED
    assert found.way(ip_address("127.0.0.3")) is Way.LOOPBACK


LINKED = """
networks = ["10.1.0.0/22"]
[[site.link]]
network = "10.1.0.0/22"
gateway_mac = "00:11:22:33:44:55"
dns_suffix = "a.example"
"""
WIRE = Wire(
    "eth0", IPv4Address("10.1.0.9"), IPv4Network("10.1.0.0/22"), None, is_loopback=False, multicast=True, by_site=False
)


@pytest.mark.parametrize(
    ("mac", "suffix"),
    [("00:11:22:33:44:55", "a.example"), (None, "a.example"), (None, None), ("00:11:22:33:44:55", "b.example")],
)
def test_the_same_network_is_known_by_its_gateway_and_else_by_its_suffix(mac: str | None, suffix: str | None) -> None:
    unsure = require_same_network(scope_of(LINKED), [(WIRE, mac, suffix)])
    assert unsure == ((WIRE.network,) if mac is None and suffix is None else ())


def test_the_same_numbers_with_another_prefix_are_the_same_numbers() -> None:
    home = Wire("wlan0", IPv4Address("10.1.0.9"), IPv4Network("10.1.0.0/24"), None, False, True, False)
    with pytest.raises(AnotherNetworkError):
        require_same_network(scope_of(LINKED), [(home, "66:55:44:33:22:11", None)])


@pytest.mark.parametrize(("mac", "suffix"), [("66:55:44:33:22:11", "a.example"), (None, "b.example")])
def test_the_same_numbers_behind_another_gateway_stop_the_scan(mac: str | None, suffix: str | None) -> None:
    with pytest.raises(AnotherNetworkError, match="--same-network"):
        require_same_network(scope_of(LINKED), [(WIRE, mac, suffix)])
