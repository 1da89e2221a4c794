"""An output file is the old one or the new one."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from camscan.errors import UsageError
from camscan.exchange.files import write_atomically


def write(path: Path, text: str) -> None:
    with write_atomically(path) as stream:
        stream.write(text)


def test_a_new_file_and_its_successor(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write(path, "one\r\n")
    write(path, "twö\n")
    assert path.read_bytes() == "twö\n".encode()
    assert [one.name for one in tmp_path.iterdir()] == ["out.csv"]


def test_after_an_error_the_old_file_is_there(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write(path, "old")

    def fail() -> None:
        with write_atomically(path) as stream:
            stream.write("half of the n")
            stream.flush()
            assert path.read_text() == "old"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["out.csv"]


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written: No such file"):
        write(tmp_path / "absent" / "out.csv", "x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        write(tmp_path / "folder", "x")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="No space left"):
        write(Path("/dev/full"), "x" * 100_000)
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a FIFO")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write(pipe, "through")
    reader.join()
    assert got == ["through"]
    assert pipe.is_fifo()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_goes_on_pointing_at_the_file(tmp_path: Path) -> None:
    target, link = tmp_path / "real.csv", tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(target)
    write(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no umask")
def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path / "out.csv", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs /dev/stdout")
def test_standard_output_by_its_name() -> None:
    code = """
from pathlib import Path
from camscan.exchange.files import write_atomically
with write_atomically(Path("/dev/stdout")) as stream:
    stream.write("through")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "through"
