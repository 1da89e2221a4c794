"""A secret cannot get out by accident."""

import copy
import dataclasses
import json
import logging
import pickle
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.safe.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

CANARY = "canary-7f3a"


@given(st.text(min_size=1))
def test_only_reveal_gives_it(value: str) -> None:
    secret = Secret(value)
    assert secret.reveal() == value
    assert {repr(secret), str(secret), f"{secret}", f"{secret!r:>3}", format(secret, "s")} == {"***"}
    assert "%s %r" % (secret, secret) == "*** ***"  # noqa: UP031 - logging formats this way


def test_it_is_not_serialised(recwarn: pytest.WarningsRecorder) -> None:
    secret = Secret(CANARY)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps(secret, protocol)
    takers: tuple[Callable[[Any], object], ...] = (json.dumps, copy.copy, copy.deepcopy, vars, list, bytes)
    for take in takers:
        with pytest.raises(TypeError) as caught:
            take(secret)
        assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert not recwarn.list


def test_it_does_not_reach_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("camscan").info("login as %s with %r", "admin", {"password": Secret(CANARY)})
    assert CANARY not in caplog.text
    assert "***" in caplog.text


def test_it_does_not_show_in_what_holds_it() -> None:
    @dataclasses.dataclass(frozen=True)
    class Login:
        user: str
        password: Secret

    login = Login("admin", Secret(CANARY))
    assert CANARY not in repr(login)
    with pytest.raises(TypeError):
        dataclasses.asdict(login)


def test_it_compares_by_value_and_never_equals_text() -> None:
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
