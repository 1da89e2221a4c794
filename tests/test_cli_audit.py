"""camscan audit verify: a whole log holds, and every way to falsify one shows."""

import json
from pathlib import Path

import pytest
from cli_tools import Demo, camscan

from camscan.inventory import Inventory


def lines_of(demo: Demo) -> list[str]:
    return (demo.folder / "camscan.audit.jsonl").read_text("utf-8").splitlines()


def written(folder: Path, lines: list[str]) -> Path:
    path = folder / "camscan.audit.jsonl"
    path.write_text("".join(line + "\n" for line in lines), "utf-8")
    return path


def head_of(demo: Demo) -> str:
    """What the scan printed at its end."""
    return demo.ran.err.partition("The audit log ends with ")[2].split()[0]


def test_the_log_of_a_scan_holds_and_ends_as_the_scan_said(demo: Demo) -> None:
    ran = demo.ask("audit", "verify")
    assert (ran.code, ran.err) == (0, "")
    assert f"{len(lines_of(demo)):,} lines, unbroken." in ran.out
    assert f"It ends with {head_of(demo)}" in ran.out
    assert demo.ask("audit", "verify", "--head", head_of(demo)).code == 0


def test_the_inventory_keeps_the_same_head(demo: Demo, tmp_path: Path) -> None:
    with Inventory.open(demo.copy(tmp_path).folder / "camscan.db") as inventory:
        assert inventory.scans()[-1].audit_head == head_of(demo)


def test_a_log_may_be_named(demo: Demo, tmp_path: Path) -> None:
    assert camscan("audit", "verify", written(tmp_path, lines_of(demo))).code == 0


@pytest.mark.parametrize("how", ["changed", "removed", "swapped", "torn"])
def test_a_falsified_line_is_named(demo: Demo, tmp_path: Path, how: str) -> None:
    lines = lines_of(demo)
    if how == "changed":
        record = json.loads(lines[4])
        record["packets"] = 1
        lines[4] = json.dumps(record)
    elif how == "removed":
        del lines[4]
    elif how == "swapped":
        lines[4], lines[5] = lines[5], lines[4]
    else:
        lines[4] = lines[4][:-20]
    ran = camscan("audit", "verify", written(tmp_path, lines))
    assert (ran.code, ran.out) == (2, "")
    assert ", line 5: " in ran.err
    assert "as evidence" in ran.err


def test_a_cut_off_end_shows_only_with_the_head(demo: Demo, tmp_path: Path) -> None:
    path = written(tmp_path, lines_of(demo)[:-3])
    assert camscan("audit", "verify", path).code == 0
    ran = camscan("audit", "verify", path, "--head", head_of(demo))
    assert ran.code == 2
    assert "are missing at the end" in ran.err


def test_no_log_is_said(tmp_path: Path) -> None:
    ran = camscan("audit", "verify", "--scope", tmp_path / "camscan.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "There is no audit log" in ran.err


def test_a_cut_off_end_is_found_by_what_the_inventory_keeps(demo: Demo, tmp_path: Path) -> None:
    copy = demo.copy(tmp_path)
    written(copy.folder, lines_of(demo)[:-1])
    ran = camscan("audit", "verify", "--scope", copy.folder / "camscan.toml")
    assert ran.code == 2
    assert "missing at the end" in ran.err
