"""Blocks by hand after the two formats' documents; test_egress_readers_nfcapd.py has nfdump's own."""

import bz2
import contextlib
import shutil
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from nfdump_makers import addresses, generic, needs_nfdump, nf_block, nf_file, nf_record, nfdump

from camscan.egress.netflow.unpacking import UNPACKERS, bzip2, lz4, lzo, zstd
from camscan.errors import ParseError


def test_bzip2_and_zstd() -> None:
    assert bzip2(bz2.compress(b"x" * 1_000)) == b"x" * 1_000
    assert zstd(zstandard.compress(b"x" * 1_000)) == b"x" * 1_000


@pytest.mark.parametrize(
    ("packed", "plain"),
    [
        (b"\x50hello", b"hello"),
        (b"\x14a\x01\x00\x50hello", b"a" * 9 + b"hello"),  # one literal, then eight copies of it
        (b"\x34abc\x03\x00\x10z", b"abc" + b"abcabcab" + b"z"),
        (b"\x1fa\x01\x00\xff\x05\x10z", b"a" * (1 + 19 + 255 + 5) + b"z"),
        (b"\xf0\x05" + b"x" * 20, b"x" * 20),
    ],
)
def test_lz4(packed: bytes, plain: bytes) -> None:
    assert lz4(packed) == plain


END = b"\x11\x00\x00"


@pytest.mark.parametrize(
    ("packed", "plain"),
    [
        (bytes([17 + 5]) + b"hello" + END, b"hello"),
        (b"\x02hello" + END, b"hello"),  # 5 literals: 2 + 3
        (bytes([17 + 4]) + b"abcd" + b"\x6c\x00" + END, b"abcd" + b"abcd"),  # 4 from 4 back: (3 << 5) | (3 << 2)
        (bytes([17 + 4]) + b"abcd" + b"\x6d\x00z" + END, b"abcdabcdz"),  # and one literal after it
        (bytes([17 + 4]) + b"abcd" + b"\x28\x0c\x00" + END, b"abcd" + b"abcdabcdab"),  # 10 from 4 back
        (bytes([17 + 4]) + b"abcd" + b"\x20\x01\x0c\x00" + END, b"abcd" * 9 + b"ab"),  # 31 + 1 + 2 from 4 back
        (bytes([17 + 4]) + b"abcd" + b"\x6d\x00z" + b"\x0c\x00" + END, b"abcdabcdzbc"),  # 2 from 4 back
    ],
)
def test_lzo(packed: bytes, plain: bytes) -> None:
    assert lzo(packed) == plain


@pytest.mark.parametrize("unpack", list(UNPACKERS.values()))
def test_what_is_damaged_is_refused(unpack: object) -> None:
    assert callable(unpack)
    for data in (b"", b"junk", b"\xff" * 40, b"\x14a\x02\x00\x00", b"\x14a\x00\x00\x00"):
        with pytest.raises(ParseError):
            unpack(data)


def test_a_bomb_is_refused() -> None:
    for unpack, packed in (
        (bzip2, bz2.compress(bytes(10_000))),
        (zstd, zstandard.compress(bytes(10_000))),
        (lz4, b"\x1fa\x01\x00" + b"\xff" * 200 + b"\x05\x10z"),
        (lzo, bytes([17 + 4]) + b"abcd" + b"\x20" + bytes(100) + b"\x01\x0c\x00" + END),
    ):
        with pytest.raises(ParseError):
            unpack(packed, 1_000)


@given(st.binary(max_size=200), st.sampled_from(list(UNPACKERS)))
def test_any_bytes_are_unpacked_or_refused(data: bytes, packing: int) -> None:
    with contextlib.suppress(ParseError):
        UNPACKERS[packing](data)


@needs_nfdump
def test_what_nfdump_packs_is_unpacked(tmp_path: Path) -> None:
    """Blocks of a megabyte, in which matches are near and far, short and long."""
    records = b"".join(
        nf_record(generic(ports=(number * 7919 % 65_536, number % 9), octets=number * number), addresses())
        for number in range(12_000)
    )
    plain = tmp_path / "plain"
    plain.write_bytes(nf_file([nf_block(records[at : at + 76_000]) for at in range(0, len(records), 76_000)]))
    contents = set()
    for number in (0, 1, 2, 3):
        path = tmp_path / str(number)
        shutil.copy(plain, path)
        nfdump(path, "-J", str(number))
        contents.add(_content(path.read_bytes()))
    assert contents == {records}


def _content(data: bytes) -> bytes:
    """All data blocks of a file, unpacked."""
    packing, position, out = data[16], 40, b""
    while position + 12 <= len(data):
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        kind, flags = data[position + 8], data[position + 10]
        block = data[position + 12 : position + 12 + size]
        block = block if flags & 1 or not packing else UNPACKERS[packing](block)
        if kind == 3 and block[:2] == b"\x0b\x00":  # others hold the collector's own figures
            out += block
        position += 12 + size
    return out
