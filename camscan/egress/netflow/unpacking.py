"""The ways in which nfdump packs the blocks of its files: LZO, bzip2, LZ4 and zstd.

LZ4 is as github.com/lz4/lz4 (doc/lz4_Block_format.md) has it, LZO as the kernel's Documentation/staging/lzo.rst: both
are runs of literal bytes and copies of what came before. Nothing that a block says makes more than ``limit`` bytes.
"""

import bz2
from collections.abc import Callable

import zstandard

from camscan.errors import ParseError

DAMAGED = "a block that is damaged"
LIMIT = 16 * 1024 * 1024
"""Bytes of one block, unpacked; nfdump makes them of 1 to 10 MB."""


def bzip2(data: bytes, limit: int = LIMIT) -> bytes:
    """Unpacks a bzip2 stream. Raises ParseError."""
    unpacker = bz2.BZ2Decompressor()
    try:
        out = unpacker.decompress(data, limit)
    except (OSError, ValueError):
        raise ParseError(DAMAGED) from None
    if not unpacker.eof:
        raise ParseError(DAMAGED)
    return out


def zstd(data: bytes, limit: int = LIMIT) -> bytes:
    """Unpacks a zstd frame. Raises ParseError."""
    try:
        reader = zstandard.ZstdDecompressor(max_window_size=LIMIT).stream_reader(data)
        out = reader.read(limit + 1)
    except zstandard.ZstdError:
        raise ParseError(DAMAGED) from None
    if not out or len(out) > limit:
        raise ParseError(DAMAGED)
    return out


def lz4(data: bytes, limit: int = LIMIT) -> bytes:
    """Unpacks a bare LZ4 block. Raises ParseError."""
    out, position = bytearray(), 0
    try:
        while True:
            token = data[position]
            length, position = _run(data, position + 1, token >> 4)
            position = _literals(out, data, position, length)
            if position == len(data):
                return bytes(out)
            distance = data[position] | data[position + 1] << 8
            length, position = _run(data, position + 2, token & 15)
            _copy(out, distance, length + 4, limit)
    except IndexError:
        raise ParseError(DAMAGED) from None


def _run(data: bytes, position: int, length: int) -> tuple[int, int]:
    """A length of which four bits were in the token: 15 says that bytes follow, up to one that is not 255."""
    if length < 15:
        return length, position
    while data[position] == 255:
        length, position = length + 255, position + 1
    return length + data[position], position + 1


def _literals(out: bytearray, data: bytes, position: int, length: int) -> int:
    if position + length > len(data):
        raise ParseError(DAMAGED)
    out += data[position : position + length]
    return position + length


def _copy(out: bytearray, distance: int, length: int, limit: int) -> None:
    """Repeats ``length`` bytes from ``distance`` bytes back; they may reach into what is being written."""
    start = len(out) - distance
    if distance < 1 or start < 0 or len(out) + length > limit:
        raise ParseError(DAMAGED)
    if distance >= length:
        out += out[start : start + length]
    else:
        out += (bytes(out[start:]) * (length // distance + 1))[:length]


def lzo(data: bytes, limit: int = LIMIT) -> bytes:
    """Unpacks an LZO1X block. Raises ParseError."""
    try:
        return _Lzo(data, limit).unpack()
    except IndexError:
        raise ParseError(DAMAGED) from None


class _Lzo:
    """Goes through the instructions of an LZO1X stream. ``_state`` is how many literals the last one copied (4: four
    or more), on which the meaning of small instructions depends."""

    def __init__(self, data: bytes, limit: int) -> None:
        self._data = data
        self._limit = limit
        self._out = bytearray()
        self._position = 0
        self._state = 0

    def unpack(self) -> bytes:
        first = self._data[0]
        if first > 17:
            self._position = 1
            self._take(first - 17)
            self._state = min(first - 17, 4)
        while self._step():
            pass
        if self._position != len(self._data):
            raise ParseError(DAMAGED)
        return bytes(self._out)

    def _next(self) -> int:
        byte = self._data[self._position]
        self._position += 1
        return byte

    def _take(self, length: int) -> None:
        if len(self._out) + length > self._limit:
            raise ParseError(DAMAGED)
        self._position = _literals(self._out, self._data, self._position, length)

    def _length(self, bits: int, mask: int) -> int:
        """A length; nought in its bits says that bytes follow: each 0 adds 255, up to one that is not."""
        if bits:
            return bits
        length = mask
        while not (byte := self._next()):
            length += 255
        return length + byte

    def _step(self) -> bool:
        """One instruction; False at the end of the stream."""
        code = self._next()
        if code >= 64:
            distance, length, literals = (code >> 2 & 7) + (self._next() << 3) + 1, (code >> 5) + 1, code & 3
        elif code >= 32:
            length = self._length(code & 31, 31) + 2
            tail = self._next() | self._next() << 8
            distance, literals = (tail >> 2) + 1, tail & 3
        elif code >= 16:
            length = self._length(code & 7, 7) + 2
            tail = self._next() | self._next() << 8
            distance, literals = (16_384 if not code & 8 else 32_768) + (tail >> 2), tail & 3
            if distance == 16_384:
                return False
        elif self._state == 0:
            self._take(self._length(code, 15) + 3)
            self._state = 4
            return True
        else:
            far = self._state == 4
            length, literals = 3 if far else 2, code & 3
            distance = (code >> 2) + (self._next() << 2) + (2049 if far else 1)
        _copy(self._out, distance, length, self._limit)
        self._take(literals)
        self._state = literals
        return True


UNPACKERS: dict[int, Callable[[bytes], bytes]] = {1: lzo, 2: bzip2, 3: lz4, 4: zstd}
"""By nfdump's number of the compression (nffileV2.h); 0 is none."""
