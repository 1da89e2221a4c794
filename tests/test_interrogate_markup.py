import pytest

from camscan.interrogate.markup import icon, sends_to, title


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<html><title>NETSurveillance WEB</title>", "NETSurveillance WEB"),
        ("<TITLE id=x>\r\n WEB\r\n  SERVICE </TITLE>", "WEB SERVICE"),
        ("<title></title>", ""),
        ("<title>网络摄像机</title>", "网络摄像机"),
        ("<title>cut of", ""),
        ("<titles>no</titles>", ""),
        ("<title>first</title><title>second</title>", "first"),
        ("", ""),
    ],
)
def test_title(page: str, text: str) -> None:
    assert title(page) == text


@pytest.mark.parametrize(
    ("page", "target"),
    [
        ('<meta http-equiv="refresh" content="0; url=/doc/page/login.asp">', "/doc/page/login.asp"),
        ("<META content=\"1;URL='/admin'\" HTTP-EQUIV=Refresh />", "/admin"),
        ('<meta charset=utf-8><meta http-equiv="refresh" content="5">', ""),
        ('<script>window.location.href = "/doc/page/login.asp?_" + Date.now();</script>', "/doc/page/login.asp?_"),
        ("<script>location='login.htm'</script>", "login.htm"),
        ('<script>top.location.replace("/index.html")</script>', "/index.html"),
        ("<script>document.location.assign( '/x' )</script>", "/x"),
        ("<script>mylocation = '/no'; relocation.href='/no'; a.location='/no'</script>", ""),
        ("<script>location = target</script>", ""),
        ("<p>no redirect</p>", ""),
    ],
)
def test_where_a_page_sends_the_browser(page: str, target: str) -> None:
    assert sends_to(page) == target


def test_a_long_page_is_a_program_and_no_signpost() -> None:
    assert sends_to("<script>location='/logout'</script>" + " " * 9_000) == ""


@pytest.mark.parametrize(
    ("page", "href"),
    [
        ('<link rel="shortcut icon" href="/favicon.ico?v=2">', "/favicon.ico?v=2"),
        ("<LINK href=img/icon.png rel=icon>", "img/icon.png"),
        ("<link rel='stylesheet' href='m.css'><link href=' a.ico ' rel='icon'>", "a.ico"),
        ('<link rel="apple-touch-icon" href="/no.png">', ""),
        ('<link rel="icon">', ""),
        ("", ""),
    ],
)
def test_icon(page: str, href: str) -> None:
    assert icon(page) == href
