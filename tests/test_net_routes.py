from ipaddress import IPv4Address

import pytest
from namespaces import cabled

from camscan.net import _system
from camscan.net.link import Gateway, Interface, InterfaceKind, Neighbour, NeighbourState
from camscan.net.routes import dns_suffix, gateway_of

ROUTER = IPv4Address("10.1.0.1")
ETH0 = Interface("eth0", 2, None, (), True, False, InterfaceKind.ETHERNET, 1500)


def router(state: NeighbourState, interface: str = "eth0", mac: str | None = "02:00:00:00:00:05") -> Neighbour:
    return Neighbour(ROUTER, mac, interface, state)


@pytest.mark.parametrize(
    ("known", "mac"),
    [
        ([router(NeighbourState.STALE)], "02:00:00:00:00:05"),
        ([router(NeighbourState.REACHABLE, "eth1")], None),
        ([router(NeighbourState.FAILED)], None),
        ([router(NeighbourState.INCOMPLETE, mac=None), router(NeighbourState.PERMANENT)], "02:00:00:00:00:05"),
        ([], None),
    ],
    ids=["stale", "on another interface", "failed", "second entry", "never spoken to"],
)
def test_the_gateways_mac_is_one_it_answered_with_on_this_interface(
    known: list[Neighbour], mac: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_system, "gateway_ip", lambda _: ROUTER)
    assert gateway_of(ETH0, known) == Gateway(ROUTER, mac)


def test_an_isolated_network_has_no_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_system, "gateway_ip", lambda _: None)
    assert gateway_of(ETH0) is None


def test_the_suffix_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_system, "dns_suffix", lambda interface: f"{interface.name}.example")
    assert dns_suffix(ETH0) == "eth0.example"


@pytest.mark.namespace
def test_the_kernels_own_route_and_neighbour_make_the_gateway() -> None:
    with cabled() as (near, far):
        mac = far.run("cat", "/sys/class/net/eth7/address").strip()
        near.run("ip", "route", "add", "default", "via", "10.77.0.2")
        near.run("ip", "neighbour", "add", "10.77.0.2", "lladdr", mac, "dev", "eth7", "nud", "stale")
        found = near.python(
            "import json\n"
            "from camscan.net.interfaces import interfaces\n"
            "from camscan.net.routes import gateway_of\n"
            "told = {i.name: gateway_of(i) for i in interfaces()}\n"
            "print(json.dumps({name: g and [str(g.ip), g.mac] for name, g in told.items()}))"
        )
    assert found == {"lo": None, "eth7": ["10.77.0.2", mac]}
