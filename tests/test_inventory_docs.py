"""docs/inventory.md says what the code does."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from inventory_makers import Estate

from camscan.device import Device
from camscan.exchange.contract import COLUMNS, SCHEMA, device_object
from camscan.exchange.csv_import import FIELDS
from camscan.inventory import Inventory
from camscan.inventory.identity import IMPORT_AGE

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "inventory.md").read_text(encoding="utf-8")


def section(name: str) -> str:
    return PAGE.partition(f"## {name}\n")[2].partition("\n## ")[0]


def names(text: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", text))


def test_every_name_of_the_json_is_described() -> None:
    told = device_object("", Device(ip_address("10.1.0.20")))
    first_cells = re.findall(r"^\| (`[^|]+) \|", section("JSON"), flags=re.MULTILINE)
    described = {name for cell in first_cells for name in names(cell)}
    around = {"schema", "generated_at", "tool", "scope", "scans", "coverage", "devices", "software"}
    assert described == set(told) | around
    assert f"`{SCHEMA}`" in PAGE


def test_every_column_of_the_csv_is_listed_in_order() -> None:
    listed = section("CSV").partition("in UTF-8:\n")[2].partition("\n\nControl")[0]
    assert tuple(re.findall(r"`([a-z_]+)`", listed)) == COLUMNS


def test_every_column_that_is_imported_is_listed() -> None:
    told = section("Importing").partition("- **CSV**")[2].partition("\n\n")[0]
    assert names(told) == {"ip", "last_seen", *FIELDS}


def test_the_age_of_imports_is_right() -> None:
    assert timedelta(days=30) == IMPORT_AGE
    assert "more than 30 days before" in PAGE


def test_the_example_query_runs(tmp_path: Path) -> None:
    with Inventory.open(tmp_path / "camscan.db") as inventory:
        Estate(inventory).scan(("10.1.0.20", ("sadp.firmware", "V5.7.1"), ("http.title", "x")))
    query = re.search(r"```sql\n(.*?)```", PAGE, flags=re.DOTALL)
    assert query is not None
    with closing(sqlite3.connect(tmp_path / "camscan.db")) as database:
        rows = database.execute(query.group(1)).fetchall()
    assert rows == [(1, "10.1.0.20", "2026-11-22 08:00:00", "sadp.firmware", "V5.7.1")]
