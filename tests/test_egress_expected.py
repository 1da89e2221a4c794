import pytest

from camscan.egress.expected import Expected
from camscan.scope import Allow, Expects


def expected(**given: object) -> Expected:
    return Expected(Expects(**given))  # type: ignore[arg-type]  # the tests give what Expects takes


def test_a_recorder_is_expected_on_any_port() -> None:
    one = expected(recorders=("10.1.0.5", "203.0.113.0/28", "nvr.example.gov.uk"))
    assert one.allows("10.1.0.5", "", 8000)
    assert one.allows("203.0.113.9", "", 8000)
    assert one.allows("198.51.100.1", "nvr.example.gov.uk", 8000)
    assert not one.allows("203.0.113.99", "", 8000)


def test_an_allowed_host_may_be_bound_to_a_port() -> None:
    one = expected(allow=(Allow(host="VMS.example.gov.uk.", port=443), Allow(host="*.example.org")))
    assert one.allows("203.0.113.9", "vms.example.gov.uk", 443)
    assert not one.allows("203.0.113.9", "vms.example.gov.uk", 80)
    assert one.allows("", "vms.example.gov.uk", None)
    assert one.allows("203.0.113.9", "a.b.example.org", 9)
    assert not one.allows("203.0.113.9", "example.org.evil.net", 9)
    assert not one.allows("203.0.113.9", "badexample.org", 9)


def test_without_a_declaration_nobody_can_say() -> None:
    assert expected().dns("8.8.8.8", "") is None
    assert expected(dns=("10.1.0.2",)).dns("8.8.8.8", "") is False
    assert expected(dns=("10.1.0.2",)).dns("10.1.0.2", "") is True
    assert expected(ntp=("*.pool.ntp.org",)).ntp("192.0.2.1", "2.pool.ntp.org") is True
    assert expected().ntp("192.0.2.1", "") is None


def test_what_is_neither_address_nor_network_nor_name_allows_nothing() -> None:
    assert not expected(recorders=("10.1.0.0/99", "")).allows("10.1.0.5", "", None)


@pytest.mark.parametrize(("kinds", "count"), [((), 4), (("dns",), 1), (("recorder", "allow"), 2)])
def test_expectations_are_quoted_in_words(kinds: tuple[str, ...], count: int) -> None:
    allow = (Allow(host="vms.example.gov.uk", port=443, purpose="cloud VMS"),)
    words = expected(recorders=("10.1.0.5",), dns=("10.1.0.2",), ntp=("10.1.0.2",), allow=allow).words(*kinds)
    assert len(words) == count
    if not kinds:
        assert words == (
            "recorder 10.1.0.5", "DNS server 10.1.0.2", "time server 10.1.0.2", "vms.example.gov.uk:443 (cloud VMS)",
        )  # fmt: skip
