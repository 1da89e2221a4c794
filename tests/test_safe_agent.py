"""How we introduce ourselves."""

from hypothesis import given
from hypothesis import strategies as st

from camscan import __version__
from camscan.safe.agent import user_agent


def test_names_the_tool_and_whom_to_ask() -> None:
    assert user_agent("ict@example.gov.uk") == f"camscan/{__version__} (authorised audit; contact ict@example.gov.uk)"


@given(st.text())
def test_no_contact_can_end_the_header_or_the_comment(contact: str) -> None:
    agent = user_agent(contact)
    assert agent.isascii()
    assert agent.isprintable()
    assert agent.count("(") == agent.count(")") == 1
