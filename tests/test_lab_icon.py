"""Icons made to a hash."""

import base64

import mmh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.lab.estate import profiles
from camscan.lab.icon import icon_with_hash


def shodan(icon: bytes) -> int:
    return mmh3.hash(base64.encodebytes(icon))


@given(st.integers(min_value=-(2**31), max_value=2**31 - 1))
def test_the_icon_has_the_hash(wanted: int) -> None:
    assert shodan(icon_with_hash(wanted)) == wanted


@pytest.mark.parametrize("wanted", [999357577, -1466785234])
def test_it_begins_like_an_icon_file(wanted: int) -> None:
    assert icon_with_hash(wanted).startswith(bytes.fromhex("000001000100"))


def test_every_icon_of_the_profiles_can_be_made() -> None:
    wanted = {page.icon for profile in profiles().values() for web in profile.http for page in web.pages if page.icon}
    assert len(wanted) >= 5
    assert {shodan(icon_with_hash(number)) for number in wanted} == wanted
