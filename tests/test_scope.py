"""What may be touched: the scope file, and the sentences people read where it is wrong."""

from datetime import date
from ipaddress import IPv4Address, ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import OutOfScopeError, ScopeExpiredError, ScopeFileError
from camscan.scope import Scope, canonical, load, parse

HEAD = """\
[authorisation]
organisation = "Example Borough Council"
authorised_by = "Head of ICT"
expires = 2027-03-31
"""
PATH = Path("camscan.toml")


def scope(*sites: str, head: str = HEAD) -> Scope:
    return parse((head + "".join(f"[[site]]\n{site}\n" for site in sites)).encode(), PATH)


def refusal(*sites: str, head: str = HEAD) -> str:
    with pytest.raises(ScopeFileError) as caught:
        scope(*sites, head=head)
    return str(caught.value)


TOWN_HALL = """\
name = "Town Hall"
networks = ["10.1.0.0/22"]
exclude = ["10.1.3.10", "10.1.3.64/28"]"""


def test_permits_what_a_site_declares_and_nothing_else() -> None:
    town_hall = scope(TOWN_HALL)
    assert town_hall.permits(ip_address("10.1.0.1"))
    assert town_hall.permits(ip_address("10.1.3.254"))
    for other in ("10.0.255.255", "10.1.4.0", "8.8.8.8", "127.0.0.1", "::1", "fe80::1", "0.0.0.0", "255.255.255.255"):
        assert not town_hall.permits(ip_address(other)), other


def test_exclusions_win() -> None:
    town_hall = scope(TOWN_HALL)
    for excluded in ("10.1.3.10", "10.1.3.64", "10.1.3.79"):
        assert not town_hall.permits(ip_address(excluded))
    assert town_hall.permits(ip_address("10.1.3.80"))


def test_an_exclusion_written_under_another_site_wins_too() -> None:
    two = scope(TOWN_HALL, 'name = "Library"\nnetworks = ["10.2.0.0/24"]\nexclude = ["10.1.0.7"]')
    assert not two.permits(ip_address("10.1.0.7"))
    with pytest.raises(OutOfScopeError, match=r"^10\.1\.0\.7 is excluded by camscan\.toml \(Library\)\."):
        two.require(IPv4Address("10.1.0.7"))
    assert IPv4Address("10.1.0.7") not in set(two.addresses())


def test_a_refusal_says_why_and_what_to_do() -> None:
    town_hall = scope(TOWN_HALL)
    with pytest.raises(OutOfScopeError) as outside:
        town_hall.require(IPv4Address("10.9.0.4"))
    assert str(outside.value) == (
        "10.9.0.4 is not in the scope of camscan.toml (Town Hall: 10.1.0.0/22).\n"
        "  Nothing was sent. Add its network to a [[site]] if you may audit it."
    )
    assert outside.value.exit_code == 3
    with pytest.raises(OutOfScopeError, match="excluded by"):
        town_hall.require(IPv4Address("10.1.3.10"))
    assert town_hall.require(IPv4Address("10.1.0.1")).name == "Town Hall"


@given(st.ip_addresses())
def test_permits_agrees_with_the_definition(ip: object) -> None:
    two = scope(TOWN_HALL, 'name = "Library"\nnetworks = ["10.2.0.0/24", "fd00:1::/64"]')
    declared = [ip_network(n) for n in ("10.1.0.0/22", "10.2.0.0/24", "fd00:1::/64")]
    excluded = [ip_network(n) for n in ("10.1.3.10", "10.1.3.64/28")]
    expected = any(ip in n for n in declared) and not any(ip in n for n in excluded)
    assert two.permits(ip) is expected  # type: ignore[arg-type] # hypothesis types it as the union it is


def test_sweeps_hosts_once_and_never_the_excluded_ones() -> None:
    overlapping = scope('name = "A"\nnetworks = ["10.1.0.0/29", "10.1.0.0/30", "10.1.1.5"]\nexclude = ["10.1.0.2"]')
    swept = list(overlapping.addresses())
    assert [str(ip) for ip in swept] == [*(f"10.1.0.{n}" for n in (1, 3, 4, 5, 6)), "10.1.1.5"]
    assert overlapping.count() == len(swept)


def test_wide_ipv6_networks_are_not_swept() -> None:
    assert list(scope('name = "A"\nnetworks = ["fd00:1::/64"]').addresses()) == []
    small = list(scope('name = "A"\nnetworks = ["fd00:1::/126"]').addresses())
    assert [str(ip) for ip in small] == ["fd00:1::1", "fd00:1::2", "fd00:1::3"]


def test_covers_needs_the_whole_network_and_no_exclusion() -> None:
    two = scope(
        'name = "A"\nnetworks = ["10.1.0.0/25", "10.1.0.128/25", "10.3.0.0/24"]\nexclude = ["10.3.0.9"]',
        'name = "B"\nnetworks = ["10.1.1.0/24"]',
    )
    assert two.covers(ip_network("10.1.0.0/24"))  # two halves of one site
    assert two.covers(ip_network("10.1.0.0/23"))  # and a neighbour of another
    assert two.covers(ip_network("10.1.0.4/30"))
    assert not two.covers(ip_network("10.1.0.0/22"))
    assert not two.covers(ip_network("10.0.255.0/24"))
    assert not two.covers(ip_network("10.3.0.0/24"))  # one address is excluded
    assert two.covers(ip_network("10.3.0.128/25"))
    assert not two.covers(ip_network("fd00::/64"))


def test_touches_names_the_sites() -> None:
    two = scope(TOWN_HALL, 'name = "Library"\nnetworks = ["10.2.0.0/24"]')
    assert [site.name for site in two.touches(ip_network("10.0.0.0/8"))] == ["Town Hall", "Library"]
    assert two.touches(ip_network("fd00::/8")) == ()


def test_expires_at_the_end_of_its_last_day() -> None:
    town_hall = scope(TOWN_HALL)
    town_hall.require_valid_on(date(2027, 3, 31))
    with pytest.raises(ScopeExpiredError, match=r"ended on 31 March 2027\.\n  Nothing was sent\.") as caught:
        town_hall.require_valid_on(date(2027, 4, 1))
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("networks", "says"),
    [
        ("10.0.0.0/8", "may not be wider than /16"),
        ("fd00::/48", "may not be wider than /64"),
        ("10.1.0.5/22", 'did you mean "10.1.0.0/22"'),
        ("cameras", "is not a network"),
        ("10.1.0.0-10.1.0.9", "is not a network"),
        ("224.0.0.0/24", "holds no devices"),
        ("240.0.0.0/16", "holds no devices"),
        ("255.255.255.255", "holds no devices"),
        ("0.0.0.0", "holds no devices"),
        ("0.1.0.0/16", "holds no devices"),
        ("::/128", "holds no devices"),
        ("ff02::/64", "holds no devices"),
        ("::ffff:10.1.0.0/112", "write it as IPv4"),
        ("8.8.8.0/24", "is a public network"),
        ("100.64.0.0/16", "is a public network"),
        ("2001:4860::/64", "is a public network"),
    ],
)
def test_networks_that_are_refused(networks: str, says: str) -> None:
    assert says in refusal(f'name = "A"\nnetworks = ["{networks}"]')


def test_an_exclusion_in_another_spelling_is_refused_rather_than_missed() -> None:
    assert "write it as IPv4" in refusal('name = "A"\nnetworks = ["10.1.0.0/24"]\nexclude = ["::ffff:10.1.0.5"]')


@pytest.mark.parametrize("network", ["127.0.0.0/24", "::1", "FD00:1::/64", "fe80::/64", "10.1.0.0/255.255.252.0"])
def test_networks_that_are_taken_when_listed(network: str) -> None:
    assert scope(f'name = "A"\nnetworks = ["{network}"]').covers(ip_network(network))


def test_public_networks_need_a_sentence_of_proof() -> None:
    site = 'name = "A"\nnetworks = ["198.18.0.0/16", "8.8.8.0/24"]\npublic = true\n'
    assert "proof" in refusal(site)
    assert scope(site + 'proof = "Registered to us at RIPE."').permits(IPv4Address("8.8.8.8"))


def test_the_error_names_the_line_and_what_to_write() -> None:
    assert refusal('name = "A"\nnetworks = ["10.1.0.0/8"]') == (
        'camscan.toml, line 7: networks = ["10.1.0.0/8"]\n'
        "  A network may not be wider than /16. List the parts that hold cameras,\n"
        '  for example ["10.1.0.0/22", "10.4.8.0/24"].'
    )


@pytest.mark.parametrize(
    ("head", "site", "says"),
    [
        (HEAD, "", "`site.name` is missing"),
        (HEAD, 'name = "A"', "`site.networks` is missing"),
        (HEAD, 'name = ""\nnetworks = ["10.1.0.0/24"]', "line 6"),
        (HEAD, 'name = "A"\nnetworks = []', "line 7: networks = []\n  This list may not be empty."),
        (HEAD, 'name = "A"\nnetwork = ["10.1.0.0/24"]', "`site.network`"),
        (HEAD, 'name = "A"\nnetworks = "10.1.0.0/24"', "list in square brackets"),
        (HEAD, 'name = "A"\nnetworks = [10]', "write a network as text"),
        (
            HEAD.replace("expires", "expiry"),
            TOWN_HALL,
            "line 4: expiry = 2027-03-31\n  `authorisation.expiry` is not a setting",
        ),
        (HEAD.replace("2027-03-31", '"soon"'), TOWN_HALL, "line 4"),
        (HEAD + "[limits]\nper_host = 101\n", TOWN_HALL, "line 6: per_host = 101\n  This should be "),
        (HEAD + "[limits]\nprofile = 'loud'\n", TOWN_HALL, "line 6"),
        (HEAD + "[limits]\nextra_ports = [80, 70000]\n", TOWN_HALL, "line 6"),
        ("", TOWN_HALL, "`authorisation` is missing"),
        (HEAD + "[more]\n", TOWN_HALL, "`more` is not a setting"),
    ],
)
def test_mistakes_and_where_they_stand(head: str, site: str, says: str) -> None:
    assert says in refusal(site, head=head)


def test_two_sites_may_not_share_addresses() -> None:
    assert "the sites A and B declare the same addresses" in refusal(
        'name = "A"\nnetworks = ["10.1.0.0/22"]', 'name = "B"\nnetworks = ["10.1.2.0/24"]'
    )


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"[[[[", b"a = ", b"= 3", b"a = " + b"[" * 100_000, b"site = 3", b"\x00"])
def test_broken_files_are_refused_in_words(raw: bytes) -> None:
    with pytest.raises(ScopeFileError, match=r"^camscan\.toml"):
        parse(raw, PATH)


@given(st.binary(max_size=300))
def test_no_bytes_lead_to_another_error(raw: bytes) -> None:
    with pytest.raises(ScopeFileError):
        parse(raw, PATH)


@given(st.text(max_size=60))
def test_no_network_text_leads_to_another_error(text: str) -> None:
    plain = "".join(char for char in text if char.isprintable() and char not in '"\\')
    try:
        found = scope(f'name = "A"\nnetworks = ["{plain}"]')
    except ScopeFileError:
        return
    assert not found.permits(IPv4Address("0.0.0.0"))


def test_load_names_the_missing_file_and_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(ScopeFileError, match="camscan scope new"):
        load(tmp_path / "camscan.toml")
    with pytest.raises(ScopeFileError, match="cannot be read"):
        load(tmp_path)
    path = tmp_path / "camscan.toml"
    path.write_text(HEAD + "[[site]]\n" + TOWN_HALL, encoding="utf-8")
    assert load(path).sites[0].name == "Town Hall"


def test_rates_follow_the_profile_unless_given() -> None:
    assert scope(TOWN_HALL).limits.rates == (1_000, 800, 40)
    careful = scope(TOWN_HALL, head=HEAD + "[limits]\nprofile = 'careful'\nper_host = 3\n")
    assert careful.limits.rates == (200, 100, 3)


def test_canonical_knows_both_spellings() -> None:
    assert canonical(ip_address("::ffff:10.1.0.1")) == IPv4Address("10.1.0.1")
    assert canonical(ip_address("fd00::1")) == ip_address("fd00::1")
    assert canonical(IPv4Address("10.1.0.1")) == IPv4Address("10.1.0.1")
