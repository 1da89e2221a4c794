"""The whole registry of MAC address blocks."""

import gzip
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import SignatureError
from camscan.identify import loader
from camscan.identify.registrants import REGISTRANTS_FILE, installed_name, pack, registrant, table, unpack


@pytest.mark.parametrize(
    ("mac", "name"),
    [
        ("44:19:b6:00:00:01", "Hangzhou Hikvision Digital Technology Co.,Ltd."),
        ("4419.B600.0001", "Hangzhou Hikvision Digital Technology Co.,Ltd."),
        ("00-40-8C-11-22-33", "Axis Communications AB"),
        ("40:2c:76:11:00:00", "Shanghai Dahua Scale Factory"),  # 28 bits within another's 24
        ("70:b3:d5:7a:bc:01", "Microgate Srl"),  # 36 bits
    ],
)
def test_the_registrant_of_a_block(mac: str, name: str) -> None:
    assert registrant(mac) == name


@pytest.mark.parametrize(
    "mac",
    ["02:00:00:00:00:01", "46:19:b6:00:00:01", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "00:00:00:00:00:00", "", "x"],
)
def test_what_no_registry_gave_out_has_none(mac: str) -> None:
    assert registrant(mac) is None


def test_the_table_is_whole_dated_and_small() -> None:
    whole = table(None)
    assert len(whole) > 50_000
    assert set(whole.as_of.values()) == {date(2026, 10, 24)}
    assert list(whole.lines) == sorted(whole.lines)
    assert len((loader.shipped() / REGISTRANTS_FILE).read_bytes()) < 2_000_000


def test_every_line_is_found_by_an_address_of_its_block() -> None:
    whole = table(None)
    for line in whole.lines[::997]:
        prefix, _, name = line.decode().partition("\t")
        assert whole.find(prefix.ljust(12, "F")) in (name, *_longer(whole.lines, prefix.ljust(12, "F")))


def _longer(lines: Sequence[bytes], mac: str) -> list[str]:
    found = (line.decode().partition("\t") for line in lines)
    return [name for prefix, _, name in found if mac.startswith(prefix)]


def _install(folder: Path, registry: str, rows: list[tuple[str, str]], day: date) -> None:
    (folder / installed_name(registry)).write_bytes(pack(rows, "a test", day))
    table.cache_clear()


def test_a_newer_registry_replaces_its_own_blocks_only(tmp_path: Path) -> None:
    _install(tmp_path, "ma-l", [("4419B6", "Somebody New")], date(2027, 1, 1))
    assert registrant("44:19:b6:00:00:01", tmp_path) == "Somebody New"
    assert registrant("00:40:8c:11:22:33", tmp_path) is None
    assert registrant("70:b3:d5:7a:bc:01", tmp_path) == "Microgate Srl"
    assert table(tmp_path).as_of == {24: date(2027, 1, 1), 28: date(2026, 10, 24), 36: date(2026, 10, 24)}


def test_an_older_one_does_not(tmp_path: Path) -> None:
    _install(tmp_path, "ma-l", [("4419B6", "Somebody Old")], date(2020, 1, 1))
    assert registrant("44:19:b6:00:00:01", tmp_path) == "Hangzhou Hikvision Digital Technology Co.,Ltd."


def test_packing_is_the_same_every_time_and_reads_back() -> None:
    rows = [("4419B6", "B\u00fcro\n\tGmbH"), ("0A1B2C3", "\x1b[31mC"), ("70B3D57AB", "D")]
    packed = pack(rows, "a test", date(2026, 1, 2))
    assert packed == pack(reversed(rows), "a test", date(2026, 1, 2))
    lines, day = unpack(packed, "x")
    assert day == date(2026, 1, 2)
    assert [line.decode() for line in lines] == ["0A1B2C3\t[31mC", "4419B6\tB\u00fcro GmbH", "70B3D57AB\tD"]


@pytest.mark.parametrize("row", [("4419b6", "a"), ("4419B", "a"), ("4419B6", ""), ("GGGGGG", "a")])
def test_a_row_that_is_none_is_not_packed(row: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=r"not a block|invalid literal"):
        pack([row], "a test", date(2026, 1, 2))


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"not gzipped",
        gzip.compress(b"4419B6\tA\n"),
        gzip.compress(b"# as of soon\n4419B6\tA\n"),
        gzip.compress(b"# as of 2026-99-99\n4419B6\tA\n"),
        gzip.compress(b"# a bomb, as of 2026-01-01\n" + b"\0" * 20_000_000),
        pack([("4419B6", "A")], "a test", date(2026, 1, 2))[:-9],
    ],
)
def test_a_damaged_table_is_refused(packed: bytes) -> None:
    with pytest.raises(SignatureError, match="x:1"):
        unpack(packed, "x")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_refused(packed: bytes) -> None:
    try:
        unpack(packed, "x")
    except SignatureError:
        return


@given(st.text(max_size=30))
def test_any_text_has_a_registrant_or_none(text: str) -> None:
    assert registrant(text) is None or registrant(text)
