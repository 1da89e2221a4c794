import socket

import pytest

from camscan.net.selfcheck import multicast_loops


@pytest.mark.skipif(not hasattr(socket, "IP_ADD_MEMBERSHIP"), reason="no multicast in this Python")
def test_multicast_on_loopback_comes_back() -> None:
    assert multicast_loops()


def test_where_a_group_cannot_be_joined_the_answer_is_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camscan.net.selfcheck._LOOPBACK", type("Nowhere", (), {"packed": bytes([192, 0, 2, 254])}))
    assert not multicast_loops(0.2)
