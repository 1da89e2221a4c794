import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.safe.mac import mac_address


@pytest.mark.parametrize(
    "text", ["44:19:B6:00:00:0a", "44-19-b6-00-00-0a", "4419.b600.000A", "4419B600000A", " 44:19:b6:00:00:0a\n"]
)
def test_one_form_for_all(text: str) -> None:
    assert mac_address(text) == "44:19:b6:00:00:0a"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        "01:00:5e:00:00:01",
        "44:19:b6:00:00",
        "44:19:b6:00:00:0a:0b",
        "zz:19:b6:00:00:0a",
        "\uff14\uff14:19:b6:00:00:0a",
    ],
)
def test_what_is_no_address_of_a_device(text: str) -> None:
    assert mac_address(text) is None


@given(st.text())
def test_any_text_is_an_address_or_none(text: str) -> None:
    assert mac_address(text) is None or len(mac_address(text) or "") == 17
