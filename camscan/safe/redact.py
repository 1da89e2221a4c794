"""Replaces credentials and personal data in overheard bytes and text before anything is stored."""

from camscan.safe.pattern import Pattern, compile_bytes

MARK = b"[removed]"

_SECRET_NAME = rb"[\w.-]*(?:pass|pwd|psw|passwd|secret|token|credential)[\w.-]*"
_LOGIN_NAME = (
    rb"user(?:[_-]?name)?|usr|uname|login(?:use|pas|name)?|account|auth|session(?:[_-]?id)?|sid|key|api[_-]?key"
)

# A header may go on in lines that start with a blank (RFC 7230, 3.2.4).
_REST_OF_HEADER = rb"[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*"

_RULES: tuple[tuple[Pattern[bytes], bytes], ...] = (
    (
        # Authentication-Info is a device's own proof that it knows the password (RFC 7616, 3.5).
        compile_bytes(
            rb"(?im)^([ \t]*(?:(?:proxy-)?auth(?:orization|entication-info)|cookie2?|x-api-key|x-auth-token)[ \t]*:)"
            + _REST_OF_HEADER
        ),
        rb"\1 " + MARK,
    ),
    # The name of a cookie tells the firmware; only its value is somebody's session.
    (compile_bytes(rb"(?im)^([ \t]*set-cookie2?[ \t]*:[ \t]*[^\s=;]{1,128}=)" + _REST_OF_HEADER), rb"\1" + MARK),
    # User info of a URL: up to its last @, so that a password with an @ in it goes as a whole ...
    (compile_bytes(rb"(?i)([a-z][a-z0-9+.-]*://)[^\s/<>\"']+@"), rb"\1" + MARK + b"@"),
    # ... and one with a slash too, unless what follows the colon is a port.
    (
        compile_bytes(rb"(?i)([a-z][a-z0-9+.-]*://)[^\s/:@<>\"']+:[0-9]*[^\s/@<>\"'0-9][^\s@<>\"']*@"),
        rb"\1" + MARK + b"@",
    ),
    # Query values and form fields.
    (
        compile_bytes(rb"(?im)((?:^|[?&;])(?:" + _LOGIN_NAME + rb"|" + _SECRET_NAME + rb")=)[^\s&;<>\"'#]+"),
        rb"\1" + MARK,
    ),
    # JSON members.
    (compile_bytes(rb"(?i)(\"" + _SECRET_NAME + rb"\"\s*:\s*\")(?:[^\"\\]|\\.)+"), rb"\1" + MARK),
    # WS-Security and other XML; a cut-off answer may lack the end of the element.
    (
        compile_bytes(
            rb"(?is)(<(?:[\w.-]+:)?(?:user_?name|nonce|[\w.-]*password)(?:\s[^<>]*)?>)"
            rb"(?:\s*<!\[CDATA\[(?:[^\]]|\][^\]])*|[^<]+)"
        ),
        rb"\1" + MARK,
    ),
    # The path that XiongMai firmware uses for RTSP: /user=admin_password=..._channel=1_stream=0.sdp
    (compile_bytes(rb"(?i)(/user=)[^\s&/]*?(_password=)[^_\s&/]*"), rb"\1" + MARK + rb"\2" + MARK),
)


def redact(raw: bytes) -> bytes:
    """``raw`` with Authorization and Cookie headers, user info in URLs, password-like query values, form fields,
    JSON members and XML elements (WS-Security among them) replaced by ``[removed]``. Challenges
    (WWW-Authenticate) hold no secret and stay.
    """
    for pattern, replacement in _RULES:
        raw = pattern.sub(replacement, raw)
    return raw


def redact_text(text: str) -> str:
    """``redact`` for text, such as the value of a Location header."""
    if not any(mark in text for mark in _MARKS):
        return text
    return redact(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")


_MARKS = ("=", ":", "<")
"""Every rule needs one of these, so most values are passed at once."""
