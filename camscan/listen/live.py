"""Listens to a live interface: the packets of a mirror port into a Listening, for as long as it is wanted."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from camscan.egress.link import ETHERNET, LINKS, unsupported
from camscan.egress.sieve import SAMPLE, Sieve, key_of
from camscan.egress.source import InputError, Tally
from camscan.listen.listening import Listening, Where
from camscan.net.mirror import Mirror

SAVE_SECONDS = 60.0
"""What was heard is handed over so often, so that a machine that fails loses little."""

LEFT_SECONDS = 1.0
"""When it is over, so long are packets taken in that came before."""

AHEAD = timedelta(days=1)
"""How far a capturing machine's clock may be ahead of ours. A packet from later than that has a damaged time."""


def latest() -> float:
    """The newest time, in seconds since 1970, that a packet may honestly have now."""
    return (datetime.now(UTC) + AHEAD).timestamp()


def hear(mirror: Mirror, listening: Listening, over: Callable[[], bool]) -> Tally:
    """Takes in packets until ``over`` says so, and those that wait then; it is asked after each packet, and each second
    in which none comes. What was read is in the result. Raises InputError for a link type that is not read.
    """
    tally = Tally(kind="live")
    if mirror.link not in LINKS:
        raise InputError(unsupported(mirror.link))
    listening.begin(tally, Where(interface=mirror.interface))
    sieve, saved, ended = Sieve(), time.monotonic(), None
    for captured in mirror:
        if captured is not None:
            tally.records += 1
            _look(listening, sieve, captured.at, captured.link, captured.data, tally.records)
        now = time.monotonic()
        if now - saved >= SAVE_SECONDS:
            saved = now
            listening.latest = latest()
            listening.save()
        if over():
            ended = now if ended is None else ended
            if captured is None or now - ended >= LEFT_SECONDS:
                break
    listening.save(last=True)
    return tally


def _look(listening: Listening, sieve: Sieve, at: float, link: int, data: bytes, number: int) -> None:
    if sieve.dull and number % SAMPLE and key_of(data, 0) in sieve.dull:
        return
    locate = LINKS.get(link)
    if locate is None:
        listening.tally.skip(f"link type {link} is not read")
        return
    listening.packet(at, data, *locate(data), number)
    if listening.dull and link == ETHERNET:
        sieve.add(key_of(data, 0))
    if listening.addresses_changed():
        sieve.dull.clear()
