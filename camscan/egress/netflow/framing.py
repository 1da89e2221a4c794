"""Where a message ends, and whether bytes are one at all: NetFlow v5, v9 (RFC 3954, 5) and IPFIX (RFC 7011, 3)."""

from struct import Struct

V5, V9, IPFIX = 5, 9, 10

STARTS = frozenset({b"\x00\x05", b"\x00\x09", b"\x00\x0a"})
"""What each message begins with: its version."""

LARGEST = 65_535
"""Bytes of a message: its length is told in 16 bits, or it is a datagram."""

V5_HEAD, V5_RECORD, V5_RECORDS = 24, 48, 30
V9_HEAD, IPFIX_HEAD = 20, 16
_HEADS = {V5: V5_HEAD, V9: V9_HEAD, IPFIX: IPFIX_HEAD}

_EARLIEST, _LATEST = 946_684_800, 4_102_444_800
"""2000 and 2100, in seconds since 1970: what the clock of an exporter may say."""

_pair = Struct(">HH").unpack_from
_word = Struct(">I").unpack_from

NEED_MORE, NO_MESSAGE = 0, -1


def extent(data: bytes, start: int, *, final: bool) -> int:
    """Length of the message that begins at ``start`` of a stream; NEED_MORE where ``data`` ends before that is clear
    and is not ``final``; NO_MESSAGE where there is none. A final message may be longer than what is there."""
    if len(data) - start < V5_HEAD and not final:
        return NEED_MORE
    if len(data) - start < IPFIX_HEAD:
        return NO_MESSAGE
    version, count = _pair(data, start)
    if version not in _HEADS or len(data) - start < _HEADS[version] or not _plausible(data, start, version):
        return NO_MESSAGE
    if version == V9:
        return _sets(data, start, final=final)
    if version == V5:
        count = V5_HEAD + V5_RECORD * count if 1 <= count <= V5_RECORDS else 0
    return count if count >= _HEADS[version] else NO_MESSAGE


def _plausible(data: bytes, start: int, version: int) -> bool:
    at = start + (4 if version == IPFIX else 8)
    (told,) = _word(data, at)
    return bool(_EARLIEST <= told <= _LATEST)


def _sets(data: bytes, start: int, *, final: bool) -> int:
    """Length of a NetFlow v9 message, whose header does not tell it: it goes on while sets follow. Sets numbered 2 to
    255 are reserved (RFC 3954, 5.2), so that the version of a next message cannot be taken for one."""
    position = start + V9_HEAD
    while position + 4 <= len(data):
        number, length = _pair(data, position)
        if number in _HEADS:
            break
        if 1 < number < 256 or length < 4:
            return NO_MESSAGE if position == start + V9_HEAD else position - start
        position += length
        if position - start > LARGEST:
            return NO_MESSAGE
    else:
        if not final:
            return NEED_MORE
    return position - start


def is_export(data: bytes, size: int) -> bool:
    """Whether a datagram of ``size`` bytes is exactly one message. ``data`` may have been cut off by the capture."""
    if len(data) < V5_HEAD:
        return False
    length = extent(data, 0, final=True)
    if len(data) < size and data[1] == V9:
        return len(data) <= length + 4 and length <= size
    return length == size


def starts_stream(head: bytes) -> bool:
    """Whether a file that begins like this holds messages, one after another."""
    if head[:2] not in STARTS:
        return False
    length = extent(head, 0, final=True)
    if length <= 0:
        return False
    following = head[length : length + 2]
    return len(following) < 2 or following in STARTS
