"""Synthetic kernel messages and /proc texts; the kernel itself answers in the namespace tests at the end."""

import struct
from collections.abc import Iterable
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from namespaces import cabled

from camscan.errors import ParseError
from camscan.net import _linux
from camscan.net._linux import LinkRecord
from camscan.net.link import Interface, InterfaceKind, Neighbour, NeighbourState

ETHER, LOOPBACK, NONE, PPP, INFINIBAND = 1, 772, 65534, 512, 32


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def link_payload(name: str, index: int, info: str = "", lower: int = 0, master: int = 0) -> bytes:
    body = struct.pack("=BxHiII", 0, ETHER, index, 0, 0) + attribute(3, name.encode() + b"\0")
    if lower:
        body += attribute(5, struct.pack("=I", lower))
    if master:
        body += attribute(10, struct.pack("=I", master))
    return body + (attribute(18, attribute(1, info.encode() + b"\0")) if info else b"")


def neighbour_payload(ip: bytes, mac: bytes, state: int, family: int = 2, index: int = 4) -> bytes:
    return struct.pack("=BxxxiHBB", family, index, state, 0, 1) + attribute(1, ip) + attribute(2, mac)


def kinds(records: Iterable[LinkRecord], sysfs: Path) -> dict[str, InterfaceKind]:
    links = {record.index: record for record in records}
    return {record.name: _linux.kind_of(record, links, sysfs) for record in links.values()}


def hardware(sysfs: Path, name: str, index: int, *inside: str) -> None:
    for folder in inside or (".",):
        (sysfs / name / folder).mkdir(parents=True, exist_ok=True)
    (sysfs / name / "ifindex").write_text(f"{index}\n")


def test_a_link_is_read_from_its_message() -> None:
    record = _linux.link_record(link_payload("eth0.20", 7, "vlan", lower=2, master=9))
    assert record == LinkRecord(7, "eth0.20", ETHER, "vlan", 2, 9)


def test_kinds_follow_vlans_and_bridges_down_to_the_cable(tmp_path: Path) -> None:
    hardware(tmp_path, "eth0", 2, "device")
    hardware(tmp_path, "wlan0", 3, "device", "phy80211")
    hardware(tmp_path, "vboxnet0", 4)
    found = kinds(
        [
            LinkRecord(1, "lo", LOOPBACK, "", 0, 0),
            LinkRecord(2, "eth0", ETHER, "", 0, 10),
            LinkRecord(3, "wlan0", ETHER, "", 0, 0),
            LinkRecord(4, "vboxnet0", ETHER, "", 0, 0),
            LinkRecord(5, "eth0.20", ETHER, "vlan", 2, 0),
            LinkRecord(6, "veth1", ETHER, "veth", 0, 11),
            LinkRecord(7, "wg0", NONE, "wireguard", 0, 0),
            LinkRecord(8, "ppp0", PPP, "ppp", 0, 0),
            LinkRecord(9, "bond0", ETHER, "bond", 0, 0),
            LinkRecord(10, "br-lan", ETHER, "bridge", 0, 0),
            LinkRecord(11, "docker0", ETHER, "bridge", 0, 0),
            LinkRecord(12, "vpn-tap", ETHER, "tun", 0, 0),
            LinkRecord(13, "vnet3", ETHER, "tun", 0, 0),
            LinkRecord(14, "ib0", INFINIBAND, "", 0, 0),
            LinkRecord(15, "mac0", ETHER, "macvlan", 99, 0),
        ],
        tmp_path,
    )
    ethernet, virtual, vpn = InterfaceKind.ETHERNET, InterfaceKind.VIRTUAL, InterfaceKind.VPN
    assert found == {
        "lo": InterfaceKind.LOOPBACK,
        "eth0": ethernet,
        "wlan0": InterfaceKind.WIFI,
        "vboxnet0": virtual,
        "eth0.20": ethernet,
        "veth1": virtual,
        "wg0": vpn,
        "ppp0": vpn,
        "bond0": ethernet,
        "br-lan": ethernet,
        "docker0": virtual,
        "vpn-tap": vpn,
        "vnet3": virtual,
        "ib0": InterfaceKind.OTHER,
        "mac0": virtual,
    }


def test_a_sysfs_of_another_namespace_is_not_believed(tmp_path: Path) -> None:
    hardware(tmp_path, "wlan0", 30, "device", "phy80211")
    hardware(tmp_path, "eth5", 31)
    found = kinds([LinkRecord(2, "wlan0", ETHER, "", 0, 0), LinkRecord(3, "eth5", ETHER, "", 0, 0)], tmp_path)
    assert found == {"wlan0": InterfaceKind.WIFI, "eth5": InterfaceKind.ETHERNET}


def test_links_that_stand_on_each_other_in_a_circle_end(tmp_path: Path) -> None:
    circle = [LinkRecord(1, "a", ETHER, "macvlan", 2, 0), LinkRecord(2, "b", ETHER, "macvlan", 1, 0)]
    assert set(kinds(circle, tmp_path).values()) == {InterfaceKind.VIRTUAL}


def test_a_neighbour_is_read_from_its_message() -> None:
    payload = neighbour_payload(bytes([10, 1, 0, 20]), bytes.fromhex("4419b6000001"), 0x02)
    expected = Neighbour(IPv4Address("10.1.0.20"), "44:19:b6:00:00:01", "eth0", NeighbourState.REACHABLE)
    assert _linux.neighbour_record(payload, {4: "eth0"}) == expected
    aged = _linux.neighbour_record(payload + attribute(3, struct.pack("=IIII", 4_550, 1, 1, 0)), {4: "eth0"})
    assert aged is not None
    assert aged.confirmed == 45.5
    six = neighbour_payload(bytes.fromhex("fe80" + "00" * 13 + "01"), b"", 0x20, family=10)
    found = _linux.neighbour_record(six, {})
    assert found is not None
    assert (str(found.ip), found.mac, found.interface, found.state) == ("fe80::1", None, "4", NeighbourState.FAILED)


@pytest.mark.parametrize(
    "payload",
    [
        neighbour_payload(bytes([224, 0, 0, 22]), bytes.fromhex("01005e000016"), 0x40),
        neighbour_payload(bytes(4), b"", 0x40),
        neighbour_payload(bytes([10, 1, 0, 20]), b"", 0x02, family=7),
        neighbour_payload(bytes([10, 1, 0, 20]), b"", 0x00),
        neighbour_payload(b"", b"", 0x02),
    ],
    ids=["group", "unspecified", "bridge table", "no state", "no address"],
)
def test_what_is_no_neighbour_is_left_out(payload: bytes) -> None:
    assert _linux.neighbour_record(payload, {}) is None


def test_messages_cut_anywhere_are_refused_or_read_as_far_as_they_are_whole() -> None:
    link = link_payload("eth0.20", 7, "vlan", lower=2, master=9)
    neighbour = neighbour_payload(bytes([10, 1, 0, 20]), bytes.fromhex("4419b6000001"), 0x02)
    for length in range(len(link)):
        try:
            _linux.link_record(link[:length])
        except ParseError:
            continue
    for length in range(len(neighbour)):
        try:
            found = _linux.neighbour_record(neighbour[:length], {})
        except ParseError:
            continue
        assert found is None or found.mac is None or length >= len(neighbour) - 2  # the last two bytes are padding


@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (_linux.link_record, lambda data: _linux.neighbour_record(data, {})):
        try:
            read(data)
        except ParseError:
            continue


PROC_ARP = """\
IP address       HW type     Flags       HW address            Mask     Device
10.1.0.20        0x1         0x2         44:19:b6:00:00:01     *        eth0
10.1.0.21        0x1         0x0         00:00:00:00:00:00     *        eth0
10.1.0.1         0x1         0x6         02:00:00:00:00:05     *        eth0
torn line
"""


def test_proc_arp_keeps_the_failed_apart_from_the_answered() -> None:
    found = _linux.parse_proc_arp(PROC_ARP)
    assert [(str(n.ip), n.mac, n.state) for n in found] == [
        ("10.1.0.20", "44:19:b6:00:00:01", NeighbourState.UNKNOWN),
        ("10.1.0.21", None, NeighbourState.INCOMPLETE),
        ("10.1.0.1", "02:00:00:00:00:05", NeighbourState.PERMANENT),
    ]
    assert not any(n.alive for n in found)


def number(address: str) -> str:
    return f"{struct.unpack('=I', IPv4Address(address).packed)[0]:08X}"


def route(interface: str, network: str, gateway: str, mask: str, flags: int = 3, metric: int = 0) -> str:
    return f"{interface}\t{number(network)}\t{number(gateway)}\t{flags:04X}\t0\t0\t{metric}\t{number(mask)}\t0\t0\t0"


ROUTES = "\n".join(
    [
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
        route("wlan0", "0.0.0.0", "192.168.1.1", "0.0.0.0", metric=600),
        route("eth0", "10.0.0.0", "10.1.0.254", "255.0.0.0"),
        route("eth0", "0.0.0.0", "10.1.0.1", "0.0.0.0", metric=100),
        route("eth0", "0.0.0.0", "10.1.0.2", "0.0.0.0", metric=200),
        route("eth0", "10.1.0.0", "0.0.0.0", "255.255.252.0", flags=1),
        route("eth1", "10.8.0.0", "10.7.0.1", "255.255.0.0"),
        route("eth1", "10.9.9.0", "10.7.0.2", "255.255.255.0"),
        route("eth2", "0.0.0.0", "10.6.0.1", "0.0.0.0", flags=2),
        "eth3 torn",
    ]
)


@pytest.mark.parametrize(
    ("interface", "gateway"),
    [("eth0", "10.1.0.1"), ("wlan0", "192.168.1.1"), ("eth1", "10.7.0.1"), ("eth2", None), ("eth3", None)],
)
def test_the_gateway_is_that_of_the_best_default_route_else_of_the_widest(interface: str, gateway: str | None) -> None:
    found = _linux.parse_proc_route(ROUTES, interface)
    assert (str(found) if found else None) == gateway


def test_the_default_route_with_the_lowest_metric_names_the_main_interface() -> None:
    assert _linux.default_interface(ROUTES) == "eth0"
    assert _linux.default_interface("") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nameserver 10.1.0.2\nsearch Example.GOV.uk. schools.example.gov.uk\n", "example.gov.uk"),
        ("domain old.example\nsearch new.example\n", "new.example"),
        ("search .\n", None),
        ("search\n", None),
        ("", None),
    ],
)
def test_the_first_search_domain_of_resolv_conf_counts(text: str, expected: str | None) -> None:
    assert _linux.parse_resolv_conf(text) == expected


def test_networkd_tells_the_domains_of_one_link() -> None:
    assert (
        _linux.parse_networkd_link("ADMIN_STATE=configured\nDOMAINS=~routing.only Example.gov.uk.\n")
        == "example.gov.uk"
    )
    assert _linux.parse_networkd_link("DOMAINS=\n") is None
    assert _linux.parse_networkd_link("") is None


def interface(name: str, index: int = 2) -> Interface:
    return Interface(name, index, None, (), True, False, InterfaceKind.ETHERNET, 1500)


def test_the_machines_one_suffix_belongs_to_the_interface_with_the_default_route(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "route").write_text(ROUTES)
    (tmp_path / "resolv.conf").write_text("search example.gov.uk\n")
    (tmp_path / "5").write_text("DOMAINS=cameras.example\n")
    monkeypatch.setattr(_linux, "_PROC", tmp_path)
    monkeypatch.setattr(_linux, "_RESOLV_CONF", tmp_path / "resolv.conf")
    monkeypatch.setattr(_linux, "_NETWORKD", tmp_path)
    assert _linux.dns_suffix(interface("eth0")) == "example.gov.uk"
    assert _linux.dns_suffix(interface("wlan0")) is None
    assert _linux.dns_suffix(interface("eth9", index=5)) == "cameras.example"


def test_without_netlink_the_proc_table_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> tuple[bytes, ...]:
        raise PermissionError

    (tmp_path / "arp").write_text(PROC_ARP)
    monkeypatch.setattr(_linux, "_PROC", tmp_path)
    monkeypatch.setattr("camscan.net._netlink.dump", refused)
    assert len(_linux.neighbours()) == 3
    assert _linux.kinds() == {}


@pytest.mark.namespace
def test_the_kernel_tells_a_living_neighbour_from_a_failed_one() -> None:
    with cabled() as (near, far):
        mac = far.run("cat", "/sys/class/net/eth7/address").strip()
        near.run("ip", "neighbour", "add", "10.77.0.9", "dev", "eth7", "nud", "failed")
        near.run(
            "ip", "neighbour", "add", "10.77.0.3", "lladdr", "02:00:00:00:00:03", "dev", "eth7", "nud", "permanent"
        )
        near.run("ip", "neighbour", "add", "10.77.0.2", "lladdr", mac, "dev", "eth7", "nud", "reachable")
        near.run("ip", "route", "add", "default", "via", "10.77.0.2")
        found = near.python(
            "import json\n"
            "from camscan.net import _linux\n"
            "from camscan.net.interfaces import interfaces\n"
            "eth7 = next(i for i in interfaces() if i.name == 'eth7')\n"
            "print(json.dumps([[[str(n.ip), n.mac, n.interface, n.state] for n in _linux.neighbours()\n"
            "  if n.ip.version == 4], _linux.kinds()['eth7'], str(_linux.gateway_ip(eth7))]))"
        )
    assert sorted(found[0]) == [
        ["10.77.0.2", mac, "eth7", "reachable"],
        ["10.77.0.3", "02:00:00:00:00:03", "eth7", "permanent"],
        ["10.77.0.9", None, "eth7", "failed"],
    ]
    assert found[1:] == ["virtual", "10.77.0.2"]
