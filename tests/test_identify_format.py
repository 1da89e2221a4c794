import pytest
from pydantic import ValidationError

from camscan.evidence import FIELDS
from camscan.identify.format import Condition, Example, PointsTo, SignatureFile, captures_of, without_names


def condition(**given: object) -> Condition:
    return Condition.model_validate(given)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"field": "http.realm"}, "exactly one of"),
        ({"field": "http.realm", "equals": "a", "prefix": "b"}, "exactly one of"),
        ({"field": "http.reamls", "equals": "a"}, "no evidence field 'http.reamls'"),
        ({"field": ["http.realm", "nothing"], "equals": "a"}, "no evidence field 'nothing'"),
        ({"field": [], "equals": "a"}, "at least 1 item"),
        ({"field": "http.realm", "any_of": []}, "any_of is empty"),
        ({"field": "http.realm", "equals": ""}, "at least 1 character"),
        ({"field": "http.realm", "equals": "x" * 401}, "at most 400 characters"),
        ({"field": "http.realm", "regex": "("}, "not a valid pattern"),
        ({"field": "http.realm", "regex": "a*"}, "matches an empty value"),
        ({"field": "http.realm", "regex": r"(a)\1"}, "not a valid pattern"),
        ({"field": "http.realm", "regex": "a(?!b)"}, "not a valid pattern"),
        ({"field": "http.realm", "regex": "(?P<password>a)"}, "a named group may be called"),
        ({"field": "http.realm", "equals": "a", "case": "no"}, "Extra inputs"),
        ({"field": "http.realm", "equals": "a", "ignore_case": "yes"}, "valid boolean"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused(given: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        condition(**given)


def test_a_condition_in_words() -> None:
    assert condition(field="http.server", equals="X").words() == 'http.server is "X"'
    assert condition(field="http.server", any_of=["X", "Y"]).words() == "http.server is one of X, Y"
    several = condition(field=["rtsp.realm", "http.realm"], prefix="Login", ignore_case=True)
    assert several.words() == 'rtsp.realm or http.realm starts with "Login" (case ignored)'


def test_one_field_may_stand_without_brackets() -> None:
    assert condition(field="http.realm", equals="a").field == ("http.realm",)


def test_names_of_groups() -> None:
    pattern = r"^(?P<model>\w+) - (?P<serial>\w+)$"
    assert captures_of(pattern) == ("model", "serial")
    assert without_names(pattern) == r"^(?:\w+) - (?:\w+)$"


def test_an_example_holds_its_evidence_directly() -> None:
    example = Example.model_validate({"wsd.scope": ["a", "b"], "expect": {"model": "x"}})
    assert example.evidence == (("wsd.scope", "a"), ("wsd.scope", "b"))
    assert example.expect == {"model": "x"}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"expect": {}},
        {"http.realm": 3},
        {"http.realm": []},
        {"http.realm": [1]},
        {"evidence": "x"},
        [],
        {"no.field": "x"},
    ],
)
def test_an_example_without_evidence_is_refused(given: object) -> None:
    with pytest.raises(ValidationError):
        Example.model_validate(given)


def test_points_to_something() -> None:
    with pytest.raises(ValidationError, match="neither maker nor brand nor kind"):
        PointsTo.model_validate({})
    pairs = PointsTo.model_validate({"kind": "camera", "maker": "acme"}).pairs()
    assert pairs == (("maker", "acme"), ("kind", "camera"))


@pytest.mark.parametrize("key", ["id", "strength", "points_to", "reason", "all", "source", "date", "examples"])
def test_a_signature_needs_each_of_its_parts(key: str) -> None:
    whole: dict[str, object] = {
        "id": "acme.realm",
        "strength": "strong",
        "points_to": {"maker": "acme"},
        "reason": "a sign",
        "all": [{"field": "http.realm", "equals": "Acme"}],
        "source": "a test",
        "date": "2026-11-21",
        "examples": [{"http.realm": "Acme"}],
    }
    SignatureFile.model_validate({"signature": [whole]})
    with pytest.raises(ValidationError, match=key):
        SignatureFile.model_validate({"signature": [{k: v for k, v in whole.items() if k != key}]})


@pytest.mark.parametrize("identifier", ["realm", "Acme.realm", "acme..x", "acme.", "acme.x y", "a.b.c.d.e.f"])
def test_an_id_is_dotted_and_plain(identifier: str) -> None:
    with pytest.raises(ValidationError):
        SignatureFile.model_validate({"signature": [{"id": identifier}]})


def test_the_readme_of_the_fields_is_the_vocabulary() -> None:
    assert all("." in name for name in FIELDS)
