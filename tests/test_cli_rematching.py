"""camscan rematch: what a better signature changes, in words and for programs."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from inventory_makers import Estate, opened
from test_inventory_rematching import OWN
from typer.testing import CliRunner, Result

from camscan.cli.devices import OWN_FOLDER
from camscan.cli.rematching import rematch, words
from camscan.identify import load
from camscan.inventory import Inventory
from camscan.inventory.conclusions import Conclusion

app = typer.Typer()
app.command()(rematch)


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    yield from opened(tmp_path)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "gate.toml").write_text(OWN)
    return folder


@pytest.fixture
def path(inventory: Inventory, tmp_path: Path) -> Path:
    Estate(inventory).scan(
        ("10.1.0.20", ("http.title", "Gate")),
        ("10.1.0.21", ("rtsp.realm", "IP Camera(J2914)"), ("http.title", "Gate")),
        ("10.1.0.22", ("http.title", "Library")),
    )
    return tmp_path / "camscan.db"


def run(path: Path, *arguments: object) -> Result:
    done = CliRunner().invoke(app, ["--inventory", str(path), *map(str, arguments)], env={"COLUMNS": "160"})
    assert done.exit_code == 0, done.output
    return done


def test_the_first_time_there_is_nothing_to_compare_with(path: Path) -> None:
    done = run(path)
    assert done.stdout == ""
    assert "3 devices judged, 0 changes" in done.stderr
    assert "3 devices had no earlier conclusion" in done.stderr


def test_before_after_and_why(path: Path, own: Path) -> None:
    run(path)
    done = run(path, "--own", own)
    (line,) = [line for line in done.stdout.splitlines() if "10.1.0.20" in line]
    assert "maker not known, kind not known" in " ".join(line.split())
    assert "Axis" in done.stdout
    assert "new sign" in done.stdout
    assert "10.1.0.22" not in done.stdout
    assert "2 changes" in done.stderr
    assert "0 changes" in run(path, "--own", own).stderr


def test_own_signatures_are_compared_with_the_shipped_ones_where_nothing_else_is_known(path: Path, own: Path) -> None:
    assert "2 changes" in run(path, "--own", own).stderr


def test_the_folder_in_the_data_folder_counts_as_in_every_command(
    path: Path, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(path)
    monkeypatch.setenv("CAMSCAN_DATA", str(tmp_path))
    folder = own.rename(tmp_path / OWN_FOLDER)
    (folder / "wrong.toml").write_text("x")
    done = run(path)
    assert "2 changes" in done.stderr
    assert "wrong.toml:1" in done.stderr
    assert "This file of yours is left out; everything else counts." in done.stderr


def test_a_dry_run_keeps_nothing(path: Path, own: Path) -> None:
    run(path)
    for _ in range(2):
        assert "2 changes" in run(path, "--own", own, "--dry-run").stderr


def test_json_jsonl_and_csv_hold_the_same(path: Path, own: Path) -> None:
    run(path)
    dry = ("--own", own, "--dry-run", "--format")
    told = json.loads(run(path, *dry, "json").stdout)
    assert told["schema"] == "camscan.rematch/1"
    assert told["signatures"] == load((own,)).digest
    assert [change["ip"] for change in told["changes"]] == ["10.1.0.20", "10.1.0.21"]
    assert told["changes"][0]["before"]["maker"] is None
    assert told["changes"][0]["after"]["maker"] == "axis"
    assert told["changes"][0]["gained"] == ["own.gate.title"]
    lines = run(path, *dry, "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == told["changes"]
    rows = list(csv.DictReader(io.StringIO(run(path, *dry, "csv").stdout)))
    assert [(row["ip"], row["gained"]) for row in rows] == [
        ("10.1.0.20", "own.gate.title"),
        ("10.1.0.21", "own.gate.title"),
    ]


def test_device_text_is_neutralised(inventory: Inventory) -> None:
    Estate(inventory).scan(("10.1.0.20", ("onvif.model", "\x1b[31mX")))
    conclusion = next(inventory.conclude(load())).conclusion
    assert isinstance(conclusion, Conclusion)
    assert "\x1b" not in words(conclusion, load())
