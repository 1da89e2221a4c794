"""Which login is for which device."""

import pickle
from ipaddress import ip_address, ip_network

import pytest
from visits import CANARY

from camscan.errors import CredentialError
from camscan.owner.credentials import CredentialSet, DoorName, check_sets, check_username, choose
from camscan.safe.secrets import Secret


def made(name: str, *networks: str, doors: tuple[DoorName, ...] = ("isapi", "dahua-cgi", "onvif")) -> CredentialSet:
    return CredentialSet(name, "auditor", Secret(CANARY), tuple(map(ip_network, networks)), frozenset(doors))


def test_the_most_narrowly_bound_set_is_the_only_one() -> None:
    sets = (made("all", "10.1.0.0/16", "fd00::/64"), made("hall", "10.1.2.0/24"), made("one", "10.1.2.9"))
    names = {
        address: chosen.name if (chosen := choose(sets, ip_address(address), "isapi")) else None
        for address in ("10.1.9.9", "10.1.2.1", "10.1.2.9", "fd00::1", "10.2.0.1", "::1", "8.8.8.8")
    }
    assert names == {
        "10.1.9.9": "all",
        "10.1.2.1": "hall",
        "10.1.2.9": "one",
        "fd00::1": "all",
        "10.2.0.1": None,
        "::1": None,
        "8.8.8.8": None,
    }


def test_each_door_may_have_its_own() -> None:
    sets = (made("web", "10.1.0.0/16", doors=("isapi", "dahua-cgi")), made("onvif", "10.1.0.0/16", doors=("onvif",)))
    assert check_sets(sets, "file") == sets
    assert choose(sets, ip_address("10.1.0.1"), "isapi") is sets[0]
    assert choose(sets, ip_address("10.1.0.1"), "onvif") is sets[1]
    assert choose(sets[:1], ip_address("10.1.0.1"), "onvif") is None


def test_two_sets_for_one_network_are_a_second_try_and_refused() -> None:
    with pytest.raises(CredentialError, match=r"the sets a and b are both for 10\.1\.0\.0/24 at dahua-cgi"):
        check_sets((made("a", "10.1.0.0/24"), made("b", "10.1.0.0/24")), "file")
    with pytest.raises(CredentialError, match="two sets are named a"):
        check_sets((made("a", "10.1.0.0/24"), made("a", "10.2.0.0/24")), "file")
    assert check_sets((made("a", "10.1.0.0/24", "10.1.0.0/24"),), "file")


@pytest.mark.parametrize("username", ["admin", "Auditor-1", "a@b.example"])
def test_usernames_that_a_header_can_hold(username: str) -> None:
    assert check_username(username) == username


@pytest.mark.parametrize("username", ["", "a b", 'a"b', "a:b", "a\\b", "a\r\nX: y", "müller", "a\x00"])
def test_usernames_that_a_header_cannot_hold(username: str) -> None:
    with pytest.raises(ValueError, match="username"):
        check_username(username)


def test_a_set_shows_no_password() -> None:
    item = made("a", "10.1.0.0/24")
    assert CANARY not in f"{item} {item!r}"
    with pytest.raises(TypeError):
        pickle.dumps(item)
