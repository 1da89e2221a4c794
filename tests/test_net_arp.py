import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Self

import pytest

from camscan.audit import AuditLog
from camscan.evidence import Evidence, Outcome, Transport, Via
from camscan.net.arp import ArpHeard, ArpSocket, ask, open_arp
from camscan.net.gate import Gate
from camscan.net.link import Interface, InterfaceAddress, InterfaceKind
from camscan.scope import parse

ADDRESS = InterfaceAddress.of("10.77.0.1", "255.255.255.0")
ETH7 = Interface("eth7", 2, "02:00:00:00:00:01", (ADDRESS,), True, False, InterfaceKind.ETHERNET, 1500)
SCOPE = f"""
[authorisation]
organisation = "Example Borough Council"
authorised_by = "Head of ICT"
expires = {date(2099, 1, 1)}
[[site]]
name = "Town Hall"
networks = ["10.77.0.0/25"]
exclude = ["10.77.0.3"]
"""


class Wire:
    """A socket that notes what it was asked, and does ``then`` in turn: bytes written, or an error."""

    def __init__(self, *then: int | OSError) -> None:
        self.interface = ETH7
        self.malformed = 0
        self.asked: list[IPv4Address] = []
        self.then = list(then)

    def request(self, ip: IPv4Address) -> int:
        self.asked.append(ip)
        result = self.then.pop(0) if self.then else 42
        if isinstance(result, OSError):
            raise result
        return result

    def answers(self) -> tuple[ArpHeard, ...]:
        return ()

    def drops(self) -> int:
        return 0

    def fileno(self) -> int:
        return -1

    def close(self) -> None:
        self.asked.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def gate(folder: Path) -> Iterator[Gate]:
    log = AuditLog.open(folder / "audit.jsonl")
    try:
        yield Gate(parse(SCOPE.encode(), Path("camscan.toml")), log)
    finally:
        log.close()


def asked(folder: Path, wire: ArpSocket, ip: str) -> tuple[Outcome, int]:
    with gate(folder) as door:
        outcome = asyncio.run(ask(door, wire, IPv4Address(ip)))
        return outcome, door.counters.frames


def test_a_question_in_scope_goes_out_recorded_and_counted(tmp_path: Path) -> None:
    wire = Wire()
    assert asked(tmp_path, wire, "10.77.0.2") == (Outcome.OK, 1)
    assert wire.asked == [IPv4Address("10.77.0.2")]
    assert '"10.77.0.2"' in (tmp_path / "audit.jsonl").read_text()


@pytest.mark.parametrize("ip", ["10.77.0.3", "10.77.0.200"], ids=["excluded", "not declared"])
def test_nothing_is_asked_outside_the_scope(tmp_path: Path, ip: str) -> None:
    wire = Wire()
    assert asked(tmp_path, wire, ip) == (Outcome.OUT_OF_SCOPE, 0)
    assert wire.asked == []


def test_an_address_that_is_not_on_the_link_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    wire = Wire()
    with pytest.raises(ValueError, match="not on the network of eth7"):
        asked(tmp_path, wire, "10.78.0.2")
    assert wire.asked == []


def test_a_full_queue_is_waited_for(tmp_path: Path) -> None:
    assert asked(tmp_path, Wire(0, 0, 42), "10.77.0.2") == (Outcome.OK, 1)


def test_a_question_that_cannot_go_out_is_not_counted(tmp_path: Path) -> None:
    assert asked(tmp_path, Wire(OSError("the interface is down")), "10.77.0.2") == (Outcome.CLOSED, 0)
    assert asked(tmp_path, Wire(*[0] * 100), "10.77.0.2") == (Outcome.CLOSED, 0)


@pytest.mark.parametrize(("solicited", "via"), [(True, Via.UNICAST), (False, Via.PASSIVE)])
def test_an_answer_is_evidence_of_a_mac(*, solicited: bool, via: Via) -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    heard = ArpHeard(IPv4Address("10.77.0.2"), "44:19:b6:00:00:01", 12.5, solicited, b"frame", "eth7")
    found = heard.observation(at)
    assert (found.transport, found.via, found.outcome, found.at) == (Transport.LINK, via, Outcome.OK, at)
    assert found.evidence == (Evidence("arp.mac", "44:19:b6:00:00:01"),)
    assert (found.raw, found.interface) == (b"frame", "eth7")


@pytest.mark.skipif(sys.platform == "linux", reason="Linux has its own test file")
def test_elsewhere_there_is_no_arp() -> None:
    assert open_arp(ETH7) is None
