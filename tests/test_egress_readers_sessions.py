import pytest

from camscan.egress.readers import sessions
from camscan.egress.readers.sessions import News, Sessions


def test_a_session_told_three_times_is_counted_once() -> None:
    told = Sessions()
    assert told.news("7", None, None, ended=False) == News(1, None, None)
    assert told.news("7", 100, 10, ended=False) == News(0, 100, 10)
    assert told.news("7", 150, 10, ended=True) == News(0, 50, 0)


def test_a_number_used_again_is_a_new_session() -> None:
    told = Sessions()
    assert told.news("7", 100, 10, ended=True) == News(1, 100, 10)
    assert told.news("7", 5, 1, ended=True) == News(1, 5, 1)


def test_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "OPEN_LIMIT", 1)
    told = Sessions()
    told.news("7", 1, 1, ended=False)
    told.news("8", 1, 1, ended=False)
    assert told.news("7", 2, 2, ended=True) == News(1, 2, 2)
