from contextlib import suppress
from ipaddress import IPv4Address

import pytest
from dhcp_makers import MAC, message, option
from hypothesis import given
from hypothesis import strategies as st

from camscan.discover.dhcp import Kind, parse
from camscan.errors import ParseError
from camscan.evidence import Evidence

TELLING = (option(12, b"IPC-20\0"), option(55, bytes([1, 3, 6, 42])), option(60, b"udhcp 1.15.2"))


def test_a_request_tells_what_the_client_says_of_itself() -> None:
    told = parse(message(Kind.REQUEST, option(50, IPv4Address("10.1.0.20").packed), *TELLING))
    assert (told.kind, told.mac, told.transaction) == (Kind.REQUEST, MAC, b"\1\2\3\4")
    assert (told.given, told.held, told.wanted) == (None, None, IPv4Address("10.1.0.20"))
    assert told.evidence == (
        Evidence("dhcp.mac", MAC),
        Evidence("dhcp.hostname", "IPC-20"),
        Evidence("dhcp.parameters", "1,3,6,42"),
        Evidence("dhcp.vendor_class", "udhcp 1.15.2"),
    )


def test_an_acknowledgement_tells_who_was_given_what() -> None:
    told = parse(message(Kind.ACKNOWLEDGE, *TELLING, given="10.1.0.20"))
    assert (told.given, told.evidence) == (IPv4Address("10.1.0.20"), ())


def test_a_client_does_not_give_itself_an_address() -> None:
    assert parse(message(Kind.REQUEST, given="10.1.0.20", held="10.1.0.21")).given is None


def test_an_option_may_come_in_parts_and_after_padding() -> None:
    told = parse(message(Kind.DISCOVER, b"\0\0", option(12, b"IPC"), option(12, b"-20")))
    assert Evidence("dhcp.hostname", "IPC-20") in told.evidence


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        message(Kind.REQUEST)[:239],
        message(Kind.REQUEST).replace(b"\x63\x82\x53\x63", b"\x63\x82\x53\x64"),
        b"\2" + message(Kind.REQUEST)[1:],
        message(Kind.REQUEST)[:1] + b"\6" + message(Kind.REQUEST)[2:],
        message(Kind.REQUEST, mac="01:00:5e:00:00:01"),
        message(Kind.REQUEST)[:240] + b"\xff",
    ],
)
def test_what_is_no_message_is_refused(raw: bytes) -> None:
    with pytest.raises(ParseError):
        parse(raw)


def test_it_may_be_cut_anywhere() -> None:
    whole = message(Kind.REQUEST, *TELLING)
    for end in range(len(whole)):
        try:
            assert parse(whole[:end]).mac == MAC
        except ParseError:
            assert end < 243


@given(st.binary(max_size=80))
def test_any_options_are_read_or_refused(options: bytes) -> None:
    with suppress(ParseError):
        assert parse(message(Kind.REQUEST, options)).mac == MAC
