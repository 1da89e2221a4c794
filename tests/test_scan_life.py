import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from ipaddress import IPv4Address, IPv4Network, ip_address
from pathlib import Path

import pytest
from test_scan_reach import scope_of

from camscan.audit import AuditLog
from camscan.discover import PROBES
from camscan.evidence import Observation, Outcome, Via
from camscan.net.arp import ArpHeard
from camscan.net.ears import Ears
from camscan.net.gate import Gate
from camscan.net.link import Neighbour, NeighbourState
from camscan.net.udp import Datagrams
from camscan.scan import life
from camscan.scan.life import Life
from camscan.scan.reach import Reach, Wire
from camscan.scan.state import ScanState

WIRE = Wire(
    "eth0", IPv4Address("10.1.0.9"), IPv4Network("10.1.0.0/24"), None, is_loopback=False, multicast=False, by_site=False
)
MAC = "44:19:b6:00:00:01"


class Bench:
    def __init__(self, audit: AuditLog, networks: str, *wires: Wire) -> None:
        self.gate = Gate(scope_of(networks), audit)
        self.state, self.ears, self.found = ScanState(), Ears(), list[Observation]()
        datagrams = Datagrams(self.gate, self.ears)
        self.life = Life(self.gate, self.state, Reach(wires), PROBES, datagrams, {}, self.found.append)


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[AuditLog]:
    with AuditLog.open(tmp_path / "audit.jsonl") as log:
        yield log


def test_on_this_machine_only_an_answer_is_life_because_every_address_refuses(audit: AuditLog) -> None:
    with closing(socket.create_server(("127.95.0.1", 37777))):
        bench = Bench(audit, 'networks = ["127.95.0.0/29"]')
        asyncio.run(bench.life.sweep(list(bench.gate.scope.addresses())))
        bench.ears.close()
    assert [(str(o.ip), o.port, o.outcome) for o in bench.found] == [("127.95.0.1", 37777, Outcome.OK)]
    assert bench.state.swept == 6


def heard(ip: str) -> ArpHeard:
    return ArpHeard(IPv4Address(ip), MAC, 0.0, asked=True, raw=b"\x00\x01", interface="eth0")


class FakeArp:
    def __init__(self, *answers: ArpHeard) -> None:
        self._answers = answers

    def answers(self) -> tuple[ArpHeard, ...]:
        return self._answers


def test_an_arp_answer_is_life_inside_the_scope_and_nothing_outside(audit: AuditLog) -> None:
    bench = Bench(audit, 'networks = ["10.1.0.0/24"]', WIRE)
    bench.life._arp = {"eth0": FakeArp(heard("10.1.0.20"), heard("10.2.0.20"))}  # type: ignore[dict-item]
    bench.life.read_arp()
    bench.life.read_arp()
    bench.ears.close()
    (observation,) = bench.found
    assert (str(observation.ip), observation.values("arp.mac"), observation.via) == ("10.1.0.20", (MAC,), Via.UNICAST)


def test_a_neighbour_is_life_only_where_it_was_confirmed_of_late(
    audit: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def entry(ip: str, confirmed: float | None, state: NeighbourState = NeighbourState.STALE) -> Neighbour:
        return Neighbour(ip_address(ip), MAC, "eth0", state, confirmed)

    table = (
        entry("10.1.0.20", 5.0),
        entry("10.1.0.21", 9000.0),
        entry("10.1.0.22", 5.0, NeighbourState.FAILED),
        entry("10.9.0.1", 5.0),
    )
    monkeypatch.setattr(life, "neighbours", lambda: table)
    bench = Bench(audit, 'networks = ["10.1.0.0/24"]', WIRE)
    bench.life.read_neighbours()
    bench.ears.close()
    assert [str(o.ip) for o in bench.found] == ["10.1.0.20"]
