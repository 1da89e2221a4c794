"""The end of what runs without end."""

import signal

import pytest

from camscan.cli.ending import Ending


def test_the_time_that_was_given_ends_it() -> None:
    assert Ending(0.0)()
    assert not Ending(3_600.0)()
    assert not Ending()()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_for_the_end_and_the_second_enforces_it(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    ending = Ending()
    with ending.signals():
        signal.raise_signal(number)
        assert (ending.asked, ending()) == (True, True)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
    assert signal.getsignal(number) is before
