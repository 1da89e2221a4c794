import pytest
from egress_makers import CLOUD, dns
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress import wire_dns
from camscan.errors import ParseError


def test_a_question_and_its_answer() -> None:
    assert wire_dns.parse(dns("Dev.Hik-Connect.com")) == wire_dns.Message(False, "dev.hik-connect.com", (), False)
    told = wire_dns.parse(dns("dev.hik-connect.com", CLOUD, "2001:db8::1"))
    assert told == wire_dns.Message(True, "dev.hik-connect.com", (CLOUD, "2001:db8::1"), False)


def test_questions_for_no_address_have_no_name() -> None:
    assert wire_dns.parse(dns("example.com", kind=12)).name == ""


@pytest.mark.parametrize("pointer", [b"\xc0\x0c", b"\x01a\xc0\x0c"])
def test_a_loop_of_pointers_ends(pointer: bytes) -> None:
    head = dns("x")[:12]
    with pytest.raises(ParseError):
        wire_dns.parse(head + pointer + b"\0\x01\0\x01")


def test_every_truncation_is_a_parse_error_or_a_message() -> None:
    whole = dns("dev.hik-connect.com", CLOUD)
    for end in range(len(whole)):
        with pytest.raises(ParseError):
            wire_dns.parse(whole[:end])


@given(st.binary(max_size=300))
def test_any_bytes_give_a_message_or_a_parse_error(data: bytes) -> None:
    for start in (b"", b"\0\x07\x81\x80\0\x01\0\x05\0\0\0\0"):
        try:
            wire_dns.parse(start + data)
        except ParseError:
            continue
