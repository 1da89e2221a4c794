"""Files of newer data: told by their content, checked whole."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_identify_cve_record import product, record
from test_identify_kev import ROW, catalogue

from camscan.data_files import FILE_LIMIT, RECORD_LIMIT, DataKind, read_data
from camscan.errors import ParseError
from camscan.identify.registrants import unpack

DAY = date(2026, 12, 1)
HEADER = "Registry,Assignment,Organization Name,Organization Address\r\n"


def registry(rows: int = 12_000, name: str = "MA-L", width: int = 6, more: str = "") -> bytes:
    """A registry of the IEEE's form with so many blocks."""
    lines = (
        f'{name},{number:0{width}X},"Firm, No. {number}","A street 1, Sometown US 12345 "\r\n' for number in range(rows)
    )
    return (HEADER + "".join(lines) + more).encode()


def test_cisas_catalogue() -> None:
    (found,) = read_data(catalogue([ROW, {}]), DAY)
    assert (found.kind, found.name, found.entries, found.rejected) == (DataKind.KEV, "kev.json", 1, 1)
    assert found.as_of == date(2025, 8, 25)


def test_one_record_and_a_list_of_them() -> None:
    one = record(product("DS-2CD1", "V1"))
    other = record(product("DS-2CD1", "V1"), cveId="CVE-2027-1234")
    (found,) = read_data(json.dumps(one).encode(), DAY)
    assert (found.kind, found.name, found.as_of) == (DataKind.CVE, "cve/CVE-2025-66177.json", date(2026, 1, 13))
    assert json.loads(found.content) == one
    assert [item.name for item in read_data(json.dumps([one, other]).encode(), DAY)] == [
        "cve/CVE-2025-66177.json",
        "cve/CVE-2027-1234.json",
    ]


@pytest.mark.parametrize(
    ("name", "width", "rows", "expected"),
    [
        ("MA-L", 6, 12_000, "registrants-ma-l.tsv.gz"),
        ("MA-M", 7, 2_000, "registrants-ma-m.tsv.gz"),
        ("MA-S", 9, 2_000, "registrants-ma-s.tsv.gz"),
    ],
)
def test_a_registry_of_the_ieee(name: str, width: int, rows: int, expected: str) -> None:
    (found,) = read_data(registry(rows, name, width), DAY)
    assert (found.kind, found.name, found.as_of) == (DataKind.REGISTRY, expected, DAY)
    lines, day = unpack(found.content, "x")
    assert day == DAY
    assert lines[5].decode() == f"{5:0{width}X}\tFirm, No. 5"


def test_rows_of_a_registry_that_cannot_be_read_are_counted() -> None:
    more = "MA-L,XYZ,Firm,\r\nMA-L,0A0B0C,,\r\nshort\r\nMA-L,FFFF00,IEEE Registration Authority,\r\n"
    (found,) = read_data(registry(more=more), DAY)
    assert (found.entries, found.rejected) == (12_000, 3)


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert read_data(b"\xef\xbb\xbf" + registry(), DAY)[0].entries == 12_000


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "neither"),
        (b"<html>Not found</html>", "neither"),
        (b"{}", "not a CVE record"),
        (b'{"vulnerabilities": []}', "no list"),
        (b"[]", "no CVE record"),
        (b"[{}]", "not a CVE record"),
        (json.dumps([{}] * (RECORD_LIMIT + 1)).encode(), "more than"),
        (b'{"a": ', "cut off"),
        (b"[" * 100_000, "valid JSON"),
        (b'[{"a": ' + b"9" * 5_000 + b"}]", "valid JSON"),
        (registry(100), "too few"),
        (registry()[:-40] + b'"an open quote', "not whole|cut off|too few"),
        (registry().replace(b"Organization Name", b"Company"), "columns"),
        (registry() + b"MA-M,0000001,Firm,\r\n", "not one of the registries"),
        (registry(2_000, "CID"), "not one of the registries"),
        (registry().replace(b"Firm", b"F\xfcrm"), "UTF-8"),
        (b"{" + b" " * FILE_LIMIT, "larger than 32 MB"),
    ],
)
def test_what_is_none_of_them_is_refused_with_a_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        read_data(raw, DAY)


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"{HEADER}{text}".encode()))
def test_any_bytes_are_data_or_refused(raw: bytes) -> None:
    with pytest.raises(ParseError):
        read_data(raw, DAY)
