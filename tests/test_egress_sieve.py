import pytest
from egress_makers import CAMERA, RECORDER, ethernet, ip_packet, udp

from camscan.egress import sieve
from camscan.egress.sieve import Sieve, key_of

BODY = ip_packet(CAMERA, RECORDER, 17, udp(1, 2, b"x" * 40))


def test_tags_do_not_change_what_identifies_a_stream() -> None:
    plain = key_of(ethernet(BODY), 0)
    assert len(plain) == 12
    assert key_of(ethernet(BODY, tags=[(0x8100, 7)]), 0) == plain
    assert key_of(ethernet(BODY, tags=[(0x88A8, 7), (0x8100, 9)]), 0) == plain


def test_ipv6_is_identified_too_and_the_rest_is_not() -> None:
    six = ip_packet("fd00::1", "fd00::2", 17, udp(1, 2, b"x" * 40))
    assert len(key_of(ethernet(six, 0x86DD), 0)) == 36
    assert key_of(ethernet(bytes(40), 0x0806), 0) == b""
    assert key_of(ethernet(b"\x46" + BODY[1:]), 0) == b""  # with options: looked at every time
    assert key_of(b"", 0) == b""


def test_keys_are_bounded_and_short_ones_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sieve, "KEYS", 3)
    one = Sieve()
    one.add(b"")
    one.add(b"short")
    assert not one.dull
    for number in range(10):
        one.add(bytes([number]) * 12)
    assert len(one.dull) <= 3
