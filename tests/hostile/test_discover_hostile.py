"""Discovery parsers against bytes that no honest device sends: evidence or ParseError, never anything else."""

from collections.abc import Callable

import pytest
from answers import Answer, answers, wire
from hypothesis import given
from hypothesis import strategies as st

from camscan.discover import description, dhip, mdns, sadp, ssdp, wsdiscovery
from camscan.discover.gather import PER_FIELD
from camscan.errors import ParseError
from camscan.evidence import FIELDS, VALUE_LIMIT, Evidence

Parser = Callable[[bytes], tuple[Evidence, ...]]

PARSERS: dict[str, Parser] = {
    "sadp": sadp.parse,
    "dhip": dhip.parse,
    "ws-discovery": wsdiscovery.parse,
    "mdns": mdns.parse,
    "ssdp": ssdp.parse,
    "ssdp-description": description.parse,
}
ROWS = [row for row in answers() if row["protocol"] in PARSERS]
EVERY_ROW = pytest.mark.parametrize(
    "row", ROWS, ids=[f"{row['protocol']}-{row['model']}-{at}" for at, row in enumerate(ROWS)]
)
EVERY_PARSER = pytest.mark.parametrize("parse", PARSERS.values(), ids=PARSERS.keys())


def judge(parse: Parser, raw: bytes) -> tuple[Evidence, ...]:
    """Evidence within its bounds, or none where ParseError was raised. Any other exception fails the test."""
    try:
        found = parse(raw)
    except ParseError:
        return ()
    assert isinstance(found, tuple)
    assert found
    assert all(item.name in FIELDS and len(item.value) <= VALUE_LIMIT for item in found)
    assert all(sum(other.name == item.name for other in found) <= PER_FIELD for item in found)
    for item in found:
        item.value.encode("utf-8")
    return found


@EVERY_ROW
def test_cut_at_every_byte(row: Answer) -> None:
    raw = wire(row)
    parse = PARSERS[row["protocol"]]
    for length in range(len(raw)):
        judge(parse, raw[:length])


@EVERY_ROW
def test_a_cut_document_is_never_half_an_answer(row: Answer) -> None:
    raw = wire(row).rstrip()
    if not raw.endswith((b">", b"}")):
        return
    for length in range(len(raw)):
        assert judge(PARSERS[row["protocol"]], raw[:length]) == ()


@EVERY_ROW
def test_every_parser_on_every_answer(row: Answer) -> None:
    for protocol, parse in PARSERS.items():
        if judge(parse, wire(row)):
            assert protocol == row["protocol"], "an answer of one protocol must not pass for another's"


@EVERY_ROW
@given(data=st.data())
def test_changed_bytes(row: Answer, data: st.DataObject) -> None:
    raw = bytearray(wire(row))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    judge(PARSERS[row["protocol"]], bytes(raw))


@EVERY_PARSER
@given(raw=st.binary(max_size=2048))
def test_random_bytes(parse: Parser, raw: bytes) -> None:
    judge(parse, raw)


@EVERY_PARSER
@given(raw=st.binary(max_size=512))
def test_random_bytes_after_a_plausible_start(parse: Parser, raw: bytes) -> None:
    for start in (
        b"<",
        b"<ProbeMatch>",
        b"\x20\x00\x00\x00DHIP" + bytes(24),
        b'{"method":"client.notifyDevInfo","params":{"deviceInfo":{"',
        b"HTTP/1.1 200 OK\r\nST:",
        b"\x00\x00\x84\x00\x00\x00\x00\x04\x00\x00\x00\x00",
    ):
        judge(parse, start + raw)


@EVERY_PARSER
@pytest.mark.parametrize(
    "raw",
    [
        bytes(range(256)) * 80,
        b"\x00" * 20_000,
        b"\xff" * 20_000,
        b"<" * 20_000,
        b"&" * 20_000,
        b"{" * 20_000,
        b"[" * 20_000,
        b'{"' * 20_000,
        b'{"a":' * 20_000,
        b'{"method":"client.notifyDevInfo","params":{"deviceInfo":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}}",
        b"<a>" * 20_000,
        b"<ProbeMatch>" + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</ProbeMatch>",
        b"<Envelope><Body>" + b"<ProbeMatch>" * 5_000 + b"</ProbeMatch>" * 5_000 + b"</Body></Envelope>",
        b"<Envelope><Body><ProbeMatch><Scopes>"
        + b"onvif://www.onvif.org/a " * 10_000
        + b"</Scopes></ProbeMatch></Body>",
        b"<ProbeMatch>" + b"<DeviceSN>a</DeviceSN>" * 20_000 + b"</ProbeMatch>",
        b"<root><device>" + b"<modelName>a</modelName>" * 20_000 + b"</device></root>",
        b'<?xml version="1.0" encoding="utf-7"?>+ADw-ProbeMatch+AD4-',
        '<?xml version="1.0" encoding="utf-16"?><ProbeMatch/>'.encode("utf-16"),
        b"<!DOCTYPE a [" + b'<!ENTITY a "aaaaaaaaaa">' + b'<!ENTITY b "&a;&a;&a;&a;">' * 99 + b"]><a>&b;</a>",
        b"\r\n" * 20_000,
        b"HTTP/1.1 200 OK\r\n" + b"A" * 60_000,
        b"HTTP/1.1 200 OK\r\n" + b"ST: a\r\n" * 10_000,
        b"\x00\x00\x84\x00" + b"\xff" * 8 + b"\xc0\x0c" * 4_000,
        b"\x00\x00\x84\x00\xff\xff\xff\xff\xff\xff\xff\xff" + b"\x01a\x00\x00\x0c\x00\x01" * 1_000,
    ],
    ids=range(24),
)
def test_large_and_deep(parse: Parser, raw: bytes) -> None:
    judge(parse, raw)
