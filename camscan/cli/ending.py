"""How what runs without end is ended: Ctrl-C, SIGTERM, or a time that was given."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Ending:
    """Whether it is over: after ``lasts`` seconds, or when somebody ``asked``."""

    def __init__(self, lasts: float | None = None) -> None:
        self._until = time.monotonic() + lasts if lasts is not None else float("inf")
        self.asked = False

    def __call__(self) -> bool:
        """Whether it is over now."""
        return self.asked or time.monotonic() >= self._until

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Ctrl-C and SIGTERM ask for the end, so that what is being written is written to its end. Whoever cannot wait
        presses Ctrl-C once more."""
        before = {one: signal.signal(one, self._end) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
