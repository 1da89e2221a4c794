"""Credentials that are overheard are replaced before anything is stored."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.safe.redact import redact, redact_text

CANARY = "Canary7f3a"
BASIC = base64.b64encode(f"admin:{CANARY}".encode()).decode()


@pytest.mark.parametrize(
    "raw",
    [
        f"GET / HTTP/1.1\r\nAuthorization: Basic {BASIC}\r\nHost: x\r\n\r\n",
        f"GET / HTTP/1.1\r\nauthorization : Basic\r\n {BASIC}\r\nHost: x\r\n\r\n",
        f'HTTP/1.1 200 OK\r\nAuthentication-Info: rspauth="{CANARY}", cnonce="x"\r\nHost: x\r\n\r\n',
        f"GET / HTTP/1.1\nPROXY-AUTHORIZATION: Digest\n\tusername=admin,\n\tresponse={CANARY}\nHost: x\n\n",
        f"GET / HTTP/1.1\r\nCookie: a=b; session={CANARY}\r\nHost: x\r\n\r\n",
        f"HTTP/1.1 200 OK\r\nSet-Cookie: WebSession={CANARY}; path=/\r\nHost: x\r\n\r\n",
        f"GET / HTTP/1.1\r\nX-Auth-Token: {CANARY}\r\nHost: x\r\n\r\n",
        f"DESCRIBE rtsp://admin:{CANARY}@10.1.0.20/ch1 RTSP/1.0\r\nHost: x\r\n",
        f"rtsp://admin:p@{CANARY}@10.1.0.20/ch1 Host: x",
        f"rtsp://admin:p/{CANARY}@10.1.0.20/ch1 Host: x",
        f"rtsp://admin:80{CANARY}/1@10.1.0.20/ch1 Host: x",
        f"GET /cgi?user=admin&pwd={CANARY}&x=1 Host: x",
        f"GET /cgi?x=1&amp;loginpas={CANARY} Host: x",
        f"GET /cgi?access_token={CANARY * 60}#x Host: x",
        f"POST / HTTP/1.1\r\nHost: x\r\n\r\npassword={CANARY}&user=admin",
        f'{{"Host: x": 1, "password" : "a\\"{CANARY}"}}',
        f'Host: x {{"loginPassWord":"{CANARY}',
        f"<wsse:Password Type='#PasswordDigest'>{CANARY}</wsse:Password>Host: x",
        f"<Nonce>{CANARY}</Nonce><UserName>{CANARY}</UserName>Host: x",
        f"<adminPassword><![CDATA[a<b>]{CANARY}]]></adminPassword>Host: x",
        f"Host: x <password>{CANARY}",
        f"DESCRIBE rtsp://10.1.0.20/user={CANARY}_password={CANARY}_channel=1_stream=0.sdp Host: x",
    ],
)
def test_no_credential_survives(raw: str) -> None:
    clean = redact_text(raw)
    assert CANARY not in clean
    assert BASIC not in clean
    assert "[removed]" in clean
    assert "Host: x" in clean


@pytest.mark.parametrize(
    "raw",
    [
        'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="Login to 4K0", nonce="12", qop="auth"\r\n\r\n',
        "Location: http://10.1.0.20:80/doc/page/login.asp?_1698765#@x",
        "http://10.1.0.20/onvif/device_service http://[fe80::1]:8000/onvif/device_service",
        "onvif://www.onvif.org/hardware/DS-2CD2385G1-I",
        "<PasswordResetAbility>false</PasswordResetAbility><Username/>",
        "macaddress=b8a44f631339",
        "m=video 0 RTP/AVP 96\r\na=key-mgmt:none\r\n",
    ],
)
def test_what_identifies_a_device_stays(raw: str) -> None:
    assert redact(raw.encode()) == raw.encode()


def test_the_name_of_a_cookie_stays_because_it_tells_the_firmware() -> None:
    assert redact(b"Set-Cookie: DhWebClientSessionID=123; path=/") == b"Set-Cookie: DhWebClientSessionID=[removed]"


SECRETS = st.text(alphabet="abcXYZ0189._~!*()-", min_size=4, max_size=300)


@given(SECRETS, st.sampled_from(["password", "pwd", "psw", "loginpas", "sessionid", "api_key", "token"]))
def test_no_value_of_a_password_like_name_survives(secret: str, name: str) -> None:
    assert redact_text(f"GET /x?a=1&{name}={secret}&b=2") == f"GET /x?a=1&{name}=[removed]&b=2"


@given(st.text(alphabet="abc01:@.!$&()*+,;=-_~%", min_size=1, max_size=300))
def test_no_user_info_survives(user_info: str) -> None:
    assert redact_text(f"rtsp://{user_info}@10.1.0.20/a b") == "rtsp://[removed]@10.1.0.20/a b"


@given(st.binary(max_size=400))
def test_any_bytes_are_taken_and_redacting_twice_changes_nothing(raw: bytes) -> None:
    assert redact(redact(raw)) == redact(raw)


@given(st.text(max_size=400))
def test_any_text_is_taken(text: str) -> None:
    assert isinstance(redact_text(text), str)
    assert redact_text(text.replace("=", "").replace(":", "").replace("<", "")) == text.replace("=", "").replace(
        ":", ""
    ).replace("<", "")
