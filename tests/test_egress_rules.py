from collections import Counter
from typing import Any

import pytest
from egress_makers import CAMERA, CLOUD, RESOLVER, START

from camscan.egress.addresses import Place
from camscan.egress.catalogue import shipped_catalogue
from camscan.egress.contacts import Account, Contact, Key
from camscan.egress.expected import Expected
from camscan.egress.flow import Direction, Mark, Outcome
from camscan.egress.rules import Case, Reason, Rule, Severity, decide
from camscan.scope import Allow, Expects

EXPECTS = Expects(
    recorders=("10.1.0.5",), dns=(RESOLVER,), ntp=(RESOLVER,), allow=(Allow(host="vms.example.gov.uk", port=443),)
)


def judged(**given: Any) -> Reason | None:
    peer = given.pop("peer", CLOUD)
    protocol, port = given.pop("protocol", "tcp"), given.pop("port", 443)
    direction = given.pop("direction", Direction.OUT)
    outcome = given.pop("outcome", Outcome.ALLOWED)
    place = given.pop("place", Place.INTERNET)
    contact = Contact(Key(0, peer, protocol, port, direction), START, START, place)
    contact.accounts["pcap"] = Account(Counter({outcome: 1}))
    contact.marks |= given.pop("marks", set())
    name = given.pop("name", "")
    facts: dict[str, Any] = {
        "contact": contact,
        "name": name,
        "name_source": "dns" if name else "",
        "service": shipped_catalogue().by_name(name, protocol, port) if name else None,
        "hint": shipped_catalogue().by_port(protocol, port),
        "expected": Expected(given.pop("expects", EXPECTS)),
        "sees_dns": False,
        "baseline": None,
        "device_keys": frozenset({CAMERA}),
    }
    return decide(Case(**{**facts, **given}))


@pytest.mark.parametrize(
    ("given", "rule", "severity"),
    [
        ({}, Rule.UNLISTED, Severity.MEDIUM),
        ({"direction": Direction.UNKNOWN}, Rule.UNLISTED, Severity.MEDIUM),
        ({"place": Place.CARRIER, "peer": "100.64.0.1"}, Rule.UNLISTED, Severity.LOW),
        ({"sees_dns": True}, Rule.DIRECT_TO_IP, Severity.MEDIUM),
        ({"sees_dns": True, "protocol": "udp", "port": 53, "expects": Expects()}, Rule.UNLISTED, Severity.MEDIUM),
        ({"sees_dns": True, "name": "a.example.com"}, Rule.UNLISTED, Severity.MEDIUM),
        ({"name": "litedev.hik-connect.com"}, Rule.VENDOR_CLOUD, Severity.HIGH),
        (
            {"name": "litedev.hik-connect.com", "name_source": "dns-other"},
            Rule.VENDOR_CLOUD,
            Severity.MEDIUM,
        ),
        ({"name": "members.dyndns.org"}, Rule.VENDOR_CLOUD, Severity.HIGH),
        ({"name": "litedev.hik-connect.com", "outcome": Outcome.DENIED}, Rule.VENDOR_CLOUD, Severity.HIGH),
        ({"name": "time.ys7.com", "expects": Expects()}, Rule.VENDOR_CLOUD, Severity.LOW),
        ({"name": "www.easy4ipcloud.com", "port": 8800, "protocol": "udp"}, Rule.P2P, Severity.HIGH),
        ({"marks": {Mark.DHGET}}, Rule.P2P, Severity.HIGH),
        ({"marks": {Mark.STUN}}, Rule.P2P, Severity.MEDIUM),
        ({"protocol": "udp", "port": 32100}, Rule.P2P, Severity.MEDIUM),
        ({"peer": "8.8.8.8", "protocol": "udp", "port": 53}, Rule.WRONG_DNS, Severity.LOW),
        ({"peer": "10.1.0.9", "place": Place.LOCAL, "port": 53}, Rule.WRONG_DNS, Severity.LOW),
        ({"peer": "8.8.8.8", "protocol": "tcp", "port": 853}, Rule.WRONG_DNS, Severity.LOW),
        ({"protocol": "udp", "port": 123}, Rule.WRONG_NTP, Severity.LOW),
        ({"protocol": "udp", "port": 123, "name": "time.ys7.com"}, Rule.WRONG_NTP, Severity.LOW),
        (
            {
                "peer": "time.ys7.com",
                "protocol": "dns",
                "port": None,
                "name": "time.ys7.com",
                "outcome": Outcome.NAME_ONLY,
            },
            Rule.WRONG_NTP,
            Severity.LOW,
        ),
        (
            {
                "peer": "a.example.com",
                "protocol": "dns",
                "port": None,
                "name": "a.example.com",
                "outcome": Outcome.NAME_ONLY,
            },
            Rule.UNLISTED,
            Severity.LOW,
        ),
        ({"direction": Direction.IN, "port": 80}, Rule.INBOUND, Severity.HIGH),
        ({"direction": Direction.IN, "outcome": Outcome.DENIED}, Rule.INBOUND, Severity.LOW),
        ({"direction": Direction.IN, "outcome": Outcome.UNKNOWN}, Rule.INBOUND, Severity.MEDIUM),
        ({"marks": {Mark.PORT_MAPPING}, "place": Place.LOCAL, "peer": "10.1.0.5"}, Rule.PORT_MAPPING, Severity.HIGH),
        (
            {"marks": {Mark.IGD_SEARCH}, "place": Place.GROUP, "peer": "239.255.255.250"},
            Rule.PORT_MAPPING,
            Severity.LOW,
        ),
    ],
)
def test_each_rule_speaks_of_its_own(given: dict[str, Any], rule: Rule, severity: Severity) -> None:
    reason = judged(**given)
    assert reason is not None
    assert (reason.rule, reason.severity) == (rule, severity)


@pytest.mark.parametrize(
    "given",
    [
        {"peer": "10.1.0.5", "place": Place.LOCAL, "port": 8000},
        {"name": "vms.example.gov.uk"},
        {"peer": RESOLVER, "place": Place.LOCAL, "protocol": "udp", "port": 53},
        {"peer": RESOLVER, "place": Place.LOCAL, "protocol": "udp", "port": 123},
        {"peer": "10.9.9.9", "place": Place.LOCAL, "port": 445},
        {"peer": "239.255.255.250", "place": Place.GROUP, "protocol": "udp", "port": 3702},
        {"peer": "224.0.1.1", "place": Place.GROUP, "protocol": "udp", "port": 123},
        {"peer": "10.9.9.9", "place": Place.LOCAL, "direction": Direction.IN, "port": 80},
        {"peer": "10.1.0.9", "place": Place.LOCAL, "port": 53, "expects": Expects()},
        {"peer": "10.1.0.7", "place": Place.LOCAL, "marks": {Mark.STUN}, "protocol": "udp"},
    ],
)
def test_what_is_expected_or_local_is_no_finding(given: dict[str, Any]) -> None:
    assert judged(**given) is None


def test_an_allowed_host_on_another_port_is_a_finding() -> None:
    assert judged(name="vms.example.gov.uk", port=9000) is not None


def test_without_a_declared_resolver_a_foreign_one_is_just_unlisted() -> None:
    reason = judged(peer="8.8.8.8", protocol="udp", port=53, expects=Expects())
    assert reason is not None
    assert reason.rule is Rule.UNLISTED


def test_a_port_alone_never_names_a_maker_as_the_rule() -> None:
    reason = judged(port=31006)
    assert reason is not None
    assert reason.rule is Rule.UNLISTED
    assert "the port is one of Hikvision (EZVIZ)" in reason.because


def test_a_missing_lookup_means_nothing_where_answers_are_not_in_the_inputs() -> None:
    reason = judged()
    assert reason is not None
    assert "what names it was told is not in the inputs" in reason.because
    looked_up = judged(peer="a.example.com", name="a.example.com", protocol="dns", outcome=Outcome.NAME_ONLY)
    assert looked_up is not None
    assert "what it was answered is not in the inputs" in looked_up.because
    seen = judged(sees_dns=True)
    assert seen is not None
    assert "no answer to a name lookup" in seen.because
