import struct
from pathlib import Path

import pytest
from egress_makers import (
    CAMERA,
    CLOUD,
    RECORDER,
    START,
    datagram,
    ip_packet,
    pcap,
    pcapng,
    pcapng_block,
    read,
    tcp,
    visit,
)
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress import source as source_module
from camscan.egress.flow import Flow
from camscan.egress.readers.pcap import CUT_OFF, LYING
from camscan.egress.readers.pcapng import PCAPNG
from camscan.egress.source import InputError

TSRESOL_NANO = struct.pack("<HHB3x", 9, 1, 9)
TSRESOL_POWER_OF_TWO = struct.pack("<HHB3x", 9, 1, 0x80 | 10)


def flows(content: bytes, folder: Path) -> list[Flow]:
    return [item for item in read(PCAPNG, content, folder)[0] if isinstance(item, Flow)]


@pytest.mark.parametrize(("options", "unit"), [(b"", 1e-6), (TSRESOL_NANO, 1e-9), (TSRESOL_POWER_OF_TWO, 2.0**-10)])
def test_times_have_the_resolution_the_interface_tells(options: bytes, unit: float, tmp_path: Path) -> None:
    (flow,) = flows(pcapng(visit(), options=options, unit=unit), tmp_path)
    assert flow.first == pytest.approx(START, abs=0.01)
    assert flow.peer == CLOUD


def test_a_second_section_has_its_own_interfaces(tmp_path: Path) -> None:
    raw = [ip_packet(CAMERA, "198.51.100.7", 6, tcp(1, 443, 2))]
    found = flows(pcapng(visit()) + pcapng(raw, 101), tmp_path)
    assert {flow.peer for flow in found} == {CLOUD, "198.51.100.7"}


def test_a_link_type_that_is_not_read_fails_loudly_where_it_is_all_there_is(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="link type 127"):
        read(PCAPNG, pcapng(visit(), 127), tmp_path)
    _, tally = read(PCAPNG, pcapng(visit(), 127) + pcapng(visit()), tmp_path)
    assert (tally.records, tally.skipped) == (4, {"link type 127 is not read": 4})


def test_oddities_are_counted(tmp_path: Path) -> None:
    lost = pcapng_block(6, struct.pack("<IIIII", 9, 0, 0, 4, 4) + b"abcd")
    liar = pcapng_block(6, struct.pack("<IIIII", 0, 0, 0, 4_000, 4) + b"abcd")
    simple = pcapng_block(3, struct.pack("<I", 4) + b"abcd")
    unknown = pcapng_block(0xBAD, b"abcd")
    _, tally = read(PCAPNG, pcapng(visit()) + lost + liar + simple + unknown, tmp_path)
    assert tally.records == 4
    assert sum(tally.skipped.values()) == 3


def test_truncation_anywhere_is_survived_and_told(tmp_path: Path) -> None:
    whole = pcapng(visit())
    for end in range(60, len(whole)):
        _, tally = read(PCAPNG, whole[:end], tmp_path)
        assert set(tally.skipped) <= {CUT_OFF}
    _, tally = read(PCAPNG, whole + struct.pack("<III", 6, 13, 0), tmp_path)
    assert tally.skipped == {LYING: 1}


def test_small_chunks_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = [datagram(CAMERA, RECORDER, (20_000, 30_000), bytes(400))] * 600
    content = pcapng([*stream, *visit()])
    whole, tally = read(PCAPNG, content, tmp_path)
    assert tally.records == 604
    monkeypatch.setattr(source_module, "HEAD", 100)
    monkeypatch.setattr(source_module, "CHUNK", 333)
    again, tally = read(PCAPNG, content, tmp_path)
    assert (again, tally.records) == (whole, 604)


def test_a_pcap_is_not_taken_for_a_pcapng() -> None:
    assert not PCAPNG.recognises(pcap([]))


@given(st.binary(max_size=300))
def test_any_bytes_after_the_header_are_survived(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    read(PCAPNG, pcapng([]) + data, tmp_path_factory.mktemp("pcapng"))
