from egress_makers import CAMERA, CLOUD, RECORDER, device, flow

from camscan.egress.ends import as_each_sees
from camscan.egress.flow import Direction, Mark
from camscan.egress.known import Known

KNOWN = Known([device(), device(RECORDER)])


def test_a_flow_between_two_devices_is_seen_by_both() -> None:
    marks = frozenset({Mark.STUN})
    mine, theirs = as_each_sees(flow(RECORDER, bytes_out=5, bytes_in=9, marks=marks), KNOWN)
    assert (mine.device, mine.direction, mine.marks) == (CAMERA, Direction.OUT, marks)
    assert (theirs.device, theirs.peer, theirs.direction, theirs.marks) == (
        RECORDER, CAMERA, Direction.IN, frozenset(),
    )  # fmt: skip
    assert (theirs.bytes_out, theirs.bytes_in) == (9, 5)


def test_what_the_payload_showed_is_told_of_the_one_that_began() -> None:
    marks = frozenset({Mark.STUN})
    mine, theirs = as_each_sees(flow(RECORDER, direction=Direction.IN, marks=marks), KNOWN)
    assert (mine.marks, theirs.direction, theirs.marks) == (frozenset(), Direction.OUT, marks)


def test_any_other_flow_is_seen_once() -> None:
    for one in (flow(CLOUD), flow(""), flow(RECORDER, direction=Direction.UNKNOWN)):
        assert list(as_each_sees(one, KNOWN)) == [one]
