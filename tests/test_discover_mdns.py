import subprocess
import sys

import pytest
from answers import answers, dns_message, dns_name, dns_record, wire

from camscan.discover import mdns
from camscan.errors import ParseError
from camscan.evidence import Evidence

PTR, TXT, SRV, ADDRESS = 12, 16, 33, 1


def values(evidence: tuple[Evidence, ...], name: str) -> list[str]:
    return [item.value for item in evidence if item.name == name]


def strings(*texts: bytes) -> bytes:
    return b"".join(bytes([len(text)]) + text for text in texts)


def test_the_real_answer() -> None:
    (row,) = answers("mdns")
    assert mdns.parse(wire(row)) == (
        Evidence("mdns.service", "_axis-video._tcp"),
        Evidence("mdns.instance", "AXIS P3265-V - B8A44F631339"),
        Evidence("mdns.host", "axis-b8a44f631339.local"),
        Evidence("mdns.txt", "macaddress=B8A44F631339"),
        Evidence("mdns.mac", "b8:a4:4f:63:13:39"),
    )


def test_one_query_asks_for_every_service_by_unicast() -> None:
    (query,) = mdns.requests(0)
    assert query[:4] == bytes(4)
    assert query[4:6] == len(mdns.SERVICES).to_bytes(2)
    assert query.count(b"\x00\x0c\x80\x01") == len(mdns.SERVICES), "type PTR, class IN with the QU bit"
    assert len(query) < 512
    assert mdns.requests(1) == (query,)


def test_our_own_query_is_no_answer() -> None:
    with pytest.raises(ParseError):
        mdns.parse(mdns.requests(0)[0])


def test_a_list_of_services() -> None:
    listing = dns_name("_services", "_dns-sd", "_udp", "local")
    raw = dns_message(
        dns_record(listing, PTR, dns_name("_psia", "_tcp", "local")),
        dns_record(listing, PTR, dns_name("_CGI", "_tcp", "local")),
    )
    assert values(mdns.parse(raw), "mdns.service") == ["_psia._tcp", "_CGI._tcp"]
    assert values(mdns.parse(raw), "mdns.instance") == []


def test_an_instance_with_dots_and_accents() -> None:
    raw = dns_message(
        dns_record(
            dns_name("_http", "_tcp", "local"),
            PTR,
            dns_name("Caméra 2.1 (Hall)", "_http", "_tcp", "local"),
        )
    )
    assert values(mdns.parse(raw), "mdns.instance") == ["Caméra 2.1 (Hall)"]


def test_text_records_of_all_sorts() -> None:
    name = dns_name("x", "_http", "_tcp", "local")
    raw = dns_message(dns_record(name, TXT, strings(b"", b"flag", b"MAC=44-19-B6-00-00-01", b"a=b=c", b"\xff\xfe")))
    found = mdns.parse(raw)
    assert values(found, "mdns.txt")[:3] == ["flag", "MAC=44-19-B6-00-00-01", "a=b=c"]
    assert values(found, "mdns.mac") == ["44:19:b6:00:00:01"]


def test_a_text_string_that_claims_too_much() -> None:
    name = dns_name("x", "_http", "_tcp", "local")
    assert values(mdns.parse(dns_message(dns_record(name, TXT, b"\xffabc"))), "mdns.txt") == ["abc"]


def test_a_flood_of_records_is_bounded() -> None:
    name = dns_name("_http", "_tcp", "local")
    raw = dns_message(*(dns_record(name, PTR, dns_name(f"n{at}")[:-1] + name) for at in range(200)))
    assert len(mdns.parse(raw)) <= 65


def test_addresses_alone_announce_nothing() -> None:
    with pytest.raises(ParseError):
        mdns.parse(dns_message(dns_record(dns_name("camera", "local"), ADDRESS, bytes(4))))


HEAD = b"\x00\x00\x84\x00\x00\x00\xff\xff\x00\x00\x00\x00"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 11,
        b"\x00\x00\x84\x00" + bytes(8),
        HEAD + b"\xc0\x0c\x00\x0c\x00\x01" + bytes(6),
        HEAD + b"\xc0\x0e\xc0\x0c" * 2000,
        HEAD + b"".join((0xC000 | at).to_bytes(2) for at in range(14, 8000, 2)),
        HEAD + b"\x3f" * 8000,
        HEAD + b"\x00" * 60_000,
    ],
    ids=["empty", "short", "no records", "loop", "two loops", "chain", "long labels", "too long"],
)
def test_hostile_packets(raw: bytes) -> None:
    with pytest.raises(ParseError):
        mdns.parse(raw)


def test_the_codec_is_loaded_only_when_used() -> None:
    code = "import sys, camscan.discover; sys.exit('zeroconf' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
