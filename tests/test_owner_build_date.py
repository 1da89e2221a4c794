"""When a firmware was built, as makers write it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.owner.build_date import build_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("build 210628", "2021-06-28"),
        ("Build 240726 ", "2024-07-26"),
        ("V5.5.98 build 240726", "2024-07-26"),
        ("V5.5.98build 240726", "2024-07-26"),
        ("100316", "2010-03-16"),
        ("4.001.0000005.0,build:2020-11-17", "2020-11-17"),
        ("2.800.0000016.0.R, Build: 2020-06-05", "2020-06-05"),
    ],
)
def test_forms_that_makers_use(text: str, expected: str) -> None:
    assert build_date(text) == expected


@pytest.mark.parametrize("text", ["", "build", "build 211331", "build 210230", "build:2020-13-01", "V5.7.1", "2021"])
def test_what_is_no_date(text: str) -> None:
    assert build_date(text) is None


@given(st.text())
def test_any_text_gives_a_date_or_none(text: str) -> None:
    found = build_date(text)
    assert found is None or date.fromisoformat(found).year >= 1
