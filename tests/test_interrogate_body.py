import gzip
import tracemalloc
import zlib

import pytest

from camscan.interrogate.body import INFLATED_LIMIT, fold, inflate, text, unchunk


@pytest.mark.parametrize(
    ("raw", "content", "ended"),
    [
        (b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde", True),
        (b"3;ext=1\r\nabc\r\n0\r\nTrailer: x\r\n\r\n", b"abc", True),
        (b"3\nabc\n0\n\n", b"abc", True),
        (b"00000003\r\nabc\r\n 0 \r\n", b"abc", True),
        (b"3\r\nabc\r\n", b"abc", False),
        (b"5\r\nabc", b"abc", False),
        (b"3\r\nabc\r\nzz\r\nde", b"abc", False),
        (b"<html>", b"<html>", False),
        (b"", b"", False),
        (b"ffffffffff\r\nabc", b"ffffffffff\r\nabc", False),
        (b"-3\r\nabc\r\n", b"-3\r\nabc\r\n", False),
    ],
)
def test_chunks(raw: bytes, content: bytes, *, ended: bool) -> None:
    assert unchunk(raw) == (content, ended)


def _bare_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(b"page"), "gzip"),
        (gzip.compress(b"page"), " X-GZIP "),
        (zlib.compress(b"page"), "deflate"),
        (_bare_deflate(b"page"), "Deflate"),
        (gzip.compress(b"page")[:-4], "gzip"),
    ],
    ids=["gzip", "x-gzip", "deflate", "bare deflate", "cut"],
)
def test_compression_is_undone(packed: bytes, encoding: str) -> None:
    assert inflate(packed, encoding) == b"page"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip", ""])
def test_what_is_not_compressed_stays(encoding: str) -> None:
    assert inflate(b"<html>", encoding) == b"<html>"


def test_a_bomb_stays_small() -> None:
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1 << 20)
    bomb = b"".join(packer.compress(zeros) for _ in range(400)) + packer.flush()
    tracemalloc.start()
    try:
        content = inflate(bomb, "gzip")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(content) == INFLATED_LIMIT
    assert peak < 2 * 1024 * 1024


def test_text_leaves_out_a_character_that_was_cut() -> None:
    assert text("浙江".encode()[:-1]) == "浙"
    assert text("浙江".encode("gb18030")) == "浙江"
    assert text(b"\xff") == "ÿ"


def test_fold() -> None:
    assert fold(" a\r\n\tb\u00a0 c ") == "a b c"
