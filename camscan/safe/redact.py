"""Replaces credentials and personal data in overheard bytes before anything is stored."""

from camscan.safe.pattern import Pattern, compile_bytes

MARK = b"[removed]"

_HEADERS: Pattern[bytes] = compile_bytes(
    rb"(?im)^((?:proxy-)?authorization|cookie|set-cookie2?|x-api-key|x-auth-token)([ \t]*:)[^\r\n]*"
)
_URL_USERINFO: Pattern[bytes] = compile_bytes(rb"(?i)\b([a-z][a-z0-9+.-]{1,15}://)[^\s/@<>\"']{1,256}@")
_QUERY: Pattern[bytes] = compile_bytes(
    rb"(?i)([?&;](?:user(?:name)?|usr|login|auth|token|session(?:id)?|pass(?:word|wd)?|pwd|psw|key)=)[^\s&;<>\"'#]{1,256}"
)
_WSSE: Pattern[bytes] = compile_bytes(
    rb"(?is)(<(?:[\w-]+:)?(?:Username|Password|Nonce)(?:\s[^<>]{0,400})?>)[^<]{0,400}(</)"
)
_PATH_PASSWORD: Pattern[bytes] = compile_bytes(rb"(?i)(/user=[^_\s&]{0,64}_password=)[^_\s&]{1,128}")


def redact(raw: bytes) -> bytes:
    """``raw`` with Authorization and Cookie headers, user info in URLs, password-like query values and
    WS-Security tokens replaced by ``[removed]``. Challenges (WWW-Authenticate) hold no secret and stay.
    """
    raw = _HEADERS.sub(rb"\1\2 " + MARK, raw)
    raw = _URL_USERINFO.sub(rb"\1" + MARK + b"@", raw)
    raw = _QUERY.sub(rb"\1" + MARK, raw)
    raw = _WSSE.sub(rb"\1" + MARK + rb"\2", raw)
    return _PATH_PASSWORD.sub(rb"\1" + MARK, raw)
