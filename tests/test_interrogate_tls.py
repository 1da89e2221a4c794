import hashlib
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from answers import Answer, answers, label
from certificates import SERIAL, certificate, changed
from cryptography import x509

from camscan.errors import ParseError
from camscan.interrogate import tls

DAHUA = "CN=NVR;C=CN;ST=Zhejiang;L=Hangzhou;O=ZheJiang Dahua Technology CO.,LTD.;OU=NVR"


def read(*chain: bytes, version: str = "TLSv1.2") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in tls.parse(tls.pack(chain, version)):
        found.setdefault(item.name, []).append(item.value)
    return found


def _reversed(shown: str) -> str:
    """Certificate order of a name that was printed the RFC 4514 way round."""
    return ";".join(reversed(shown.split(",")))


@pytest.mark.parametrize("row", [row for row in answers("tls-subject") if "subject:" not in row["raw"]], ids=label)
def test_real_subjects(row: Answer) -> None:
    subject, _, issuer = row["raw"].partition(" ; issuer ")
    found = read(certificate(_reversed(subject), _reversed(issuer) if issuer else None))
    assert found["tls.subject"] == [subject]
    assert found["tls.issuer"] == [issuer or subject]


def test_a_recorder_whose_issuer_names_the_maker() -> None:
    found = read(certificate("CN=192.168.20.92;C=CN", DAHUA))
    assert found["tls.subject"] == ["C=CN,CN=192.168.20.92"]
    assert found["tls.issuer"] == ["OU=NVR,O=ZheJiang Dahua Technology CO.\\,LTD.,L=Hangzhou,ST=Zhejiang,C=CN,CN=NVR"]
    assert found["tls.not_before"] == ["2024-08-05T00:00:00Z"]
    assert found["tls.not_after"] == ["2054-07-30T00:00:00Z"]
    assert found["tls.version"] == ["TLSv1.2"]


def test_fingerprint_chain_and_alternative_names() -> None:
    leaf = certificate(
        "CN=leaf", "CN=middle", san=(x509.DNSName("axis.local"), x509.IPAddress(ip_address("192.0.2.1")))
    )
    found = read(leaf, certificate("CN=middle", "CN=root"), certificate("CN=root"))
    assert found["tls.sha256"] == [hashlib.sha256(leaf).hexdigest()]
    assert found["tls.san"] == ["DNS:axis.local", "IP:192.0.2.1"]
    assert found["tls.chain"] == ["CN=middle", "CN=root"]


def test_other_kinds_of_alternative_names() -> None:
    san = (x509.UniformResourceIdentifier("https://x.example/"), x509.RFC822Name("a@x.example"))
    assert read(certificate("CN=x", san=san))["tls.san"] == ["URI:https://x.example/"]


SERIAL_BYTES = SERIAL.to_bytes(8, "big")
BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "negative serial": lambda der: changed(der, SERIAL_BYTES, b"\xf2" + SERIAL_BYTES[1:]),
    "version 9": lambda der: changed(der, b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x09"),
    "impossible date": lambda der: changed(der, b"240805000000Z", b"249905000000Z"),
    "bytes after the end": lambda der: der + bytes(20),
    "cut signature": lambda der: der[:-5],
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_certificate_still_names_its_maker(how: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = read(BROKEN[how](certificate("CN=192.168.20.92;C=CN", DAHUA)))
    assert found["tls.subject"] == ["C=CN,CN=192.168.20.92"]
    assert "O=ZheJiang Dahua Technology CO.\\,LTD." in found["tls.issuer"][0]
    assert found["tls.not_after"] == ["2054-07-30T00:00:00Z"]
    assert ("tls.not_before" in found) == (how != "impossible date")


def test_the_year_1970() -> None:
    found = read(certificate("CN=x", start=datetime(1970, 1, 1, tzinfo=UTC)))
    assert found["tls.not_before"] == ["1970-01-01T00:00:00Z"]


def test_a_name_in_gb18030() -> None:
    der = changed(certificate("O=ZheJiang;CN=x"), b"ZheJiang", "浙江".encode("gb18030") + b"Dahu")
    assert read(der)["tls.subject"] == ["CN=x,O=浙江Dahu"]


def test_of_a_hopeless_certificate_the_fingerprint_remains() -> None:
    assert read(b"\x30\x03abc") == {
        "tls.version": ["TLSv1.2"],
        "tls.sha256": [hashlib.sha256(b"\x30\x03abc").hexdigest()],
    }


def test_a_broken_further_certificate_is_passed_over() -> None:
    found = read(certificate("CN=leaf"), b"garbage", b"\x30" * (tls.CERTIFICATE_LIMIT + 1), certificate("CN=root"))
    assert found["tls.chain"] == ["CN=root"]


def test_no_certificate_at_all() -> None:
    assert read(version="TLSv1.3") == {"tls.version": ["TLSv1.3"]}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\x00",
        tls.pack((b"",), "TLSv1"),
        tls.pack((b"<html>",), "TLSv1"),
        tls.pack((b"\x30" * (tls.CERTIFICATE_LIMIT + 1),), "TLSv1"),
        tls.pack((certificate("CN=x"),), "TLSv1")[:-1],
    ],
    ids=["nothing", "cut length", "empty", "a page", "too long", "cut"],
)
def test_what_is_refused(raw: bytes) -> None:
    with pytest.raises(ParseError):
        tls.parse(raw)


def test_packing() -> None:
    assert tls.pack((b"ab", b"c"), "TLSv1") == b"\0\0\0\5TLSv1\0\0\0\2ab\0\0\0\1c"


def test_the_conversation() -> None:
    conversation = tls.conversation("192.0.2.10", 8443, "x")
    assert (conversation.name, conversation.port, conversation.tls) == ("https", 8443, True)
    certificates, page = conversation.questions
    assert (certificates.probe, certificates.send) == ("tls", b"")
    assert page.probe == "https"
    assert page.send.startswith(b"GET / HTTP/1.1\r\nHost: 192.0.2.10:8443\r\n")
