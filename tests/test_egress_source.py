import gzip
import io
from pathlib import Path

import pytest
import zstandard

from camscan.egress import source as module
from camscan.egress.source import BROKEN_PACKING, LONG_LINE, InputError, Source, Tally

TEXT = b"".join(b"line %d\n" % number for number in range(50_000))


def whole(content: bytes, tmp_path: Path) -> tuple[bytes, Tally]:
    path = tmp_path / "input"
    path.write_bytes(content)
    tally = Tally()
    with Source.open(path, tally) as source:
        return b"".join(source.chunks()), tally


@pytest.mark.parametrize(
    "packed",
    [
        TEXT,
        gzip.compress(TEXT),
        zstandard.compress(TEXT),
        zstandard.compress(gzip.compress(TEXT)),
        gzip.compress(TEXT[:50]) + gzip.compress(TEXT[50:]),
    ],
)
def test_packing_is_told_by_content(packed: bytes, tmp_path: Path) -> None:
    assert whole(packed, tmp_path)[0] == TEXT


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_damaged_packing_gives_what_it_can_and_says_so(pack: object, tmp_path: Path) -> None:
    packed = gzip.compress(TEXT) if pack is gzip.compress else zstandard.compress(TEXT)
    content, tally = whole(packed[: len(packed) // 2], tmp_path)
    assert TEXT.startswith(content)
    assert pack is not gzip.compress or tally.skipped == {BROKEN_PACKING: 1}
    _, tally = whole(packed[:20] + b"\xff" * 40 + packed[60:], tmp_path)
    assert tally.skipped == {BROKEN_PACKING: 1}


def test_lines_keep_their_numbers_over_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "input"
    path.write_bytes(b"a\r\n\nbb\nccc")
    for size in (1, 2, 3, 100):
        monkeypatch.setattr(module, "HEAD", size)
        monkeypatch.setattr(module, "CHUNK", size)
        with Source.open(path, Tally()) as source:
            assert list(source.lines()) == [(1, b"a"), (3, b"bb"), (4, b"ccc")]


def test_a_line_that_is_too_long_is_skipped_and_the_next_one_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "input"
    for chunk in (1_000, 70_000, 1_000_000):
        monkeypatch.setattr(module, "CHUNK", chunk)
        for tail, last in ((b"\nafter", [(3, b"after")]), (b"", [])):
            path.write_bytes(b"before\n" + b"x" * 200_000 + tail)
            tally = Tally()
            with Source.open(path, tally) as source:
                assert list(source.lines()) == [(1, b"before"), *last]
            assert tally.skipped == {LONG_LINE: 1}


def test_standard_input_is_read_and_left_open(tmp_path: Path) -> None:
    stream = io.BytesIO(gzip.compress(TEXT))
    with Source.open(tmp_path / "-", Tally(), stdin=stream) as source:
        assert b"".join(source.chunks()) == TEXT
    assert not stream.closed


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Source.open(tmp_path / "nothing", Tally())


def test_a_note_is_kept_once() -> None:
    tally = Tally()
    tally.note("Once.")
    tally.note("Once.")
    assert tally.notes == ["Once."]


def test_unpacking_a_bomb_needs_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", compresslevel=1) as out:
        for _ in range(64):
            out.write(bytes(1024 * 1024))
    with Source.open(path, Tally()) as source:
        assert max(len(chunk) for chunk in source.chunks()) <= max(module.CHUNK, module.HEAD)
