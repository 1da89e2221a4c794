"""camscan scope new (with options) and camscan scope check."""

import stat
from datetime import date
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cli_tools import LAST_DAY, SCOPE, camscan, columns, scope_of
from test_scan_reach import interface

from camscan.cli.scoping import day
from camscan.errors import UsageError
from camscan.net.link import Gateway
from camscan.scope import load

NEEDED = ("--organisation", "Example Borough Council", "--authorised-by", "Head of ICT", "--expires", LAST_DAY)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine is on the Town Hall's wire, behind a gateway that is known."""
    monkeypatch.setattr("camscan.net.interfaces.interfaces", lambda: (interface("eth7", "10.1.0.9/22"),))
    gateway = Gateway(IPv4Address("10.1.0.1"), "00:00:5e:00:53:01")
    monkeypatch.setattr("camscan.net.routes.gateway_of", lambda _interface, _table=None: gateway)
    monkeypatch.setattr("camscan.net.routes.dns_suffix", lambda _interface: "example.gov.uk")


def new(folder: Path, *arguments: object) -> Path:
    path = folder / "camscan.toml"
    ran = camscan("scope", "new", *NEEDED, *arguments, "--scope", path)
    assert (ran.code, ran.out) == (0, ""), ran.err
    return path


@pytest.mark.usefixtures("here")
def test_options_write_a_file_that_is_valid_and_remembers_the_wire(tmp_path: Path) -> None:
    more = ("--reference", "CHG-1234", "--contact", "ict@example.gov.uk", "--site", "Town Hall")
    path = new(tmp_path, "--network", "10.1.0.0/22", "--network", "10.4.8.0/24", "--exclude", "10.1.3.10", *more)
    scope = load(path)
    who = scope.authorisation
    assert (who.organisation, who.authorised_by) == ("Example Borough Council", "Head of ICT")
    assert (who.reference, who.contact, str(who.expires)) == ("CHG-1234", "ict@example.gov.uk", LAST_DAY)
    (site,) = scope.sites
    assert (site.name, [str(network) for network in site.networks]) == ("Town Hall", ["10.1.0.0/22", "10.4.8.0/24"])
    assert not scope.permits(IPv4Address("10.1.3.10"))
    ((link,),) = (site.link,)
    assert (str(link.network), link.gateway_mac, link.dns_suffix) == (
        "10.1.0.0/22",
        "00:00:5e:00:53:01",
        "example.gov.uk",
    )


def test_it_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = camscan("scope", "new", *NEEDED, "--network", "10.1.0.0/22")
    assert ran.code == 0
    assert "Written: camscan.toml." in ran.err
    assert "  camscan scan --dry-run\n" in ran.err
    assert "  camscan scan\n" in ran.err


def test_a_file_that_is_there_is_not_touched(tmp_path: Path) -> None:
    path = scope_of(tmp_path, "kept as it is")
    ran = camscan("scope", "new", *NEEDED, "--network", "10.1.0.0/22", "--scope", path)
    assert ran.code == 2
    assert "is there already" in ran.err
    assert path.read_text() == "kept as it is"


@pytest.mark.parametrize("missing", ["--organisation", "--authorised-by", "--expires"])
def test_somebody_must_answer_for_an_audit(tmp_path: Path, missing: str) -> None:
    given = [option for at in range(0, 6, 2) if NEEDED[at] != missing for option in NEEDED[at : at + 2]]
    ran = camscan("scope", "new", *given, "--network", "10.1.0.0/22", "--scope", tmp_path / "camscan.toml")
    assert ran.code == 2
    assert f"Also needed: {missing}" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--network", "10.0.0.0/8", "wider than /16"),
        ("--network", "town hall", "is not a network"),
        ("--network", "10.1.0.9/22", "10.1.0.0/22"),
        ("--network", "9.9.9.0/24", "public network"),
        ("--exclude", "10.200.0.1", "none of the networks"),
        ("--expires", "next year", "is not a day"),
    ],
)
def test_what_cannot_be_declared_is_explained(tmp_path: Path, option: str, value: str, says: str) -> None:
    arguments = [*NEEDED, "--network", "10.1.0.0/22", option, value]
    ran = camscan("scope", "new", *arguments, "--scope", tmp_path / "camscan.toml")
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "camscan.toml"
    ran = camscan("scope", "new", *NEEDED, "--network", "10.1.0.0/22", "--scope", path)
    assert ran.code == 2
    assert "cannot be written" in ran.err


def test_days_are_written_as_the_scope_file_writes_them() -> None:
    assert day(" 2027-03-31 ") == date(2027, 3, 31)
    with pytest.raises(UsageError, match=r'"31\.3\.2027" is not a day'):
        day("31.3.2027")


def test_check_explains_what_is_allowed(tmp_path: Path) -> None:
    more = """
[[site.link]]
network = "10.1.0.0/22"
gateway_mac = "00:00:5e:00:53:01"

[[site]]
name = "Library"
networks = ["10.4.8.0/24"]
multicast = true

[limits]
profile = "careful"
"""
    path = scope_of(tmp_path, SCOPE + more)
    ran = camscan("scope", "check", "--scope", path)
    assert (ran.code, ran.err) == (0, "")
    told = ran.out
    assert told.startswith(f"{path} is valid.\nExample Borough Council may be audited until 31 December 2099,")
    assert "authorised by Head of ICT (CHG-1234)." in told
    assert (
        "\nTown Hall\n  10.1.0.0/22\n  never 10.1.3.10/32\n  multicast: only where all of a network is declared" in told
    )
    assert "known by its gateway 00:00:5e:00:53:01 and its DNS suffix (not recorded)" in told
    assert "\nLibrary\n  10.4.8.0/24\n  multicast: allowed on the whole network\n" in told
    assert "1,275 addresses in all; profile careful: at most 200 packets a second, 100 to one /24, 10 to one" in told
    assert [entry.name for entry in tmp_path.iterdir()] == ["camscan.toml"]


def test_check_fits_eighty_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    scope_of(tmp_path, SCOPE)
    with columns(80):
        ran = camscan("scope", "check")
    assert all(len(line) <= 80 for line in ran.out.splitlines())


def test_check_of_an_expired_scope_explains_it_and_refuses(tmp_path: Path) -> None:
    ran = camscan("scope", "check", "--scope", scope_of(tmp_path, SCOPE.replace(LAST_DAY, "2020-03-31")))
    assert ran.code == 3
    assert "Town Hall" in ran.out
    assert "ended on 31 March 2020" in ran.err


@pytest.mark.parametrize(
    ("wrong", "right", "line", "says"),
    [
        ('networks = ["10.1.0.5/22"]', 'networks = ["10.1.0.0/22"]', 9, "bits set after the prefix"),
        ('networks = ["10.0.0.0/8"]', 'networks = ["10.1.0.0/22"]', 9, "wider than /16"),
        ("networks = [", 'networks = ["10.1.0.0/22"]', None, "not valid TOML"),
        ('netwroks = ["10.1.0.0/22"]', 'networks = ["10.1.0.0/22"]', 9, "Check its spelling"),
        ("expires = 31", f"expires = {LAST_DAY}", 5, "expires"),
    ],
)
def test_a_malformed_file_is_told_with_its_line_and_what_to_write(
    tmp_path: Path, wrong: str, right: str, line: int | None, says: str
) -> None:
    path = scope_of(tmp_path, SCOPE.replace(right, wrong))
    for command in (("scope", "check"), ("scan",), ("scan", "--dry-run")):
        ran = camscan(*command, "--scope", path)
        assert (ran.code, ran.out) == (2, "")
        assert f"line {line}" in ran.err if line else "line" in ran.err
        assert says in ran.err
    assert [entry.name for entry in tmp_path.iterdir()] == ["camscan.toml"]


def test_the_file_can_be_read_by_colleagues(tmp_path: Path) -> None:
    assert stat.S_IMODE(new(tmp_path, "--network", "10.1.0.0/22").stat().st_mode) & stat.S_IRUSR


def test_an_exclusion_that_excludes_nothing_is_doubted(tmp_path: Path) -> None:
    scope = tmp_path / "camscan.toml"
    scope.write_text(
        """
[authorisation]
organisation = "Example"
authorised_by = "Head of ICT"
expires = 2099-01-01
[[site]]
name = "Town Hall"
networks = ["10.1.0.0/24"]
exclude = ["10.1.0.9", "10.11.0.9"]
"""
    )
    said = camscan("scope", "check", "--scope", scope).out
    assert said.count("slip of the pen") == 1
