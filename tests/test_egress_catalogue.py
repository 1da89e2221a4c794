from datetime import date
from pathlib import Path

import pytest

from camscan.egress.catalogue import Catalogue, Category, Service, read_catalogue, shipped_catalogue
from camscan.errors import SignatureError
from camscan.identify import load


def test_every_maker_of_the_shipped_catalogue_is_in_the_signature_set() -> None:
    makers = set(load().makers)
    assert {one.maker for one in shipped_catalogue().services if one.maker} <= makers


def test_every_row_names_its_source() -> None:
    assert all(len(one.source) > 3 for one in shipped_catalogue().services)


@pytest.mark.parametrize(
    ("name", "operator", "category"),
    [
        ("litedev.hik-connect.com", "Hikvision", Category.VENDOR_CLOUD),
        ("deep.sub.hik-connect.com", "Hikvision", Category.VENDOR_CLOUD),
        ("www.easy4ipcloud.com", "Dahua", Category.P2P),
        ("p2p7.reolink.com", "Reolink", Category.P2P),
        ("2.europe.pool.ntp.org", "the NTP Pool", Category.NTP),
        ("dm001.cbs.boschsecurity.com", "Bosch", Category.VENDOR_CLOUD),
    ],
)
def test_known_names_are_found(name: str, operator: str, category: Category) -> None:
    found = shipped_catalogue().by_name(name)
    assert found is not None
    assert (found.operator, found.category) == (operator, category)


@pytest.mark.parametrize("name", ["hik-connect.com.example.net", "nothik-connect.com", "example.com", "com", ""])
def test_lookalikes_are_not(name: str) -> None:
    assert shipped_catalogue().by_name(name) is None


def test_a_port_by_itself_is_a_hint_and_a_resolver_belongs_to_nobody() -> None:
    catalogue = shipped_catalogue()
    hint = catalogue.by_port("udp", 32100)
    assert hint is not None
    assert not hint.clear
    assert catalogue.by_port("tcp", 443) is None
    assert catalogue.by_port("udp", None) is None
    assert catalogue.by_name("8.8.8.8") is None
    assert not any(one.maker for one in catalogue.services if one.match == "address")


def test_the_row_that_knows_the_port_comes_first() -> None:
    def one(port: int, role: str) -> Service:
        return Service(
            operator="Someone", match="host", values=("a.example.com",), transports=("tcp",), ports=(port,),
            category=Category.PUSH, role=role, source="a test",
        )  # fmt: skip

    catalogue = Catalogue([one(80, "first"), one(443, "second")], date(2026, 1, 1))
    found = [catalogue.by_name("a.example.com", "tcp", port) for port in (443, 80, 9)]
    assert [service.role for service in found if service] == ["second", "first", "first"]


@pytest.mark.parametrize(
    "row",
    [
        'match = "host"\nvalues = ["*.a.com"]',
        'match = "host"\nvalues = ["a"]',
        'match = "glob"\nvalues = ["*.com"]',
        'match = "port"\nports = [80]',
        'match = "address"\nvalues = ["not.an.address"]',
        'match = "network"\nvalues = ["10.0.0.1/8"]',
        'match = "suffix"',
        'match = "suffix"\nvalues = ["UPPER.com"]',
        'match = "elsewhere"\nvalues = ["a.com"]',
    ],
)
def test_a_wrong_row_is_refused(row: str, tmp_path: Path) -> None:
    path = tmp_path / "services.toml"
    rest = 'operator = "Someone"\ncategory = "push"\nrole = "something"\nsource = "a test"\n'
    path.write_text(f"date = 2026-11-21\n[[service]]\n{rest}{row}\n", encoding="utf-8")
    with pytest.raises(SignatureError, match=r"services\.toml"):
        read_catalogue(path)
