import struct

import pytest
from egress_makers import CAMERA, CLOUD, START, packed
from hypothesis import given
from hypothesis import strategies as st
from nfdump_makers import addresses, element, generic, nf_record

from camscan.egress.netflow.exported import Exported
from camscan.egress.netflow.nfrecord import Layout, NfRecord, mac_of


def record_of(data: bytes, order: str = "<") -> NfRecord:
    return NfRecord(data, Layout(data, order))


def told(*elements: bytes, order: str = "<", version: int = 9, flags: int = 0) -> Exported:
    record = record_of(nf_record(generic(order), *elements, order=order, version=version, flags=flags), order)
    one = record.exported(CAMERA, CLOUD, 5)
    assert one is not None
    return one


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_counters_of_a_record(order: str) -> None:
    assert told(order=order) == Exported(
        exporter="1", record=5, source=CAMERA, target=CLOUD, protocol=6, source_port=40_000, target_port=443,
        first=START, last=START + 2, octets=500, flags=0x1B,
    )  # fmt: skip


def test_addresses_of_both_kinds() -> None:
    assert record_of(nf_record(addresses())).ends == (packed(CAMERA), packed(CLOUD))
    one, two = packed("2001:db8::1"), packed("2001:db8::2")
    words = [int.from_bytes(part, "big") for part in (one[:8], one[8:], two[:8], two[8:])]
    assert record_of(nf_record(element(3, struct.pack("<QQQQ", *words)))).ends == (one, two)
    assert record_of(nf_record()).ends == (b"", b"")


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_mac(order: str) -> None:
    assert mac_of(struct.pack(order + "Q", 0x4419B6000001), order).hex() == "4419b6000001"


def test_translation_and_sampling() -> None:
    record = record_of(nf_record(addresses("0.0.0.0", CAMERA, kind=20), flags=2))
    assert (record.translated, record.sampled) == (packed(CAMERA), True)
    record = record_of(nf_record())
    assert (record.translated, record.sampled) == (b"", False)


def test_counters_of_the_other_direction() -> None:
    counts = element(5, struct.pack("<QQQ", 1, 4, 900))
    one = told(counts, version=10)
    assert (one.both, one.back_octets) == (True, 900)
    assert not told(counts, version=9).both
    assert not told(element(5, struct.pack("<QQQ", 1, 3, 500)), version=10).both


def test_events() -> None:
    nsel = element(19, struct.pack("<QIHBB", int(START * 1000) + 7, 9, 0, 1, 0))
    one = told(nsel, element(5, struct.pack("<QQQ", 1, 4, 900)))
    assert (one.event, one.begins, one.by_source, one.octets, one.back_octets) == (True, True, True, 500, 900)
    nat = element(25, struct.pack("<QIBBH", int(START * 1000), 0, 4, 0, 0))
    assert (told(nat).event, told(nat).begins, told(nat).octets) == (True, True, None)
    record = record_of(nf_record(generic(first=0, last=0), nsel)).exported(CAMERA, CLOUD, 1)
    assert record is not None
    assert record.first == START + 0.007


def test_a_record_without_counters_is_none() -> None:
    assert record_of(nf_record(addresses())).exported(CAMERA, CLOUD, 1) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(data: bytes) -> None:
    for order in "<>":
        record = record_of(nf_record(data, order=order), order)
        assert len(record.ends[0]) in (0, 4, 16)
        assert len(record.translated) in (0, 4, 16)
        record.exported(CAMERA, CLOUD, 1)


def test_a_layout_fits_what_is_made_alike() -> None:
    layout = Layout(nf_record(generic(), addresses()), "<")
    assert layout.fits(nf_record(generic(octets=9), addresses(CLOUD, CAMERA)))
    assert not layout.fits(nf_record(addresses(), generic()))
    assert (layout.bare, layout.mac) == (12 + 52 + 4, 0)
    assert Layout(nf_record(addresses(), element(15, bytes(32))), "<").mac == 12 + 12 + 4
    for more in (element(3, bytes(32)), addresses(kind=20)):
        assert Layout(nf_record(addresses(), more), "<").bare == 0
