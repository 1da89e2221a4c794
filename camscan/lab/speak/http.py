"""A simulated device's web server: pages word for word, logins, and the ways in which such servers go wrong."""

from dataclasses import dataclass

from camscan.lab.host import Host
from camscan.lab.icon import icon_with_hash
from camscan.lab.line import HangUpError, Line
from camscan.lab.model import Answer, Http, Page, Tls
from camscan.lab.speak.auth import Login, check_http, check_soap
from camscan.lab.speak.onvif import READ_ONLY, OnvifService
from camscan.lab.template import Template

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_LONGER = b"<!-- this was not promised -->" * 20


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    target: str
    version: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class _Ready:
    """An answer with everything fixed filled in."""

    head: Template
    body: Template
    raw: bytes


class HttpDoor:
    """One port of one device."""

    def __init__(self, host: Host, spec: Http) -> None:
        self.port: int = spec.port
        self.tls: Tls | None = spec.tls
        self._host, self._spec = host, spec
        self._pages = [(page, self._ready(page), self._granted(page)) for page in spec.pages]
        self._missing = self._ready(spec.missing)
        scopes = host.device.profile.wsd.scopes if host.device.profile.wsd else ()
        self._onvif = OnvifService(host, spec.onvif, scopes) if spec.onvif else None

    async def talk(self, line: Line) -> None:
        """Answers requests until either side has had enough."""
        again = True
        while again:
            request = await _read(line)
            if request is None:
                return
            self._host.state.ask(f"HTTP {request.method} {request.target}")
            again = await self._respond(line, request)

    def _is_read_only_soap(self, request: _Request) -> bool:
        """Whether it is an ONVIF question that only reads, put to a web server that knows no ONVIF."""
        call = check_soap(self._host, request.body) if request.path.startswith("/onvif/") else None
        return call is not None and call.operation.startswith(READ_ONLY) and call.login is Login.NONE

    async def _respond(self, line: Line, request: _Request) -> bool:
        """Sends the answer; whether the connection stays open."""
        if self._onvif is not None and self._spec.onvif and request.path == self._spec.onvif.path:
            soap = self._onvif.answer(request.body)
            lines = (f"{self._spec.version} {soap.status}", *self._spec.onvif.headers)
            head, body = self._host.compile("\r\n".join(lines) + "\r\n\r\n"), soap.body.encode()
        else:
            if request.method not in _SAFE_METHODS and not self._is_read_only_soap(request):
                self._host.state.warn(f"HTTP {request.method} {request.target}")
            ready = self._choose(request)
            body = ready.raw or self._host.fill(ready.body).encode()
            head = ready.head
        text = self._host.fill(head, {"length": str(len(body))})
        if request.method == "HEAD":
            body = b""
        quirks = self._host.awkward
        await line.send(text.encode() + body + (_LONGER if quirks.longer_body else b""))
        if quirks.endless_body:
            await line.forever()
        lowered = text.lower()
        framed = "content-length:" in lowered and not quirks.longer_body
        wanted = request.version == "HTTP/1.1" and request.headers.get("connection", "").lower() != "close"
        return framed and wanted and "connection: close" not in lowered

    def _choose(self, request: _Request) -> _Ready:
        for page, closed, opened in self._pages:
            if not _fits(page.path, request):
                continue
            if opened is None:
                return closed
            login = check_http(
                self._host,
                page.scheme,
                self._host.fixed(page.realm),
                request.method,
                request.target,
                request.headers.get("authorization", ""),
            )
            return opened if login is Login.RIGHT else closed
        return self._missing

    def _granted(self, page: Page) -> _Ready | None:
        return self._ready(page.granted) if page.granted else None

    def _ready(self, answer: Answer) -> _Ready:
        head = "\r\n".join((f"{self._spec.version} {answer.status}", *answer.headers)) + "\r\n\r\n"
        raw = icon_with_hash(answer.icon) if answer.icon is not None else b""
        return _Ready(self._host.compile(head), self._host.compile(answer.body), raw)


def _fits(path: str, request: _Request) -> bool:
    if path.endswith("*"):
        return request.target.startswith(path.removesuffix("*"))
    return path in (request.target, request.path)


async def _read(line: Line) -> _Request | None:
    """The next request, or None: what came is no HTTP. Raises HangUpError where nothing more comes."""
    head = await line.head("HTTP")
    if head is None or head[0].count(" ") != 2:
        return None
    method, target, version = head[0].split(" ")
    length = head[1].get("content-length", "0")
    if not length.isdecimal() or len(length) > 8:
        raise HangUpError
    return _Request(method, target, version, head[1], await line.exactly(int(length)))
