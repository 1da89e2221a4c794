from typing import Any

import pytest
from egress_makers import CAMERA, CLOUD, RST, START, SYN, SYN_ACK
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress import connections as module
from camscan.egress.connections import Connections, Packet
from camscan.egress.flow import Direction, Flow, Mark, Outcome


def packet(
    sent: bool, flags: int = 0, *, at: float = START, protocol: str = "tcp", own: int = 40_000, peer: int = 443
) -> Packet:
    return Packet(at, CAMERA, CLOUD, protocol, own, peer, sent, 100, flags, 1)


def flows(*packets: Packet) -> list[Flow]:
    held = Connections()
    found = [flow for one in packets for flow in held.packet(one)]
    return [*found, *held.finish()]


UDP = {"protocol": "udp"}
WEB = {"own": 80, "peer": 50_000}


@pytest.mark.parametrize(
    ("packets", "given", "direction", "outcome", "port"),
    [
        ([(True, SYN), (False, SYN_ACK)], {}, Direction.OUT, Outcome.ALLOWED, 443),
        ([(True, SYN), (True, SYN)], {}, Direction.OUT, Outcome.UNANSWERED, 443),
        ([(True, SYN), (False, RST | 0x10)], {}, Direction.OUT, Outcome.DENIED, 443),
        ([(False, SYN), (True, SYN_ACK)], WEB, Direction.IN, Outcome.ALLOWED, 80),
        ([(False, SYN)], WEB, Direction.IN, Outcome.UNANSWERED, 80),
        ([(True, SYN_ACK)], WEB, Direction.IN, Outcome.ALLOWED, 80),
        ([(True, 0x18)], {}, Direction.OUT, Outcome.ALLOWED, 443),
        ([(True, 0x18)], {"own": 554, "peer": 50_000}, Direction.IN, Outcome.ALLOWED, 554),
        ([(True, 0x18)], {"own": 40_000, "peer": 41_000}, Direction.UNKNOWN, Outcome.ALLOWED, 41_000),
        ([(True, 0)], {**UDP, "peer": 8800}, Direction.OUT, Outcome.UNANSWERED, 8800),
        ([(True, 0), (False, 0)], {**UDP, "peer": 8800}, Direction.OUT, Outcome.ALLOWED, 8800),
        ([(False, 0)], {**UDP, "peer": 123}, Direction.OUT, Outcome.ALLOWED, 123),
        ([(False, 0)], {**UDP, "own": 40_000, "peer": 41_000}, Direction.IN, Outcome.UNANSWERED, 40_000),
        ([(True, 0)], {"protocol": "icmp"}, Direction.OUT, Outcome.UNANSWERED, None),
    ],
)
def test_who_started_and_what_came_of_it(
    packets: list[tuple[bool, int]], given: dict[str, Any], direction: Direction, outcome: Outcome, port: int | None
) -> None:
    (flow,) = flows(*(packet(sent, flags, **given) for sent, flags in packets))
    assert (flow.direction, flow.outcome, flow.port) == (direction, outcome, port)


def test_bytes_go_both_ways() -> None:
    (flow,) = flows(packet(True, SYN), packet(False, SYN_ACK), packet(True, 0x18))
    assert (flow.bytes_out, flow.bytes_in) == (200, 100)


def test_a_new_start_on_the_same_ports_is_another_connection() -> None:
    found = flows(packet(True, SYN), packet(False, SYN_ACK), packet(True, SYN, at=START + 9))
    assert [flow.outcome for flow in found] == [Outcome.ALLOWED, Outcome.UNANSWERED]


def test_a_connection_over_midnight_counts_once_and_its_bytes_on_both_days() -> None:
    found = flows(packet(True, SYN), packet(False, SYN_ACK), packet(True, 0x18, at=START + 86_400))
    assert [flow.connections for flow in found] == [1, 0]
    assert [flow.bytes_out for flow in found] == [100, 100]
    assert found[1].direction is Direction.OUT
    assert found[1].outcome is Outcome.ALLOWED


def test_what_icmp_says_was_not_delivered_is_denied() -> None:
    held = Connections()
    list(held.packet(packet(True, SYN)))
    held.denied((CAMERA, CLOUD, "tcp", 40_000, 443))
    held.denied((CAMERA, CLOUD, "tcp", 1, 2))
    (flow,) = held.finish()
    assert flow.outcome is Outcome.DENIED


def test_open_connections_are_bounded_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OPEN_LIMIT", 8)
    assert len(flows(*(packet(True, SYN, own=port) for port in range(1_000, 1_050)))) == 50


def test_marks_and_names_stay_with_their_connection() -> None:
    held = Connections()
    list(held.packet(packet(True, SYN), Mark.STUN, ""))
    list(held.packet(packet(True, 0x18), None, "a.example.com"))
    (flow,) = held.finish()
    assert (flow.name, flow.marks) == ("a.example.com", frozenset({Mark.STUN}))


def cut(held: Connections, after: float, *, anew: bool = False) -> list[Flow]:
    return list(held.cut(START + after, anew=anew))


def test_a_cut_tells_what_was_done_so_far_and_the_connection_goes_on() -> None:
    held = Connections()
    for one in (packet(True, SYN), packet(False, SYN_ACK), packet(True, 0x18, at=START + 5)):
        assert not list(held.packet(one))
    (first,) = cut(held, 10)
    assert (first.connections, first.bytes_out, first.bytes_in, first.first) == (1, 200, 100, START)
    assert cut(held, 20) == []
    list(held.packet(packet(True, 0x18, at=START + 25)))
    (second,) = cut(held, 30)
    assert (second.connections, second.bytes_out, second.bytes_in, second.first) == (0, 100, 0, START + 25)
    assert (second.direction, second.outcome) == (Direction.OUT, Outcome.ALLOWED)
    assert list(held.finish()) == []


def test_in_a_new_stretch_of_time_it_counts_again() -> None:
    held = Connections()
    for one in (packet(True, SYN), packet(False, SYN_ACK)):
        list(held.packet(one))
    assert [flow.connections for flow in cut(held, 10, anew=True)] == [1]
    assert cut(held, 3_600, anew=True) == []  # silent for an hour: nothing is told of it
    list(held.packet(packet(True, 0x18, at=START + 3_700)))
    assert [flow.connections for flow in held.finish()] == [1]


def test_an_attempt_that_may_still_be_answered_waits_for_the_next_cut() -> None:
    held = Connections()
    list(held.packet(packet(True, SYN)))
    assert cut(held, 30, anew=True) == []
    list(held.packet(packet(False, SYN_ACK, at=START + 31)))
    assert [(flow.outcome, flow.connections) for flow in cut(held, 32)] == [(Outcome.ALLOWED, 1)]
    list(held.packet(packet(True, SYN, own=41_000)))
    assert [flow.outcome for flow in cut(held, 60)] == [Outcome.UNANSWERED]


@pytest.mark.parametrize(("kind", "silence"), [({}, 7_200), (UDP, 600)])
def test_what_is_silent_for_long_is_closed(kind: dict[str, Any], silence: int) -> None:
    held = Connections()
    list(held.packet(packet(True, SYN, **kind)))
    cut(held, silence - 1)
    assert held._open
    cut(held, silence)
    assert not held._open


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from([SYN, SYN_ACK, RST, 0x18]), st.integers(1, 90)), max_size=20),
    st.integers(0, 20),
    st.booleans(),
)
def test_wherever_it_is_cut_no_byte_is_lost_and_none_told_twice(
    steps: list[tuple[bool, int, int]], where: int, anew: bool
) -> None:
    packets, at = [], START
    for sent, flags, pause in steps:
        at += pause
        packets.append(packet(sent, flags, at=at))
    whole = flows(*packets)
    held, found = Connections(), []
    for number, one in enumerate(packets):
        if number == where:
            found += list(held.cut(one.at, anew=anew))
        found += list(held.packet(one))
    found += list(held.finish())
    assert sum(flow.bytes_out or 0 for flow in found) == sum(flow.bytes_out or 0 for flow in whole)
    assert sum(flow.bytes_in or 0 for flow in found) == sum(flow.bytes_in or 0 for flow in whole)
    more = sum(flow.connections for flow in found) - sum(flow.connections for flow in whole)
    assert more in ((0, 1) if anew else (0,))
