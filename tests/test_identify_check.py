"""``check`` finds each fault that can be planted, with file, line and reason, and nothing in the shipped set."""

from pathlib import Path

import pytest
from signature_files import HEADER, OUI, SIGNATURE, folder, signature, small_set

from camscan.identify import Problem, check, load

DAHUA = (
    HEADER.replace("acme", "dahua")
    + """
[[signature]]
id = "dahua.realm"
strength = "medium"
points_to = { maker = "dahua" }
reason = "a sign"
all = [{ field = "http.realm", prefix = "Acm" }]
source = "a test"
date = 2026-11-21
examples = [{ "http.realm" = "Acmena" }]
"""
)


def problems(path: Path, text: str = HEADER + SIGNATURE, **more: str) -> list[Problem]:
    return check(load(folder=folder(path, acme=text, **more)))


def test_a_set_without_fault(tmp_path: Path) -> None:
    assert problems(tmp_path) == []


def test_the_shipped_set_is_without_fault() -> None:
    assert check(load()) == []


@pytest.mark.parametrize(
    ("good", "bad", "reason"),
    [
        (
            'examples = [{ "http.realm" = "Acme" }]',
            'examples = [{ "http.realm" = "Acne" }]',
            "example 1 does not match",
        ),
        ('{ "http.realm" = "Other" }', '{ "http.realm" = "Acme" }', "counter-example 1 matches"),
        ('points_to = { maker = "acme" }', 'points_to = { maker = "acne" }', "declares the slug 'acne'"),
        ('points_to = { maker = "acme" }', 'points_to = { brand = "acne" }', "declares the slug 'acne'"),
        ('equals = "Acme"', 'regex = "^Ac(?P<model>me|ne)$"', None),
        ('equals = "Acme"', 'regex = "^(?:Acme|(?P<model>Acne))$"', "no example fills the named group 'model'"),
    ],
)
def test_each_planted_fault_is_found(tmp_path: Path, good: str, bad: str, reason: str | None) -> None:
    text = HEADER + SIGNATURE.replace(good, bad)
    found = problems(tmp_path, text)
    if reason is None:
        assert found == []
        return
    assert len(found) == 1
    assert reason in found[0].reason
    line = next(number for number, part in enumerate(text.splitlines(), 1) if part == "[[signature]]")
    assert (found[0].where, found[0].signature) == (f"makers/acme.toml:{line}", "acme.realm")


def test_a_capture_that_is_not_what_was_expected(tmp_path: Path) -> None:
    example = '{ "http.realm" = "Acme", expect = { model = "A", serial = "B" } }'
    named = '{ field = "http.realm", regex = "^(?P<model>Acme)$" }'
    text = HEADER + signature("acme.realm", 'maker = "acme"', named, example=example)
    assert [problem.reason for problem in problems(tmp_path, text)] == [
        "example 1: model is 'Acme', not 'A'",
        "example 1: serial is None, not 'B'",
    ]


def test_an_id_given_twice(tmp_path: Path) -> None:
    found = problems(tmp_path, HEADER + SIGNATURE + SIGNATURE)
    assert any("this id is taken" in problem.reason for problem in found)


def test_another_makers_example_is_a_counter_example_for_the_accused(tmp_path: Path) -> None:
    found = problems(tmp_path, dahua=DAHUA)
    assert [problem.reason for problem in found] == ["example 1, which is acme's, matches dahua.realm"]
    assert found[0].signature == "acme.realm"


def test_and_only_for_the_accused(tmp_path: Path) -> None:
    assert problems(tmp_path, other=DAHUA.replace("dahua", "other")) == []


def test_the_tables_are_checked_too(tmp_path: Path) -> None:
    oui = OUI + "A0B0C1\t24\tmaker\tnobody\t\tX\nA0B0C2\t24\tbrand\t\tnothing\tX\n"
    models = """
[[model]]
pattern = '^AC-'
maker = "nobody"
brand = "nothing"
series = "x"
confidence = "weak"
source = "a test"
"""
    found = check(small_set(tmp_path, oui=oui, models=models))
    assert [(problem.where, problem.reason.partition(":")[0]) for problem in found] == [
        ("oui_cameras.tsv", "A0B0C1"),
        ("oui_cameras.tsv", "A0B0C2"),
        ("models.toml", "rule 1"),
        ("models.toml", "rule 1"),
    ]


def test_a_signature_of_the_class_alone_is_nobodys(tmp_path: Path) -> None:
    condition = '{ field = "http.realm", prefix = "Acm" }'
    text = HEADER + signature("generic.x", 'kind = "camera"', condition, example='{ "http.realm" = "Acme" }')
    assert problems(tmp_path, text, dahua=DAHUA) == []
