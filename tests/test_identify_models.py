import tomllib

import pytest

from camscan.device import Kind
from camscan.errors import SignatureError
from camscan.identify import load
from camscan.identify.models import ModelRules, clean_model, parse_models

RULES = """
[[model]]
pattern = '^DS-2CD'
maker = "acme"
kind = "camera"
series = "2CD"
confidence = "strong"
names_maker = '^DS-'
source = "a test"

[[model]]
pattern = '^DS-'
maker = "acme"
series = "any other"
confidence = "medium"
source = "a test"
"""


def rules(text: str = RULES) -> ModelRules:
    return parse_models("models.toml", tomllib.loads(text))


def test_the_first_rule_that_fits_wins() -> None:
    found = rules().find("ds-2cd2385g1-i")
    assert found is not None
    assert (found[0].series, found[1]) == ("2CD", True)
    other = rules().find("DS-7616NI")
    assert other is not None
    assert (other[0].series, other[1]) == ("any other", False)


@pytest.mark.parametrize("name", ["", "  ", "IPC", "ipcam", "N/A", "MODEL", "F000B543", "x" * 81])
def test_a_placeholder_is_no_model(name: str) -> None:
    assert clean_model(name) is None
    assert rules().find(name) is None


def test_the_answer_is_the_same_the_second_time() -> None:
    several = rules()
    assert several.find("DS-2CD1") == several.find("DS-2CD1")
    assert several.find("unknown-1") is several.find("unknown-1") is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[model]]\npattern = '(a'\nseries='x'\nconfidence='weak'\nsource='x'", "not a valid pattern"),
        ("[[model]]\npattern = '^x'\nseries='x'\nconfidence='sure'\nsource='x'", "confidence"),
        ("[[model]]\npattern = '^x'\nseries='x'\nconfidence='weak'", "source"),
        ("[[rule]]\n", "Extra inputs"),
    ],
)
def test_a_wrong_rule_is_refused(text: str, reason: str) -> None:
    with pytest.raises(SignatureError, match=reason):
        rules(text)


def test_no_rule_at_all() -> None:
    assert ModelRules(()).find("DS-2CD") is None


@pytest.mark.parametrize(
    ("model", "maker", "kind"),
    [
        ("DS-2CD2385G1-I", "hikvision", Kind.CAMERA),
        ("iDS-7204HUHI-M1/E", "hikvision", Kind.RECORDER),
        ("DS-7616NI-Q2/16P", "hikvision", Kind.RECORDER),
        ("DS-KH6210-L", "hikvision", Kind.INTERCOM),
        ("DS-K1T671M", "hikvision", Kind.ACCESS_CONTROL),
        ("DH-IPC-HFW1230S", "dahua", Kind.CAMERA),
        # Bare prefixes collide between makers: the class holds, the maker needs a second fact.
        ("DS-3E0510P-E", None, Kind.SWITCH),
        ("IPC-HDW1431T1-S4", None, Kind.CAMERA),
        ("IPC-T221H", None, Kind.CAMERA),
        ("NVR4108HS", None, Kind.RECORDER),
        ("TC-C35WS", None, None),
        ("VTO2000A", None, Kind.INTERCOM),
    ],
)
def test_the_shipped_rules(model: str, maker: str | None, kind: Kind | None) -> None:
    found = load().models.find(model)
    assert found is not None
    rule, names_maker = found
    assert (rule.maker if names_maker else None, rule.kind) == (maker, kind)
