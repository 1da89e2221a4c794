import struct

from certificates import certificate
from hypothesis import given
from hypothesis import strategies as st

from camscan.listen.flight import LIMIT, Flight, begins, read


def shake(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def records(content: bytes, size: int = 16_384) -> bytes:
    parts = (content[at : at + size] for at in range(0, len(content), size))
    return b"".join(b"\x16\x03\x03" + struct.pack(">H", len(part)) + part for part in parts)


def hello(version: bytes = b"\x03\x03", selected: bytes = b"") -> bytes:
    extensions = struct.pack(">HH", 0xFF01, 1) + b"\0"
    if selected:
        extensions += struct.pack(">HH", 43, 2) + selected
    return shake(2, version + bytes(32) + b"\4abcd" + b"\x13\x01\0" + struct.pack(">H", len(extensions)) + extensions)


def chain(*certificates: bytes) -> bytes:
    listed = b"".join(len(one).to_bytes(3, "big") + one for one in certificates)
    return shake(11, len(listed).to_bytes(3, "big") + listed)


OWN, ISSUER = certificate("CN=192.168.1.108;O=DAHUA"), certificate("CN=Product Root CA")
FLIGHT = records(hello() + chain(OWN, ISSUER) + shake(14, b""))


def test_the_certificates_of_a_server() -> None:
    assert begins(FLIGHT)
    assert read(FLIGHT) == Flight(over=True, version="TLSv1.2", chain=(OWN, ISSUER))


def test_messages_may_be_spread_over_records() -> None:
    assert read(records(hello() + chain(OWN), 100)).chain == (OWN,)


def test_each_version_has_its_name() -> None:
    names = {read(records(hello(bytes([3, minor])) + chain(OWN))).version for minor in range(4)}
    assert names == {"SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"}


def test_tls_1_3_hides_them() -> None:
    assert read(records(hello(selected=b"\x03\x04"))) == Flight(over=True, hidden=True)
    assert not read(records(hello(selected=b"\x03\x03"))).hidden


def test_a_session_that_is_taken_up_again_has_none() -> None:
    found = read(records(hello()) + b"\x14\x03\x03\x00\x01\x01")
    assert (found.over, found.chain) == (True, ())


def test_it_may_be_cut_anywhere() -> None:
    assert not any(read(FLIGHT[:end]).chain for end in range(len(records(hello() + chain(OWN, ISSUER))) - 4))
    assert not read(FLIGHT[:100]).over


def test_a_flight_without_end_is_over() -> None:
    assert read(records(shake(2, bytes(60_000)))[:LIMIT]).over


def test_lengths_that_lie_are_survived() -> None:
    for place in range(len(FLIGHT[:400])):
        for value in (0, 0x7F, 0xFF):
            read(FLIGHT[:place] + bytes([value]) + FLIGHT[place + 1 :])


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(data: bytes) -> None:
    begins(data)
    read(data)
    read(records(data))
