"""ISAPI, the HTTP interface of Hikvision and its rebrands, asked once and without credentials: the refusal tells.

Its 401 carries ``<userCheck>`` or ``<ResponseStatus>`` and a digest realm. Servers of other makers answer 404, or
send their own page to every path; of those only the status is evidence.
"""

from camscan.errors import ParseError
from camscan.evidence import Evidence
from camscan.interrogate import body, http
from camscan.interrogate.challenge import challenge_evidence
from camscan.interrogate.redirect import authority
from camscan.interrogate.shape import Conversation, Question
from camscan.safe.redact import redact_text
from camscan.safe.xml import parse_device

PATH = "/ISAPI/System/deviceInfo"

_ROOTS = frozenset({"usercheck", "responsestatus", "deviceinfo"})


def parse(raw: bytes) -> tuple[Evidence, ...]:
    """Evidence of the answer to PATH. Raises ParseError."""
    reply = http.read(raw)
    if not reply.status:
        raise ParseError("an answer without a status line")
    status = Evidence("isapi.status", str(reply.status))
    namespace = _namespace(reply.body)
    if reply.status not in (401, 403) and namespace is None:
        return (status,)
    found = [(item.name, item.value) for item in challenge_evidence(reply, "isapi")]
    found += [
        ("isapi.body", redact_text(body.fold(body.text(reply.body)))),
        ("isapi.namespace", namespace or ""),
    ]
    return (status, *(Evidence(name, value) for name, value in found if value))


def _namespace(content: bytes) -> str | None:
    """Namespace of the answer's root; None where it is no document of ISAPI."""
    try:
        root = parse_device(content)
    except ParseError:
        return None
    return root.namespace if root.tag.lower() in _ROOTS else None


def conversation(host: str, port: int, contact: str, *, tls: bool = False) -> Conversation:
    """One GET of PATH, without credentials."""
    send = http.request(authority(host, port, "https" if tls else "http"), PATH, contact=contact)
    question = Question("isapi", send, http.complete, parse, http.whole)
    return Conversation("isapi", port, (question,), tls=tls)
