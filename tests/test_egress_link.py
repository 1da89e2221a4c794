import struct

import pytest
from egress_makers import CAMERA, CLOUD, MAC, ethernet, ip_packet, udp
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.link import IPV4, IPV6, LINKS, unsupported

BODY = ip_packet(CAMERA, CLOUD, 17, udp(1, 2))
SIX = ip_packet("2001:db8::1", "2001:db8::2", 17, udp(1, 2))
RAW_MAC = bytes.fromhex(MAC.replace(":", ""))
PPPOE = b"\x11\x00\x00\x01" + struct.pack(">H", len(BODY) + 2) + b"\x00\x21"


@pytest.mark.parametrize(
    ("link", "frame", "kind", "mac"),
    [
        (1, ethernet(BODY), IPV4, RAW_MAC),
        (1, ethernet(BODY, tags=[(0x8100, 7)]), IPV4, RAW_MAC),
        (1, ethernet(BODY, tags=[(0x88A8, 7), (0x8100, 9)]), IPV4, RAW_MAC),
        (1, ethernet(PPPOE + BODY, 0x8864), IPV4, RAW_MAC),
        (1, ethernet(PPPOE + BODY, 0x8864, tags=[(0x8100, 7)]), IPV4, RAW_MAC),
        (0, struct.pack("<I", 2) + BODY, IPV4, b""),
        (0, struct.pack(">I", 30) + SIX, IPV6, b""),
        (108, struct.pack(">I", 2) + BODY, IPV4, b""),
        (101, BODY, IPV4, b""),
        (12, SIX, IPV6, b""),
        (228, BODY, IPV4, b""),
        (113, b"\0\0\0\x01\0\x06" + RAW_MAC + b"\0\0\x08\0" + BODY, IPV4, RAW_MAC),
        (113, b"\0\0\0\x01\0\x06" + RAW_MAC + b"\0\0\x81\0\0\x07\x08\0" + BODY, IPV4, RAW_MAC),
        (276, b"\x08\0\0\0\0\0\0\x02\0\x01\0\x06" + RAW_MAC + b"\0\0" + BODY, IPV4, RAW_MAC),
    ],
)
def test_the_network_layer_is_found(link: int, frame: bytes, kind: int, mac: bytes) -> None:
    found, at, sender = LINKS[link](frame)
    assert (found, sender) == (kind, mac)
    assert frame[at:] in (BODY, SIX)


def test_what_is_not_read_is_named() -> None:
    assert "127" in unsupported(127)
    assert 127 not in LINKS


@given(st.binary(max_size=60), st.sampled_from(sorted(LINKS)))
def test_any_frame_is_survived(frame: bytes, link: int) -> None:
    _, at, _ = LINKS[link](frame)
    assert at >= 0
