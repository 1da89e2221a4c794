import struct
import subprocess
from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, MAC, OTHER, RESOLVER, START, device, judged, read
from hypothesis import given
from hypothesis import strategies as st
from netflow_makers import traffic
from nfdump_makers import (
    addresses,
    collected,
    element,
    generic,
    needs_nfdump,
    nf_block,
    nf_file,
    nf_record,
    nfdump,
)

from camscan.egress import source as source_module
from camscan.egress.flow import Binding, Direction, Flow, Outcome
from camscan.egress.netflow.unpacking import DAMAGED
from camscan.egress.readers.nfcapd import CUT_OFF, NFCAPD, OTHER_RECORDS
from camscan.egress.readers.pcap import LYING
from camscan.egress.source import InputError
from camscan.errors import UsageError

RECORD = nf_record(generic(), addresses())


def flows(content: bytes, folder: Path) -> list[Flow]:
    return [item for item in read(NFCAPD, content, folder)[0] if isinstance(item, Flow)]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_file_by_hand_in_both_byte_orders(order: str, tmp_path: Path) -> None:
    record = nf_record(generic(order), addresses(order=order), order=order)
    (flow,) = flows(nf_file([nf_block(record, order)], order), tmp_path)
    assert flow == Flow(
        CAMERA, CLOUD, "tcp", 443, Direction.OUT, Outcome.ALLOWED, START, START + 2, 1, bytes_out=500, bytes_in=None
    )


def test_only_known_devices_are_kept_and_all_records_counted(tmp_path: Path) -> None:
    records = nf_record(generic(), addresses("10.9.9.9")) + RECORD + nf_record(generic()) + struct.pack("<HHI", 7, 8, 0)
    items, tally = read(NFCAPD, nf_file([nf_block(records), nf_block(bytes(9), kind=4)]), tmp_path)
    assert len(items) == 1
    assert (tally.records, tally.other, tally.inside, tally.skipped) == (3, 1, True, {})


def test_a_known_mac_at_a_new_address_has_moved(tmp_path: Path) -> None:
    mac = struct.pack("<Q", int(MAC.replace(":", ""), 16)) + bytes(24)
    record = nf_record(generic(), addresses("10.1.0.99"), element(15, mac))
    binding, flow = read(NFCAPD, nf_file([nf_block(record)]), tmp_path, [device(mac=MAC)])[0]
    assert binding == Binding("10.1.0.99", MAC, START)
    assert isinstance(flow, Flow)


def test_what_translation_brings_in_is_the_devices(tmp_path: Path) -> None:
    record = nf_record(
        generic(ports=(443, 9_999)), addresses(CLOUD, "198.51.100.1"), addresses("0.0.0.0", CAMERA, kind=20),
        element(22, struct.pack("<HH", 443, 40_000)),
    )  # fmt: skip
    (flow,) = flows(nf_file([nf_block(RECORD + record)]), tmp_path)
    assert (flow.device, flow.peer, flow.direction, flow.bytes_in) == (CAMERA, CLOUD, Direction.OUT, 500)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (nf_file(layout=1), "nfdump -r FILE -o csv"),
        (nf_file(layout=3), "nfdump -r FILE -o csv"),
        (nf_file(packing=9), "nfdump -r FILE -o csv"),
        (nf_file(secret=1), "encrypted"),
        (nf_file()[:30], "header"),
    ],
)
def test_what_is_not_read_is_said_with_the_command(content: bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=why):
        read(NFCAPD, content, tmp_path)


def test_records_of_other_versions_are_counted(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no record in it could be read"):
        judged(tmp_path, nf_file([nf_block(nf_record(generic(), kind=10))]))
    _, tally = read(NFCAPD, nf_file([nf_block(nf_record(generic(), kind=16) + RECORD)]), tmp_path)
    assert (tally.records, tally.skipped) == (1, {OTHER_RECORDS: 1})


def test_what_is_damaged_is_counted(tmp_path: Path) -> None:
    broken = [nf_block(RECORD), nf_block(struct.pack("<HH", 11, 3)), nf_block(RECORD[:-4]), nf_block(RECORD)]
    _, tally = read(NFCAPD, nf_file(broken), tmp_path)
    assert (tally.records, tally.skipped) == (2, {DAMAGED: 2})
    _, tally = read(NFCAPD, nf_file([nf_block(RECORD), struct.pack("<IIHH", 1, 0x7FFFFFFF, 3, 0)]), tmp_path)
    assert tally.skipped == {LYING: 1}
    _, tally = read(NFCAPD, nf_file([nf_block(RECORD), nf_block(b"junk")], packing=3), tmp_path)
    assert tally.skipped == {DAMAGED: 2}
    _, tally = read(NFCAPD, nf_file([nf_block(RECORD, flags=1)], packing=3), tmp_path)
    assert (tally.records, tally.skipped) == (1, {})


def test_a_file_may_be_cut_anywhere(tmp_path: Path) -> None:
    whole = nf_file([nf_block(RECORD), nf_block(RECORD)])
    edge = 40 + 12 + len(RECORD)
    for end in range(40, len(whole)):
        _, tally = read(NFCAPD, whole[:end], tmp_path)
        assert tally.records == (end >= edge)
        assert tally.skipped == ({} if end in (40, edge) else {CUT_OFF: 1})


def test_blocks_that_span_two_chunks_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [nf_record(generic(ports=(number, 443)), addresses()) for number in range(1, 200)]
    whole = nf_file([nf_block(one) for one in records])
    expected = flows(whole, tmp_path)
    assert len(expected) == 199
    monkeypatch.setattr(source_module, "HEAD", 100)
    monkeypatch.setattr(source_module, "CHUNK", 97)
    assert flows(whole, tmp_path) == expected


@given(st.binary(max_size=200), st.sampled_from([0, 1, 2, 3, 4]))
def test_any_bytes_are_survived(tmp_path_factory: pytest.TempPathFactory, junk: bytes, packing: int) -> None:
    content = nf_file([nf_block(junk), nf_block(nf_record(junk)), junk], packing=packing)
    read(NFCAPD, content, tmp_path_factory.mktemp("nfcapd"))


@needs_nfdump
@pytest.mark.parametrize("arguments", [(), ("-T", "ether")], ids="".join)
def test_what_nfcapd_stores(arguments: tuple[str, ...], tmp_path: Path) -> None:
    path = collected(tmp_path, *arguments)
    found = flows(path.read_bytes(), tmp_path)
    told = {(one.peer, one.port): (one.direction, one.outcome, one.bytes_out, one.bytes_in) for one in found}
    assert told == {
        (CLOUD, 443): (Direction.OUT, Outcome.ALLOWED, 85, 86),
        (OTHER, 8443): (Direction.OUT, Outcome.UNANSWERED, 40, 0),
        (RESOLVER, 53): (Direction.OUT, Outcome.ALLOWED, 69, 85),
        (CLOUD, 554): (Direction.IN, Outcome.ALLOWED, 580, 81),
        (OTHER, 8800): (Direction.OUT, Outcome.UNANSWERED, 128, 0),
    }
    assert min(one.first for one in found) == START
    for number in range(4):  # as it is, LZO, bzip2, LZ4
        nfdump(path, "-J", str(number))
        assert flows(path.read_bytes(), tmp_path) == found


@needs_nfdump
def test_what_nfpcapd_stores_of_a_capture(tmp_path: Path) -> None:
    capture = tmp_path / "traffic.pcap"
    capture.write_bytes(traffic())
    stored = tmp_path / "stored"
    stored.mkdir()
    subprocess.run(["nfpcapd", "-r", capture, "-w", stored], check=True, capture_output=True, timeout=60)
    found = [one for path in sorted(stored.glob("nfcapd.2*")) for one in flows(path.read_bytes(), tmp_path)]
    assert {(CLOUD, 443), (OTHER, 8443), (CLOUD, 554)} <= {(one.peer, one.port) for one in found}
