"""Icons that have the hash of a maker's icon without being its picture.

Scanners know favicons by the MurmurHash3 (x86, 32 bits, seed 0) of their base64 text with a line feed after every
76 characters and at the end (the form that Shodan made customary). That hash is no secret function: each step can be
undone, so four characters of the text can be solved for. The estate carries published hashes, not anybody's artwork.
"""

import base64
from functools import lru_cache

_HEADER = bytes.fromhex("00000100010001010000010018000600000016000000")
"""Start of an ICO file of one picture of 1 by 1 pixel, whose data (6 bytes, at offset 22) is filler."""

_MASK = 0xFFFFFFFF
_C1, _C2, _ADD = 0xCC9E2D51, 0x1B873593, 0xE6546B64
_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")


@lru_cache(maxsize=256)
def icon_with_hash(wanted: int) -> bytes:
    """Bytes that start like an ICO file and whose Shodan-style MurmurHash3 is ``wanted`` (signed or unsigned)."""
    target = wanted & _MASK
    for nonce in range(1 << 24):
        # 22 bytes of header, 2 of filler (so that base64 groups line up), 3 of nonce, 3 that are solved for.
        front = base64.b64encode(_HEADER + b"\0\0" + nonce.to_bytes(3, "big"))
        solved = _solve(front, target)
        if solved is not None:
            return base64.b64decode(front + solved)
    raise AssertionError("one nonce in about 256 gives a solution")  # pragma: no cover


def _solve(front: bytes, target: int) -> bytes | None:
    """The four characters after ``front`` that make the hash of front + them + line feed the target, if they are
    base64 characters."""
    state = 0
    for at in range(0, len(front), 4):
        state = _mix(state, int.from_bytes(front[at : at + 4], "little"))
    after = _unfinish(target) ^ (len(front) + 5) ^ _scramble(ord("\n"))
    block = _unscramble(_rotate((after - _ADD) * pow(5, -1, 1 << 32) & _MASK, 32 - 13) ^ state)
    characters = block.to_bytes(4, "little")
    return characters if _BASE64.issuperset(characters) else None


def _rotate(value: int, by: int) -> int:
    return ((value << by) | (value >> (32 - by))) & _MASK


def _scramble(block: int) -> int:
    return _rotate(block * _C1 & _MASK, 15) * _C2 & _MASK


def _unscramble(value: int) -> int:
    return _rotate(value * pow(_C2, -1, 1 << 32) & _MASK, 32 - 15) * pow(_C1, -1, 1 << 32) & _MASK


def _mix(state: int, block: int) -> int:
    return (_rotate(state ^ _scramble(block), 13) * 5 + _ADD) & _MASK


def _unfinish(value: int) -> int:
    """The finaliser of MurmurHash3, undone: both of its shifts are by half the width or nearly so."""
    value ^= value >> 16
    value = value * pow(0xC2B2AE35, -1, 1 << 32) & _MASK
    value ^= (value >> 13) ^ (value >> 26)
    value = value * pow(0x85EBCA6B, -1, 1 << 32) & _MASK
    return value ^ (value >> 16)
