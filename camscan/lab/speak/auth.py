"""How devices check a login: HTTP digest and basic (RFC 7616, RFC 7617), and the UsernameToken of WS-Security."""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import md5, sha1

from camscan.errors import ParseError
from camscan.lab.host import Host
from camscan.safe.xml import Element, parse_device

CLOCK_TOLERANCE = 300
"""Seconds that a token's Created may differ from the device's clock."""


class Login(Enum):
    """How an attempt ended. NONE: there was none, or it answers a challenge that this device never gave."""

    NONE = "none"
    RIGHT = "right"
    WRONG = "wrong"


def check_http(host: Host, scheme: str, realm: str, method: str, target: str, header: str) -> Login:
    """Checks an Authorization header, and counts the attempt."""
    kind, _, rest = header.partition(" ")
    if not rest or kind.lower() != scheme:
        return Login.NONE
    user, password = host.device.credentials.user, host.device.credentials.password
    if scheme == "basic":
        return _count(host, right=_same(rest.strip(), base64.b64encode(f"{user}:{password}".encode()).decode()))
    fields = _fields(rest)
    if fields.get("nonce") not in host.state.nonces or fields.get("realm") != realm or fields.get("uri") != target:
        return Login.NONE
    first = _md5(f"{user}:{realm}:{password}")
    second = _md5(f"{method}:{target}")
    parts = [first, fields["nonce"], second]
    if "qop" in fields:
        parts[2:2] = [fields.get("nc", ""), fields.get("cnonce", ""), fields["qop"]]
    right = fields.get("username") == user and _same(fields.get("response", ""), _md5(":".join(parts)))
    return _count(host, right=right)


@dataclass(frozen=True, slots=True)
class Call:
    """One SOAP call: the operation and how its login ended."""

    operation: str
    login: Login


def check_soap(host: Host, body: bytes) -> Call | None:
    """The operation of a SOAP body with its UsernameToken checked and counted, or None: it is no SOAP."""
    try:
        root = parse_device(body)
    except ParseError:
        return None
    inside = root.first("Body")
    if inside is None or not inside.children:
        return None
    token = root.first("UsernameToken")
    return Call(inside.children[0].tag, Login.NONE if token is None else _check_token(host, token))


def _check_token(host: Host, token: Element) -> Login:
    credentials = host.device.credentials
    password = token.first("Password")
    kind = dict(password.attributes).get("Type", "") if password else ""
    given = token.value("Password")
    if kind.endswith("#PasswordDigest"):
        try:
            nonce = base64.b64decode(token.value("Nonce"), validate=True)
            created = datetime.fromisoformat(token.value("Created"))
            fresh = abs((created - host.now()).total_seconds()) <= CLOCK_TOLERANCE
        except (ValueError, TypeError):
            return _count(host, right=False)
        digest = sha1(nonce + token.value("Created").encode() + credentials.password.encode(), usedforsecurity=False)
        right = fresh and _same(given, base64.b64encode(digest.digest()).decode())
    else:
        host.state.warn("password in clear text in a SOAP header")
        right = _same(given, credentials.password)
    return _count(host, right=right and token.value("Username") == credentials.user)


def _count(host: Host, *, right: bool) -> Login:
    if host.state.locked:
        host.state.failed_logins += 1
        return Login.WRONG
    if right:
        host.state.logins += 1
        return Login.RIGHT
    host.state.failed_logins += 1
    return Login.WRONG


def _fields(text: str) -> dict[str, str]:
    """name=value and name="value" pairs of a digest header; a comma inside quotes does not part them."""
    fields: dict[str, str] = {}
    rest = text.strip()
    while rest:
        name, found, rest = rest.partition("=")
        if not found:
            break
        if rest.startswith('"'):
            value, _, rest = rest[1:].partition('"')
            _, _, rest = rest.partition(",")
        else:
            value, _, rest = rest.partition(",")
        fields[name.strip().lower()] = value.strip()
        rest = rest.strip()
    return fields


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
