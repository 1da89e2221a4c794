import pytest
from egress_makers import CAMERA, CLOUD, OTHER, RECORDER, START, device
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.flow import Direction, Flow, Outcome
from camscan.egress.known import Known
from camscan.egress.netflow import joining
from camscan.egress.netflow.exported import Exported
from camscan.egress.netflow.joining import Joining

SYN, ALL, RESET = 0x02, 0x1B, 0x14
DAY = 86_400


def there(**changes: object) -> Exported:
    """What the camera sent to the cloud."""
    facts: dict[str, object] = {
        "exporter": "r", "record": 1, "source": CAMERA, "target": CLOUD, "protocol": 6, "source_port": 40_000,
        "target_port": 443, "first": START, "last": START + 2, "octets": 500, "flags": ALL,
    }  # fmt: skip
    return Exported(**{**facts, **changes})  # type: ignore[arg-type]  # the tests give what Exported takes


def back(one: Exported, **changes: object) -> Exported:
    """The same the other way round."""
    turned = one._replace(
        source=one.target, target=one.source, source_port=one.target_port, target_port=one.source_port, octets=900
    )
    return turned._replace(**changes)  # type: ignore[arg-type]  # the tests give what Exported takes


def joined(*records: Exported, devices: tuple[str, ...] = (CAMERA,)) -> list[Flow]:
    joining = Joining(Known([device(one) for one in devices]))
    flows = [flow for one in records for flow in joining.add(one)]
    return flows + list(joining.finish())


def one(*records: Exported) -> Flow:
    (flow,) = joined(*records)
    return flow


def test_two_directions_are_one_connection() -> None:
    expected = Flow(CAMERA, CLOUD, "tcp", 443, Direction.OUT, Outcome.ALLOWED, START, START + 2, 1, 500, 900)
    assert one(there(), back(there())) == expected
    assert one(back(there()), there()) == expected


def test_a_connection_from_outside() -> None:
    inward = there(source=CLOUD, target=CAMERA, source_port=50_000, target_port=554)
    flow = one(inward, back(inward))
    assert (flow.device, flow.direction, flow.port, flow.bytes_out, flow.bytes_in) == (
        CAMERA, Direction.IN, 554, 900, 500,
    )  # fmt: skip


HIGH = {"source_port": 40_000, "target_port": 41_000}


@pytest.mark.parametrize(
    ("records", "direction"),
    [
        # A SYN without an ACK comes from the one that began, whatever the ports and times say.
        (
            [there(source_port=80, target_port=41_000, flags=SYN), back(there(source_port=80, target_port=41_000))],
            "out",
        ),
        ([there(**HIGH), back(there(**HIGH), flags=SYN)], "in"),
        # Between high ports, whose SYN came first.
        ([there(**HIGH), back(there(**HIGH), first=START + 0.1)], "out"),
        ([there(**HIGH, first=START + 0.1), back(there(**HIGH), first=START)], "in"),
        ([there(**HIGH), back(there(**HIGH))], "unknown"),
        # Picked up in the middle: whose packets came first in these records says nothing.
        ([there(**HIGH, flags=0x18), back(there(**HIGH, flags=0x18), first=START + 0.1)], "unknown"),
        ([there(**HIGH, flags=None), back(there(**HIGH, flags=None), first=START + 0.1)], "unknown"),
        # Datagrams: a well-known port, or who was first.
        ([there(**HIGH, protocol=17, flags=None), back(there(**HIGH, protocol=17), first=START + 0.1)], "out"),
        ([there(protocol=17, source_port=123, target_port=40_000, flags=None)], "in"),
        ([there(**HIGH, protocol=17, flags=None)], "unknown"),
        ([there(**HIGH, protocol=17, flags=None, both=True)], "out"),
        ([back(there(**HIGH, protocol=17, flags=None, both=True))], "in"),
        ([there(protocol=17, source_port=37_777, flags=None), back(there(protocol=17, source_port=37_777))], "out"),
        # Of sampled packets the first that was looked at need not be the first.
        ([there(**HIGH, protocol=17, sampled=9), back(there(**HIGH, protocol=17), first=START + 0.1)], "unknown"),
        ([there(**HIGH, flags=SYN, sampled=9)], "out"),
        ([there(**HIGH, by_source=True)], "out"),
        ([there(**HIGH, by_source=False)], "in"),
    ],
)
def test_who_began(records: list[Exported], direction: str) -> None:
    assert one(*records).direction.value == direction


@pytest.mark.parametrize(
    ("records", "outcome"),
    [
        ([there(flags=SYN)], Outcome.UNANSWERED),
        ([there(flags=SYN, sampled=100)], Outcome.UNKNOWN),
        ([there(flags=0)], Outcome.UNKNOWN),
        ([there(flags=None)], Outcome.UNKNOWN),
        ([there()], Outcome.ALLOWED),  # it sent an ACK, so it was answered
        ([there(flags=SYN), back(there(), flags=RESET)], Outcome.DENIED),
        ([there(), back(there(), flags=ALL | 0x04)], Outcome.ALLOWED),
        ([back(there(), flags=RESET)], Outcome.UNKNOWN),
        ([back(there(), flags=0)], Outcome.ALLOWED),
        ([there(protocol=17, target_port=53, flags=None)], Outcome.UNKNOWN),
        ([there(protocol=17, target_port=53, flags=None, both=True)], Outcome.UNANSWERED),
        ([there(protocol=17, target_port=53, flags=None, both=True, back_octets=80)], Outcome.ALLOWED),
        ([there(denied=True)], Outcome.DENIED),
        ([there(event=True, begins=True, flags=None, octets=None)], Outcome.ALLOWED),
        ([there(event=True, denied=True, flags=None, octets=None)], Outcome.DENIED),
    ],
)
def test_what_became_of_it(records: list[Exported], outcome: Outcome) -> None:
    assert one(*records).outcome is outcome


def test_no_answer_says_something_where_answers_are_exported() -> None:
    lost = there(protocol=17, flags=None, target_port=8800, by_source=True)
    elsewhere = lost._replace(exporter="other", source_port=41_000)
    flows = joined(there(), back(there()), lost, elsewhere)
    assert [flow.outcome for flow in flows] == [Outcome.ALLOWED, Outcome.UNANSWERED, Outcome.UNKNOWN]
    assert [flow.bytes_in for flow in flows] == [900, 0, None]


def test_a_record_of_both_directions_is_enough() -> None:
    flow = one(there(both=True, back_octets=70, back_flags=ALL))
    assert (flow.outcome, flow.bytes_out, flow.bytes_in) == (Outcome.ALLOWED, 500, 70)


def test_a_long_connection_is_told_again_and_again() -> None:
    parts = [there(first=START + 60 * n, last=START + 60 * n + 59, flags=ALL if n == 0 else 0x18) for n in range(5)]
    flow = one(*parts)
    assert (flow.connections, flow.bytes_out, flow.last) == (1, 2_500, START + 299)


def test_the_same_packets_told_twice_count_once() -> None:
    again = there(exporter="other", first=START + 0.3, last=START + 2.3)
    short = there(last=START, source_port=41_000)
    flows = joined(there(), back(there()), again, back(again), short, short._replace(exporter="other"))
    assert [(flow.connections, flow.bytes_out, flow.bytes_in) for flow in flows] == [(1, 500, 900), (1, 500, 0)]
    whole = there(last=START + 300, octets=5_000)
    assert one(whole, there(first=START + 60, last=START + 120, exporter="other")).bytes_out == 5_000


def test_a_new_connection_between_the_same_ports() -> None:
    later = there(first=START + 60, last=START + 61)
    flows = joined(there(), back(there()), later, back(later))
    assert [(flow.connections, flow.bytes_out) for flow in flows] == [(1, 500), (1, 500)]
    # A SYN that is sent again, because nobody answers, is one attempt.
    tries = [there(flags=SYN, first=START + 20 * n, last=START + 20 * n) for n in range(3)]
    assert one(*tries).connections == 1


def test_events_of_one_connection_are_one() -> None:
    facts: dict[str, object] = {"event": True, "by_source": True, "flags": None}
    made = there(**facts, begins=True, octets=None, last=START)
    ended = there(**facts, both=True, back_octets=70, first=START + 9, last=START + 9)
    again = made._replace(first=START + 20, last=START + 20)
    flows = joined(made, ended, again)
    assert [(flow.connections, flow.bytes_out, flow.bytes_in) for flow in flows] == [(1, 500, 70), (1, None, None)]


def test_a_volume_counts_on_its_day() -> None:
    midnight = (START // DAY + 1) * DAY
    parts = [there(first=midnight + at, last=midnight + at + 9, flags=flags) for at, flags in ((-20, ALL), (20, 0x18))]
    flows = joined(parts[0], back(parts[0]), parts[1])
    assert [(flow.connections, flow.bytes_out, flow.outcome) for flow in flows] == [
        (1, 500, Outcome.ALLOWED),
        (0, 500, Outcome.ALLOWED),
    ]
    assert [flow.direction for flow in flows] == [Direction.OUT] * 2


def test_pings_and_other_messages() -> None:
    ping = there(protocol=1, source_port=None, target_port=None, flags=None, icmp=8 << 8)
    flow = one(ping, back(ping, icmp=0))
    assert (flow.protocol, flow.port, flow.direction, flow.outcome) == ("icmp", None, Direction.OUT, Outcome.ALLOWED)
    assert one(back(ping)).direction is Direction.IN
    assert one(ping._replace(icmp=0)).direction is Direction.UNKNOWN
    assert joined(ping._replace(icmp=0x0301)) == []


def test_protocols_without_ports() -> None:
    tunnel = there(protocol=47, source_port=None, target_port=None, flags=None)
    assert (one(tunnel).protocol, one(tunnel).port) == ("47", None)
    assert one(tunnel._replace(protocol=-1)).protocol == "unknown"


def test_two_known_devices_both_see_it() -> None:
    local = there(target=RECORDER, target_port=554)
    flows = joined(local, back(local), devices=(CAMERA, RECORDER))
    assert [(flow.device, flow.direction, flow.bytes_out) for flow in flows] == [
        (CAMERA, Direction.OUT, 500),
        (RECORDER, Direction.IN, 900),
    ]


def test_nobody_else_is_kept() -> None:
    assert joined(there(source=OTHER)) == []


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "OPEN_LIMIT", 100)
    flows = joined(*(there(source_port=number) for number in range(1_000)))
    assert len({flow.record for flow in flows}) == 1
    assert len(flows) == 1_000


@given(
    st.lists(
        st.builds(
            there,
            first=st.floats(0, 4e9), last=st.floats(0, 4e9), octets=st.none() | st.integers(0, 2**64),
            flags=st.none() | st.integers(0, 255), protocol=st.integers(-1, 255), both=st.booleans(),
            icmp=st.none() | st.integers(0, 65_535), back_octets=st.none() | st.integers(0, 9),
            event=st.booleans(), begins=st.booleans(), source=st.sampled_from([CAMERA, CLOUD]),
            target=st.sampled_from([CAMERA, CLOUD]),
        )
    )
)  # fmt: skip
def test_any_records_are_survived(records: list[Exported]) -> None:
    for flow in joined(*records):
        assert flow.device == CAMERA
