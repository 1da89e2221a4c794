import pytest
from egress_makers import CLOUD, START

from camscan.egress import names as module
from camscan.egress.names import MEMORY, NAMES_EACH, Names


def test_a_devices_own_answer_comes_before_what_a_connection_says_and_what_others_were_told() -> None:
    names = Names()
    names.answer(1, "other.example.com", CLOUD, START)
    assert names.of(0, CLOUD, START) == ("other.example.com", "dns-other")
    names.told(0, CLOUD, "sni.example.com")
    assert names.of(0, CLOUD, START) == ("sni.example.com", "sni")
    names.answer(0, "own.example.com", CLOUD, START - 10)
    assert names.of(0, CLOUD, START) == ("own.example.com", "dns")
    assert names.of(0, "192.0.2.1", START) == ("", "")


def test_lookups_mean_something_around_their_time_only() -> None:
    names = Names()
    assert not names.sees(0, START)
    names.asked(0, START)
    names.asked(0, START + 100)
    assert names.sees(0, START + 50)
    assert names.sees(0, START + 100 + MEMORY)
    assert not names.sees(0, START - 1)
    assert not names.sees(0, START + 101 + MEMORY)


def test_an_address_that_changed_its_name_has_the_one_of_the_time() -> None:
    names = Names()
    for at, name in ((20, "second"), (0, "first"), (10, "first"), (40, "third"), (30, "third")):
        names.answer(0, f"{name}.example.com", CLOUD, START + at)
    told = [names.of(0, CLOUD, START + at)[0].partition(".")[0] for at in (-5, 0, 15, 20, 35, 90)]
    assert told == ["first", "first", "first", "second", "third", "third"]
    assert names.addresses(0, "first.example.com") == {CLOUD}


def test_changes_of_name_are_bounded() -> None:
    names = Names()
    for number in range(NAMES_EACH * 3):
        names.answer(0, f"n{number}.example.com", CLOUD, START + number)
    assert len(names._own[0, CLOUD]) == NAMES_EACH


def test_answers_are_bounded_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NAME_LIMIT", 4)
    names = Names()
    for number in range(10):
        names.answer(0, f"n{number}.example.com", f"192.0.2.{number}", START)
    assert names.dropped > 0


def test_what_was_told_long_ago_is_forgotten_unless_it_is_in_use() -> None:
    names = Names()
    for device, address in ((0, CLOUD), (1, CLOUD), (0, "192.0.2.2")):
        names.answer(device, f"d{device}.example.com", address, START)
    names.told(0, "192.0.2.3", "sni.example.com")
    names.told(0, "192.0.2.4", "over.example.com")
    names.forget(START + 10, {(0, CLOUD), (0, "192.0.2.3")})
    assert names.of(0, CLOUD, START + 20) == ("d0.example.com", "dns")
    assert names.addresses(0, "d0.example.com") == {CLOUD}
    assert names.of(1, CLOUD, START + 20)[1] == "dns-other"
    assert names.of(0, "192.0.2.2", START + 20) == ("", "")
    assert names.of(0, "192.0.2.3", START + 20) == ("sni.example.com", "sni")
    assert names.of(0, "192.0.2.4", START + 20) == ("", "")
    assert names.sees(0, START + 20)


def test_a_name_that_was_told_again_is_as_young_as_that() -> None:
    names = Names()
    for hour in range(30):
        names.answer(0, "a.example.com", CLOUD, START + hour * 3_600)
    assert len(names._own[0, CLOUD]) == 2
    assert names.of(0, CLOUD, START)[0] == "a.example.com"
    names.forget(START + 28 * 3_600, set())
    assert names.of(0, CLOUD, START + 30 * 3_600)[0] == "a.example.com"


def test_names_that_an_address_no_longer_has_are_forgotten_though_it_is_in_use() -> None:
    names = Names()
    for number in range(NAMES_EACH):
        names.answer(0, f"n{number}.example.com", CLOUD, START + number)
    names.forget(START + 100, {(0, CLOUD)})
    names.answer(0, "new.example.com", CLOUD, START + 200)
    assert [names.of(0, CLOUD, START + at)[0] for at in (150, 250)] == ["n15.example.com", "new.example.com"]


def test_after_forgetting_half_of_the_room_is_free_and_the_newest_stay() -> None:
    names = Names(limit=40)
    for number in range(40):
        names.answer(0, f"n{number}.example.com", f"192.0.2.{number}", START + number)
    assert names.dropped
    names.forget(START - 1, set())
    assert len(names._own) + len(names._others) <= 20
    assert names.of(0, "192.0.2.19", START + 99)[0] == "n19.example.com"
    assert names.of(0, "192.0.2.0", START + 99)[0] == ""
