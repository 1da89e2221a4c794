"""Read-only questions over HTTP with the owner's login: a digest, made for the device's own challenge."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camscan.errors import ParseError
from camscan.evidence import Evidence, Outcome
from camscan.interrogate import http
from camscan.interrogate.head import Reply
from camscan.net.line import UnansweredError
from camscan.owner.visit import Reading, Visit, counts_attempts

if TYPE_CHECKING:
    from camscan.net.session import Login


@dataclass(frozen=True, slots=True)
class Page:
    """One GET: ``path`` with its query, and what reads the body. ``parse`` is total: evidence, or ParseError."""

    name: str
    path: str
    parse: Callable[[bytes], tuple[Evidence, ...]]


def read(visit: Visit, pages: tuple[Page, ...]) -> Reading:
    """Asks for ``pages`` in order, until one is not answered or the login is refused. Blocks; raises AuditError."""
    from camscan.net.session import Login

    login = Login(visit.login.username, visit.login.password, clear_text=visit.login.clear_text)
    reading, trusted = Reading(), False
    for page in pages:
        try:
            visit.session.get(visit.url(page.path), auth=login)
        except UnansweredError as error:
            raw = visit.scrub(visit.session.wire)
            return reading.plus(visit.note(page.name, error.outcome, str(error), raw), sent=login.sent)
        reading, trusted, go_on = _understand(visit, page, login, reading, trusted=trusted)
        if not go_on:
            break
    return reading


def _understand(
    visit: Visit, page: Page, login: "Login", reading: Reading, *, trusted: bool
) -> tuple[Reading, bool, bool]:
    """The reading so far, whether the device trusts us, and whether to ask on."""
    raw, cut = visit.scrub(visit.session.wire), visit.session.cut
    try:
        reply = http.read(raw)
    except ParseError as error:
        return reading.plus(visit.note(page.name, Outcome.MALFORMED, str(error), raw), sent=login.sent), trusted, False
    evidence, problem = _evidence(page, reply)
    refused = reply.status in (401, 403) or (login.sent and evidence is None and counts_attempts(reply.body))
    if refused and login.sent and not trusted:
        note = visit.note(
            page.name, Outcome.AUTH_REQUIRED, "the login was refused", raw, (Evidence("owner.rejected", visit.door),)
        )
        return reading.plus(note, sent=True, rejected=True), False, False
    if refused:
        why = "this login may not read that" if trusted else "the device refuses without asking for a login"
        why = login.left_out or why
        return reading.plus(visit.note(page.name, Outcome.AUTH_REQUIRED, why, raw), sent=login.sent), trusted, trusted
    if evidence is None:
        outcome = Outcome.TRUNCATED if cut else Outcome.NOT_THIS_PROTOCOL
        go_on = not cut and (trusted or (login.sent and reply.status in (400, 404)))
        return reading.plus(visit.note(page.name, outcome, cut or problem, raw), sent=login.sent), trusted, go_on
    if login.sent and not trusted:
        visit.accepted()
    found = (Evidence("owner.door", visit.door), *evidence)
    outcome = Outcome.TRUNCATED if cut else Outcome.OK
    return (
        reading.plus(visit.note(page.name, outcome, cut, raw, found), sent=login.sent),
        trusted or login.sent,
        not cut,
    )


def _evidence(page: Page, reply: Reply) -> tuple[tuple[Evidence, ...] | None, str]:
    if 300 <= reply.status < 400:
        return None, "the device sends us to another address; that is not followed with a login"
    if reply.status != 200:
        return None, f"not offered here (status {reply.status})"
    try:
        return page.parse(reply.body), ""
    except ParseError as error:
        return None, str(error)
