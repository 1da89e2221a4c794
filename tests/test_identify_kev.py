"""CISA's catalogue of exploited vulnerabilities."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import ParseError
from camscan.identify.kev import KEV_LIMIT, one_line, parse_kev

ROW = {
    "cveID": "CVE-2021-36260",
    "vendorProject": "Hikvision",
    "product": "Security cameras web server",
    "vulnerabilityName": "Hikvision Improper Input Validation",
    "dateAdded": "2022-01-10",
    "shortDescription": "A command injection vulnerability in the web server of some Hikvision product.",
}


def catalogue(rows: list[Any], **more: Any) -> bytes:
    head = {"catalogVersion": "2025.08.25", "dateReleased": "2025-08-25T17:00:01.0000Z", "count": len(rows)}
    return json.dumps({**head, **more, "vulnerabilities": rows}).encode()


def test_the_catalogue_is_read() -> None:
    found = parse_kev(catalogue([ROW]))
    assert found.as_of.isoformat() == "2025-08-25"
    (entry,) = found.entries
    assert (entry.id, entry.vendor, entry.added.isoformat()) == ("CVE-2021-36260", "Hikvision", "2022-01-10")
    assert found.rejected == 0


def test_its_version_is_its_day_where_no_other_is_told() -> None:
    assert parse_kev(catalogue([ROW], dateReleased=None)).as_of.isoformat() == "2025-08-25"


def test_an_entry_that_cannot_be_read_is_counted() -> None:
    found = parse_kev(catalogue([ROW, ROW, {**ROW, "dateAdded": "soon"}]))
    assert (len(found.entries), found.rejected) == (2, 1)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not JSON"),
        (b"[]", "no list"),
        (catalogue([]), "no list"),
        (catalogue([1, 2, {}]), "most of its entries"),
        (catalogue([ROW], dateReleased="x", catalogVersion=5), "of which day"),
        (catalogue([ROW])[:-5], "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b" " * (KEV_LIMIT + 1), "larger"),
    ],
)
def test_what_is_no_catalogue_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parse_kev(raw)


def test_every_cut_of_it_is_refused() -> None:
    whole = catalogue([ROW])
    for length in range(len(whole)):
        with pytest.raises(ParseError):
            parse_kev(whole[:length])


def test_a_text_becomes_one_printable_line() -> None:
    assert one_line(" a\n\tb\x1b[31m \u202ec ") == "a b[31m c"
    assert len(one_line("a" * 5_000)) == 600
    with pytest.raises(ParseError):
        one_line(None)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*ROW, "other"]), inner, max_size=6),
    max_leaves=20,
)


@given(st.lists(json_values, max_size=5), json_values)
def test_any_json_is_a_catalogue_or_refused(rows: list[Any], version: Any) -> None:
    try:
        parse_kev(catalogue(rows, catalogVersion=version))
    except ParseError:
        return
