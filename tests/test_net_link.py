from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.net.link import (
    Interface,
    InterfaceAddress,
    InterfaceKind,
    Neighbour,
    NeighbourState,
    kind_by_words,
    mac_of,
    mac_text,
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("44:19:B6:00:00:01", "44:19:b6:00:00:01"),
        ("44-19-b6-00-00-01", "44:19:b6:00:00:01"),
        ("a4:91:b1:0:1:2", "a4:91:b1:00:01:02"),
        ("00:00:00:00:00:00", None),
        ("ff:ff:ff:ff:ff:ff", None),
        ("01:00:5e:00:00:16", None),
        ("44:19:b6:00:00", None),
        ("44:19:b6:00:00:01:02", None),
        ("44:19:b6:00:00:001", None),
        ("44:19:b6:00:00:zz", None),
        ("(incomplete)", None),
        ("", None),
    ],
)
def test_a_mac_is_that_of_one_station_or_none(written: str, expected: str | None) -> None:
    assert mac_text(written) == expected


@given(st.binary(max_size=8))
def test_octets_and_their_text_agree(octets: bytes) -> None:
    mac = mac_of(octets)
    assert mac is None or (mac_text(mac) == mac and bytes.fromhex(mac.replace(":", "")) == octets)


@given(st.text(max_size=30))
def test_any_text_is_a_mac_or_none(written: str) -> None:
    mac = mac_text(written)
    assert mac is None or len(mac) == 17


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("tun0", InterfaceKind.VPN),
        ("wg-office", InterfaceKind.VPN),
        ("utun3", InterfaceKind.VPN),
        ("Fortinet SSL VPN Virtual Ethernet Adapter", InterfaceKind.VPN),
        ("TAP-Windows Adapter V9", InterfaceKind.VPN),
        ("vboxnet0", InterfaceKind.VIRTUAL),
        ("vEthernet (WSL)", InterfaceKind.VIRTUAL),
        ("Hyper-V Virtual Ethernet Adapter", InterfaceKind.VIRTUAL),
        ("Microsoft Wi-Fi Direct Virtual Adapter", InterfaceKind.VIRTUAL),
        ("br-1a2b3c4d5e6f", InterfaceKind.VIRTUAL),
        ("docker0", InterfaceKind.VIRTUAL),
        ("Intel(R) Wi-Fi 6 AX201 160MHz", InterfaceKind.WIFI),
        ("wlp3s0", InterfaceKind.WIFI),
        ("eth0", None),
        ("enp0s31f6", None),
        ("Microsoft Hyper-V Network Adapter", None),  # the one cable of a virtual machine
        ("Realtek PCIe GbE Family Controller", None),
    ],
)
def test_words_tell_tunnels_from_virtual_networks_from_wifi(words: str, expected: InterfaceKind | None) -> None:
    assert kind_by_words(words) is expected


def test_an_address_carries_its_network_and_broadcast() -> None:
    address = InterfaceAddress.of("10.1.0.9", "255.255.252.0")
    assert (str(address.network), str(address.broadcast)) == ("10.1.0.0/22", "10.1.3.255")
    scoped = InterfaceAddress.of("fe80::1%eth0", "ffff:ffff:ffff:ffff::")
    assert (str(scoped.ip), str(scoped.network), scoped.broadcast) == ("fe80::1", "fe80::/64", None)
    assert InterfaceAddress.of("100.64.0.7", "255.255.255.255").broadcast is None
    assert InterfaceAddress.of("10.0.0.0", "255.255.255.254").broadcast is None


@pytest.mark.parametrize("netmask", ["255.0.255.0", "1.2.3.4", "ffff::ffff", "nonsense"])
def test_a_netmask_with_holes_is_refused(netmask: str) -> None:
    with pytest.raises(ValueError, match=netmask.partition("::")[0]):
        InterfaceAddress.of("fe80::1" if ":" in netmask else "10.0.0.1", netmask)


def test_the_source_is_the_address_on_the_narrowest_network_that_holds_the_target() -> None:
    wide, narrow = InterfaceAddress.of("10.1.0.9", "255.255.0.0"), InterfaceAddress.of("10.1.2.9", "255.255.255.0")
    link = InterfaceAddress.of("fe80::1", "ffff:ffff:ffff:ffff::")
    interface = Interface("eth0", 2, None, (wide, narrow, link), True, False, InterfaceKind.ETHERNET, 1500)
    assert interface.source_for(IPv4Address("10.1.2.20")) is narrow
    assert interface.source_for(IPv4Address("10.1.9.20")) is wide
    assert interface.source_for(IPv4Address("10.2.0.1")) is None
    assert interface.source_for(IPv6Address("fe80::2")) is link
    assert interface.ipv4 == (wide, narrow)


def test_people_see_what_an_interface_is() -> None:
    def label(name: str, kind: InterfaceKind) -> str:
        return Interface(name, 2, None, (), True, False, kind, 1500).label

    assert label("eth0", InterfaceKind.ETHERNET) == "eth0"
    assert label("vboxnet0", InterfaceKind.VIRTUAL) == "vboxnet0, a virtual network"
    assert all(label("x", kind).startswith("x") for kind in InterfaceKind)


def test_only_a_reachable_neighbour_is_alive_and_a_failed_one_has_no_mac_to_believe() -> None:
    ip, mac = IPv4Address("10.1.0.20"), "44:19:b6:00:00:01"
    alive = {state for state in NeighbourState if Neighbour(ip, mac, "eth0", state).alive}
    resolved = {state for state in NeighbourState if Neighbour(ip, mac, "eth0", state).resolved}
    assert alive == {NeighbourState.REACHABLE}
    assert resolved == set(NeighbourState) - {NeighbourState.FAILED, NeighbourState.INCOMPLETE}
    assert not Neighbour(ip, None, "eth0", NeighbourState.REACHABLE).resolved


def test_a_stale_neighbour_counts_while_it_was_confirmed_since_the_scan_began() -> None:
    def stale(
        confirmed: float | None, state: NeighbourState = NeighbourState.STALE, mac: str | None = "02:00:00:00:00:05"
    ) -> bool:
        return Neighbour(IPv4Address("10.1.0.20"), mac, "eth0", state, confirmed).alive_within(60)

    assert stale(45.0)
    assert not stale(61.0)
    assert not stale(None)
    assert stale(None, NeighbourState.UNKNOWN)
    assert stale(None, NeighbourState.REACHABLE)
    assert not stale(None, NeighbourState.PERMANENT)
    assert not stale(1.0, NeighbourState.FAILED)
    assert not stale(1.0, mac=None)
