import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import ParseError
from camscan.net import _netlink

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="rtnetlink is Linux's own")


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def message(kind: int, payload: bytes, flags: int = 0) -> bytes:
    return struct.pack("=IHHII", 16 + len(payload), kind, flags, 1, 0) + payload + bytes(-len(payload) % 4)


def test_messages_are_told_apart_and_padding_is_skipped() -> None:
    buffer = message(28, b"abc") + message(3, b"\0\0\0\0", flags=2)
    assert list(_netlink.messages(buffer)) == [(28, 0, b"abc"), (3, 2, b"\0\0\0\0")]


def test_attributes_are_found_by_type_whatever_their_flags() -> None:
    data = attribute(1, b"\x0a\x01\x00\x14") + attribute(0x8000 | 18, b"nested")
    assert _netlink.attributes(data) == {1: b"\x0a\x01\x00\x14", 18: b"nested"}


def test_every_truncation_is_a_parse_error_or_a_shorter_list() -> None:
    buffer = message(28, attribute(1, b"\x0a\x01\x00\x14") + attribute(2, b"\x44\x19\xb6\x00\x00\x01"))
    for length in range(1, len(buffer)):
        with pytest.raises(ParseError):
            list(_netlink.messages(buffer[:length]))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for reader in (lambda: list(_netlink.messages(data)), lambda: _netlink.attributes(data)):
        try:
            reader()
        except ParseError:
            continue


@LINUX
def test_the_kernel_lists_its_own_loopback() -> None:
    payloads = _netlink.dump(_netlink.RTM_GETLINK, _netlink.RTM_NEWLINK, bytes(16))
    names = [_netlink.attributes(payload[16:])[3] for payload in payloads]
    assert b"lo\0" in names


@LINUX
def test_a_refusal_of_the_kernel_is_an_oserror() -> None:
    with pytest.raises(OSError, match="refused"):
        _netlink.dump(5_000, 5_001, bytes(16))
