from datetime import UTC, datetime

import pytest
from egress_makers import CAMERA, MAC, OTHER_MAC, START, a_scope, device

from camscan.egress import known as module
from camscan.egress.flow import Binding
from camscan.egress.known import BINDINGS, ELSEWHERE, HANDED_ON, NOBODY, Known
from camscan.inventory import Holding


def test_only_addresses_of_devices_are_known() -> None:
    known = Known([device()])
    assert known.knows(CAMERA)
    assert not known.knows("10.1.0.99")
    assert not known.knows("")
    assert known.who(CAMERA, START) == 0
    assert known.who("10.1.0.99", START) == NOBODY


def test_an_address_between_two_holders_blames_neither() -> None:
    early = device(mac=MAC, first=START, last=START + 100)
    late = device(mac=OTHER_MAC, first=START + 200, last=START + 300)
    known = Known([late, early])
    assert known.who(CAMERA, START + 50) == 1
    assert known.who(CAMERA, START + 150) == HANDED_ON
    assert known.who(CAMERA, START + 250) == 0
    assert known.who(CAMERA, START + 900) == 0
    assert known.who(CAMERA, START - 900) == 1


def test_arp_says_when_an_address_is_handed_on_to_a_stranger() -> None:
    known = Known([device(mac=MAC)])
    known.learn(Binding(CAMERA, MAC, START))
    known.learn(Binding(CAMERA, "02:00:00:00:00:77", START + 100))
    assert known.who(CAMERA, START + 50) == 0
    assert known.who(CAMERA, START + 150) == HANDED_ON


def test_a_device_that_moves_is_known_by_its_mac() -> None:
    known = Known([device(mac=MAC)])
    assert known.changes == 0
    known.learn(Binding("10.1.0.77", MAC, START))
    assert known.changes == 1
    assert known.knows("10.1.0.77")
    assert known.who("10.1.0.77", START + 5) == 0


def test_a_mac_that_several_devices_share_tells_nothing() -> None:
    known = Known([device(mac=MAC), device("10.1.0.21", mac=MAC)])
    assert not known.knows_mac(MAC)
    known.learn(Binding("10.1.0.77", MAC, START))
    assert not known.knows("10.1.0.77")


def test_strangers_bindings_are_not_kept() -> None:
    known = Known([device(mac=MAC)])
    known.learn(Binding("10.1.0.88", OTHER_MAC, START))
    assert not known.knows("10.1.0.88")


def test_changes_of_hand_are_bounded() -> None:
    known = Known([device(mac=MAC)])
    for number in range(BINDINGS * 4):
        known.learn(Binding(CAMERA, f"02:00:00:00:{number // 256:02x}:{number % 256:02x}", START + number))
    assert len(known._bindings[CAMERA]) == BINDINGS
    assert known.who(CAMERA, START + 10_000) == HANDED_ON


def test_with_everything_each_address_of_the_scope_is_a_device() -> None:
    known = Known([device()], a_scope())
    assert known.knows("10.1.1.1")
    assert known.who("10.1.1.1", START) == 1
    assert known.who("10.1.1.1", START) == 1
    assert not known.knows("10.9.0.1")
    assert known.listed == 1


def test_a_known_mac_at_an_address_of_the_inside_has_moved() -> None:
    known = Known([device(mac=MAC)])
    assert known.moved("203.0.113.9", MAC, START) is None
    assert known.moved(CAMERA, MAC, START) is None
    assert known.moved("10.1.0.99", OTHER_MAC, START) is None
    assert known.moved("", MAC, START) is None
    assert known.moved("10.1.0.99", MAC, START) == Binding("10.1.0.99", MAC, START)
    assert known.knows("10.1.0.99")
    assert known.moved("10.1.0.99", MAC, START) is None


def held(ip: str, first: float, last: float, *, from_before: bool = True, since_then: bool = True) -> Holding:
    began, ended = (datetime.fromtimestamp(START + one, UTC) for one in (first, last))
    return Holding(7, ip, began, ended, from_before, since_then)


def moved() -> Known:
    """The camera was at .77 until second 100, and at its address of today from second 200 on."""
    before = held("10.1.0.77", 0, 100, since_then=False)
    return Known([device(mac=MAC)], None, [(0, before), (0, held(CAMERA, 200, 300, from_before=False))])


def test_a_device_is_known_at_its_earlier_address_for_the_time_it_had_it() -> None:
    known = moved()
    assert known.knows("10.1.0.77")
    told = {at: (known.who("10.1.0.77", START + at), known.who(CAMERA, START + at)) for at in (-9, 50, 150, 250, 900)}
    assert told == {
        -9: (0, ELSEWHERE), 50: (0, ELSEWHERE), 150: (ELSEWHERE, ELSEWHERE), 250: (ELSEWHERE, 0), 900: (ELSEWHERE, 0),
    }  # fmt: skip
    assert known.former == {("10.1.0.77", 0)}


def test_what_lies_between_two_turns_is_one_devices() -> None:
    known = moved()
    assert known.turns("10.1.0.77")[0] == START
    assert START + 100 < known.turns("10.1.0.77")[-1] < START + 100.001
    assert known.turns(CAMERA)[0] == START + 200
    assert Known([device()]).turns(CAMERA) == ()


def test_a_device_that_is_not_judged_takes_over_what_it_was_heard_at() -> None:
    camera, office = held(CAMERA, 0, 100), held(CAMERA, 200, 300)
    known = Known([device(mac=MAC)], None, [(0, camera), (None, office), (None, held("10.1.0.99", 0, 9))])
    assert [known.who(CAMERA, START + at) for at in (50, 150, 250, 900)] == [0, HANDED_ON, HANDED_ON, HANDED_ON]
    assert not known.knows("10.1.0.99")


def test_a_device_that_came_back_had_the_address_twice() -> None:
    runs = [held(CAMERA, 0, 10, since_then=False), held(CAMERA, 100, 110, from_before=False)]
    known = Known([device()], None, [(0, one) for one in runs])
    assert [known.who(CAMERA, START + at) for at in (-1, 5, 50, 105, 900)] == [0, 0, ELSEWHERE, 0, 0]


def test_arp_tells_more_than_the_history() -> None:
    known = moved()
    known.learn(Binding("10.1.0.77", MAC, START + 150))
    assert known.who("10.1.0.77", START + 151) == 0


def test_a_watch_without_end_forgets_who_had_an_address_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOVES", 5)
    known = Known([device(mac=MAC)])
    for at, mac in ((0, OTHER_MAC), (100, MAC), (200, OTHER_MAC), (300, MAC)):
        known.learn(Binding(CAMERA, mac, START + at))
    for number in range(20):
        known.learn(Binding(f"10.1.2.{number}", MAC, START + number))
    known.forget(START + 250)
    assert [known.who(CAMERA, START + at) for at in (250, 350)] == [HANDED_ON, 0]
    assert len(known._bindings[CAMERA]) == 2
    assert [number for number in range(20) if known.knows(f"10.1.2.{number}")] == [15, 16, 17, 18, 19]
    assert known.knows(CAMERA)
