"""Two namespaces and a cable: really asked, really answered, by a process that is nobody by then."""

import sys
from dataclasses import replace

import pytest
from namespaces import cabled

from camscan.net.arp import open_arp
from camscan.net.link import Interface, InterfaceAddress, InterfaceKind

if sys.platform != "linux":
    pytest.skip("AF_PACKET is Linux's own", allow_module_level=True)

ADDRESS = InterfaceAddress.of("10.77.0.1", "255.255.255.0")
ETH7 = Interface("no-such-eth7", 9, "02:00:00:00:00:01", (ADDRESS,), True, False, InterfaceKind.ETHERNET, 1500)

SETUP = """
import json, os, select, socket, struct, sys
from ipaddress import IPv4Address
from camscan.net.arp import open_arp
from camscan.net.interfaces import interfaces
from camscan.net.privileges import drop_privileges, preload
eth7 = next(i for i in interfaces() if i.name == "eth7")
arp = open_arp(eth7)

def wait():
    assert select.select([arp], [], [], 10)[0], "nothing came"

def sent():
    with open("/sys/class/net/eth7/statistics/tx_packets") as file:
        return int(file.read())
"""

ASK = (
    SETUP
    + """
preload()
before = sent()
who = drop_privileges()
written = [arp.request(IPv4Address(ip)) for ip in ("10.77.0.2", "10.77.0.9")]
wait()
heard = [[str(h.ip), h.mac, h.asked, h.interface] for h in arp.answers()]
print(json.dumps([heard, written, sent() - before, arp.drops(), arp.malformed, who.uid, arp.answers()]))
"""
)

STORM = (
    SETUP
    + """
ours, theirs = bytes.fromhex(eth7.mac.replace(":", "")), bytes.fromhex("4419b6000001")
reply = lambda ip: ours + theirs + struct.pack(">HHHBBH", 0x806, 1, 0x800, 6, 4, 2) + theirs + ip + ours + bytes(4)
far = os.open(sys.argv[1], os.O_RDONLY)
import ctypes
near = os.open("/proc/self/ns/net", os.O_RDONLY)
assert ctypes.CDLL(None).setns(far, 0) == 0
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as wire:
    wire.bind(("eth7", 0))
    for frame in (
        reply(bytes([10, 77, 0, 5]))[:20] + bytes([0, 1]) + reply(bytes([10, 77, 0, 5]))[22:],  # a request
        reply(bytes([10, 77, 0, 5])).replace(bytes([8, 6]), bytes([8, 0]), 1),                  # not ARP
        reply(bytes([10, 77, 0, 5]))[:30],                                                      # cut off
        reply(bytes([224, 0, 0, 1])),                                                           # no station
        *(reply(bytes([10, 77, n >> 8, n & 255])) for n in range(1, 1501)),
    ):
        wire.send(frame)
assert ctypes.CDLL(None).setns(near, 0) == 0
wait()
first, second, third = arp.answers(), arp.answers(), arp.answers()
told = {str(h.ip) for h in first + second}
print(json.dumps([len(first), len(second), len(third), len(told), "10.77.5.1" in told, arp.malformed,
  arp.drops(), any(h.asked for h in first)]))
"""
)

LOCKED = (
    SETUP
    + """
try:
    socket.socket(fileno=os.dup(arp.fileno())).setsockopt(socket.SOL_SOCKET, 27, 0)  # SO_DETACH_FILTER
    print(json.dumps("detached"))
except OSError as error:
    print(json.dumps(error.strerror))
"""
)

DOWN = (
    SETUP
    + """
import subprocess
subprocess.run(["ip", "link", "set", "eth7", "down"], check=True)
try:
    arp.request(IPv4Address("10.77.0.2"))
    print(json.dumps("sent"))
except OSError as error:
    print(json.dumps([error.strerror, arp.answers()]))
"""
)


@pytest.mark.namespace
def test_arp_is_asked_and_answered_after_root_was_given_up() -> None:
    with cabled() as (near, far):
        mac = far.run("cat", "/sys/class/net/eth7/address").strip()
        near.run("sysctl", "-q", "-w", "net.ipv6.conf.eth7.disable_ipv6=1")
        heard, written, sent, drops, malformed, uid, more = near.python(ASK)
    assert heard == [["10.77.0.2", mac, True, "eth7"]]
    assert written == [42, 42]
    assert (sent, drops, malformed, more) == (2, 0, 0, [])
    assert uid != 0


@pytest.mark.namespace
def test_a_storm_is_heard_whole_and_the_kernel_keeps_out_what_is_no_reply() -> None:
    with cabled() as (near, far):
        found = near.python(STORM, f"/run/netns/{far.name}")
    # Of the four odd frames the kernel's filter lets through two: the one cut off, the one that names no station.
    assert found == [1022, 478, 0, 1500, True, 2, 0, False]


@pytest.mark.namespace
def test_the_filter_cannot_be_taken_off_any_more() -> None:
    with cabled() as (near, _far):
        assert near.python(LOCKED) == "Operation not permitted"


@pytest.mark.namespace
def test_an_interface_that_went_down_says_so() -> None:
    with cabled() as (near, _far):
        assert near.python(DOWN) == ["Network is down", []]


@pytest.mark.parametrize(
    "interface",
    [
        replace(ETH7, is_up=False),
        replace(ETH7, mac=None),
        replace(ETH7, addresses=()),
        replace(ETH7, kind=InterfaceKind.LOOPBACK),
        ETH7,
    ],
    ids=["down", "no MAC", "no address", "loopback", "not there, or not permitted"],
)
def test_where_arp_cannot_be_asked_there_is_no_socket(interface: Interface) -> None:
    assert open_arp(interface) is None
