"""Lists of installed software."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import DataFileError
from camscan.exchange.software_csv import FILE_LIMIT, SoftwareList, parse_software, read_software
from camscan.identify.software import load_software

CATALOGUE = load_software()
LIST = "host,name,version\nPC-1,iVMS-4200 Client,3.10.0.6\nPC-1,Microsoft Office,16.0\nPC-2,SmartPSS Lite,\n"


def _parse(text: str | bytes) -> SoftwareList:
    return parse_software(text if isinstance(text, bytes) else text.encode(), "list.csv", CATALOGUE)


def test_programs_of_camera_makers_are_found(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    found = read_software(tmp_path / "list.csv", CATALOGUE)
    assert [(item.host, item.product.id, item.version, item.line) for item in found.found] == [
        ("PC-1", "hikvision.ivms-4200", "3.10.0.6", 2),
        ("PC-2", "dahua.smartpss", None, 4),
    ]
    assert (found.read, found.computers, found.skipped) == (3, frozenset({"pc-1", "pc-2"}), 0)


@pytest.mark.parametrize(
    "header",
    [
        "PSComputerName,DisplayName,DisplayVersion",
        "Computer Name,Software,Version",
        "Device Name,Application Name,Application Version",
        "AssetName,softwareName,softwareVersion".replace("softwareVersion", "version"),
    ],
)
def test_headings_of_other_tools(header: str) -> None:
    (item,) = _parse(f"{header}\nPC-1,HikCentral Professional,2.5\n").found
    assert (item.host, item.name, item.version) == ("PC-1", "HikCentral Professional", "2.5")


def test_columns_in_any_order_and_others_beside_them() -> None:
    (item,) = _parse("publisher,version,name,size,host\nHikvision,3.1,SADP,5,PC-9\n").found
    assert (item.host, item.version) == ("PC-9", "3.1")


def test_the_version_may_lack() -> None:
    assert _parse("host,name\nPC-1,SmartPSS\n").found[0].version is None


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings(delimiter: str, encoding: str) -> None:
    text = f"host{delimiter}name{delimiter}version\r\nB\u00fcro-1{delimiter}DSS Client{delimiter}1\r\n"
    (item,) = _parse(text.encode(encoding)).found
    assert item.host == "B\u00fcro-1"


def test_the_same_line_twice_is_one_program() -> None:
    assert len(_parse("host,name\nPC-1,SmartPSS\npc-1,SmartPSS\n").found) == 1


def test_rows_without_host_or_name_are_counted_and_empty_ones_are_not() -> None:
    found = _parse("host,name\n,SmartPSS\nPC-1,\n\n,\nPC-1\nPC-2,SmartPSS\n")
    assert (found.read, found.skipped) == (1, 3)


@pytest.mark.parametrize("text", ["", "\n", "SmartPSS,1.0\n", "name,version\nSmartPSS,1\n", "host,vendor\nPC-1,x\n"])
def test_a_list_without_headings_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(DataFileError, match="host,name,version"):
        _parse(text)


def test_a_list_that_is_not_csv_is_refused_with_the_line() -> None:
    with pytest.raises(DataFileError, match=r"list\.csv, line 2"):
        _parse("host,name\nPC-1," + "x" * 200_000 + "\n")


def test_a_list_that_cannot_be_read_or_is_too_large_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="cannot be read"):
        read_software(tmp_path / "none.csv", CATALOGUE)
    with (tmp_path / "large.csv").open("wb") as handle:
        handle.truncate(FILE_LIMIT + 1)
    with pytest.raises(DataFileError, match="larger than 64 MB"):
        read_software(tmp_path / "large.csv", CATALOGUE)


@given(st.binary(max_size=300))
def test_any_bytes_after_the_headings_are_a_list_or_refused(raw: bytes) -> None:
    try:
        found = _parse(b"host,name,version\n" + raw)
    except DataFileError:
        return
    assert found.read + found.skipped >= len(found.found)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_refused(raw: bytes) -> None:
    try:
        _parse(raw)
    except DataFileError:
        return
