"""What a WWW-Authenticate header tells (RFC 9110, 11.6.1): the realm often names the maker, the nonce sometimes."""

from camscan.evidence import Evidence
from camscan.interrogate.head import Reply
from camscan.safe.pattern import Pattern, compile_text


def _parameter(name: str) -> Pattern[str]:
    return compile_text(rf'(?i)(?:^|[\s,]){name}\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


_PARAMETERS = {"realm": _parameter("realm"), "nonce": _parameter("nonce")}
_ESCAPED = compile_text(r"\\(.)")

_LIMIT = 8
"""Challenges of one answer, and values of one parameter, that are read; real devices send one to three."""


def parameters(challenge: str, name: str) -> tuple[str, ...]:
    """Values of ``name`` ("realm" or "nonce") in one header, unquoted, each once, empty ones left out.

    One header may hold several challenges. A quotation that never closes yields nothing: its value is not known.
    """
    found: list[str] = []
    for quoted, bare in _pairs(challenge, name):
        value = _ESCAPED.sub(r"\1", quoted) if quoted else bare
        if value and value not in found:
            found.append(value)
    return tuple(found)


def _pairs(challenge: str, name: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    while (match := _PARAMETERS[name].search(challenge)) and len(found) < _LIMIT:
        found.append((match.group(1) or "", match.group(2) or ""))
        challenge = challenge[match.end() :]
    return found


def challenge_evidence(reply: Reply, source: str) -> tuple[Evidence, ...]:
    """Realms, challenges and, for HTTP, nonces of an answer. ``source`` is "http", "isapi" or "rtsp".

    A challenge whose head was cut off is left out: it would not be as sent.
    """
    headers = reply.values("www-authenticate")[:_LIMIT]
    found = [Evidence(f"{source}.realm", realm) for header in headers for realm in parameters(header, "realm")]
    if reply.whole_head:
        found += [Evidence(f"{source}.challenge", header) for header in headers]
    if source == "http":
        found += [Evidence("http.nonce", nonce) for header in headers for nonce in parameters(header, "nonce")]
    return tuple(dict.fromkeys(found))
