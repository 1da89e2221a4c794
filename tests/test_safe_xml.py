"""The one door for XML lets nothing through that could hang, blind or mislead the scan."""

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import ParseError
from camscan.safe import xml
from camscan.safe.xml import Element, declared_namespaces, parse_device, stream_file

BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><lolz>&c;</lolz>"""
QUADRATIC = f'<!DOCTYPE q [<!ENTITY a "{"a" * 10_000}">]><q>{"&a;" * 1_000}</q>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
PARAMETER = '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:9/e.dtd">%e;]><x/>'
REMOTE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>'
PUBLIC = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://127.0.0.1:9/x.dtd"><html/>'
BARE = "<!DOCTYPE x><x/>"
CYCLE = '<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]><x>&a;</x>'
WITH_DTD = [BOMB, QUADRATIC, EXTERNAL, PARAMETER, REMOTE, PUBLIC, BARE, CYCLE]


@pytest.mark.parametrize("text", WITH_DTD)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037"]
)
def test_a_document_type_is_refused_in_every_encoding(text: str, encoding: str) -> None:
    with pytest.raises(ParseError):
        parse_device(text.encode(encoding))


@pytest.mark.parametrize(
    "declared", ["utf-16", "UTF-7", "utf_16_le", "ucs-4", "cp037", "idna", "hex", "x" * 60, "é", ""]
)
def test_an_encoding_that_can_hide_markup_is_refused(declared: str) -> None:
    with pytest.raises(ParseError, match="encoding"):
        parse_device(f'<?xml version="1.0" encoding="{declared}"?><x/>'.encode("latin-1"))
    with pytest.raises(ParseError, match="encoding"):
        parse_device(f'<?xml version="1.0" encoding="{declared}\x00"?><x/>'.encode("latin-1"))


def test_utf7_does_not_hide_a_tag() -> None:
    root = parse_device(b"<x>+ADw-script+AD4-</x>")
    assert root.text == "+ADw-script+AD4-"
    assert root.children == ()


@pytest.mark.parametrize(
    "text", ["", "   ", "\x00" * 9, "HTTP/1.1 200 OK", "<", "<x", "<x>", "</x>", "<x></y>", "<!-- -->"]
)
def test_what_is_not_xml_is_a_parse_error(text: str) -> None:
    with pytest.raises(ParseError):
        parse_device(text.encode())


def test_depth_is_limited() -> None:
    assert len(list(parse_device(b"<x>" * 64 + b"</x>" * 64).walk())) == 64
    with pytest.raises(ParseError, match="deep"):
        parse_device(b"<x>" * 65 + b"</x>" * 65)
    with pytest.raises(ParseError, match="deep"):
        parse_device(b"<x>" * 80_000)


def test_size_and_number_of_elements_are_limited() -> None:
    assert len(parse_device(b"<x>" + b"<y/>" * 9_999 + b"</x>").children) == 9_999
    with pytest.raises(ParseError, match="too many"):
        parse_device(b"<x>" + b"<y/>" * 10_000 + b"</x>")
    fill = xml.DEVICE_BYTES - len(b"<x></x>")
    assert len(parse_device(b"<x>" + b"a" * fill + b"</x>").text) == fill
    with pytest.raises(ParseError, match="256 KiB"):
        parse_device(b"<x>" + b"a" * fill + b"</x>\n")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\xef\xbb\xbf<x>a</x>", "a"),
        (b"\r\n <x>a</x>\r\n\x00", "a"),
        (b"<x>a</x>\x00\xff garbage", "a"),
        (b"<x>a</x><y>b</y>", "a"),
        (b"<x>a</x>--boundary\r\n>", "a"),
        (b"<x>R&D &amp; &lt;b&gt; &#65; &nbsp;</x>", "R&D & <b> A &nbsp;"),
        (b"<x><![CDATA[<b>&]]></x>", "<b>&"),
        ("<?xml version='1.0' encoding='gb2312'?><x>海康</x>".encode("gb18030"), "海康"),
        ("<x>海康</x>".encode("gb18030"), "海康"),
        ("<?xml version='1.0' encoding='UTF_8'?><x>海康</x>".encode(), "海康"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><x>caf\xe9</x>', "café"),
        (b'<?xml version="1.0" encoding="ascii"?><x>caf\xc3\xa9</x>', "café"),
    ],
)
def test_what_real_devices_send_is_read(raw: bytes, text: str) -> None:
    assert parse_device(raw).text == text


def test_names_namespaces_and_attributes() -> None:
    root = parse_device(b'<a:R xmlns:a="urn:one" xmlns="urn:two" n="1" a:m="2"><Kid> v </Kid><kid/>t</a:R>')
    assert (root.tag, root.namespace, root.attributes, root.text) == ("R", "urn:one", (("n", "1"), ("m", "2")), "t")
    assert [child.namespace for child in root.children] == ["urn:two", "urn:two"]
    assert root.value("missing", "KID") == "v"
    assert root.value("missing") == ""
    assert len(root.every("kid")) == 2
    assert root.first("r") is root
    assert root.first("missing") is None
    assert [element.tag for element in root.walk()] == ["R", "Kid", "kid"]


SAMPLE = b"""<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope">
<e:Body><ProbeMatch a="1"><Types>dn:NetworkVideoTransmitter</Types><Scopes>a b &amp; c</Scopes></ProbeMatch></e:Body>
</e:Envelope>"""


@pytest.mark.parametrize("end", range(len(SAMPLE)))
def test_a_cut_answer_is_a_parse_error(end: int) -> None:
    with pytest.raises(ParseError):
        parse_device(SAMPLE[:end])


PIECES = (
    *(b"<x>", b"</x>", b"<y a='1'/>", b"&", b"&amp;", b"&#0;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?p ?>"),
    *(b"<?xml version='1.0' encoding='", b"utf-16", b"'?>", b"<!DOCTYPE x", b" [", b"]>", b"<!ENTITY a 'b'>"),
    *(b"\x00", b"\xff\xfe", b"<a:b xmlns:a='u'>", b"xmlns=''", b">", b"\xb0\xa1"),
)
MARKUP = st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=8)), max_size=30).map(b"".join)


@given(st.one_of(st.binary(max_size=400), MARKUP, MARKUP.map(lambda raw: b"<x>" + raw + b"</x>")))
def test_any_bytes_give_an_element_or_a_parse_error(raw: bytes) -> None:
    try:
        root = parse_device(raw)
    except ParseError:
        return
    for element in root.walk():
        element.text.encode()


@given(st.integers(min_value=0, max_value=len(SAMPLE) - 1), st.binary(min_size=1, max_size=4))
def test_a_damaged_answer_gives_an_element_or_a_parse_error(at: int, junk: bytes) -> None:
    try:
        parse_device(SAMPLE[:at] + junk + SAMPLE[at + len(junk) :])
    except ParseError:
        return


class Tap(io.RawIOBase):
    """A file that is made while it is read, and counts what was taken of it."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.taken = 0
        self._parts = parts

    def read(self, size: int = -1) -> bytes:
        part = next(self._parts, b"")
        assert size < 0 or len(part) <= size
        self.taken += len(part)
        return part


def _endless(head: bytes, block: bytes) -> Tap:
    def parts() -> Iterator[bytes]:
        yield head
        while True:
            yield block

    return Tap(parts())


def _hosts(raw: bytes) -> list[Element]:
    return list(stream_file(io.BytesIO(raw), "host", "nmaprun"))


def test_a_file_is_read_one_wanted_element_at_a_time() -> None:
    raw = b"<?xml version='1.0'?>\n<!DOCTYPE nmaprun>\n<?xml-stylesheet href='file:///x'?><nmaprun>t<a><b/></a>"
    raw += b"<host i='1'><host i='2'/>x</host><host i='3'/></nmaprun>"
    hosts = _hosts(raw)
    assert [host.attributes for host in hosts] == [(("i", "1"),), (("i", "3"),)]
    assert hosts[0].text == "x"
    assert hosts[0].children[0].attributes == (("i", "2"),)


@pytest.mark.parametrize("text", [text for text in WITH_DTD if text != BARE])
def test_only_a_bare_document_type_is_allowed_in_a_file(text: str) -> None:
    for name in ("x", "q", "lolz", "html"):
        with pytest.raises(ParseError):
            list(stream_file(io.BytesIO(text.encode()), "host", name))


def test_another_document_type_is_refused_in_a_file() -> None:
    with pytest.raises(ParseError, match="document type"):
        _hosts(b"<!DOCTYPE other><nmaprun/>")


@pytest.mark.parametrize("raw", [b"", b"<nmaprun>", b"<nmaprun><host/>", b"\xff\xfe<\x00", b"<nmaprun/>x"])
def test_a_broken_file_is_a_parse_error(raw: bytes) -> None:
    with pytest.raises(ParseError):
        _hosts(raw)


@pytest.mark.parametrize("end", [b"</oops>", b"<host><host/>", b"<a>" * 64, b"&undefined;", b""])
def test_what_came_before_an_error_was_yielded(end: bytes) -> None:
    hosts = stream_file(io.BytesIO(b"<nmaprun><host i='1'/>" + end), "host", "nmaprun")
    assert next(hosts).attributes == (("i", "1"),)
    with pytest.raises(ParseError):
        next(hosts)


@pytest.mark.parametrize(
    ("head", "block", "reason"),
    [
        (b"<nmaprun>", b"<a>" * 100, "deep"),
        (b"<nmaprun><host>", b"<a/>" * 10_000, "too many"),
        (b"<nmaprun><host>", b"a" * 60_000, "too much text"),
        (b"<nmaprun><host a='", b"a" * 60_000, "endless"),
        (b"<nmaprun><!--", b"a" * 60_000, "endless"),
        (b"<nmaprun><![CDATA[", b"a" * 60_000 + b"]]>x<![CDATA[", "512 MiB"),
    ],
)
def test_an_endless_file_ends(head: bytes, block: bytes, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "FILE_BYTES", 32 * 1024 * 1024)
    monkeypatch.setattr(xml, "FILE_ELEMENTS", 100_000)
    tap = _endless(head, block)
    with pytest.raises(ParseError, match=reason):
        list(stream_file(tap, "host", "nmaprun"))  # type: ignore[arg-type]  # only read() is used
    assert tap.taken <= 32 * 1024 * 1024 + len(block)


@given(st.one_of(st.binary(max_size=400), MARKUP.map(lambda raw: b"<nmaprun><host>" + raw + b"</host></nmaprun>")))
def test_any_file_is_read_or_a_parse_error(raw: bytes) -> None:
    try:
        _hosts(raw)
    except ParseError:
        return


def test_namespaces_that_are_declared_but_not_used() -> None:
    raw = (
        b'<a xmlns="http://one.example/" xmlns:b="http://two.example/"><c xmlns:b="http://one.example/" xmlns=""/></a>'
    )
    assert declared_namespaces(raw) == ("http://one.example/", "http://two.example/")


def test_namespaces_are_bounded_and_refused_like_everything_else() -> None:
    many = b"".join(b' xmlns:p%d="http://example/%d"' % (at, at) for at in range(500))
    assert len(declared_namespaces(b"<a" + many + b"/>")) == 64
    for raw in (b"", b"<a", b"<!DOCTYPE a><a xmlns='http://one.example/'/>"):
        with pytest.raises(ParseError):
            declared_namespaces(raw)
