"""camscan list: what is there, in every form, without touching anything."""

import csv
import io
import json
import sqlite3
import stat
from pathlib import Path

import pytest
from cli_tools import Demo, camscan, columns, scope_of

from camscan.exchange.contract import COLUMNS
from camscan.inventory import Inventory


def test_cameras_are_listed_and_other_things_counted(demo: Demo) -> None:
    ran = demo.ask("list")
    rows = ran.out.splitlines()
    assert ran.code == 0
    assert rows[0].split() == ["Address", "Maker", "Sold", "as", "Model", "Kind", "Verdict"]
    assert [row.split()[0] for row in rows[1:]] == [f"127.77.0.{host}" for host in range(2, 26)]
    assert ran.err == "5 other things answered too: `camscan list --all` shows them.\n"


def test_all_lists_all(demo: Demo) -> None:
    ran = demo.ask("list", "--all")
    assert len(ran.out.splitlines()) == 30
    assert ran.err == ""


def test_a_terminal_of_eighty_columns_is_wide_enough(demo: Demo) -> None:
    with columns(80):
        ran = demo.ask("list", "--all")
    plain = ran.out.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "")
    assert "\x1b" not in plain
    assert all(len(line) <= 80 for line in plain.splitlines())
    assert "DHI-NVR4216-16P-4KS2" in plain


@pytest.mark.parametrize("how", [("--format", "json"), ("-f", "json")])
def test_json_holds_every_device(demo: Demo, how: tuple[str, ...]) -> None:
    ran = demo.ask("list", *how)
    told = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert told["schema"] == "camscan.inventory/1"
    assert [device["ip"] for device in told["devices"]] == [f"127.77.0.{host}" for host in range(2, 31)]
    assert told["scope"]["organisation"] == "Virtual estate of the camscan laboratory"


def test_json_lines_are_the_same_devices(demo: Demo) -> None:
    whole = json.loads(demo.ask("list", "-f", "json").out)["devices"]
    assert [json.loads(line) for line in demo.ask("list", "-f", "jsonl").out.splitlines()] == whole


def test_csv_has_the_columns_of_the_contract(demo: Demo) -> None:
    rows = list(csv.DictReader(io.StringIO(demo.ask("list", "-f", "csv").out)))
    assert tuple(rows[0]) == COLUMNS
    annke = next(row for row in rows if row["ip"] == "127.77.0.7")
    assert (annke["maker"], annke["verdict"], annke["brand"]) == ("hikvision", "confirmed", "annke")


@pytest.mark.parametrize(
    ("name", "options"),
    [("list.csv", ()), ("list.JSON", ()), ("list.jsonl", ()), ("list.txt", ("-f", "csv")), ("list", ("-f", "json"))],
)
def test_a_file_is_written_in_the_form_of_its_name(
    demo: Demo, tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    target = tmp_path / name
    ran = demo.ask("list", "-o", target, *options)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    form = options[1] if options else target.suffix[1:].lower()
    # The exports differ only in the time they were made.
    told, again = target.read_text("utf-8"), demo.ask("list", "-f", form).out
    assert len(told.splitlines()) == len(again.splitlines())


def test_a_table_is_for_the_screen(demo: Demo, tmp_path: Path) -> None:
    ran = demo.ask("list", "-o", tmp_path / "list.txt")
    assert (ran.code, ran.out) == (2, "")
    assert "--format csv" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_said(demo: Demo, tmp_path: Path) -> None:
    ran = demo.ask("list", "-o", tmp_path / "nowhere" / "list.csv")
    assert ran.code == 2
    assert "cannot be written" in ran.err


def test_no_inventory_yet(tmp_path: Path) -> None:
    ran = camscan("list", "--scope", tmp_path / "camscan.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "`camscan scan` makes one" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_an_empty_inventory_says_what_to_do_next(tmp_path: Path) -> None:
    Inventory.open(tmp_path / "camscan.db").close()
    ran = camscan("list", "--scope", tmp_path / "camscan.toml")
    assert (ran.code, ran.out) == (0, "")
    assert "`camscan scan` looks for devices" in ran.err
    assert "`camscan import FILE`" in ran.err


def test_an_inventory_without_cameras_says_so(tmp_path: Path) -> None:
    scope = scope_of(tmp_path)
    (tmp_path / "list.csv").write_text("ip,kind\n10.1.0.20,printer\n")
    assert camscan("import", tmp_path / "list.csv", "--scope", scope).code == 0
    ran = camscan("list", "--scope", scope)
    assert (ran.code, ran.out) == (0, "")
    assert "No camera or recorder is in the inventory." in ran.err
    assert "`camscan list --all`" in ran.err


def test_without_a_scope_file_the_inventory_can_be_read(demo: Demo, tmp_path: Path) -> None:
    copy = demo.copy(tmp_path)
    copy.scope.unlink()
    told = json.loads(camscan("list", "-f", "json", "--inventory", tmp_path / "camscan.db").out)
    assert told["scope"]["organisation"] == "Virtual estate of the camscan laboratory"


def spoilt(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 3 : len(raw) // 3 + 20_000] = b"\xa5" * 20_000
    path.write_bytes(raw)


def newer(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE camscan_version SET version_num = '9999'")
    database.close()


def not_ours(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE t (a)")
    database.close()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [(spoilt, "damaged"), (newer, "a newer camscan wrote this"), (not_ours, "not an inventory of camscan")],
)
@pytest.mark.parametrize("command", ["list", "show 127.77.0.2", "explain 127.77.0.2", "lab score", "scan"])
def test_a_file_that_is_not_right_is_refused_and_left_alone(
    demo: Demo, tmp_path: Path, spoil: object, says: str, command: str
) -> None:
    copy = demo.copy(tmp_path)
    database = tmp_path / "camscan.db"
    spoil(database)  # type: ignore[operator]  # a function of the list above
    before = database.read_bytes(), stat.S_IMODE(database.stat().st_mode)
    ran = copy.ask(*command.split())
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert (database.read_bytes(), stat.S_IMODE(database.stat().st_mode)) == before
