"""What the pages about lists, advisories and software say is what the tables hold."""

import re
from pathlib import Path

import pytest

from camscan.data_files import FILE_LIMIT
from camscan.data_folder import VARIABLE
from camscan.data_update import status
from camscan.identify.advisories import Status
from camscan.identify.leads import load_leads
from camscan.identify.list_table import Match
from camscan.identify.reach import SECTORS, place, sector
from camscan.identify.software import Product, load_software

ROOT = Path(__file__).resolve().parent.parent
LISTS = (ROOT / "docs" / "lists-and-advisories.md").read_text(encoding="utf-8")
SOFTWARE = (ROOT / "docs" / "software.md").read_text(encoding="utf-8")


def _rows(text: str) -> list[list[str]]:
    found = re.findall(r"^\| (.+) \|$", text, flags=re.MULTILINE)
    return [[cell.strip() for cell in row.split(" | ")] for row in found]


def test_the_days_are_those_of_the_tables(tmp_path: Path) -> None:
    shipped = {item.what: item.used.isoformat() for item in status(tmp_path) if item.shipped is not None}
    told = {row[0]: row[2] for row in _rows(LISTS) if len(row) == 4}
    assert told["Official lists"] == shipped["official lists"]
    assert told["Advisories"] == shipped["advisories"]
    assert told["Exploited vulnerabilities (CISA)"] == shipped["CISA exploited vulnerabilities"]
    assert told["Leads from brands"] == shipped["brands as leads"]
    assert told["Analytics"] == shipped["analytics by series"]
    assert told["Owners of MAC address blocks"] == shipped["MAC address blocks (MA-L)"]


def test_every_sector_is_told_and_its_other_names_are_understood() -> None:
    rows = _rows(LISTS.partition("### Words for the scope file")[2].partition("###")[0])[1:]
    told = {row[0].strip("`| "): row[1] if len(row) > 1 else "" for row in rows if row[0].startswith("`")}
    assert set(told) == set(SECTORS.values())
    for name, others in told.items():
        for other in filter(None, (word.strip(" |") for word in others.split(","))):
            assert sector(other) == name


def test_every_place_the_page_names_is_understood() -> None:
    words = LISTS.partition("`jurisdiction` takes")[2].partition("`sector` takes")[0]
    assert all(place(name) for name in re.findall(r"`([a-z-]+)`", words))


@pytest.mark.parametrize("word", [*Match, *Status])
def test_every_answer_is_explained(word: str) -> None:
    assert f"`{word}`" in LISTS


def test_the_number_of_denied_rows_is_right() -> None:
    assert "and eighteen more" in LISTS
    assert len(load_leads().denied) == 20


def test_the_limits_are_those_of_the_program() -> None:
    assert f"limited to {FILE_LIMIT // 1024 // 1024} MB" in LISTS
    assert f"`{VARIABLE}`" in LISTS


def _fingerprints(product: Product) -> set[str]:
    return set(product.fingerprint)


def test_every_product_is_told_with_its_fingerprints() -> None:
    told = {
        row[0]: (row[1], row[2], set(re.findall(r"`([^`]+)`", row[3]))) for row in _rows(SOFTWARE)[1:] if len(row) == 4
    }
    held = {
        item.name: (item.maker.capitalize(), item.role.value, _fingerprints(item)) for item in load_software().products
    }
    assert {name: row for name, row in told.items() if name in held} == held
    assert set(held) <= set(told)
