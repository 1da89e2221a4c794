from dataclasses import FrozenInstanceError

import pytest

from camscan.interrogate.shape import Conversation, Question, always


def test_a_question_that_says_nothing_of_its_length_is_whole() -> None:
    question = Question("x", b"", always, lambda _raw: ())
    assert question.whole(b"")
    assert always(b"anything")


def test_a_conversation_is_plain_and_frozen() -> None:
    knock = Conversation("knock", 80, ())
    assert not knock.tls
    with pytest.raises(FrozenInstanceError):
        knock.port = 81  # type: ignore[misc]
