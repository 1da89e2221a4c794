from ipaddress import IPv4Address

import pytest
from namespaces import cabled

from camscan.net import _system
from camscan.net.link import Interface, InterfaceAddress, InterfaceKind, Neighbour, NeighbourState
from camscan.net.neighbours import neighbours


def test_a_system_that_names_interfaces_by_address_gets_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    own = InterfaceAddress.of("10.1.0.9", "255.255.252.0")
    ethernet = Interface("Ethernet 3", 0, None, (own,), True, False, InterfaceKind.ETHERNET, 1500)
    told = [
        Neighbour(IPv4Address("10.1.0.20"), "44:19:b6:00:00:01", "10.1.0.9", NeighbourState.UNKNOWN),
        Neighbour(IPv4Address("10.2.0.20"), "44:19:b6:00:00:02", "eth0", NeighbourState.REACHABLE),
    ]
    monkeypatch.setattr(_system, "neighbours", lambda: tuple(told))
    assert [n.interface for n in neighbours([ethernet])] == ["Ethernet 3", "eth0"]


def test_reading_the_table_works_for_anybody() -> None:
    assert isinstance(neighbours(), tuple)


TALK = """
import json, pathlib, socket
from camscan.net.neighbours import neighbours
for ip in ("10.77.0.2", "10.77.0.9"):
    with socket.socket() as sock:
        sock.settimeout(20)
        assert sock.connect_ex((ip, 80)) != 0  # refused by the one, unreachable at the other
sent = pathlib.Path("/sys/class/net/eth7/statistics/tx_packets")
before = int(sent.read_text())
told = [[str(n.ip), n.mac, n.alive, n.resolved, n.alive_within(20)] for n in neighbours() if n.ip.version == 4]
print(json.dumps([told, int(sent.read_text()) - before]))
"""


@pytest.mark.namespace
def test_who_answered_is_alive_who_did_not_is_failed_and_reading_sends_nothing() -> None:
    with cabled() as (near, far):
        mac = far.run("cat", "/sys/class/net/eth7/address").strip()
        near.run("sysctl", "-q", "-w", "net.ipv4.neigh.eth7.retrans_time_ms=50", "net.ipv6.conf.eth7.disable_ipv6=1")
        stale = "02:00:00:00:00:07"
        near.run("ip", "neighbour", "add", "10.77.0.7", "lladdr", stale, "dev", "eth7", "nud", "stale")
        found = near.python(TALK)
    assert sorted(found[0]) == [
        ["10.77.0.2", mac, True, True, True],
        ["10.77.0.7", stale, False, True, False],
        ["10.77.0.9", None, False, False, False],
    ]
    assert found[1] == 0
