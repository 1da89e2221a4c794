"""Captures of every form, read in the order of time."""

import gzip
import io
from pathlib import Path

import pytest
import zstandard
from egress_makers import START, csv_log, pcap, pcapng, row
from listen_makers import CAMERA, MAC, Heard, arp, hello

from camscan.egress.inputs import EMPTY, NOTHING
from camscan.egress.readers.pcap import CUT_OFF, LYING
from camscan.egress.report import Input
from camscan.listen.captures import NO_CAPTURE, read_captures

FRAMES = [arp(CAMERA), hello()]


def read(*paths: Path | str, stdin: bytes = b"") -> tuple[Heard, tuple[Input, ...]]:
    found = Heard()
    return found, read_captures(paths, found.listening, io.BytesIO(stdin))


def write(folder: Path, content: bytes, name: str = "capture") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("made", [pcap, pcapng])
@pytest.mark.parametrize("packing", [bytes, gzip.compress, zstandard.ZstdCompressor().compress])
def test_both_forms_plain_and_packed(made: object, packing: object, tmp_path: Path) -> None:
    content = packing(made(FRAMES))  # type: ignore[operator]  # pytest gives the functions above
    found, (told,) = read(write(tmp_path, content))
    assert (told.format, told.records, told.skipped, told.error) == (made.__name__, 2, (), None)  # type: ignore[attr-defined]  # likewise
    assert found.values("sadp.model") == ["DS-2CD2385G1-I"]


def test_standard_input() -> None:
    found, (told,) = read("-", stdin=pcap(FRAMES))
    assert (told.file, told.records) == ("standard input", 2)
    assert found.of(CAMERA)[-1].detail == "packet 2 of standard input"


def test_a_folder_and_the_order_of_time(tmp_path: Path) -> None:
    """What is asked in one file may be answered in the next, and an address handed on in between."""
    later = bytearray(pcap([arp(CAMERA, "3c:ef:8c:00:00:02")]))
    later[24:28] = (int(START) + 3600).to_bytes(4, "little")
    write(tmp_path, bytes(later), "a.pcap")
    write(tmp_path, pcap(FRAMES), "b.pcap")
    write(tmp_path, b"", ".hidden")
    found, told = read(tmp_path)
    assert [Path(one.file).name for one in told] == ["a.pcap", "b.pcap"]
    assert set(found.over()) == {(CAMERA, 0), (CAMERA, 1)}
    assert {mac for one in found.of(CAMERA, 0) for mac in one.values("arp.mac")} == {MAC}


def test_what_is_no_capture_is_an_error(tmp_path: Path) -> None:
    contents = (b"", b"hello", csv_log(row()), pcap([]), pcap(FRAMES, 127), pcap(FRAMES)[:20])
    paths = [write(tmp_path, content, str(number)) for number, content in enumerate(contents)]
    _, told = read(*paths, tmp_path / "missing")
    errors = [one.error or "" for one in told]
    assert errors[:2] == [EMPTY, NO_CAPTURE]
    assert errors[2].endswith("(this is csv, for `camscan egress check`)")
    assert errors[3] == NOTHING
    assert "link type 127 is not read" in errors[4]
    assert "ends within the header" in errors[5]
    assert "cannot be read" in errors[6]


def test_the_rest_of_a_damaged_capture_is_used(tmp_path: Path) -> None:
    cut = write(tmp_path, pcap([*FRAMES, hello()])[:-10], "cut")
    lying = write(tmp_path, pcap(FRAMES) + b"\xff" * 16 + bytes(500), "lying")
    found, told = read(cut, lying)
    assert [(one.records, dict(one.skipped)) for one in told] == [(2, {CUT_OFF: 1}), (2, {LYING: 1})]
    assert found.values("sadp.model") == ["DS-2CD2385G1-I"]


def test_it_may_be_cut_anywhere(tmp_path: Path) -> None:
    content = pcap(FRAMES)
    for end in range(0, len(content), 7):
        found, (told,) = read(write(tmp_path, content[:end]))
        assert told.error or told.records
        found.over()
