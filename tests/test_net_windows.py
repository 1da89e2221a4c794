"""Outputs of Windows' tools. Synthetic: written after the tools' known form, not recorded on a machine."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.net import _windows
from camscan.net.interfaces import described
from camscan.net.link import Interface, InterfaceAddress, InterfaceKind

IPCONFIG = """
Windows IP Configuration

   Host Name . . . . . . . . . . . . : SCHOOL-LT-07
   Primary Dns Suffix  . . . . . . . : school.example.sch.uk
   DNS Suffix Search List. . . . . . : school.example.sch.uk

Ethernet adapter Ethernet:

   Connection-specific DNS Suffix  . : School.example.sch.uk
   Description . . . . . . . . . . . : Realtek PCIe GbE Family Controller
   Physical Address. . . . . . . . . : 44-19-B6-00-00-01
   DHCP Enabled. . . . . . . . . . . : Yes
   Link-local IPv6 Address . . . . . : fe80::1c2:3d4:5e6:7f8%7(Preferred)
   IPv4 Address. . . . . . . . . . . : 10.1.0.9(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.252.0
   Default Gateway . . . . . . . . . : 10.1.0.1
   DNS Servers . . . . . . . . . . . : 10.1.0.2
                                       10.1.0.3

Ethernet adapter Ethernet 3:

   Connection-specific DNS Suffix  . :
   Description . . . . . . . . . . . : VirtualBox Host-Only Ethernet Adapter
   Physical Address. . . . . . . . . : 0A-00-27-00-00-05

Wireless LAN adapter Wi-Fi:

   Media State . . . . . . . . . . . : Media disconnected
   Connection-specific DNS Suffix  . :
   Description . . . . . . . . . . . : Intel(R) Wi-Fi 6 AX201 160MHz

Unknown adapter Local Area Connection:

   Connection-specific DNS Suffix  . :
   Description . . . . . . . . . . . : TAP-Windows Adapter V9
"""

IPCONFIG_GERMAN = """
Windows-IP-Konfiguration

   Hostname  . . . . . . . . . . . . : SCHULE-07
   Prim\u00e4res DNS-Suffix . . . . . . . :

Ethernet-Adapter Ethernet:

   Verbindungsspezifisches DNS-Suffix: schule.example
   Beschreibung. . . . . . . . . . . : Realtek PCIe GbE Family Controller
   Physische Adresse . . . . . . . . : 44-19-B6-00-00-01
   DNS-Server  . . . . . . . . . . . : 10.1.0.2

Drahtlos-LAN-Adapter WLAN:

   Medienstatus. . . . . . . . . . . : Medium getrennt
   Verbindungsspezifisches DNS-Suffix:
   Beschreibung. . . . . . . . . . . : Intel(R) Wi-Fi 6 AX201 160MHz
"""

ROUTES = """
===========================================================================
Interface List
  7...44 19 b6 00 00 01 ......Realtek PCIe GbE Family Controller
  1...........................Software Loopback Interface 1
===========================================================================

IPv4 Route Table
===========================================================================
Active Routes:
Network Destination        Netmask          Gateway       Interface  Metric
          0.0.0.0          0.0.0.0         10.1.0.2         10.1.0.9     50
          0.0.0.0          0.0.0.0         10.1.0.1         10.1.0.9     25
          0.0.0.0          0.0.0.0          On-link       100.64.0.7      5
         10.1.0.0    255.255.252.0         On-link          10.1.0.9    281
===========================================================================
Persistent Routes:
  None
"""

ARP = """
Interface: 10.1.0.9 --- 0x7
  Internet Address      Physical Address      Type
  10.1.0.1              02-00-00-00-00-05     dynamic
  10.1.0.20             44-19-b6-00-00-01     dynamic
  10.1.3.255            ff-ff-ff-ff-ff-ff     static
  224.0.0.22            01-00-5e-00-00-16     static

Schnittstelle: 192.168.56.1 --- 0x5
  Internetadresse       Physische Adresse     Typ
  192.168.56.100        08-00-27-00-00-02     dynamisch
"""

FIREWALL = r"""
HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\DomainProfile
    EnableFirewall    REG_DWORD    0x0

HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile
    EnableFirewall    REG_DWORD    0x1

End of search: 2 match(es) found.
"""


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    asked: list[list[str]] = []
    texts = {"ipconfig.exe": IPCONFIG, "route.exe": ROUTES, "arp.exe": ARP, "reg.exe": FIREWALL}

    def answer(argv: list[str]) -> str:
        asked.append(argv)
        return next(text for tool, text in texts.items() if argv[0].endswith(tool))

    monkeypatch.setattr(_windows, "output_of", answer)
    return asked


def interface(name: str, ip: str) -> Interface:
    address = InterfaceAddress.of(ip, "255.255.252.0")
    return Interface(name, 0, None, (address,), True, False, InterfaceKind.ETHERNET, 1500)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("Ethernet", "school.example.sch.uk"), ("Ethernet 3", None), ("Wi-Fi", None), ("Fi", None)],
)
@pytest.mark.usefixtures("tools")
def test_a_connection_has_its_own_suffix(name: str, suffix: str | None) -> None:
    assert _windows.dns_suffix(interface(name, "10.1.0.9")) == suffix


def test_a_translated_windows_is_read_too() -> None:
    ethernet, wlan = _windows.parse_ipconfig(IPCONFIG_GERMAN)[-2:]
    assert (ethernet.dns_suffix, ethernet.description) == ("schule.example", "Realtek PCIe GbE Family Controller")
    assert ethernet.is_called("Ethernet")
    assert wlan.is_called("WLAN")
    assert (wlan.dns_suffix, wlan.kind) == (None, InterfaceKind.WIFI)


@pytest.mark.usefixtures("tools")
def test_drivers_tell_the_kind_that_a_name_like_ethernet_3_hides() -> None:
    names = ["Ethernet", "Ethernet 3", "Wi-Fi", "Local Area Connection"]
    found = described({name: [] for name in names}, {}, _windows.kinds(), lambda _: 0)
    assert [each.kind for each in found] == [
        InterfaceKind.ETHERNET,
        InterfaceKind.VIRTUAL,
        InterfaceKind.WIFI,
        InterfaceKind.VPN,
    ]


@pytest.mark.parametrize(("source", "gateway"), [("10.1.0.9", "10.1.0.1"), ("100.64.0.7", None), ("10.1.0.10", None)])
def test_the_gateway_is_that_of_the_cheapest_default_route_of_our_address(source: str, gateway: str | None) -> None:
    found = _windows.parse_route_print(ROUTES, IPv4Address(source))
    assert (str(found) if found else None) == gateway


@pytest.mark.usefixtures("tools")
def test_the_gateway_is_asked_for_by_the_interfaces_addresses() -> None:
    assert str(_windows.gateway_ip(interface("Ethernet", "10.1.0.9"))) == "10.1.0.1"
    assert _windows.gateway_ip(interface("Ethernet 3", "192.168.56.1")) is None


@pytest.mark.usefixtures("tools")
def test_neighbours_are_stations_only_and_name_our_address() -> None:
    assert [(str(n.ip), n.mac, n.interface) for n in _windows.neighbours()] == [
        ("10.1.0.1", "02:00:00:00:00:05", "10.1.0.9"),
        ("10.1.0.20", "44:19:b6:00:00:01", "10.1.0.9"),
        ("192.168.56.100", "08:00:27:00:00:02", "192.168.56.1"),
    ]
    assert not any(n.alive for n in _windows.neighbours())


@pytest.mark.parametrize(
    ("text", "blocks"),
    [(FIREWALL, True), (FIREWALL.replace("0x1", "0x0"), False), ("", None), ("EnableFirewall torn", None)],
)
def test_the_firewall_counts_as_on_where_any_profile_is(text: str, blocks: bool | None) -> None:
    assert _windows.parse_firewall_profiles(text) is blocks


def test_only_windows_own_tools_are_asked_with_fixed_words(tools: list[list[str]]) -> None:
    _windows.dns_suffix(interface("Ethernet & calc", "10.1.0.9"))
    _windows.gateway_ip(interface("Ethernet & calc", "10.1.0.9"))
    _windows.neighbours()
    assert [firewall.blocks for firewall in _windows.firewalls()] == [True]
    assert [argv[1:2] for argv in tools] == [["/all"], ["print"], ["-a"], ["query"]]
    assert all("System32" in argv[0] and "calc" not in " ".join(argv) for argv in tools)


@given(st.text(max_size=300))
def test_any_text_is_read_without_failing(text: str) -> None:
    _windows.parse_ipconfig(text)
    _windows.parse_route_print(text, IPv4Address("10.1.0.9"))
    _windows.parse_arp_a(text)
    _windows.parse_firewall_profiles(text)


@pytest.mark.parametrize("text", [IPCONFIG, IPCONFIG_GERMAN, ROUTES, ARP, FIREWALL])
def test_a_text_cut_anywhere_is_read_as_far_as_it_goes(text: str) -> None:
    for length in range(len(text)):
        _windows.parse_ipconfig(text[:length])
        _windows.parse_route_print(text[:length], IPv4Address("10.1.0.9"))
        _windows.parse_arp_a(text[:length])
        _windows.parse_firewall_profiles(text[:length])
