"""Sentences fit the screen, and what people copy stays whole."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.report.lines import NARROWEST, flowed, wrapped


def harmless(text: str) -> bool:
    """Whether no character of ``text`` is one that a terminal obeys."""
    return not any(unicodedata.category(char).startswith("C") for char in text)


SENTENCE = "An inventory that hides its gaps is wrong, however good the rest of it may be."


@pytest.mark.parametrize("width", [20, 33, 40, 79, 80, 160])
def test_lines_are_no_wider_than_the_screen_and_lose_no_word(width: int) -> None:
    lines = wrapped(SENTENCE, width).split("\n")
    assert all(len(line) <= width for line in lines)
    assert " ".join(line.strip() for line in lines) == SENTENCE


def test_what_follows_a_break_hangs_under_its_own_line() -> None:
    assert wrapped("  - one two three four five", 20) == "  - one two three\n    four five"


def test_its_own_line_breaks_stay() -> None:
    assert wrapped("First.\n  Second.", 80) == "First.\n  Second."


def test_a_command_is_not_broken() -> None:
    text = "To go on, run `camscan scan --resume --scope camscan.toml` now."
    assert "`camscan scan --resume --scope camscan.toml`" in wrapped(text, 30).split("\n")[1]


def test_a_lonely_backtick_does_not_hold_the_rest_together() -> None:
    assert all(len(line) <= 20 for line in wrapped("a ` and then a lot of further words", 20).split("\n"))


def test_columns_within_a_line_keep_their_spaces() -> None:
    assert wrapped("axis        1      1", 80) == "axis        1      1"


def test_phrases_stay_together_where_they_can() -> None:
    said = flowed(["Budget: about 352 packets,", "at most 120 to each device;", "40 a second."], 60)
    assert said == "Budget: about 352 packets, at most 120 to each device;\n40 a second."


def test_a_phrase_longer_than_a_line_is_broken_within() -> None:
    lines = flowed(["Short,", SENTENCE], 30, indent=2).split("\n")
    assert lines[0] == "  Short,"
    assert all(len(line) <= 30 and line.startswith("  ") for line in lines)


def test_nothing_that_a_device_says_reaches_the_terminal_raw() -> None:
    assert "\x1b" not in wrapped("a\x1b[31mb", 80)
    assert "\x1b" not in flowed(["a\x1b]0;x\x07"], 80)


@given(st.text(), st.integers(-5, 200), st.integers(0, 8))
def test_any_text_at_any_width(text: str, width: int, hanging: int) -> None:
    told = wrapped(text, width, hanging)
    assert all(line == line.rstrip(" ") and harmless(line) for line in told.split("\n"))
    longest_word = max((len(word) for line in told.split("\n") for word in line.split(" ")), default=0)
    room = max(width, NARROWEST, longest_word)
    if "`" not in text and not text.startswith(" ") and "\n " not in text:
        assert all(len(line) <= room + hanging for line in told.split("\n"))


@given(st.lists(st.text(), max_size=6), st.integers(0, 120))
def test_any_phrases_at_any_width(phrases: list[str], width: int) -> None:
    assert harmless(flowed(phrases, width).replace("\n", ""))
