import subprocess
import sys
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import ParseError
from camscan.net.frames import ArpAnswer, arp_request, parse_arp, template

OUR_MAC, OUR_IP, TARGET = "02:00:00:00:00:01", IPv4Address("10.1.0.9"), IPv4Address("10.1.0.20")
# Written out by hand after RFC 826: broadcast, from us, EtherType ARP; Ethernet, IPv4, 6, 4, request.
REQUEST = bytes.fromhex(
    "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a010009 000000000000 0a010014"
)
REPLY = bytes.fromhex("020000000001 4419b6000001 0806 0001 0800 06 04 0002 4419b6000001 0a010014 020000000001 0a010009")


def changed(at: int, to: bytes) -> bytes:
    return REPLY[:at] + to + REPLY[at + len(to) :]


def test_a_request_is_what_the_standard_says() -> None:
    assert arp_request(OUR_MAC, OUR_IP, TARGET) == REQUEST


@given(st.integers(0, 2**32 - 1))
def test_a_patched_template_is_the_request_that_would_have_been_built(number: int) -> None:
    target = IPv4Address(number)
    assert template(OUR_MAC, OUR_IP).asking(target) == arp_request(OUR_MAC, OUR_IP, target)


def test_a_reply_names_its_station() -> None:
    assert parse_arp(REPLY) == ArpAnswer(TARGET, "44:19:b6:00:00:01")
    assert parse_arp(REPLY + bytes(18)) == ArpAnswer(TARGET, "44:19:b6:00:00:01")


@pytest.mark.parametrize(
    "frame",
    [
        REQUEST,
        changed(12, b"\x08\x00"),
        changed(14, b"\x00\x06"),
        changed(16, b"\x86\xdd"),
        changed(18, b"\x08"),
        changed(19, b"\x10"),
        changed(20, b"\x00\x04"),
        changed(22, bytes(6)),
        changed(22, b"\xff" * 6),
        changed(22, b"\x01\x00\x5e\x00\x00\x16"),
        changed(28, bytes(4)),
        changed(28, b"\xff" * 4),
        changed(28, bytes([224, 0, 0, 251])),
        changed(28, bytes([127, 0, 0, 1])),
        b"",
    ],
)
def test_anything_but_the_reply_of_one_station_is_refused(frame: bytes) -> None:
    with pytest.raises(ParseError):
        parse_arp(frame)


def test_a_reply_cut_anywhere_is_refused_unless_only_our_own_address_is_missing() -> None:
    for length in range(len(REPLY)):
        try:
            answer = parse_arp(REPLY[:length])
        except ParseError:
            continue
        assert answer == ArpAnswer(TARGET, "44:19:b6:00:00:01")


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_an_answer_or_a_parse_error(data: bytes, arp: bool) -> None:
    frame = REPLY[:14] + data if arp else data
    try:
        parse_arp(frame)
    except ParseError:
        return
    assert arp or frame[12:14] == b"\x08\x06"


def test_scapy_is_loaded_only_when_a_frame_is_needed_and_stays_silent() -> None:
    code = (
        "import sys, camscan.net.frames as frames\n"
        "assert 'scapy' not in sys.modules\n"
        "try: frames.parse_arp(bytes(12) + bytes([8, 6, 0]))\n"
        "except frames.ParseError: pass\n"
        "import logging; logging.getLogger('scapy.runtime').error('hostile')\n"
        "assert 'scapy.layers.l2' in sys.modules and 'scapy.layers.inet' not in sys.modules\n"
    )
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
