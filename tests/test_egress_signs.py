import pytest
from egress_makers import client_hello
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress import signs
from camscan.egress.flow import Mark

COOKIE = b"\x21\x12\xa4\x42"


@pytest.mark.parametrize(
    ("payload", "port", "mark"),
    [
        (b"DHGET /probe/p2psrv HTTP/1.1\r\n", 8800, Mark.DHGET),
        (b"DHPOST /device/1/p2p-channel HTTP/1.1\r\n", 8800, Mark.DHGET),
        (b"PTCP" + bytes(20), 40_000, Mark.PTCP),
        (b"PTCP", 40_000, None),
        (b"\x00\x01\x00\x00" + COOKIE + bytes(12), 3478, Mark.STUN),
        (b"\x00\x01\x00\x08" + COOKIE + bytes(12), 3478, None),
        (b"\xff\xfe\xff\xff" + bytes(byte ^ 0xFF for byte in COOKIE) + bytes(12), 40_000, Mark.STUN_INVERTED),
        (b"\xf1\x00\x00\x00", 32_100, Mark.PPPP),
        (b"\xf1\x00\x00\x09", 32_100, None),
        (b"M-SEARCH * HTTP/1.1\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n", 1900, Mark.IGD_SEARCH),
        (b"M-SEARCH * HTTP/1.1\r\nST: ssdp:all\r\n", 1900, None),
        (bytes([0, 2]) + bytes(10), 5351, Mark.PORT_MAPPING),
        (bytes([2, 1]) + bytes(58), 5351, Mark.PORT_MAPPING),
        (bytes([0, 0]), 5351, None),
        (bytes([0, 2]) + bytes(10), 5000, None),
        (b"", 8800, None),
    ],
)
def test_datagrams_show_their_protocol(payload: bytes, port: int, mark: Mark | None) -> None:
    assert signs.of_datagram(payload, port) is mark


def test_a_request_to_open_a_port_is_seen() -> None:
    action = b'SOAPAction: "urn:schemas-upnp-org:service:WANIPConnection:1#AddPortMapping"\r\n'
    assert signs.of_stream(b"POST /ctl HTTP/1.1\r\n" + action) is Mark.PORT_MAPPING
    assert signs.of_stream(b"POST /ctl HTTP/1.1\r\n") is None


def test_the_server_name_of_a_client_hello() -> None:
    assert signs.server_name(client_hello("Dev.Hik-Connect.com")) == "dev.hik-connect.com"
    assert signs.server_name(client_hello("user:secret@host.example.com")) == ""
    assert signs.server_name(b"GET / HTTP/1.1") == ""


def test_every_truncation_of_a_client_hello_is_survived() -> None:
    whole = client_hello("dev.hik-connect.com")
    names = {signs.server_name(whole[:end]) for end in range(len(whole))}
    assert "dev.hik-connect.com" not in names


@given(st.binary(max_size=200), st.integers(0, 65535))
def test_any_bytes_are_survived(data: bytes, port: int) -> None:
    signs.of_datagram(data, port)
    signs.of_stream(data)
    assert signs.server_name(b"\x16\x03\x01\x02\x00\x01" + data).isascii()
