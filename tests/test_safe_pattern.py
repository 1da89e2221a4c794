"""Patterns are matched in linear time, whatever the pattern."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import ParseError
from camscan.safe.pattern import PatternSet, compile_bytes, compile_text


def test_text_patterns_search_match_and_replace() -> None:
    pattern = compile_text(r"(?i)login to (?P<serial>[0-9a-z]{6,})")
    match = pattern.search('Digest realm="Login to 4K0ABC7"')
    assert match is not None
    assert match.group("serial") == "4K0ABC7"
    assert match.groupdict() == {"serial": "4K0ABC7"}
    assert (match.start(), match.end()) == (14, 30)
    assert pattern.fullmatch("xLogin to 4K0ABC7") is None
    assert pattern.sub("-", "Login to 4K0ABC7!") == "-!"
    assert pattern.findall("login to aaaaaa login to bbbbbb") == ["aaaaaa", "bbbbbb"]


def test_byte_patterns_take_each_byte_as_one_character() -> None:
    match = compile_bytes(rb"\x20\x00\xff(.)").search(b"..\x20\x00\xff\xe9")
    assert match is not None
    assert match.group(1) == b"\xe9"


def test_positions_in_text_count_characters_not_bytes() -> None:
    match = compile_text("x").search("海康x")
    assert match is not None
    assert match.start() == 2


@pytest.mark.parametrize("source", ["(", "[z-a]", r"(a)\1", "(?=a)", "(?<!a)b", "a{5000}", r"\p{Nothing}", "*a"])
def test_what_re2_does_not_take_is_a_parse_error(source: str) -> None:
    with pytest.raises(ParseError, match="not a valid pattern"):
        compile_text(source)
    with pytest.raises(ParseError, match="not a valid pattern"):
        compile_bytes(source.encode())


@pytest.mark.parametrize(
    ("source", "text"),
    [
        # Each took seconds to hours with a backtracking engine; here a wrong engine would run into the suite's limit.
        (r"^(\w+\s?)*$", "a" * 4000 + "!"),
        (r"(?:.*?Server: )+Hik", "Server: " * 500),
        (r"<title>(.*?)\s*</title>", "<title>" + " " * 20_000),
        (r"(a*)*b", "a" * 20_000),
        (r"^(a|a)*$", "a" * 20_000 + "!"),
    ],
)
def test_evil_patterns_end(source: str, text: str) -> None:
    assert compile_text(source).search(text) is None


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_can_be_searched(text: str) -> None:
    match = compile_text("(?s)^.*$").search(text)
    assert match is not None
    assert match.group() == text


@given(st.binary())
def test_any_bytes_can_be_searched(raw: bytes) -> None:
    match = compile_bytes(rb"(?s)^.*$").search(raw)
    assert match is not None
    assert match.group() == raw


def test_a_set_tells_every_pattern_that_matches() -> None:
    several = PatternSet(["(?:(?i)login)", "^IP Camera", "[0-9]{3}", "^$"])
    assert several.search("IP Camera LOGIN 123") == [0, 1, 2]
    assert several.search("nothing") == []
    assert several.search("") == [3]
    assert PatternSet([]).search("x") == []


def test_a_set_refuses_what_is_no_pattern() -> None:
    with pytest.raises(ParseError):
        PatternSet(["a", "(b"])


def test_a_set_that_gives_no_answer_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    several = PatternSet(["a", "b"])

    class Silent:
        Match = staticmethod(str.isspace)  # RE2's name, and no answer

    monkeypatch.setattr(several, "_set", Silent())
    assert several.search("b") == [1]


@given(st.text(alphabet="ab1\u00e9\n", max_size=30))
def test_a_set_and_its_patterns_agree(text: str) -> None:
    sources = ["a+b", "^1", "\u00e9$", "(?i)B1", "(?s)a.b"]
    assert PatternSet(sources).search(text) == [i for i, one in enumerate(sources) if compile_text(one).search(text)]
