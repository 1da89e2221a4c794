from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.flow import domain_name


def test_a_domain_name_is_lower_case_without_its_final_dot() -> None:
    assert domain_name("LiteDev.Hik-Connect.com.") == "litedev.hik-connect.com"


def test_what_is_no_domain_name_is_dropped() -> None:
    for text in ("", ".", "host", "a..b", ".a.b", "http://user:secret@a.b/", "a b.com", "x" * 300 + ".com", "a.b/c"):
        assert domain_name(text) == ""


@given(st.text())
def test_any_text_gives_a_plain_name_or_nothing(text: str) -> None:
    name = domain_name(text)
    assert name.isascii()
    assert len(name) <= 253
