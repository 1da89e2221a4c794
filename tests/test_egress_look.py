"""Whoever looks at packets gets the same ones from each format of capture."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from egress_makers import CAMERA, pcap, pcapng, segment, visit

from camscan.egress.look import Look
from camscan.egress.readers import pcap as pcap_reader
from camscan.egress.readers import pcapng as pcapng_reader
from camscan.egress.source import Source, Tally

Each = Callable[[Source, Look[tuple[float, int, bytes]]], Iterator[tuple[float, int, bytes]]]


class Recorder:
    """Tells the time, number and sender of each packet, and takes ``dull_after`` to be the last of interest."""

    def __init__(self, dull_after: int = 1_000_000) -> None:
        self.dull = False
        self._dull_after = dull_after

    def packet(
        self, at: float, data: bytes, kind: int, start: int, mac: bytes, record: int
    ) -> Iterable[tuple[float, int, bytes]]:
        self.dull = record >= self._dull_after
        return [(at, record, mac)] if kind and start and data else []

    def addresses_changed(self) -> bool:
        return False

    def finish(self) -> Iterable[tuple[float, int, bytes]]:
        return [(0.0, -1, b"")]


@pytest.mark.parametrize(("each", "made"), [(pcap_reader.each, pcap), (pcapng_reader.each, pcapng)])
def test_every_packet_and_then_the_end(each: Each, made: Callable[[list[bytes]], bytes], tmp_path: Path) -> None:
    frames = visit()
    path = tmp_path / "capture"
    path.write_bytes(made(frames))
    with Source.open(path, Tally()) as source:
        told = list(each(source, Recorder()))
    assert [number for _, number, _ in told] == [1, 2, 3, 4, -1]
    assert [mac for _, _, mac in told[:-1]] == [frame[6:12] for frame in frames]


def test_what_is_dull_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(pcap([segment(CAMERA, "10.1.0.5", (554, 9), 16)] * 100))
    with Source.open(path, tally := Tally()) as source:
        told = list(pcap_reader.each(source, Recorder(dull_after=3)))
    assert (len(told), tally.records) == (4, 100)
