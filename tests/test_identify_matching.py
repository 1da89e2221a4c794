import itertools

from hypothesis import given
from hypothesis import strategies as st

from camscan.identify.format import Condition
from camscan.identify.matching import REMEMBERED, REMEMBERED_CHARACTERS, Matcher


def matcher(*conditions: dict[str, object]) -> Matcher:
    return Matcher([Condition.model_validate(condition) for condition in conditions])


def numbers(one: Matcher, name: str, value: str) -> list[int]:
    return [hit.condition for hit in one.hits(name, value)]


ALL = matcher(
    {"field": "http.server", "equals": "Webs"},
    {"field": "http.server", "any_of": ["Webs", "App-webs/"]},
    {"field": "http.server", "prefix": "App"},
    {"field": "http.server", "contains": "webs/"},
    {"field": "http.server", "regex": "^[A-Z][a-z]+$"},
    {"field": "http.server", "equals": "WEBS", "ignore_case": True},
    {"field": "http.server", "prefix": "aPP", "ignore_case": True},
    {"field": "http.server", "regex": "^app-", "ignore_case": True},
    {"field": ["rtsp.server", "http.server"], "contains": "."},
)


def test_each_kind_of_condition() -> None:
    assert numbers(ALL, "http.server", "Webs") == [0, 1, 4, 5]
    assert numbers(ALL, "http.server", "App-webs/") == [1, 2, 3, 6, 7]
    assert numbers(ALL, "http.server", "APP-WEBS/") == [6, 7]
    assert numbers(ALL, "http.server", "nothing at all") == []


def test_a_condition_on_several_fields_holds_in_each_and_in_no_other() -> None:
    assert numbers(ALL, "rtsp.server", "a.b") == [8]
    assert numbers(ALL, "http.server", "a.b") == [8]
    assert numbers(ALL, "http.title", "a.b") == []


def test_literals_are_literal() -> None:
    odd = matcher({"field": "http.body", "contains": "a.b*c(d)[e]\\f^$|?+{2} ü\n"})
    assert numbers(odd, "http.body", "x a.b*c(d)[e]\\f^$|?+{2} ü\n y") == [0]
    assert numbers(odd, "http.body", "aXbbcd") == []


def test_named_groups_are_captured_and_empty_ones_left_out() -> None:
    one = matcher({"field": "mdns.instance", "regex": r"^AXIS (?P<model>\w+)(?: - (?P<serial>\w+))?$"})
    assert one.hits("mdns.instance", "AXIS M1014 - ACCC")[0].captures == (("model", "M1014"), ("serial", "ACCC"))
    assert one.hits("mdns.instance", "AXIS M1014")[0].captures == (("model", "M1014"),)


@given(st.text(max_size=40))
def test_the_joined_pattern_hides_nothing(value: str) -> None:
    """One condition alone finds what it finds among others."""
    together = matcher(
        {"field": "http.title", "prefix": "A"},
        {"field": "http.title", "contains": "b"},
        {"field": "http.title", "regex": "[0-9]{2}"},
    )
    digits = [char.isascii() and char.isdigit() for char in value]
    pairs = any(one and other for one, other in itertools.pairwise(digits))
    alone = [value.startswith("A"), "b" in value, pairs]
    assert numbers(together, "http.title", value) == [at for at, holds in enumerate(alone) if holds]


def test_the_memory_of_results_is_bounded() -> None:
    one = matcher({"field": "sadp.serial", "prefix": "DS"})
    for number in range(REMEMBERED + 10):
        one.hits("sadp.serial", str(number))
    assert len(one._remembered) <= REMEMBERED
    for number in range(REMEMBERED_CHARACTERS // 4000 + 10):
        one.hits("sadp.serial", f"{number:04000}")
    assert sum(len(value) for _, value in one._remembered) <= REMEMBERED_CHARACTERS


def test_a_value_that_comes_once_is_matched_alike_and_not_kept() -> None:
    one = matcher({"field": "sadp.serial", "prefix": "DS"})
    assert one.hits_once("sadp.serial", "DS-1") == one.hits("sadp.serial", "DS-1")
    assert one.hits_once("sadp.serial", "x") == one.hits_once("http.title", "DS-1") == ()
    assert ("sadp.serial", "x") not in one._remembered
