from datetime import UTC, datetime

import pytest
from certificates import END, START, certificate, changed
from cryptography import x509

from camscan.errors import ParseError
from camscan.interrogate.der import basics

NAMES = (
    "CN=192.168.20.92;C=CN",
    "C=CN;ST=ZheJiang;L=HangZhou;O=HIKVISION;OU=DVRNVR;CN=www.hikvision.com",
    "CN=NVR;C=CN;ST=Zhejiang;L=Hangzhou;O=ZheJiang Dahua Technology CO.,LTD.;OU=NVR",
    'O=浙江大华;CN=#1 <odd> "quoted" back\\slash + plus',
    "CN= spaces ;O=a, b",
    "emailAddress=a@example.net;CN=x",
    "",
)


@pytest.mark.parametrize("subject", NAMES)
def test_names_are_written_as_a_strict_reader_writes_them(subject: str) -> None:
    der = certificate(subject, "O=Issuer;CN=Root")
    strict = x509.load_der_x509_certificate(der)
    read = basics(der)
    assert read.subject == strict.subject.rfc4514_string({x509.NameOID.EMAIL_ADDRESS: "emailAddress"})
    assert read.issuer == "CN=Root,O=Issuer"
    assert (read.not_before, read.not_after) == (START, END)


def test_a_name_in_gb18030() -> None:
    der = changed(certificate("O=ZheJiang;CN=x"), b"ZheJiang", "浙江".encode("gb18030") + b"Dahu")
    assert basics(der).subject == "CN=x,O=浙江Dahu"


def test_wide_strings() -> None:
    der = changed(certificate("O=abcd;CN=x"), b"\x0c\x04abcd", b"\x1e\x04\x00a\x00b")
    assert basics(der).subject == "CN=x,O=ab"


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        (b"700101000000Z", datetime(1970, 1, 1, tzinfo=UTC)),
        (b"491231235959Z", datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (b"501231235959Z", datetime(1950, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (b"240899000000Z", None),
        (b"2408050000+00", None),
        (b"24080500000aZ", None),
    ],
)
def test_dates(start: bytes, shown: datetime | None) -> None:
    read = basics(changed(certificate("CN=x"), b"240805000000Z", start))
    assert (read.not_before, read.not_after) == (shown, END)


def _end_of_name(der: bytes) -> int:
    """Where the subject "CN=x" ends."""
    return der.rindex(b"\x55\x04\x03\x0c\x01x") + 6


def test_what_follows_the_names_may_be_missing_or_too_much() -> None:
    der = certificate("CN=x")
    assert basics(der + b"padding").subject == "CN=x"
    assert basics(der[: _end_of_name(der)]).subject == "CN=x"


def test_cut_before_the_names_end() -> None:
    der = certificate("CN=x", "CN=y")
    for length in range(_end_of_name(der)):
        with pytest.raises(ParseError):
            basics(der[:length])


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x30", b"\x30\x80", b"\x30\x85\x01\x01\x01\x01\x01", b"\x31\x02\x30\x00", b"\x30\x02\x30\x00", b"garbage"],
)
def test_what_is_no_certificate(raw: bytes) -> None:
    with pytest.raises(ParseError):
        basics(raw)


def test_unknown_parts_keep_their_number() -> None:
    der = changed(certificate("OU=unit;CN=x"), b"\x06\x03\x55\x04\x0b", b"\x06\x03\x55\x04\x7f")
    assert basics(der).subject == "CN=x,2.5.4.127=unit"
    der = changed(certificate("OU=unit;CN=x"), b"\x06\x03\x55\x04\x0b", b"\x06\x03\x2a\x86\x48")
    assert basics(der).subject == "CN=x,1.2.840=unit"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01y", b"\x32\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01y"),
        (b"\x06\x03\x55\x04\x03\x0c\x01y", b"\x05\x03\x55\x04\x03\x0c\x01y"),
    ],
    ids=["no set", "no number"],
)
def test_a_name_that_is_built_wrongly(before: bytes, after: bytes) -> None:
    with pytest.raises(ParseError, match="odd name"):
        basics(changed(certificate("CN=x", "CN=y"), before, after))
