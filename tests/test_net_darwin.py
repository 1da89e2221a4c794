"""Outputs of macOS' tools. Synthetic: written after the tools' known form, not recorded on a machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.net import _darwin
from camscan.net.link import Interface, InterfaceKind, NeighbourState

PORTS = """
Hardware Port: Ethernet Adapter (en4)
Device: en4
Ethernet Address: 44:19:b6:00:00:01

Hardware Port: Thunderbolt Bridge
Device: bridge0
Ethernet Address: 36:00:00:00:00:01

Hardware Port: Wi-Fi
Device: en0
Ethernet Address: a4:91:b1:00:01:02

VLAN Configurations
===================
"""

ROUTE = """\
   route to: default
destination: default
       mask: default
    gateway: 10.1.0.1
  interface: en0
      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>
 recvpipe  sendpipe  ssthresh  rtt,msec    rttvar  hopcount      mtu     expire
       0         0         0         0         0         0      1500         0
"""

SCUTIL = """\
DNS configuration

resolver #1
  search domain[0] : summary.example
  nameserver[0] : 10.1.0.2
  if_index : 4 (en0)
  flags    : Request A records
  reach    : 0x00020002 (Reachable,Directly Reachable Address)

DNS configuration (for scoped queries)

resolver #1
  domain   : Cameras.example.
  nameserver[0] : 10.8.0.2
  if_index : 6 (en4)
  flags    : Scoped, Request A records

resolver #2
  search domain[0] : school.example.sch.uk
  search domain[1] : other.example
  nameserver[0] : 10.1.0.2
  if_index : 7 (en5)
  flags    : Scoped, Request A records
"""

ARP = """\
? (10.1.0.1) at 2:0:0:0:0:5 on en0 ifscope [ethernet]
? (10.1.0.20) at 44:19:b6:0:0:1 on en0 ifscope [ethernet]
? (10.1.0.21) at (incomplete) on en0 ifscope [ethernet]
? (10.1.0.9) at a4:91:b1:0:1:2 on en0 ifscope permanent [ethernet]
? (224.0.0.251) at 1:0:5e:0:0:fb on en0 ifscope permanent [ethernet]
? (10.1.3.255) at ff:ff:ff:ff:ff:ff on en0 ifscope [ethernet]
"""


def interface(name: str) -> Interface:
    return Interface(name, 4, None, (), True, False, InterfaceKind.ETHERNET, 1500)


def test_hardware_ports_tell_wifi_from_cable() -> None:
    assert _darwin.parse_hardware_ports(PORTS) == {
        "en4": InterfaceKind.ETHERNET,
        "bridge0": InterfaceKind.VIRTUAL,
        "en0": InterfaceKind.WIFI,
    }


@pytest.mark.parametrize(
    ("text", "name", "gateway"),
    [
        (ROUTE, "en0", "10.1.0.1"),
        (ROUTE, "en4", None),
        (ROUTE.replace("10.1.0.1", "link#12"), "en0", None),
        ("route: writing to routing socket: not in table\n", "en0", None),
        ("", "en0", None),
    ],
)
def test_a_gateway_counts_only_through_this_interface(text: str, name: str, gateway: str | None) -> None:
    found = _darwin.parse_route_get(text, name)
    assert (str(found) if found else None) == gateway


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("en0", "summary.example"), ("en4", "cameras.example"), ("en5", "school.example.sch.uk"), ("en9", None)],
)
def test_each_interface_has_its_own_suffix(name: str, suffix: str | None) -> None:
    assert _darwin.parse_scutil_dns(SCUTIL, name) == suffix


def test_neighbours_have_whole_macs_and_honest_states() -> None:
    assert [(str(n.ip), n.mac, n.state) for n in _darwin.parse_arp_an(ARP)] == [
        ("10.1.0.1", "02:00:00:00:00:05", NeighbourState.UNKNOWN),
        ("10.1.0.20", "44:19:b6:00:00:01", NeighbourState.UNKNOWN),
        ("10.1.0.21", None, NeighbourState.INCOMPLETE),
        ("10.1.0.9", "a4:91:b1:00:01:02", NeighbourState.PERMANENT),
    ]


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("Firewall is enabled. (State = 1)\n", True),
        ("Firewall is blocking all non-essential incoming connections. (State = 2)\n", True),
        ("Firewall is disabled. (State = 0)\n", False),
        ("State = ", None),
        ("", None),
    ],
)
def test_the_firewalls_state_is_its_number(text: str, blocks: bool | None) -> None:
    assert _darwin.parse_firewall_state(text) is blocks


def test_only_the_systems_own_tools_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"networksetup": PORTS, "route": ROUTE, "scutil": SCUTIL, "arp": ARP, "socketfilterfw": "(State = 0)"}
    asked: list[list[str]] = []

    def answer(argv: list[str]) -> str:
        asked.append(argv)
        return texts[argv[0].rpartition("/")[2]]

    monkeypatch.setattr(_darwin, "output_of", answer)
    assert _darwin.kinds()["en0"] is InterfaceKind.WIFI
    assert str(_darwin.gateway_ip(interface("en0"))) == "10.1.0.1"
    assert _darwin.dns_suffix(interface("en4")) == "cameras.example"
    assert len(_darwin.neighbours()) == 4
    assert [firewall.blocks for firewall in _darwin.firewalls()] == [False]
    assert all(argv[0].startswith(("/sbin/", "/usr/")) for argv in asked)


@given(st.text(max_size=300))
def test_any_text_is_read_without_failing(text: str) -> None:
    for read in (_darwin.parse_hardware_ports, _darwin.parse_arp_an, _darwin.parse_firewall_state):
        read(text)
    _darwin.parse_route_get(text, "en0")
    _darwin.parse_scutil_dns(text, "en0")


@pytest.mark.parametrize("text", [PORTS, ROUTE, SCUTIL, ARP])
def test_a_text_cut_anywhere_is_read_as_far_as_it_goes(text: str) -> None:
    for length in range(len(text)):
        for read in (_darwin.parse_hardware_ports, _darwin.parse_arp_an, _darwin.parse_firewall_state):
            read(text[:length])
        _darwin.parse_route_get(text[:length], "en0")
        _darwin.parse_scutil_dns(text[:length], "en0")
