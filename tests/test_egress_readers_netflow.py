from pathlib import Path

import pytest
from egress_makers import CLOUD, OTHER, RESOLVER, START, judged, pcap, read, rules, visit
from hypothesis import given
from hypothesis import strategies as st
from netflow_makers import a_set, basic, ipfix, needs_softflowd, softflowd, template, v5, v5_record, v9

from camscan.egress import source as source_module
from camscan.egress.flow import Direction, Flow, Outcome
from camscan.egress.netflow.decoder import MIXED
from camscan.egress.readers.netflow import CUT_OFF, NETFLOW
from camscan.egress.readers.pcap import LYING
from camscan.errors import UsageError

STREAM = (
    v5([v5_record()] * 3)
    + v9(template(version=9), a_set(256, basic(OTHER) * 2))
    + ipfix(template(), a_set(256, basic(target=OTHER)))
    + v9(a_set(256, basic(target=RESOLVER)))
)


def flows(content: bytes, folder: Path) -> list[Flow]:
    return [item for item in read(NETFLOW, content, folder)[0] if isinstance(item, Flow)]


def test_messages_of_any_kind_one_after_another(tmp_path: Path) -> None:
    items, tally = read(NETFLOW, STREAM, tmp_path)
    assert {item.peer for item in items if isinstance(item, Flow)} == {CLOUD, OTHER, RESOLVER}
    assert (tally.records, tally.skipped, tally.inside) == (7, {}, True)


def test_a_file_may_be_cut_anywhere(tmp_path: Path) -> None:
    for end in range(24, len(STREAM)):
        _, tally = read(NETFLOW, STREAM[:end], tmp_path)
        assert tally.records <= 7


def test_a_last_message_that_is_cut_off_is_counted(tmp_path: Path) -> None:
    _, tally = read(NETFLOW, v5([v5_record()] * 3)[:-10], tmp_path)
    assert (tally.records, tally.skipped[CUT_OFF]) == (2, 1)


def test_what_is_no_message_ends_the_reading(tmp_path: Path) -> None:
    _, tally = read(NETFLOW, v5([v5_record()]) + b"\x00\x0a\x00\x01" + bytes(40), tmp_path)
    assert (tally.records, tally.skipped) == (1, {LYING: 1})


def test_messages_that_span_two_chunks_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = v9(template(version=9)) + b"".join(
        v9(a_set(256, basic(ports=(number, 443)) * 20)) for number in range(1, 400)
    )
    assert len(many) > 200_000
    whole = flows(many, tmp_path)
    assert len(whole) == 399
    monkeypatch.setattr(source_module, "HEAD", 1_000)
    monkeypatch.setattr(source_module, "CHUNK", 977)
    assert flows(many, tmp_path) == whole


def test_messages_of_several_exporters_may_be_mixed(tmp_path: Path) -> None:
    other = template(((12, 4), (8, 4)))
    _, tally = read(NETFLOW, ipfix(template(), a_set(256, basic())) + ipfix(other), tmp_path)
    assert tally.notes == [MIXED]


def test_templates_alone_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no record in it could be read"):
        judged(tmp_path, ipfix(template()))


def test_an_export_from_outside_translation_cannot_be_attributed(tmp_path: Path) -> None:
    (told,) = judged(tmp_path, v5([v5_record(source="198.51.100.1")])).inputs
    assert "cannot attribute" in told.notes[0]


@given(st.binary(max_size=120), st.integers(0, len(STREAM)))
def test_any_bytes_are_survived(tmp_path_factory: pytest.TempPathFactory, junk: bytes, place: int) -> None:
    read(NETFLOW, v5([v5_record()]) * 2 + STREAM[:place] + junk + STREAM[place:], tmp_path_factory.mktemp("netflow"))


@needs_softflowd
@pytest.mark.parametrize(
    "arguments",
    [
        ("-v", "5"), ("-v", "9"), ("-v", "10"), ("-v", "10", "-b"), ("-v", "9", "-T", "ether"),
        ("-v", "10", "-A", "sec"), ("-v", "10", "-A", "milli"), ("-v", "10", "-A", "micro"),
        ("-v", "10", "-A", "nano"), ("-v", "10", "-T", "vlan"),
    ],
    ids="".join,
)  # fmt: skip
def test_what_softflowd_exports(arguments: tuple[str, ...], tmp_path: Path) -> None:
    found = flows(b"".join(softflowd(tmp_path, *arguments)), tmp_path)
    told = {(one.peer, one.port): (one.direction, one.outcome, one.bytes_out, one.bytes_in) for one in found}
    assert told == {
        (CLOUD, 443): (Direction.OUT, Outcome.ALLOWED, 85, 86),
        (OTHER, 8443): (Direction.OUT, Outcome.UNANSWERED, 40, 0),
        (RESOLVER, 53): (Direction.OUT, Outcome.ALLOWED, 69, 85),
        (CLOUD, 554): (Direction.IN, Outcome.ALLOWED, 580, 81),
        (OTHER, 8800): (Direction.OUT, Outcome.UNANSWERED, 128, 0),
    }
    assert min(one.first for one in found) == pytest.approx(START, abs=1.5)
    assert all(one.connections == 1 for one in found)


@needs_softflowd
def test_the_rules_judge_what_softflowd_exports(tmp_path: Path) -> None:
    report = judged(tmp_path, b"".join(softflowd(tmp_path, "-v", "9")), pcap(visit()))
    assert [one.format for one in report.inputs] == ["netflow", "pcap"]
    assert "inbound" in rules(report)
    (visited,) = [one for one in report.findings if one.port == 443]
    assert visited.connections == 1
