"""Packets of a live interface, played back."""

from collections.abc import Iterator
from typing import Self

import pytest
from egress_makers import START
from listen_makers import CAMERA, OTHER, Heard, arp, datagram, hello

from camscan.egress.source import InputError
from camscan.listen import live
from camscan.listen.live import hear, latest
from camscan.net.mirror import Captured


class Played:
    """A mirror of given frames; None is a second without a packet."""

    def __init__(self, *frames: bytes | None, link: int = 1) -> None:
        self.interface, self.link = "eth1", link
        self.present, self.received, self.dropped = True, len(frames), 0
        self._frames = frames

    def __iter__(self) -> Iterator[Captured | None]:
        for number, frame in enumerate(self._frames):
            yield None if frame is None else Captured(START + number, self.link, frame, len(frame))

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


def test_what_came_is_heard_and_counted() -> None:
    found = Heard()
    tally = hear(Played(arp(CAMERA), None, hello()), found.listening, lambda: False)
    assert (tally.records, dict(tally.skipped)) == (2, {})
    (one,) = [one for (_, several) in found.kept.items() for one in several if one.probe == "sadp"]
    assert (one.interface, one.detail) == ("eth1", "")


def test_it_ends_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(None, arp(CAMERA), hello(), None, hello())
    answers = iter([False, True, True, True])
    assert hear(played, Heard().listening, lambda: next(answers)).records == 2  # what waited is still read
    monkeypatch.setattr(live, "LEFT_SECONDS", 0.0)
    answers = iter([False, True])
    assert hear(played, Heard().listening, lambda: next(answers)).records == 1


def test_media_is_passed_over_but_for_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0
    found = Heard()
    packet = found.listening.packet

    def counted(*given: object) -> object:
        nonlocal looked
        looked += 1
        return packet(*given)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(found.listening, "packet", counted)
    media = datagram(CAMERA, OTHER, (40_000, 40_001), bytes(500))
    assert hear(Played(*[media] * 1000), found.listening, lambda: False).records == 1000
    assert looked == 1 + 1000 // 256


def test_what_was_heard_is_saved_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SAVE_SECONDS", 0.0)
    found, seen = Heard(), []

    def over() -> bool:
        seen.append(len(found.kept))
        return False

    hear(Played(arp(CAMERA), hello()), found.listening, over)
    assert seen == [1, 1]


def test_an_interface_of_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(InputError, match="link type 127"):
        hear(Played(link=127), Heard().listening, lambda: False)


def test_clocks_may_be_a_little_ahead() -> None:
    assert latest() > START
