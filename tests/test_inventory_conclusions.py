"""What was concluded the last time is kept, whole, until something else is concluded."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from inventory_makers import Estate, opened
from judged import device, sign

from camscan.device import Kind, Verdict
from camscan.inventory import Inventory
from camscan.inventory.conclusions import Conclusion

ONE = Conclusion.of(
    device("dahua", brand="amcrest", kind=Kind.CAMERA, model="IP2M\u00e9", signs=(sign("maker", "dahua"),))
)


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    yield from opened(tmp_path)


def test_a_conclusion_names_each_signature_once() -> None:
    twice = device("dahua", signs=(sign("maker", "dahua"), sign("maker", "dahua", cause="tls")))
    assert Conclusion.of(twice).signs == ("test.maker.dahua",)


def test_what_is_kept_comes_back(inventory: Inventory) -> None:
    Estate(inventory).scan(("10.1.0.20", ("http.title", "x")), ("10.1.0.21", ("http.title", "y")))
    first, second = sorted(Estate(inventory).addresses())
    nothing = Conclusion.of(device())
    inventory.save_conclusions({first: ONE, second: nothing}, "sha256:a")
    assert inventory.conclusions() == {first: ONE, second: nothing}
    inventory.save_conclusions({second: replace(ONE, verdict=Verdict.PROBABLE)}, "sha256:b")
    assert inventory.conclusions() == {first: ONE, second: replace(ONE, verdict=Verdict.PROBABLE)}


def test_a_device_that_was_joined_to_another_is_left_out(inventory: Inventory) -> None:
    estate = Estate(inventory)
    estate.scan(("10.1.0.20", ("http.title", "x")), ("10.1.0.21", ("http.title", "y")))
    ids = sorted(estate.addresses())
    inventory.save_conclusions(dict.fromkeys(ids, ONE), "sha256:a")
    serial = ("sadp.serial", "DS-2CD2385G1-I20200101AAWRE12345678")
    estate.scan(("10.1.0.20", serial))
    estate.scan(("10.1.0.21", serial))
    assert set(inventory.conclusions()) == set(estate.addresses())
