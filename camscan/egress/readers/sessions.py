"""Firewalls that log a session more than once: when it starts, while it lasts, when it ends. Each time they tell what
it has sent in all, so what was told before is taken off."""

from typing import NamedTuple

OPEN_LIMIT = 100_000
"""Sessions remembered; past it the oldest is forgotten, and would be counted anew."""


class News(NamedTuple):
    """What a record adds to what was told of its session before."""

    connections: int
    sent: int | None
    got: int | None


class Sessions:
    """The sessions that have been logged and have not ended."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[int, int]] = {}

    def news(self, key: str, sent: int | None, got: int | None, *, ended: bool) -> News:
        """What a record adds that tells ``sent`` and ``got`` bytes since the start. ``key`` names the session."""
        before = self._open.pop(key, None)
        if not ended:
            if len(self._open) >= OPEN_LIMIT:
                del self._open[next(iter(self._open))]
            self._open[key] = (sent or 0, got or 0)
        if before is None:
            return News(1, sent, got)
        return News(0, _more(sent, before[0]), _more(got, before[1]))


def _more(now: int | None, before: int) -> int | None:
    return None if now is None else max(now - before, 0)
