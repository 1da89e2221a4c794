import pytest
from egress_makers import START

from camscan.egress.netflow.moments import Header, ntp, span

NTP_START = int(START) + 2_208_988_800 << 32


def header(uptime: int | None = None) -> Header:
    return Header("x", 9, 0, START, uptime)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"first_ms": int(START * 1000) - 1500, "last_ms": int(START * 1000)}, (START - 1.5, START)),
        ({"first_s": int(START) - 9, "last_s": int(START) - 8}, (START - 9, START - 8)),
        ({"first_ntp": NTP_START + (1 << 31), "last_ntp": NTP_START + (1 << 31)}, (START + 0.5, START + 0.5)),
        ({"first_ago": 3_000_000, "last_ago": 1_000_000}, (START - 3, START - 1)),
        ({"first_ms": int(START * 1000), "lasted_ms": 4000}, (START, START + 4)),
        ({"first_s": int(START), "lasted_us": 500_000}, (START, START + 0.5)),
        ({"at_ms": int(START * 1000) - 1}, (START - 0.001, START - 0.001)),
        ({"at_s": 5}, (5, 5)),
        ({"at_ntp": NTP_START}, (START, START)),
        ({"last_s": 7}, (7, 7)),
        ({"first_s": 9, "last_s": 7}, (9, 9)),
        ({}, (START, START)),
    ],
)
def test_a_time_is_told_in_many_ways(values: dict[str, int], told: tuple[float, float]) -> None:
    assert span(values, header(), None) == told


@pytest.mark.parametrize(
    ("uptime", "first", "ago"),
    [
        (10_000, 4_000, 6.0),
        (1_000, 2**32 - 4_000, 5.0),  # the count has gone round in between
        (0, 2**32 - 1_000, 1.0),
        (1_000, 1_500, -0.5),  # the flow was seen after the message was stamped
    ],
)
def test_uptime_goes_round(uptime: int, first: int, ago: float) -> None:
    assert span({"first_uptime": first, "last_uptime": first}, header(uptime), None)[0] == START - ago


def test_ipfix_tells_when_the_exporter_started_in_options() -> None:
    started = int(START * 1000) - 2**32 - 10_000
    values = {"first_uptime": 4_000, "last_uptime": 5_000}
    assert span(values, header(), started) == (START - 6, START - 5)
    assert span({**values, "started_ms": int(START * 1000) - 9_000}, header(), None) == (START - 5, START - 4)
    assert span(values, header(), None) == (START, START)


def test_ntp_counts_from_1900() -> None:
    assert ntp(2_208_988_800 << 32) == 0
