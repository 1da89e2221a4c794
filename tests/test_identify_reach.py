"""Jurisdictions and sectors: what is understood, and that the rest counts as not told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.identify.reach import PLACES, SECTORS, WITHIN, Overlap, overlap, place, sector


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("uk", "uk"),
        (" United  Kingdom ", "uk"),
        ("England", "england"),
        ("GB-SCT", "scotland"),
        ("US", "us"),
        ("Ruritania", None),
        ("", None),
        (None, None),
    ],
)
def test_places(text: str | None, expected: str | None) -> None:
    assert place(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("local-government", "local-government"),
        ("Local Government", "local-government"),
        ("local_authority", "local-government"),
        ("Schools", "education"),
        ("NHS", "health"),
        ("circus", None),
        (None, None),
    ],
)
def test_sectors(text: str | None, expected: str | None) -> None:
    assert sector(text) == expected


def test_a_nation_lies_within_its_country_and_the_country_holds_a_part() -> None:
    assert overlap("england", ("uk",)) is Overlap.INSIDE
    assert overlap("uk", ("uk", "us")) is Overlap.INSIDE
    assert overlap("uk", ("scotland",)) is Overlap.PART
    assert overlap("england", ("scotland",)) is Overlap.OUTSIDE
    assert overlap("lt", ("eu",)) is Overlap.INSIDE
    assert overlap("no", ("eu",)) is Overlap.OUTSIDE


def test_every_word_leads_to_one_of_ours() -> None:
    assert set(WITHIN.values()) <= set(PLACES)
    assert all(PLACES[name] == name for name in WITHIN)
    assert all(SECTORS[name] == name for name in SECTORS.values())


@given(st.text())
def test_any_text_is_a_place_of_ours_or_none(text: str) -> None:
    assert place(text) in {None, *PLACES.values()}
    assert sector(text) in {None, *SECTORS.values()}
