"""How fast: no window of time holds more packets than the limits say."""

import asyncio
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.evidence import IPAddress
from camscan.net.pacing import BURST_SECONDS, NEW_CONNECTIONS_PER_SECOND, Bucket, Pacer, subnet_name, subnet_of
from camscan.scope import Limits

A, B, C = ip_address("10.1.0.1"), ip_address("10.1.0.2"), ip_address("10.1.1.1")


@given(
    st.floats(1, 10_000),
    st.lists(st.tuples(st.floats(0, 0.5), st.integers(1, 20)), min_size=1, max_size=60),
)
def test_no_window_holds_more_than_the_rate_allows(rate: float, asked: list[tuple[float, int]]) -> None:
    bucket, now = Bucket(rate), 100.0
    sent: list[tuple[float, int]] = []
    for pause, amount in asked:
        now += pause
        wait = bucket.reserve(now, amount)
        assert wait >= 0
        sent.append((now + wait, amount))
    for first in range(len(sent)):
        total = 0
        for at, amount in sorted(sent)[first:]:
            window = at - sorted(sent)[first][0]
            # What may run ahead, and the last one, which is let through as soon as its place is reached.
            assert total <= rate * (window + BURST_SECONDS) + 1e-6 * rate + max(item[1] for item in sent)
            total += amount


def test_a_rested_bucket_lets_the_first_through_at_once_and_no_more_than_its_burst() -> None:
    bucket = Bucket(100, burst_seconds=0.05)
    waits = [bucket.reserve(50.0, 1) for _ in range(10)]
    assert waits[:6] == pytest.approx([0, 0, 0, 0, 0, 0])
    assert waits[6:] == pytest.approx([0.01, 0.02, 0.03, 0.04])
    assert bucket.reserve(5_000.0, 1) == 0  # a long rest is not saved up
    assert bucket.reserve(5_000.0, 1_000) == 0
    assert bucket.reserve(5_000.0, 1) == pytest.approx(10.01 - 0.05)


class Clock:
    """Time that passes only where somebody sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        monkeypatch.setattr(asyncio, "sleep", self.sleep)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def limits(total: int, subnet: int, host: int) -> Limits:
    return Limits(packets_per_second=total, per_subnet=subnet, per_host=host)


@pytest.mark.parametrize(
    ("targets", "rate"),
    [
        ((A,), 10),
        ((A, ip_address("fe80::1")), 20),
        ((A, B, ip_address("10.1.0.3")), 25),
        ((A, B, ip_address("10.1.0.3"), C, ip_address("10.1.1.2"), ip_address("10.1.1.3")), 40),
        ((None,), 40),
    ],
)
def test_the_narrowest_limit_decides(clock: Clock, targets: tuple[IPAddress | None, ...], rate: int) -> None:
    """Ten to a host, 25 to a /24, 40 in all."""
    pacer = Pacer(limits(40, 25, 10), clock)
    count = 40

    async def send() -> None:
        for number in range(count * len(targets)):
            await pacer.packets(targets[number % len(targets)], 1)

    start = clock.now
    asyncio.run(send())
    sent = count * len(targets)
    ahead = rate * BURST_SECONDS + len(targets)  # every host's own bucket may run ahead
    assert (sent - ahead - 1) / rate <= clock.now - start <= sent / rate


def test_a_slow_host_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        await go_on.wait()

    monkeypatch.setattr(asyncio, "sleep", sleep)
    pacer = Pacer(limits(1_000, 500, 1), lambda: 1_000.0)

    async def run() -> None:
        await pacer.packets(A, 5)
        slow = asyncio.ensure_future(pacer.packets(A, 5))  # must wait five seconds
        await pacer.packets(B, 1)
        await pacer.packets(C, 1)
        assert not slow.done()
        go_on.set()
        await slow

    asyncio.run(run())


def test_connections_at_once_and_new_ones_a_second(clock: Clock) -> None:
    pacer = Pacer(Limits(connections_per_host=2), clock)
    open_now, most, begun = 0, 0, list[float]()

    async def one() -> None:
        nonlocal open_now, most
        async with pacer.connection(A):
            begun.append(clock.now)
            open_now += 1
            most = max(most, open_now)
            for _ in range(5):  # lets all others try
                await asyncio.wait_for(_turn(), None)
            open_now -= 1

    async def run() -> None:
        await asyncio.gather(*(one() for _ in range(20)))

    asyncio.run(run())
    assert most == 2
    assert len(begun) == 20
    for first in begun:
        assert sum(first <= at < first + 1 for at in begun) <= NEW_CONNECTIONS_PER_SECOND + 1


async def _turn() -> None:
    await asyncio.get_running_loop().run_in_executor(None, int)


def test_a_connection_that_failed_gives_its_place_back(clock: Clock) -> None:
    pacer = Pacer(Limits(connections_per_host=1), clock)

    async def run() -> None:
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                async with pacer.connection(A):
                    raise ZeroDivisionError

    asyncio.run(run())


def test_each_subnet_is_told_apart() -> None:
    assert subnet_of(A) == subnet_of(B) != subnet_of(C)
    assert subnet_of(ip_address("fd00::1")) == subnet_of(ip_address("fd00::ffff:1"))
    assert subnet_of(ip_address("fd00:0:0:1::1")) != subnet_of(ip_address("fd00::1"))
    assert subnet_of(ip_address("0.0.1.1")) != subnet_of(ip_address("::1:0:0:0:1"))
    assert subnet_name(B) == "10.1.0.0/24"
    assert subnet_name(ip_address("fd00:0:0:1::9")) == "fd00:0:0:1::/64"
