"""Text from a device is made harmless before anybody sees it."""

import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.safe.text import csv_cell, decode, neutralise

HOSTILE = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.characters(categories=["Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Mn"]),
        st.sampled_from("\x1b\x9b\x07\r\n\t\u202e\u2066\u200b\ufeff\U000e0041\ufe0f\u3164=+-@'\"\\"),
    ),
    max_size=600,
)


@given(HOSTILE, st.integers(min_value=1, max_value=700))
def test_neutralised_text_is_one_printable_line(text: str, limit: int) -> None:
    shown = neutralise(text, limit)
    assert len(shown) <= limit
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for char in shown)
    assert len(shown.splitlines()) <= 1
    shown.encode("utf-8")


@given(HOSTILE)
def test_neutralising_twice_changes_nothing(text: str) -> None:
    assert neutralise(neutralise(text)) == neutralise(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x7E, min_codepoint=0x20), max_size=500))
def test_plain_text_passes_as_it_is(text: str) -> None:
    assert neutralise(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;ZXZpbA==\x07", r"\x1b]52;c;ZXZpbA==\x07"),  # writes the clipboard
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x1b[2Jcleared", r"\x1b[2Jcleared"),
        ("\x9b2J", r"\x9b2J"),  # CSI as one C1 byte
        ("open\rclosed", r"open\x0dclosed"),
        ("two\nlines", r"two\x0alines"),
        ("two\u2028lines\u2029", r"two\u2028lines\u2029"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("half\ud800", r"half\ud800"),
        ("Hik\u3164vision", r"Hik\u3164vision"),
        ("Hik\u115fvision", r"Hik\u115fvision"),
        ("x\ufe0f", r"x\ufe0f"),
        ("x\U000e0100", r"x\U000e0100"),
        ("\u0378 is not assigned", r"\u0378 is not assigned"),
        ("caf\u00e9 \u6d77\u5eb7 \U0001f4f7", "caf\u00e9 \u6d77\u5eb7 \U0001f4f7"),
        ("Vi\u1ec7t e\u0301", "Vi\u1ec7t e\u0301"),
    ],
)
def test_what_harms_is_shown_as_an_escape_and_what_does_not_stays(text: str, shown: str) -> None:
    assert neutralise(text) == shown


def test_accents_do_not_pile_up() -> None:
    assert neutralise("z" + "\u0301" * 6) == "z" + "\u0301" * 4 + r"\u0301\u0301"


def test_a_cut_is_marked() -> None:
    assert neutralise("a" * 501) == "a" * 499 + "…"
    assert neutralise("a" * 500) == "a" * 500
    assert neutralise("\x00" * 500) == (r"\x00" * 125)[:499] + "…"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\u3000", "\u2003 ", "\t"])
def test_no_cell_is_a_formula(start: str, blank: str) -> None:
    assert csv_cell(f"{blank}{start}cmd|'/c calc'!A0").startswith("'")


@pytest.mark.parametrize("text", ["DS-2CD2385G1-I", "10.1.0.20", "", "a=b", "camera at the gate"])
def test_an_ordinary_cell_stays_as_it_is(text: str) -> None:
    assert csv_cell(text) == text


@given(HOSTILE)
def test_every_cell_survives_a_csv_file_and_starts_no_formula(text: str) -> None:
    cell = csv_cell(text)
    out = io.StringIO(newline="")
    csv.writer(out).writerow([cell, "next"])
    assert next(csv.reader(io.StringIO(out.getvalue(), newline=""))) == [cell, "next"]
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"))


@given(st.binary(max_size=300))
def test_any_bytes_become_text(raw: bytes) -> None:
    assert isinstance(decode(raw), str)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_utf8_is_read_as_sent(text: str) -> None:
    assert decode(text.encode()) == text


def test_chinese_firmware_is_read() -> None:
    assert decode("海康威视".encode("gb18030")) == "海康威视"
    assert decode(b"\xff\xfe\xff") == "\xff\xfe\xff"
