from egress_makers import CAMERA, MAC, OTHER_MAC, START, a_scope, device

from camscan.egress.flow import Binding
from camscan.egress.known import BINDINGS, HANDED_ON, NOBODY, Known


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
