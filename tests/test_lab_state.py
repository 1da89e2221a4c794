"""What a device remembers."""

import base64

from camscan.lab.state import ASKED_LIMIT, NONCES_KEPT, State


def test_it_locks_after_so_many_failures() -> None:
    state = State(lockout=3)
    state.failed_logins = 2
    assert not state.locked
    state.failed_logins = 3
    assert state.locked
    assert state.report()["locked"] is True


def test_who_has_left_is_not_counted_as_there() -> None:
    class Talker:
        def __init__(self, *, gone: bool) -> None:
            self.gone = gone

        def at_eof(self) -> bool:
            return self.gone

    state = State(lockout=3)
    state.talking |= {Talker(gone=False), Talker(gone=True), Talker(gone=False)}
    assert state.open_now == 2


def test_questions_are_counted_up_to_a_limit() -> None:
    state = State(lockout=3)
    for number in range(ASKED_LIMIT + 50):
        state.ask(f"GET /{number}")
    state.ask("GET /1")
    assert len(state.asked) == ASKED_LIMIT
    assert state.asked["GET /1"] == 2


def test_warnings_are_kept_up_to_a_limit() -> None:
    state = State(lockout=3)
    for _ in range(ASKED_LIMIT + 50):
        state.warn("x" * 1000)
    assert len(state.unsafe) == ASKED_LIMIT
    assert len(state.unsafe[0]) == 200


def test_nonces_have_the_maker_s_form_and_are_remembered() -> None:
    state = State(lockout=3)
    assert len(state.nonce("20")) == 20
    left, colon, right = state.nonce("timed").partition(":")
    assert (len(left), colon, right.isdecimal()) == (32, ":", True)
    assert base64.b64decode(state.nonce("onvif")).startswith(b"onvif-digest:")
    assert len(state.nonces) == 3
    for _ in range(NONCES_KEPT * 2):
        state.nonce("8")
    assert len(state.nonces) == NONCES_KEPT
