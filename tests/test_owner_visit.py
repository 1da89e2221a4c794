"""What a visit knows, and what it keeps out of what is stored."""

from ipaddress import ip_address
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from visits import CANARY, login

from camscan.evidence import Evidence, IPAddress, Outcome
from camscan.owner.visit import Reading, Visit, counts_attempts, told_more

if TYPE_CHECKING:
    from camscan.net.session import GatedSession


def visit(ip: IPAddress, port: int = 80, *, tls: bool = False, password: str = CANARY) -> Visit:
    session = cast("GatedSession", SimpleNamespace(proofs=["proof-of-it", "abc"]))
    return Visit(session, ip, port, "isapi", login(password=password), tls)


@pytest.mark.parametrize(
    ("ip", "port", "tls", "expected"),
    [
        ("10.1.0.5", 80, False, "http://10.1.0.5/x"),
        ("10.1.0.5", 443, False, "http://10.1.0.5:443/x"),
        ("10.1.0.5", 443, True, "https://10.1.0.5/x"),
        ("fd00::1", 8080, False, "http://[fd00::1]:8080/x"),
        ("fe80::1%eth0", 80, False, "http://[fe80::1]/x"),
    ],
)
def test_the_address_is_always_the_one_that_was_asked(ip: str, port: int, tls: bool, expected: str) -> None:
    assert visit(ip_address(ip), port, tls=tls).url("/x") == expected


def test_notes_say_door_and_question() -> None:
    note = visit(ip_address("10.1.0.5")).note("page", Outcome.OK, evidence=(Evidence("owner.model", "A"),))
    assert (note.probe, note.port, note.values("owner.model")) == ("owner.isapi.page", 80, ("A",))


def test_scrubs_password_and_proofs_but_not_what_is_too_short_to_be_told_apart() -> None:
    raw = f"{CANARY} proof-of-it abc".encode()
    assert visit(ip_address("10.1.0.5")).scrub(raw) == b"[removed] [removed] abc"
    assert visit(ip_address("10.1.0.5"), password="DS-2").scrub(b"DS-2CD") == b"DS-2CD"


def test_a_reading_grows() -> None:
    note = visit(ip_address("10.1.0.5")).note("page", Outcome.OK)
    reading = Reading().plus(note, sent=True, rejected=True).plus(note)
    assert (reading.sent, reading.rejected, len(reading.observations)) == (True, True, 2)


@pytest.mark.parametrize(
    ("outcome", "sent", "settled"),
    [
        (Outcome.OK, False, True),
        (Outcome.AUTH_REQUIRED, False, True),
        (Outcome.NOT_THIS_PROTOCOL, False, False),
        (Outcome.TIMED_OUT, False, False),
        (Outcome.TIMED_OUT, True, True),
    ],
)
def test_what_settles_where_the_door_is(outcome: Outcome, *, sent: bool, settled: bool) -> None:
    note = visit(ip_address("10.1.0.5")).note("page", outcome)
    assert Reading().plus(note, sent=sent).settles_it is settled
    assert not Reading().settles_it


def test_words_that_count_attempts() -> None:
    assert counts_attempts(b"<lockStatus>unlock</lockStatus>")
    assert not counts_attempts(b"<DeviceInfo><model>DS-2CD</model></DeviceInfo>")
    assert not counts_attempts(b"x" * 5000 + b"lockStatus")
    assert not counts_attempts(b"")


def test_nothing_of_it_can_be_printed() -> None:
    assert CANARY not in repr(visit(ip_address("10.1.0.5")))


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("owner.model", True),
        ("owner.mac", True),
        ("owner.rejected", False),
        ("owner.door", False),
        ("onvif.time", False),
    ],
)
def test_what_everybody_hears_is_not_told_to_the_owner(field: str, *, told: bool) -> None:
    note = visit(ip_address("10.1.0.5")).note("page", Outcome.OK, evidence=(Evidence(field, "A"),))
    assert told_more([note]) is told
