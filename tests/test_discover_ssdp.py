import pytest
from answers import Answer, answers, label, wire

from camscan.discover import ssdp
from camscan.errors import ParseError

ALIVE = (
    b"NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=1800\r\n"
    b"LOCATION: http://192.168.1.64:49152/upnpdevicedesc.xml\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\n"
    b"SERVER: Linux, UPnP/1.0\r\nUSN: uuid:1::upnp:rootdevice\r\n\r\n"
)


def read(raw: bytes) -> dict[str, str]:
    return {item.name: item.value for item in ssdp.parse(raw)}


@pytest.mark.parametrize("row", answers("ssdp"), ids=label)
def test_real_answers(row: Answer) -> None:
    found = read(wire(row))
    assert found["ssdp.server"] == "Linux/3.8.8, UPnP/1.0, ZheJiang Dahua Technology CO.,LTD. Upnp SDK"
    assert found["ssdp.location"] == "http://192.168.1.20:49152/upnp_device_desc.xml"
    assert found["ssdp.usn"].startswith("uuid:www.dahuatech.com.device_3_0-1L047ACPAW00037")
    assert found["ssdp.st"].endswith("1L047ACPAW00037")


def test_an_announcement() -> None:
    assert read(ALIVE) == {
        "ssdp.st": "upnp:rootdevice",
        "ssdp.usn": "uuid:1::upnp:rootdevice",
        "ssdp.server": "Linux, UPnP/1.0",
        "ssdp.location": "http://192.168.1.64:49152/upnpdevicedesc.xml",
    }


def test_header_names_in_any_case_and_bare_line_feeds() -> None:
    assert read(b"HTTP/1.0 200 OK\nSt : a\nuSn:b\nSERVER:\xb4\xf3\n\n") == {
        "ssdp.st": "a",
        "ssdp.usn": "b",
        "ssdp.server": "大",
    }


def test_the_body_is_not_read() -> None:
    assert "ssdp.server" not in read(b"HTTP/1.1 200 OK\r\nST: a\r\n\r\nSERVER: no\r\n")


def test_only_so_many_lines_are_read() -> None:
    raw = b"HTTP/1.1 200 OK\r\nST: a\r\n" + b"X: y\r\n" * 5000 + b"SERVER: late\r\n\r\n"
    assert read(raw) == {"ssdp.st": "a"}


def test_one_search_for_each_target() -> None:
    assert [request.split(b"\r\n")[4] for request in ssdp.requests(0)] == [
        b"ST: " + target.encode() for target in ssdp.TARGETS
    ]
    for request in ssdp.requests(0):
        assert request.endswith(b"\r\n\r\n")
        assert b"\r\nMX: 2\r\n" in request


@pytest.mark.parametrize("request_", ssdp.requests(0), ids=range(4))
def test_our_own_requests_are_no_answers(request_: bytes) -> None:
    with pytest.raises(ParseError):
        ssdp.parse(request_)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nST: a\r\n\r\n",
        b"HTTP/2 200\r\nST: a\r\n\r\n",
        ALIVE.replace(b"ssdp:alive", b"ssdp:byebye"),
        ALIVE.replace(b"NTS: ssdp:alive\r\n", b""),
        b"\x00" * 5000,
    ],
    ids=range(8),
)
def test_what_is_no_answer(raw: bytes) -> None:
    with pytest.raises(ParseError):
        ssdp.parse(raw)
