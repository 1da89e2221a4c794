"""The last words of an answer: those of the question, of the moment, and fresh ones."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from lab_tools import host

from camscan.errors import UsageError
from camscan.lab.estate import profiles


def test_words_of_the_question_come_first() -> None:
    device = host("wiki")
    assert device.fill(device.compile("${counter} ${cseq}"), {"cseq": "7", "counter": "x"}) == "x 7"


def test_fresh_words_are_fresh() -> None:
    device = host("wiki")
    template = device.compile("${fresh_uuid} ${nonce:16} ${counter}")
    assert device.fill(template) != device.fill(template)
    assert len(device.state.nonces) == 2


def test_fixed_words_are_not() -> None:
    device = host("wiki")
    assert device.fixed("${ip} ${mac}") == f"{device.place.ip} {device.device.mac}"
    with pytest.raises(UsageError, match="nonce"):
        device.fixed("${nonce}")


def test_the_clock_may_be_wrong() -> None:
    old = profiles()["wiki"].model_copy(update={"name": "old", "clock_offset": -3 * 86400})
    device = host(old)
    behind = datetime.now(UTC) - parsedate_to_datetime(device.fill(device.compile("${date}")))
    assert timedelta(days=2, hours=23) < behind < timedelta(days=3, hours=1)
    assert device.fill(device.compile("${utc:%Y}")) == f"{device.now():%Y}"
