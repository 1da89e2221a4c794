"""requests and zeep through the gate: a session that can reach one device and nothing else.

urllib3 opens its connections in ``_new_conn``, which it calls on itself for SOCKS too; here that method asks the gate.
No redirect is followed, no name resolved, no proxy, netrc or cookie used, nothing asked twice.
"""

import http.client
import socket
import zlib
from http.cookiejar import DefaultCookiePolicy
from typing import Any, ClassVar, NoReturn

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth
from requests.utils import parse_dict_header
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ReadTimeoutError

from camscan.evidence import IPAddress, Outcome
from camscan.net.gate import Gate
from camscan.net.line import SPARE_SECONDS, Line, UnansweredError
from camscan.net.wire import answers
from camscan.safe.agent import user_agent
from camscan.safe.secrets import Secret

ANSWER_SECONDS = 8.0
"""Total deadline of one question and its answer, from the moment the connection stands."""

BYTE_CAP = 256 * 1024
"""Bytes of one answer that are read, and bytes that a compressed body may grow to."""

_ALGORITHMS = (None, "MD5", "MD5-SESS", "SHA", "SHA-256", "SHA-512")
"""What requests can compute, weakest first. A challenge without an algorithm means MD5 (RFC 7616, 3.3)."""

_LOCKED = (b"<lockstatus>lock<", b"<lockstatus>locked<", b"has been locked", b"remainlockseconds")
"""What devices say whose account is locked already: further attempts only prolong it."""


def _pool(line: Line, *, tls: bool) -> type[HTTPConnectionPool]:
    class Connection(HTTPConnection):
        """TLS is made here as well, so that urllib3 has no certificate to have opinions about."""

        default_port: ClassVar[int] = 443 if tls else 80  # type: ignore[misc] # urllib3 declares it so itself

        def _new_conn(self) -> socket.socket:
            self.debuglevel = 0  # http.client would print every header, Authorization among them
            sock = line.open(self.port or self.default_port, tls=tls)
            self.response_class = answers(line.wire)  # type: ignore[assignment]  # http.client only calls it
            return sock

    class Pool(HTTPConnectionPool):
        scheme = "https" if tls else "http"
        ConnectionCls = Connection

    return Pool


class _Adapter(HTTPAdapter):
    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _pool(self._line, tls=False),
            "https": _pool(self._line, tls=True),
        }

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> tuple[Any, Any]:
        # Settings of TLS are lenient_context's alone.
        return super().build_connection_pool_key_attributes(request, verify, cert)[0], {}

    def send(self, request: requests.PreparedRequest, *_args: Any, **_kwargs: Any) -> requests.Response:
        """One question, one connection, one answer whose body is read already, within the cap."""
        line = self._line
        line.begin(request.url or "")
        line.proofs += _proofs(request.headers.get("Authorization", ""))
        try:
            response = self._exchange(request)
        finally:
            self.poolmanager.clear()
            line.end()
        if isinstance(response, Exception):
            _fail(line, response)
        return response

    def _exchange(self, request: requests.PreparedRequest) -> requests.Response | Exception:
        try:
            patience = self._line.deadline + SPARE_SECONDS
            response = super().send(request, stream=True, timeout=patience, verify=False, proxies={})
        except Exception as error:  # noqa: BLE001 - whatever libraries make of hostile bytes is one more outcome
            return error
        body = _unpacked(_body(response), response.headers.get("Content-Encoding", ""), self._line.byte_cap)
        response._content = body  # noqa: SLF001 # the only way to hand a body that was read with care to requests
        response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001
        return response


def _proofs(authorization: str) -> list[str]:
    """What of an Authorization header shows knowledge of the password."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() != "digest":
        return [rest] if rest else []
    fields: dict[str, str | None] = parse_dict_header(rest)  # type: ignore[no-untyped-call]
    return [value for name in ("response", "cnonce") if (value := fields.get(name))]


def _body(response: requests.Response) -> bytes:
    """The body as far as it came."""
    body = bytearray()
    while True:
        try:
            chunk = response.raw.read(1 << 14, decode_content=False)
        except Exception:  # noqa: BLE001 - as above: what had come before counts
            break
        if not chunk:
            break
        body += chunk
    response.raw.close()
    return bytes(body)


def _unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    """``body`` with gzip or deflate undone, which nobody asked for, up to ``limit`` bytes."""
    if encoding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        return body
    try:
        return zlib.decompressobj(47).decompress(body, limit)  # 47: zlib or gzip, told by the header
    except zlib.error:
        return body


def _fail(line: Line, error: Exception) -> NoReturn:
    """Raises what the caller may see: our own sentence, and no link to an error that holds the request."""
    known = line.failure
    line.failure = None
    if known is not None:
        raise known.with_traceback(None)
    if line.wire.late or line.wire.full:
        outcome = Outcome.TIMED_OUT if line.wire.late else Outcome.TRUNCATED
        raise UnansweredError(outcome, line.wire.cut())
    causes = _causes(error)
    if any(isinstance(cause, http.client.RemoteDisconnected) for cause in causes):
        raise UnansweredError(Outcome.CLOSED, "closed by the device without an answer")
    if any(isinstance(cause, http.client.BadStatusLine) for cause in causes):
        raise UnansweredError(Outcome.NOT_THIS_PROTOCOL, "the answer is not HTTP")
    if any(isinstance(cause, TimeoutError | ReadTimeoutError) for cause in causes):
        raise UnansweredError(Outcome.TIMED_OUT, "no answer in time")
    if any(isinstance(cause, ConnectionError) for cause in causes):
        raise UnansweredError(Outcome.CLOSED, "closed by the device")
    raise UnansweredError(Outcome.MALFORMED, f"an answer that breaks HTTP's rules ({type(causes[-1]).__name__})")


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    todo: list[object] = [error]
    while todo:
        item = todo.pop()
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            todo += [item.__cause__, item.__context__, getattr(item, "reason", None), *item.args]
    return found


class Login(AuthBase):
    """Answers one challenge of the device, once, with a digest (RFC 7616) made by requests.

    Never before the device has asked, never to a challenge that broke off or cannot be computed rightly (a wrong
    answer counts towards a lock-out), never where the device says that the account is locked. The password itself
    (Basic, RFC 7617) goes out only with ``clear_text``. Of the last request, ``sent`` tells whether an answer was
    given, ``left_out`` why not.
    """

    def __init__(self, username: str, password: Secret, *, clear_text: bool) -> None:
        self._username, self._password, self._clear_text = username, password, clear_text
        self.sent = False
        self.left_out = ""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Listens for the challenge; ``request`` itself goes out without credentials."""
        self.sent, self.left_out = False, ""
        request.register_hook("response", self._challenged)  # type: ignore[no-untyped-call]  # requests' own
        return request

    def _challenged(self, response: requests.Response, **how: Any) -> requests.Response:
        if response.status_code != 401:
            return response
        lowered = response.content[:4096].lower()
        if any(words in lowered for words in _LOCKED):
            self.left_out = "the device says that the account is locked"
            return response
        headers = response.raw.headers.getlist("WWW-Authenticate")
        best = max((item for header in headers if (item := _digest(header))), default=None)
        if best is not None:
            response.headers["WWW-Authenticate"] = best[1]
            self.sent = True
            maker = HTTPDigestAuth(self._username, self._password.reveal())
            maker(requests.PreparedRequest())  # prepares the state that handle_401 counts with
            answer: requests.Response = maker.handle_401(response, **how)  # type: ignore[no-untyped-call]
            return answer
        if not any(header.lower().lstrip().startswith("basic") for header in headers):
            self.left_out = "the device asks for credentials in a way that camscan does not answer"
            return response
        if not self._clear_text:
            self.left_out = "the device wants the password itself, which goes out only with clear_text = true"
            return response
        self.sent = True
        again = HTTPBasicAuth(self._username.encode(), self._password.reveal().encode())(response.request.copy())
        return response.connection.send(again, **how)


def _digest(header: str) -> tuple[int, str] | None:
    """Rank and text of the digest challenge in ``header``, if it is one that requests answers rightly. Only what
    the answer needs is kept, spelled as requests expects it."""
    start = header.lower().find("digest ")
    if start < 0 or len(header) > 4096 or not (header.isascii() and header.isprintable()):
        return None
    given: dict[str, str | None] = parse_dict_header(header[start + 7 :])  # type: ignore[no-untyped-call]
    fields = {name.lower(): value for name, value in given.items() if value is not None}
    algorithm, quality = fields.get("algorithm", "").upper() or None, fields.get("qop")
    if quality is not None:
        if "auth" not in [word.strip() for word in quality.split(",")]:
            return None
        fields["qop"] = "auth"
    kept = {name: fields[name] for name in ("realm", "nonce", "qop", "opaque", "algorithm") if name in fields}
    odd = any('"' in value or "\\" in value for value in kept.values())
    if algorithm not in _ALGORITHMS or odd or "realm" not in kept or not kept.get("nonce"):
        return None
    return _ALGORITHMS.index(algorithm), "Digest " + ", ".join(f'{name}="{value}"' for name, value in kept.items())


class GatedSession(requests.Session):
    """A session bound to one device. ``wire`` are the bytes of the last answer as they came."""

    def __init__(self, line: Line, contact: str) -> None:
        super().__init__()
        self._line = line
        self.trust_env = False
        self.verify = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers.update({"User-Agent": user_agent(contact), "Accept-Encoding": "identity", "Connection": "close"})
        self.adapters.clear()
        self.mount("http://", _Adapter(line))
        self.mount("https://", _Adapter(line))

    @property
    def wire(self) -> bytes:
        """The last answer, head and body, at most ``byte_cap`` bytes."""
        return bytes(self._line.wire.heard)

    @property
    def proofs(self) -> list[str]:
        """All that was sent and shows knowledge of a password. Whoever keeps answers takes it out of them first;
        who sends such proof within a body adds it here."""
        return self._line.proofs

    @property
    def cut(self) -> str:
        """Why the last answer was cut short, or an empty string."""
        return self._line.wire.cut()

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """As requests, but for redirects and proxies. Raises UnansweredError, OutOfScopeError, AuditError."""
        return super().send(request, **{**kwargs, "allow_redirects": False, "proxies": {}, "verify": False})

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: even to work out the next address of a hostile Location is more than we want."""

    def abort(self) -> None:
        """Ends what is going on and lets nothing more begin. From any thread."""
        self._line.stopped = True
        self._line.wire.shut()


def gated_session(
    gate: Gate,
    ip: IPAddress,
    *,
    contact: str,
    purpose: str = "owner",
    deadline: float = ANSWER_SECONDS,
    byte_cap: int = BYTE_CAP,
) -> GatedSession:
    """A requests session that reaches ``ip`` and nothing else, for one worker thread at a time.

    Each question is one connection: admitted by ``gate`` (bind it to its event loop first), recorded as ``purpose``,
    ended after ``deadline`` seconds in all, read up to ``byte_cap`` bytes. ``contact`` stands in the User-Agent.
    """
    return GatedSession(Line(gate, ip, purpose, deadline, byte_cap), contact)
