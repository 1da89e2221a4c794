"""The audit log: whatever is changed in it, shows."""

import json
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.audit import GENESIS, AuditLog, verify, who
from camscan.errors import AuditError


def written(folder: Path, count: int = 5) -> Path:
    path = folder / "audit.jsonl"
    with AuditLog.open(path) as log:
        for number in range(count):
            log.append("send", packets=number, batch=[("10.1.0.1", 80, "tcp", "http", 1)])
    return path


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_each_line_is_on_the_disk_when_append_returns(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with AuditLog.open(path) as log:
        assert log.head == GENESIS
        head = log.append("scan-start", who="somebody", scope="sha256:1", text="ü \x1b]0; \u202e")
        (line,) = path.read_bytes().splitlines()
        assert json.loads(line)["hash"] == head == log.head
        assert line.isascii()
    result = verify(path, head)
    assert (result.holds, result.lines, result.head) == (True, 1, head)


def test_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = written(tmp_path)
    first = verify(path)
    with AuditLog.open(path) as log:
        assert log.head == first.head
        log.append("scan-end")
    assert verify(path).lines == 6
    assert verify(path, first.head).holds


@pytest.mark.parametrize("number", range(5))
def test_a_changed_line_shows(tmp_path: Path, number: int) -> None:
    path = written(tmp_path)
    all_lines = lines(path)
    all_lines[number] = all_lines[number].replace(b"10.1.0.1", b"10.1.0.2")
    path.write_bytes(b"".join(all_lines))
    result = verify(path)
    assert not result.holds
    assert result.broken_at == number + 1
    assert "changed" in result.reason


@pytest.mark.parametrize("number", range(4))
def test_a_removed_line_shows(tmp_path: Path, number: int) -> None:
    path = written(tmp_path)
    all_lines = lines(path)
    del all_lines[number]
    path.write_bytes(b"".join(all_lines))
    result = verify(path)
    assert result.broken_at == number + 1
    assert "removed or reordered" in result.reason


def test_reordered_doubled_and_inserted_lines_show(tmp_path: Path) -> None:
    path = written(tmp_path)
    a, b, c, d, e = lines(path)
    for forged in ([b, a, c, d, e], [a, c, b, d, e], [a, a, b], [a, b, c, d, d], [b"{}\n", a, b], [a, b"\n", b]):
        path.write_bytes(b"".join(forged))
        assert not verify(path).holds


def test_a_cut_off_end_shows_with_the_head_only(tmp_path: Path) -> None:
    path = written(tmp_path)
    head = verify(path).head
    path.write_bytes(b"".join(lines(path)[:3]))
    assert verify(path).holds
    result = verify(path, head)
    assert (result.holds, result.broken_at) == (False, 4)
    assert "missing at the end" in result.reason


def test_an_older_head_is_still_in_the_chain(tmp_path: Path) -> None:
    path = written(tmp_path)
    for line in lines(path):
        assert verify(path, json.loads(line)["hash"]).holds
    assert verify(path, GENESIS).holds
    assert not verify(path, "f" * 64).holds


@pytest.mark.parametrize(
    "forge",
    [
        lambda line: line.replace(b'"packets":2', b'"packets":9,"packets":2'),
        lambda line: line.replace(b'"seq"', b' "seq"'),
        lambda line: line.replace(b'"event":"send"', b'"event":"\\u0073end"'),
        lambda line: line.replace(b'"seq":3', b'"seq":3.0'),
        lambda line: line.replace(b"}\n", b"}\r\n"),
    ],
)
def test_a_line_that_says_the_same_in_other_bytes_was_changed(tmp_path: Path, forge: Any) -> None:
    """What a person reads in the file and what a program reads from it must be the same."""
    path = written(tmp_path)
    all_lines = lines(path)
    all_lines[2] = forge(all_lines[2])
    assert all_lines != lines(path)
    path.write_bytes(b"".join(all_lines))
    assert verify(path).broken_at == 3


@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_any_changed_byte_shows(tmp_path_factory: pytest.TempPathFactory, place: int, byte: int) -> None:
    path = written(tmp_path_factory.mktemp("audit"), 3)
    raw = bytearray(path.read_bytes())
    place %= len(raw)
    before = raw[place]
    raw[place] = byte
    path.write_bytes(raw)
    assert verify(path).holds is (byte == before)


@pytest.mark.parametrize("raw", [b"[]\n", b"1\n", b"null\n", b"\xff\n", b"[" * 100_000 + b"\n", b'{"hash":{}}\n'])
def test_lines_that_are_no_records(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(raw)
    assert verify(path).broken_at == 1
    with pytest.raises(AuditError, match="is damaged, so it cannot be continued"):
        AuditLog.open(path)
    assert path.read_bytes() == raw


def test_a_log_that_was_refused_is_not_locked(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"x\n")
    for _ in range(2):
        with pytest.raises(AuditError, match="damaged"):
            AuditLog.open(path)


def test_a_line_that_was_never_finished_is_taken_out_and_said_so(tmp_path: Path) -> None:
    """A process killed while writing had not sent what it was about to record; the next scan must not be stuck."""
    whole = written(tmp_path).read_bytes()
    start = whole.rstrip(b"\n").rfind(b"\n") + 1
    path = tmp_path / "cut.jsonl"
    for end in range(start + 1, len(whole) - 1):
        path.write_bytes(whole[:end])
        assert not verify(path).holds
        AuditLog.open(path).close()
        assert verify(path).lines == 5
        assert verify(path).holds
        last = json.loads(lines(path)[-1])
        assert (last["event"], last["length"]) == ("unfinished-line", end - start)


def test_a_whole_line_that_lacks_its_end_is_kept(tmp_path: Path) -> None:
    path = written(tmp_path)
    raw = path.read_bytes()
    path.write_bytes(raw.rstrip(b"\n"))
    AuditLog.open(path).close()
    assert path.read_bytes() == raw


def test_an_empty_log_is_a_log(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.touch()
    assert (verify(path).holds, verify(path).lines, verify(path).head) == (True, 0, GENESIS)
    with AuditLog.open(path) as log:
        log.append("send")
    assert verify(path).holds


def test_a_missing_log_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="There is no audit log"):
        verify(tmp_path / "none.jsonl")
    with pytest.raises(AuditError, match="cannot be read"):
        verify(tmp_path)


def test_only_one_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with AuditLog.open(path):
        with pytest.raises(AuditError, match="Another camscan is writing"):
            AuditLog.open(path)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            assert "Another camscan is writing" in pool.apply(_open_elsewhere, (str(path),))
            pool.close()
            pool.join()
    AuditLog.open(path).close()


def _open_elsewhere(path: str) -> str:
    try:
        AuditLog.open(Path(path)).close()
    except AuditError as error:
        return str(error)
    return ""


def test_a_place_that_cannot_be_written_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "audit.jsonl", tmp_path / "folder"):
        with pytest.raises(AuditError, match=r"cannot be written.*Nothing was sent"):
            AuditLog.open(path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_stops_everything_until_the_log_is_opened_anew(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog.open(path)
    head = log.append("send")
    log._file.close()
    log._file = Path("/dev/full").open("wb")  # noqa: SIM115 - the log closes it
    for _ in range(2):
        with pytest.raises(AuditError, match="Nothing further is sent"):
            log.append("send")
    assert log.head == head
    log.close()
    with AuditLog.open(path) as again:
        again.append("send")
    assert verify(path).lines == 2


def test_a_closed_log_refuses(tmp_path: Path) -> None:
    log = AuditLog.open(tmp_path / "audit.jsonl")
    log.close()
    with pytest.raises(AuditError):
        log.append("send")


def test_who_is_never_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "somebody")
    assert who() == "somebody"
    monkeypatch.delenv("SUDO_USER")
    assert who()

    def nobody() -> str:
        raise KeyError("uid")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert who() == f"uid {os.getuid()}"
