"""Where an answer sends the browser, and whether we go there: only on the same host, port and scheme."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urljoin, urlsplit

from camscan.interrogate.body import text
from camscan.interrogate.head import Reply
from camscan.interrogate.markup import sends_to
from camscan.safe.redact import MARK

_TARGET_LIMIT = 1024
_MOVED = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}


def authority(host: str, port: int, scheme: str) -> str:
    """``host`` as it stands in a URL: an IPv6 address in brackets, the port only where it is not the scheme's."""
    name = f"[{host}]" if ":" in host else host
    return name if port == _PORTS.get(scheme) else f"{name}:{port}"


def same_host(name: str | None, host: str) -> bool:
    """Whether ``name`` from a URL is the literal address ``host``. A host name never is: nothing is resolved."""
    try:
        return ip_address((name or "").strip("[]")) == ip_address(host)
    except ValueError:
        return False


def port_of(parts: SplitResult) -> int:
    """The port a URL means; 0 where it means none. Raises ValueError where it is out of range."""
    return _PORTS.get(parts.scheme, 0) if parts.port is None else parts.port


def target(reply: Reply) -> str:
    """Where the answer sends the browser, as sent: the Location header of a redirect, else what its page says."""
    if reply.status in _MOVED and reply.value("location"):
        return reply.value("location")
    return sends_to(text(reply.body))


def without_host(location: str) -> str:
    """``location`` with scheme and host taken off, if it has them."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return location
    if not parts.netloc:
        return location
    return parts._replace(scheme="", netloc="").geturl() or "/"


def same_origin(location: str, host: str, port: int, *, path: str = "/", tls: bool = False) -> str | None:
    """The path (with its query) that ``location`` means, seen from ``path``; None unless it stays on this host,
    port and scheme and is made of plain printable ASCII.

    A query from which credentials were removed is left off.
    """
    if not location or len(location) > _TARGET_LIMIT or "\\" in location:
        return None
    if not all("!" <= char <= "~" for char in location):
        return None
    scheme = "https" if tls else "http"
    try:
        parts = urlsplit(urljoin(f"{scheme}://{authority(host, port, scheme)}{path}", location))
        there = port_of(parts)
    except ValueError:
        return None
    if parts.scheme != scheme or there != port or "@" in parts.netloc or not same_host(parts.hostname, host):
        return None
    mark = MARK.decode("ascii")
    if mark in parts.path:
        return None
    query = "" if mark in parts.query else parts.query
    return (parts.path or "/") + (f"?{query}" if query else "")


def follow(reply: Reply, host: str, port: int, *, path: str = "/", tls: bool = False) -> str | None:
    """The path to ask next, after ``path`` was answered by ``reply``; None where it leads elsewhere or nowhere new.

    The caller follows once: an answer to a followed path is not followed again.
    """
    there = same_origin(target(reply), host, port, path=path, tls=tls)
    return None if there == path else there
