from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, START, csv_log, read, row
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.flow import Direction, Flow, Outcome
from camscan.egress.readers.generic_csv import COLUMN_COUNT, COLUMNS, GENERIC_CSV

DOCS = Path(__file__).parents[1] / "docs" / "egress.md"


def test_a_row(tmp_path: Path) -> None:
    (flow,), _ = read(
        GENERIC_CSV, csv_log(row(bytes_out=10, bytes_in=3, name="a.example.com", action="blocked")), tmp_path
    )
    assert flow == Flow(
        CAMERA, CLOUD, "tcp", 443, Direction.OUT, Outcome.DENIED, START, START, 2, 10, 3, 1, "a.example.com"
    )  # fmt: skip


def test_a_looked_up_name_without_a_destination(tmp_path: Path) -> None:
    (flow,), _ = read(GENERIC_CSV, csv_log(row(destination="", name="a.example.com")), tmp_path)
    assert isinstance(flow, Flow)
    assert (flow.name, flow.outcome, flow.protocol) == ("a.example.com", Outcome.NAME_ONLY, "dns")


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_and_few_columns(delimiter: str, tmp_path: Path) -> None:
    text = f"\ufefftime{delimiter}source{delimiter}destination\r\n1795255200{delimiter}{CAMERA}{delimiter}{CLOUD}\r\n"
    (flow,), _ = read(GENERIC_CSV, text.encode(), tmp_path)
    assert isinstance(flow, Flow)
    assert (flow.outcome, flow.protocol, flow.port, flow.first) == (Outcome.UNKNOWN, "unknown", None, START)


def test_inward_bytes_are_turned(tmp_path: Path) -> None:
    (flow,), _ = read(GENERIC_CSV, csv_log(row(source=CLOUD, destination=CAMERA, bytes_out=10, bytes_in=3)), tmp_path)
    assert isinstance(flow, Flow)
    assert (flow.direction, flow.bytes_out, flow.bytes_in) == (Direction.IN, 3, 10)


def test_damaged_rows_are_counted(tmp_path: Path) -> None:
    text = csv_log(row(), "a,b", row(time="never"), row(source="camera"), '"unfinished', "")
    items, tally = read(GENERIC_CSV, text, tmp_path)
    assert (len(items), tally.records) == (1, 2)
    assert tally.skipped[COLUMN_COUNT] == 1
    assert sum(tally.skipped.values()) == 4


def test_a_name_that_holds_a_password_is_not_kept(tmp_path: Path) -> None:
    items, tally = read(GENERIC_CSV, csv_log(row(name="http://admin:canary@cam.example.com/")), tmp_path)
    assert "canary" not in repr(items) + repr(tally)


def test_the_page_names_every_column() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in COLUMNS)


@given(st.text(st.characters(codec="utf-8"), max_size=100))
def test_any_row_is_survived(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    read(GENERIC_CSV, csv_log(text, row(protocol=text), row(port=text)), tmp_path_factory.mktemp("csv"))
