import tomllib
from dataclasses import replace
from datetime import date
from ipaddress import IPv4Address, ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import UsageError
from camscan.net.link import Gateway, Interface, InterfaceAddress, InterfaceKind
from camscan.scope import Scope, parse
from camscan.scope_new import ScopeAnswers, links_of, proposals, suggested_expiry, write


def interface(
    name: str, *addresses: tuple[str, str], kind: InterfaceKind = InterfaceKind.ETHERNET, up: bool = True
) -> Interface:
    own = tuple(InterfaceAddress.of(ip, netmask) for ip, netmask in addresses)
    return Interface(name, 2, None, own, up, kind is InterfaceKind.LOOPBACK, kind, 1500)


ETH0 = interface("eth0", ("10.1.0.9", "255.255.252.0"))
VBOX = interface("vboxnet0", ("192.168.56.1", "255.255.255.0"), kind=InterfaceKind.VIRTUAL)
WIDE = interface("eth1", ("10.4.8.23", "255.0.0.0"))
ROUTER = Gateway(IPv4Address("10.1.0.1"), "02:00:00:00:00:05")

ANSWERS = ScopeAnswers(
    organisation="Example Borough Council",
    authorised_by="Head of ICT, CHG-1234",
    expires=date(2027, 3, 31),
    networks=("10.1.0.0/22",),
)


def scope(answers: ScopeAnswers) -> Scope:
    return parse(write(answers).encode(), Path("camscan.toml"))


def test_networks_are_proposed_cables_first_with_what_they_hang_on() -> None:
    found = proposals([VBOX, ETH0], {"eth0": ROUTER}, {"eth0": "example.gov.uk"})
    assert [(str(p.network), p.label, p.addresses) for p in found] == [
        ("10.1.0.0/22", "eth0", 1022),
        ("192.168.56.0/24", "vboxnet0, a virtual network", 254),
    ]
    assert (found[0].gateway_mac, found[0].dns_suffix) == ("02:00:00:00:00:05", "example.gov.uk")
    assert (found[1].gateway_mac, found[1].dns_suffix, found[1].parts) == (None, None, ())


def test_what_no_camera_can_be_on_is_not_proposed() -> None:
    found = proposals(
        [
            interface("lo", ("127.0.0.1", "255.0.0.0"), kind=InterfaceKind.LOOPBACK),
            interface("eth2", ("10.2.0.9", "255.255.255.0"), up=False),
            interface("eth3", ("169.254.7.7", "255.255.0.0")),
            interface("tun0", ("100.64.0.7", "255.255.255.255"), kind=InterfaceKind.VPN),
            interface("ptp0", ("10.3.0.0", "255.255.255.254")),
            interface("eth4", ("fe80::1", "ffff:ffff:ffff:ffff::")),
        ],
        {},
    )
    assert found == ()


def test_a_network_on_two_interfaces_is_proposed_once_by_cable() -> None:
    wifi = interface("wlan0", ("10.1.0.10", "255.255.252.0"), kind=InterfaceKind.WIFI)
    assert [p.interface for p in proposals([wifi, ETH0], {})] == ["eth0"]


def test_a_gateway_of_another_network_is_no_sign_of_this_one() -> None:
    both = interface("eth0", ("10.1.0.9", "255.255.252.0"), ("172.16.0.9", "255.255.255.0"))
    assert [p.gateway_mac for p in proposals([both], {"eth0": ROUTER})] == ["02:00:00:00:00:05", None]


def test_a_network_too_wide_comes_with_parts_to_name_instead() -> None:
    (found,) = proposals([WIDE], {})
    assert [str(part) for part in found.parts] == ["10.4.8.0/24", "10.4.0.0/16"]
    assert found.label == "eth1, too wide to declare whole: name parts, such as 10.4.8.0/24"


def test_public_addresses_are_shown_as_such() -> None:
    (found,) = proposals([interface("eth0", ("8.8.8.9", "255.255.255.0"))], {})
    assert found.label == "eth0, public addresses"


def test_links_remember_the_wire_of_each_declared_network() -> None:
    gateways = {"eth0": ROUTER, "eth1": Gateway(IPv4Address("10.0.0.1"), "02:00:00:00:00:06"), "vboxnet0": None}
    found = links_of(
        ["10.1.2.0/24", "10.4.8.0/24", "192.168.56.0/24", "10.99.0.0/24", "nonsense"],
        [ETH0, VBOX],
        gateways,
        {"eth0": "example.gov.uk"},
    )
    assert [(str(link.network), link.gateway_mac, link.dns_suffix) for link in found] == [
        ("10.1.0.0/22", "02:00:00:00:00:05", "example.gov.uk")
    ]
    (wide,) = links_of(["10.4.8.0/24"], [WIDE], gateways, {})
    assert (str(wide.network), wide.gateway_mac) == ("10.4.8.0/24", "02:00:00:00:00:06")
    assert links_of(["10.0.0.0/8"], [WIDE], gateways, {}) == ()


def test_the_file_says_what_was_answered() -> None:
    links = links_of(["10.1.0.0/22"], [ETH0], {"eth0": ROUTER}, {"eth0": "example.gov.uk"})
    written = scope(
        replace(
            ANSWERS, site="Town Hall", exclude=("10.1.3.10", "10.1.3.64/28"), contact="ict@example.gov.uk", links=links
        )
    )
    who, (site,) = written.authorisation, written.sites
    assert (who.organisation, who.authorised_by, who.reference) == (
        "Example Borough Council",
        "Head of ICT",
        "CHG-1234",
    )
    assert (who.expires, who.contact) == (date(2027, 3, 31), "ict@example.gov.uk")
    assert (site.name, site.networks) == ("Town Hall", (ip_network("10.1.0.0/22"),))
    assert not written.permits(ip_address("10.1.3.10"))
    assert not written.permits(ip_address("10.1.3.70"))
    assert written.permits(ip_address("10.1.3.11"))
    assert site.link == links
    assert not site.multicast
    assert not site.public


def test_the_file_is_for_people_too() -> None:
    text = write(ANSWERS)
    assert text.startswith("# What camscan may touch")
    assert "# Another place: repeat [[site]]" in text
    assert "link" not in text
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize(
    ("by", "reference", "expected"),
    [
        ("Head of ICT, CHG-1234", "", ("Head of ICT", "CHG-1234")),
        ("Head of ICT", "", ("Head of ICT", "")),
        ("Head of ICT, Town Hall", "", ("Head of ICT, Town Hall", "")),
        ("Head of ICT, CHG-1", "letter of May", ("Head of ICT, CHG-1", "letter of May")),
        (", 7", "", (", 7", "")),
    ],
)
def test_a_reference_is_told_from_the_name_of_a_post(by: str, reference: str, expected: tuple[str, str]) -> None:
    who = scope(replace(ANSWERS, authorised_by=by, reference=reference)).authorisation
    assert (who.authorised_by, who.reference) == expected


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"organisation": " "}, "needs an organisation"),
        ({"authorised_by": ""}, "somebody who authorised"),
        ({"networks": ()}, "at least one network"),
        ({"networks": ("the whole school",)}, "for example 10.1.0.0/22"),
        ({"networks": ("10.1.3.9/22",)}, "for example 10.1.0.0/22"),
        ({"networks": ("10.0.0.0/8",)}, "10.0.0.0/22, 10.1.0.0/24"),
        ({"networks": ("0.0.0.0/0",)}, "wider than /16"),
        ({"networks": ("8.8.8.0/24",)}, "public network"),
        ({"networks": ("8.8.8.0/24",), "public": True}, "public network"),
        ({"exclude": ("10.9.0.1",)}, "changes nothing"),
        ({"exclude": ("fe80::1",)}, "changes nothing"),
        ({"exclude": ("the gate",)}, "not an address or a network"),
    ],
)
def test_answers_that_cannot_be_are_sent_back_with_what_to_write(changed: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        write(replace(ANSWERS, **changed))  # type: ignore[arg-type]  # each case changes another field


def test_public_addresses_are_declared_with_a_proof() -> None:
    answers = replace(ANSWERS, networks=("8.8.8.0/24",), public=True, proof='RIPE lists us as "holder".')
    assert scope(answers).sites[0].proof == 'RIPE lists us as "holder".'


@given(st.text(min_size=1).filter(str.strip), st.text(), st.text())
def test_whatever_is_typed_the_file_is_valid(organisation: str, reference: str, contact: str) -> None:
    text = write(replace(ANSWERS, organisation=organisation, reference=reference, contact=contact))
    read = tomllib.loads(text.encode("utf-8").decode("utf-8"))["authorisation"]
    assert read["organisation"].strip() == organisation.strip() or not organisation.isprintable()
    assert set(read) == {"organisation", "authorised_by", "reference", "expires", "contact"}


@given(st.text(max_size=30))
def test_whatever_is_typed_as_a_network_is_refused_or_valid(network: str) -> None:
    try:
        text = write(replace(ANSWERS, networks=(network,)))
    except UsageError:
        return
    assert tomllib.loads(text)["site"][0]["networks"]


@pytest.mark.parametrize(
    ("today", "end"),
    [
        (date(2026, 11, 21), date(2027, 3, 31)),
        (date(2027, 1, 5), date(2027, 3, 31)),
        (date(2027, 3, 20), date(2028, 3, 31)),
        (date(2027, 4, 1), date(2028, 3, 31)),
    ],
)
def test_an_audit_is_suggested_to_end_with_the_financial_year(today: date, end: date) -> None:
    assert suggested_expiry(today) == end
