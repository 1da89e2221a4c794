from egress_makers import CAMERA, CLOUD, RECORDER, device

from camscan.egress.flow import Direction
from camscan.egress.known import Known
from camscan.egress.readers.sides import count_of, port_of, sides
from camscan.egress.source import Tally


def test_who_stands_first_started() -> None:
    known, tally = Known([device(), device(RECORDER)]), Tally()
    assert [one.direction for one in sides(known, tally, CAMERA, CLOUD)] == [Direction.OUT]
    assert [one.direction for one in sides(known, tally, CLOUD, CAMERA)] == [Direction.IN]
    assert [one.device for one in sides(known, tally, CAMERA, RECORDER)] == [CAMERA, RECORDER]
    assert not list(sides(known, tally, CLOUD, "198.51.100.7"))
    assert tally.inside


def test_only_public_addresses_show_no_inside() -> None:
    tally = Tally()
    assert not list(sides(Known([device()]), tally, CLOUD, "198.51.100.7"))
    assert not tally.inside
    list(sides(Known([device()]), tally, "192.168.1.1", CLOUD))
    assert tally.inside


def test_what_is_no_address_is_counted() -> None:
    tally = Tally()
    assert not list(sides(Known([device()]), tally, "camera", CLOUD))
    assert sum(tally.skipped.values()) == 1


def test_numbers_are_read_or_none() -> None:
    assert [port_of(text) for text in ("443", "70000", "-1", "x", "", "²")] == [443, None, None, None, None, None]
    assert [count_of(text) for text in ("10", "9" * 30, "-", "1.5")] == [10, None, None, None]
