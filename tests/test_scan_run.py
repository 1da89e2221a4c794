"""Whole scans of small estates on loopback addresses, through the library's own door."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address
from pathlib import Path

import pytest

from camscan.audit import AuditLog, verify
from camscan.discover import PROBES
from camscan.evidence import IPAddress, Observation, Outcome
from camscan.identify import SignatureSet, assess, identified, load
from camscan.lab import Estate, LoopbackEstate, scope_toml
from camscan.net.gate import Counters, Gate
from camscan.net.interfaces import interfaces
from camscan.scan.reach import reach
from camscan.scan.run import Scan
from camscan.scan.state import ScanState
from camscan.scope import Scope, parse

NETWORK = IPv4Network("127.93.0.0/27")


@dataclass
class Result:
    heard: Mapping[IPAddress, list[Observation]]
    done: set[IPAddress]
    state: ScanState
    counters: Counters
    audit: Path


@pytest.fixture(scope="module")
def signatures() -> SignatureSet:
    return load()


@pytest.fixture(scope="module")
def estate() -> Iterator[LoopbackEstate]:
    with LoopbackEstate(Estate.demo(), network=NETWORK) as running:
        yield running


def scan(
    scope: Scope, signatures: SignatureSet, folder: Path, only: tuple[str, ...] = (), skip: tuple[str, ...] = ()
) -> Result:
    heard: dict[IPAddress, list[Observation]] = {}
    done: set[IPAddress] = set()

    def sink(ip: IPAddress, observations: tuple[Observation, ...], finished: bool) -> None:
        heard.setdefault(ip, []).extend(observations)
        if finished:
            done.add(ip)

    path = folder / "audit.jsonl"
    with AuditLog.open(path) as audit:
        gate = Gate(scope, audit)
        run = Scan(gate, reach(scope, interfaces()), PROBES, sink, lambda said: identified(said, signatures))
        targets = tuple(ip_address(ip) for ip in only) or tuple(scope.addresses())
        asyncio.run(run.run(targets, groups=not only, skip=[ip_address(ip) for ip in skip]))
    return Result(heard, done, run.state, gate.counters, path)


@pytest.fixture(scope="module")
def whole(estate: LoopbackEstate, signatures: SignatureSet, tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("scan")
    return scan(parse(scope_toml(estate).encode(), folder / "camscan.toml"), signatures, folder)


def test_every_device_is_found_and_nothing_that_is_not_there(whole: Result, estate: LoopbackEstate) -> None:
    assert set(whole.heard) == set(estate.truth)
    assert whole.done == set(estate.truth)
    assert whole.state.swept == whole.state.addresses


def test_every_maker_is_right_and_nobody_is_accused_wrongly(
    whole: Result, estate: LoopbackEstate, signatures: SignatureSet
) -> None:
    said = {ip: assess(heard, signatures).maker for ip, heard in whole.heard.items()}
    assert said == {ip: truth.maker for ip, truth in estate.truth.items()}


def test_nothing_went_to_where_devices_pointed_and_nothing_was_asked_that_changes_a_device(
    whole: Result, estate: LoopbackEstate
) -> None:
    stats = estate.stats()
    assert whole.counters.packets > 1000
    assert stats.elsewhere == 0
    assert stats.unsafe == ()


def test_the_audit_log_holds_and_counts_what_was_sent(whole: Result) -> None:
    assert verify(whole.audit).holds
    text = whole.audit.read_text()
    assert all(str(ip) in text for ip in whole.heard)


def test_only_the_targets_are_asked(estate: LoopbackEstate, signatures: SignatureSet, tmp_path: Path) -> None:
    target, skipped = list(estate.truth)[2:4]
    scope = parse(scope_toml(estate).encode(), tmp_path / "camscan.toml")
    result = scan(scope, signatures, tmp_path, only=(str(target), str(skipped)), skip=(str(skipped),))
    assert set(result.heard) == {target}
    assert str(skipped) not in result.audit.read_text()


def test_an_empty_network_ends_quickly_and_says_nothing(signatures: SignatureSet, tmp_path: Path) -> None:
    text = """
[authorisation]
organisation = "Example"
authorised_by = "Head of ICT"
expires = 2099-01-01
[[site]]
name = "Nothing"
networks = ["127.94.0.0/30"]
"""
    result = scan(parse(text.encode(), tmp_path / "camscan.toml"), signatures, tmp_path)
    assert result.heard == {}


def test_what_a_device_drags_out_is_cut_and_kept(whole: Result) -> None:
    outcomes = {o.outcome for heard in whole.heard.values() for o in heard}
    assert Outcome.OK in outcomes
    assert all(o.raw == b"" or o.sha256 for heard in whole.heard.values() for o in heard)
