"""Templates: what is filled in early, what late, and what is a mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import UsageError
from camscan.lab.template import Template


def test_text_without_placeholders_stays() -> None:
    assert Template("a $ b } { $$").fill(lambda *_: None) == "a $ b } { $$"


def test_placeholders_take_an_argument_after_the_first_colon() -> None:
    text = Template("${a} ${utc:%H:%M:%S}").fill(lambda name, argument: f"{name}({argument})")
    assert text == "a() utc(%H:%M:%S)"


def test_binding_leaves_what_nobody_knows_yet() -> None:
    bound = Template("${early}-${late}-${early}").bind(lambda name, _: "1" if name == "early" else None)
    assert bound.open_names() == {"late"}
    assert bound.fill(lambda *_: "2") == "1-2-1"


def test_values_are_not_templates_themselves() -> None:
    assert Template("${a}").bind(lambda *_: "${b}").fill(lambda *_: None) == "${b}"


def test_a_placeholder_that_nobody_knows_is_named() -> None:
    with pytest.raises(UsageError, match=r"\$\{nonce:32\}"):
        Template("${nonce:32}").fill(lambda *_: None)


def test_a_placeholder_that_is_not_closed_is_a_mistake() -> None:
    with pytest.raises(UsageError, match="not closed"):
        Template("a ${b")


@given(st.text(alphabet="ab$"), st.text(alphabet="xy"))
def test_binding_first_changes_nothing(text: str, value: str) -> None:
    template = Template(text + "${name}")
    assert template.bind(lambda *_: value).fill(lambda *_: None) == template.fill(lambda *_: value)
