"""When a flow began and ended: exporters tell it in ten ways."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

_ROUND = 1 << 32
"""Milliseconds after which an exporter's uptime starts again from nought: 49.7 days."""

_NTP_EPOCH = 2_208_988_800
"""Seconds from 1900, where NTP's time begins, to 1970 (RFC 5905, 6)."""


class Header(NamedTuple):
    """Of a message: who sent it, when (seconds since 1970), and how long the exporter was then up in milliseconds
    (None: IPFIX does not tell)."""

    exporter: str
    version: int
    domain: int
    at: float
    uptime: int | None


def span(values: Mapping[str, int], header: Header, started_ms: int | None) -> tuple[float, float]:
    """First and last moment of a record in seconds since 1970. ``started_ms`` is when the exporter started, where it
    told that. Without a time of its own a record is as old as its message."""
    if header.uptime is not None and "first_uptime" in values and "last_uptime" in values:
        began = header.at - _ago(header.uptime, values["first_uptime"]) / 1e3
        return began, max(began, header.at - _ago(header.uptime, values["last_uptime"]) / 1e3)
    first = _moment("first", values, header, started_ms)
    last = _moment("last", values, header, started_ms)
    at = _event(values)
    if first is None:
        first = at if at is not None else last if last is not None else header.at
    if last is None:
        last = first + values.get("lasted_ms", 0) / 1e3 + values.get("lasted_us", 0) / 1e6
    return first, max(first, last)


_FORMS: tuple[tuple[str, Callable[[int, Header], float]], ...] = (
    ("ms", lambda told, _: told / 1e3),
    ("s", lambda told, _: float(told)),
    ("ntp", lambda told, _: ntp(told)),
    ("ago", lambda told, header: header.at - told / 1e6),
)
"""Milliseconds and seconds since 1970, NTP's 64 bits, microseconds before the message."""


def _moment(which: str, values: Mapping[str, int], header: Header, started_ms: int | None) -> float | None:
    for form, read in _FORMS:
        told = values.get(f"{which}_{form}")
        if told is not None:
            return read(told, header)
    return _by_uptime(values.get(f"{which}_uptime"), values.get("started_ms", started_ms), header)


def _by_uptime(told: int | None, started_ms: int | None, header: Header) -> float | None:
    """A moment told in milliseconds since the exporter started."""
    up = header.uptime
    if up is None and started_ms is not None:
        up = round(header.at * 1e3 - started_ms)
    return None if told is None or up is None else header.at - _ago(up, told) / 1e3


def _ago(now: int, then: int) -> int:
    """Milliseconds from ``then`` to ``now``, across the end of the count. Less than nought where the exporter took
    the time of the flow after that of the message."""
    ago = (now - then) % _ROUND
    return ago - _ROUND if ago > _ROUND // 2 else ago


def ntp(value: int) -> float:
    """Seconds since 1970 of NTP's 64 bits."""
    return (value >> 32) - _NTP_EPOCH + (value & 0xFFFF_FFFF) / _ROUND


def _event(values: Mapping[str, int]) -> float | None:
    if "at_ms" in values:
        return values["at_ms"] / 1e3
    if "at_s" in values:
        return float(values["at_s"])
    return ntp(values["at_ntp"]) if "at_ntp" in values else None
