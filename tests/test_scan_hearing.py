import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from answers import answers, wire
from test_scan_reach import scope_of

from camscan.audit import AuditLog
from camscan.discover import PROBES
from camscan.evidence import Observation, Outcome, Via
from camscan.net.ears import Datagram, Ears
from camscan.net.gate import Gate
from camscan.net.udp import Datagrams
from camscan.scan.hearing import Hearing
from camscan.scan.state import ScanState


class Bench:
    def __init__(self, audit: AuditLog) -> None:
        self.scope = scope_of('networks = ["10.1.0.0/24"]')
        self.state, self.ears = ScanState(), Ears()
        self.datagrams = Datagrams(Gate(self.scope, audit), self.ears)
        self.found: list[Observation] = []
        self.hearing = Hearing(self.scope, self.state, PROBES, self.ears, self.datagrams, self.found.append)

    def hears(self, data: bytes, ip: str, via: Via = Via.MULTICAST, probe: str = "sadp") -> None:
        datagram = Datagram(probe, data, ip_address(ip), 37020, via, "eth0", datetime.now(UTC))
        self.ears._queue.append(datagram)
        asyncio.run(self.hearing.catch_up())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with AuditLog.open(tmp_path / "audit.jsonl") as audit:
        bench = Bench(audit)
        yield bench
        bench.ears.close()


SADP = wire(answers("sadp")[0])


def test_an_answer_from_the_scope_becomes_evidence(bench: Bench) -> None:
    bench.hears(SADP, "10.1.0.20")
    (observation,) = bench.found
    assert observation.outcome is Outcome.OK
    assert observation.values("sadp.model") == ("DS-2CD2385G1-I",)
    assert (observation.via, observation.interface) == (Via.MULTICAST, "eth0")
    assert bench.state.heard == {"sadp": 1}


def test_an_answer_from_outside_the_scope_is_counted_and_nothing_else(bench: Bench) -> None:
    bench.hears(SADP, "10.2.0.20")
    bench.hears(SADP, "10.2.0.20")
    assert bench.found == []
    assert bench.state.outside == {ip_address("10.2.0.20")}


def test_an_answer_nobody_asked_for_by_unicast_is_only_overheard(bench: Bench) -> None:
    bench.hears(SADP, "10.1.0.20", via=Via.UNICAST)
    assert bench.found[0].via is Via.PASSIVE


def test_garbage_is_evidence_of_garbage(bench: Bench) -> None:
    bench.hears(b"\xff\x00garbage", "10.1.0.20", via=Via.UNICAST)
    (observation,) = bench.found
    assert (observation.outcome, observation.raw) == (Outcome.MALFORMED, b"\xff\x00garbage")
    assert observation.evidence == ()
    assert bench.state.malformed == 1


def test_bad_then_good_is_good(bench: Bench) -> None:
    bench.hears(b"<broken", "10.1.0.20")
    bench.hears(SADP, "10.1.0.20")
    assert [o.outcome for o in bench.found] == [Outcome.MALFORMED, Outcome.OK]
