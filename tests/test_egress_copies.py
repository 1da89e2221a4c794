import gzip
from pathlib import Path

import pytest
import zstandard
from egress_makers import csv_log, device, judged, only, row

from camscan.egress import source
from camscan.egress.contacts import Gathering
from camscan.egress.copies import BEGINNING, SAME, copies
from camscan.egress.inputs import UNKNOWN, read_all
from camscan.egress.known import Known
from camscan.egress.source import Source, Tally

LOG = csv_log(*(row(number) for number in range(3_000)))
"""More than is looked at to recognise a format."""


def found(*paths: Path) -> dict[int, tuple[int, str]]:
    heads = []
    for path in paths:
        with Source.open(path, Tally()) as opened:
            heads.append(opened.head)
    return {number: (copy.of, copy.why) for number, copy in copies(paths, heads).items()}


def files(folder: Path, *contents: bytes) -> list[Path]:
    paths = [folder / f"log{number}" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


@pytest.mark.parametrize("content", [LOG, LOG[:500], b"x"])
def test_a_log_and_its_packed_copies_are_one(content: bytes, tmp_path: Path) -> None:
    assert len(LOG) > source.HEAD
    paths = files(tmp_path, content, gzip.compress(content), zstandard.compress(content), b"y" + content)
    assert found(*paths) == {number: (0, SAME.format(of=paths[0])) for number in (1, 2)}


def test_other_names_of_one_file_are_one(tmp_path: Path) -> None:
    (path,) = files(tmp_path, LOG)
    link, hard = tmp_path / "link", tmp_path / "hard"
    link.symlink_to(path)
    hard.hardlink_to(path)
    assert found(path, path, link, hard) == {number: (0, SAME.format(of=path)) for number in (1, 2, 3)}


def test_a_log_that_had_grown_holds_the_earlier_copy(tmp_path: Path) -> None:
    short, whole, other = files(tmp_path, LOG[:-200], LOG, LOG[:-100] + b"x" + LOG[-99:])
    assert found(short, whole, other) == {0: (1, BEGINNING.format(of=whole))}
    assert found(other, whole, short) == {2: (0, BEGINNING.format(of=other))}


def test_empty_files_and_what_cannot_be_read_twice_are_not_compared(tmp_path: Path) -> None:
    paths = files(tmp_path, b"", b"", LOG, LOG)
    assert copies(paths, [b"", b"", None, LOG]) == {}
    assert copies([tmp_path / "gone", tmp_path / "too"], [LOG, LOG]) == {}


def test_what_is_given_twice_counts_once_and_is_told(tmp_path: Path) -> None:
    log = csv_log(row(), row(5))
    report = judged(tmp_path, log, gzip.compress(log), log)
    assert only(report).connections == 2
    assert [one.records for one in report.inputs] == [2, 0, 0]
    assert all(one.notes[0].startswith("It is not counted") for one in report.inputs[1:])
    assert report.exit_code == 0


def test_a_copy_of_what_cannot_be_read_is_an_error_too(tmp_path: Path) -> None:
    inputs = read_all(files(tmp_path, b"\0garbage", b"\0garbage"), Gathering(Known([device()])))
    assert [one.error for one in inputs] == [UNKNOWN, UNKNOWN]


def test_a_chain_of_copies_leads_to_the_one_that_was_read(tmp_path: Path) -> None:
    inputs = read_all(files(tmp_path, LOG[:-200], LOG[:-200], LOG), Gathering(Known([device()])))
    assert [one.records for one in inputs] == [0, 0, 3_000]
