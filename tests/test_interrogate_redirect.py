from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.interrogate.head import Reply
from camscan.interrogate.redirect import authority, follow, port_of, same_host, same_origin, target, without_host

HOST = "192.0.2.10"


def moved(location: str, status: int = 302) -> Reply:
    return Reply(status, "Found", (("Location", location),), b"")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_path_on_the_same_host_is_followed(status: int) -> None:
    assert follow(moved("/doc/page/login.asp", status), HOST, 80) == "/doc/page/login.asp"


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("login.htm", "/web/login.htm"),
        ("../x?a=1&b=2#part", "/x?a=1&b=2"),
        ("http://192.0.2.10/a", "/a"),
        ("http://192.0.2.10:80", "/"),
        ("//192.0.2.10/a", "/a"),
        ("?page=1", "/web/index.html?page=1"),
        ("/login?token=[removed]", "/login"),
    ],
)
def test_forms_of_the_same_place(location: str, path: str) -> None:
    assert follow(moved(location), HOST, 80, path="/web/index.html") == path


@pytest.mark.parametrize(
    "location",
    [
        "http://192.0.2.11/",
        "//169.254.169.254/latest/meta-data",
        "//192.0.2.10.example.net/",
        "http://192.0.2.10@192.0.2.11/",
        "http://admin:12345@192.0.2.10/",
        "http://camera.example.net/",
        "http://192.0.2.10:8080/",
        "http://192.0.2.10:99999/",
        "http://192.0.2.10:0/",
        "http://[::1",
        "https://192.0.2.10/",
        "https://192.0.2.10:80/",
        "file:///etc/passwd",
        "ftp://192.0.2.10/",
        "javascript:alert(1)",
        "\\\\192.0.2.11\\share",
        "/\\192.0.2.11/",
        "/a b",
        "/a\r\nAuthorization: x",
        "/\u202elogin",
        "/" + "a" * 2_000,
        "/user=[removed]/x",
        "",
        "/here",
        "http://0xc000020b/",
        "http://3221225994/",
    ],
)
def test_nothing_else_is_followed(location: str) -> None:
    assert follow(moved(location), HOST, 80, path="/here") is None


def test_over_tls_only_tls_is_followed() -> None:
    assert follow(moved("https://192.0.2.10:8443/a"), HOST, 8443, tls=True) == "/a"
    assert follow(moved("https://192.0.2.10/a"), HOST, 443, tls=True) == "/a"
    assert follow(moved("http://192.0.2.10:8443/a"), HOST, 8443, tls=True) is None


def test_an_ipv6_host() -> None:
    assert follow(moved("http://[2001:db8:0::10]:81/a"), "2001:db8::10", 81) == "/a"
    assert follow(moved("http://[2001:db8::11]:81/a"), "2001:db8::10", 81) is None


def test_a_page_may_send_on_too() -> None:
    page = Reply(200, "OK", (("Location", "/ignored"),), b'<meta http-equiv=refresh content="0;url=/admin">')
    assert target(page) == "/admin"
    assert follow(page, HOST, 80) == "/admin"
    assert follow(Reply(200, "OK", (), b"<p>here</p>"), HOST, 80) is None


@given(st.text(max_size=60))
def test_whatever_a_device_says_the_result_is_a_plain_path(location: str) -> None:
    for shown in (location, "//" + location, "http://" + location, f"http://{HOST}{location}"):
        path = same_origin(shown, HOST, 80)
        assert path is None or (path.startswith("/") and all("!" <= char <= "~" for char in path))


def test_authority() -> None:
    assert authority(HOST, 80, "http") == HOST
    assert authority(HOST, 443, "http") == "192.0.2.10:443"
    assert authority("2001:db8::10", 443, "https") == "[2001:db8::10]"
    assert authority("2001:db8::10", 8443, "https") == "[2001:db8::10]:8443"


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("http://192.168.1.64/doc/page/login.asp?x=1", "/doc/page/login.asp?x=1"),
        ("https://192.168.1.64", "/"),
        ("//10.0.0.1/a", "/a"),
        ("/a", "/a"),
        ("login.htm", "login.htm"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_a_location_is_shown_without_its_host(location: str, shown: str) -> None:
    assert without_host(location) == shown


@pytest.mark.parametrize(("url", "port"), [("http://a", 80), ("https://a", 443), ("http://a:0", 0), ("ftp://a", 0)])
def test_the_port_a_url_means(url: str, port: int) -> None:
    assert port_of(urlsplit(url)) == port


def test_same_host() -> None:
    assert same_host("[2001:db8::1]", "2001:db8:0::1")
    assert same_host("192.0.2.10", HOST)
    assert not same_host("localhost", HOST)
    assert not same_host(None, HOST)
