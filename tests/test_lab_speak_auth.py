"""Logins as devices check them."""

import base64
from datetime import UTC, datetime, timedelta
from hashlib import md5, sha1

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_tools import host

from camscan.lab.host import Host
from camscan.lab.speak.auth import Call, Login, check_http, check_soap

REALM = "IP Camera(12345)"
URI = "/ISAPI/System/deviceInfo"


@pytest.fixture
def device() -> Host:
    return host("hikvision-camera-2017")


def h(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def digest(device: Host, password: str, *, qop: str = "auth", realm: str = REALM, nonce: str = "") -> str:
    nonce = nonce or device.state.nonce("32")
    user = device.device.credentials.user
    first, second = h(f"{user}:{realm}:{password}"), h(f"GET:{URI}")
    middle = f":00000001:abcd:{qop}" if qop else ""
    extra = f', qop={qop}, nc=00000001, cnonce="abcd"' if qop else ""
    response = h(f"{first}:{nonce}{middle}:{second}")
    return f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{URI}", response="{response}"{extra}'


def check(device: Host, header: str, scheme: str = "digest") -> Login:
    return check_http(device, scheme, REALM, "GET", URI, header)


@pytest.mark.parametrize("qop", ["auth", ""])
def test_the_right_password_opens(device: Host, qop: str) -> None:
    assert check(device, digest(device, device.device.credentials.password, qop=qop)) is Login.RIGHT
    assert (device.state.logins, device.state.failed_logins) == (1, 0)


def test_the_wrong_password_counts(device: Host) -> None:
    assert check(device, digest(device, "12345")) is Login.WRONG
    assert (device.state.logins, device.state.failed_logins) == (0, 1)


def test_no_login_is_no_failure(device: Host) -> None:
    for header in ("", "Digest", "Bearer abc", 'Digest username="x"'):
        assert check(device, header) is Login.NONE
    assert device.state.failed_logins == 0


def test_a_challenge_of_another_is_not_accepted(device: Host) -> None:
    password = device.device.credentials.password
    assert check(device, digest(device, password, nonce="feedbeef")) is Login.NONE
    assert check(device, digest(device, password, realm="evil")) is Login.NONE


def test_once_locked_the_right_password_opens_no_more(device: Host) -> None:
    for _ in range(device.state.lockout):
        check(device, digest(device, "wrong"))
    assert device.state.locked
    assert check(device, digest(device, device.device.credentials.password)) is Login.WRONG


def test_basic(device: Host) -> None:
    credentials = device.device.credentials
    right = base64.b64encode(f"{credentials.user}:{credentials.password}".encode()).decode()
    assert check(device, f"Basic {right}", "basic") is Login.RIGHT
    assert check(device, "Basic YWRtaW46MTIzNDU=", "basic") is Login.WRONG
    assert check(device, f"Basic {right}", "digest") is Login.NONE


def token(
    device: Host, *, password: str = "", user: str = "", created: datetime | None = None, kind: str = "PasswordDigest"
) -> bytes:
    credentials = device.device.credentials
    when = (created or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    secret, nonce = password or credentials.password, b"0123456789abcdef"
    given = secret
    if kind == "PasswordDigest":
        given = base64.b64encode(sha1(nonce + when.encode() + secret.encode(), usedforsecurity=False).digest()).decode()
    space = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
    return (
        f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header><wsse:Security '
        f'xmlns:wsse="{space}-wssecurity-secext-1.0.xsd" xmlns:wsu="{space}-wssecurity-utility-1.0.xsd">'
        f"<wsse:UsernameToken><wsse:Username>{user or credentials.user}</wsse:Username>"
        f'<wsse:Password Type="{space}-username-token-profile-1.0#{kind}">{given}</wsse:Password>'
        f"<wsse:Nonce>{base64.b64encode(nonce).decode()}</wsse:Nonce><wsu:Created>{when}</wsu:Created>"
        f"</wsse:UsernameToken></wsse:Security></s:Header><s:Body>"
        f'<GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
    ).encode()


def test_a_username_token_opens(device: Host) -> None:
    assert check_soap(device, token(device)) == Call("GetDeviceInformation", Login.RIGHT)


def test_wrong_tokens_count(device: Host) -> None:
    late = datetime.now(UTC) - timedelta(hours=1)
    for body in (token(device, password="x"), token(device, user="root"), token(device, created=late)):
        call = check_soap(device, body)
        assert call is not None
        assert call.login is Login.WRONG
    assert device.state.failed_logins == 3


def test_a_password_in_clear_text_is_noted(device: Host) -> None:
    call = check_soap(device, token(device, kind="PasswordText"))
    assert call is not None
    assert call.login is Login.RIGHT
    assert device.state.unsafe == ["password in clear text in a SOAP header"]


def test_a_broken_token_counts_as_a_failure(device: Host) -> None:
    for spoilt in (token(device).replace(b"T", b"?", 1), token(device).replace(b"<wsse:Nonce>", b"<wsse:Nonce>!")):
        check_soap(device, spoilt)
    assert device.state.logins == 0


@given(st.binary(max_size=200))
def test_what_is_no_soap_is_none(body: bytes) -> None:
    assert check_soap(host("hikvision-camera-2017"), body) is None


@given(st.text(max_size=80))
def test_any_header_is_survived(text: str) -> None:
    assert check(host("hikvision-camera-2017"), "Digest " + text) in (Login.NONE, Login.WRONG)
