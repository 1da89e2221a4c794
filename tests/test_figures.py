"""The figures of accuracy, on cases whose figures can be worked out by hand."""

import pytest
from answer_evidence import observation
from figures import OTHERS, Case, bound, judged, rungs, strengths, table

from camscan.device import Verdict
from camscan.identify import assess, load


def case(
    truth: str, maker: str | None, verdict: str = "probable", *, part: str = "one", strength: str = "strong"
) -> Case:
    signs = ((strength, maker),) if maker else ()
    name = f"{truth} {maker} {verdict} {part} {strength}"
    return Case(truth, part, name, f"source of {truth}", maker, verdict if maker else "unknown", signs)


@pytest.mark.parametrize("n", [1, 3, 10, 59, 300])
def test_with_no_case_the_bound_is_that_of_the_power(n: int) -> None:
    """(1 - p) ** n = 0.05, the one-sided bound of no case in n."""
    assert bound(0, n) == pytest.approx(1 - 0.05 ** (1 / n), abs=1e-6)


def test_the_bound_knows_nothing_of_nothing_and_grows_with_the_cases() -> None:
    assert bound(0, 0) == 1.0
    assert bound(4, 4) == 1.0
    assert bound(0, 20) < bound(1, 20) < bound(2, 20)
    assert bound(2, 43) == pytest.approx(0.139, abs=0.001)  # tables of Clopper and Pearson


@pytest.mark.parametrize(
    ("truth", "maker", "verdict", "outcome"),
    [
        ("dahua", "dahua", "suspected", "right"),
        ("axis", "dahua", "suspected", "wrong"),
        ("axis", "sony", "probable", "wrong"),
        ("axis", None, "unknown", "none"),
        ("unknown", "hikvision", "suspected", "wrong"),
        ("unknown", "uniview", "probable", "unverifiable"),
        ("unknown", None, "unknown", "none"),
    ],
)
def test_outcomes(truth: str, maker: str | None, verdict: str, outcome: str) -> None:
    assert case(truth, maker, verdict).outcome == outcome


def test_a_table_counts_each_maker_and_what_the_set_cannot_name() -> None:
    cases = [
        case("dahua", "dahua"),
        case("dahua", None),
        case("axis", "dahua"),
        case("cisco", None),
        case("unknown", None),
        case("dahua", "dahua", part="two"),
    ]
    lines = list(table("Title", cases, ("one", "two"), {"dahua", "axis"}))
    rows = {line.split()[0]: line.split("|") for line in lines[3:]}
    assert lines[0] == "\nTitle"
    assert rows["dahua"][0].split() == ["dahua", "2", "1", "1", "0", "50%", "50%", "78%"]
    assert rows["dahua"][1].split() == ["1", "1", "0", "0", "100%", "100%", "95%"]
    assert rows["axis"][0].split() == ["axis", "1", "0", "0", "1", "0%", "-", "100%"]
    assert rows[OTHERS][0].split() == [OTHERS, "1", "0", "1", "0", "-", "-", "95%"]
    assert rows["all"][0].split() == ["all", "5", "1", "3", "1", "33%", "50%", "66%"]
    assert "  one: 1 of 3 innocent called Hikvision or Dahua (under 86%)" in lines
    assert not any(line.startswith("  two: ") for line in lines)


def test_calibration_counts_signs_and_the_sources_they_stand_on() -> None:
    cases = [
        case("dahua", "dahua"),
        case("dahua", "dahua", "suspected"),
        case("axis", "dahua"),
        case("unknown", "axis"),
    ]
    assert list(strengths(cases)) == [
        "  decisive  none",
        "  strong    2 of 3 right, of 2 sources; wrong under 86%",
        "  medium    none",
        "  weak      none",
    ]
    assert list(rungs(cases)) == [
        "  confirmed none",
        "  probable  1 of 2 right, of 2 sources; wrong under 97%",
        "  suspected 1 of 1 right, of 1 sources; wrong under 95%",
    ]


def test_an_answer_that_says_nothing_names_nobody() -> None:
    device = assess([observation(("http.status", "200"))], load())
    said = judged(device, truth="axis", part="one", name="name", source="source")
    assert (said.maker, said.verdict, said.signs, said.outcome) == (None, Verdict.UNKNOWN, (), "none")
