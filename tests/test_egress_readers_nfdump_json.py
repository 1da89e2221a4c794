"""Objects as output_json.c of nfdump 1.6.25, 1.7.1 and 1.7.8 prints them, with documentation addresses."""

import json
from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, OTHER, RESOLVER, START, read
from hypothesis import given
from hypothesis import strategies as st
from nfdump_makers import collected, needs_nfdump, nfdump

from camscan.egress.flow import Direction, Flow, Outcome
from camscan.egress.readers.nfdump_json import NFDUMP_JSON, NO_JSON

NEW: dict[str, object] = {
    "type": "FLOW", "sampled": 0, "export_sysid": 1, "first": "2026-11-21T10:00:00.000",
    "last": "2026-11-21T10:00:02.000", "received": "2026-11-21T10:05:00.000", "in_packets": 3, "in_bytes": 500,
    "proto": 6, "tcp_flags": "...AP.SF", "src_port": 40_000, "dst_port": 443, "fwd_status": 0, "src_tos": 0,
    "src4_addr": CAMERA, "dst4_addr": CLOUD, "ip4_router": "10.1.0.1", "label": "<none>",
}  # fmt: skip
OLD = {name: value for name, value in NEW.items() if name not in ("first", "last")} | {
    "t_first": NEW["first"], "t_last": NEW["last"],
}  # fmt: skip
EXPECTED = Flow(CAMERA, CLOUD, "tcp", 443, Direction.OUT, Outcome.ALLOWED, START, START + 2, 1, 500, None)


def pretty(*rows: dict[str, object], end: str = "\n]") -> str:
    """As nfdump writes them: braces on lines of their own."""
    return "[\n" + ",\n".join(json.dumps(row, indent="\t", separators=(",", " : ")) for row in rows) + end + "\n"


def flows(content: str, folder: Path) -> list[Flow]:
    return [item for item in read(NFDUMP_JSON, content.encode(), folder)[0] if isinstance(item, Flow)]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (pretty(NEW), 2),
        (pretty(OLD), 2),
        (pretty(NEW, end="]"), 2),
        (json.dumps(NEW), 1),
        (f"[\n{json.dumps(NEW)}]", 2),
    ],
)
def test_a_flow_however_it_is_laid_out(content: str, line: int, tmp_path: Path) -> None:
    (flow,) = flows(content, tmp_path)
    assert flow == Flow(CAMERA, CLOUD, "tcp", 443, Direction.OUT, Outcome.ALLOWED, START, START + 2, line, 500, None)


def test_each_object_has_its_line(tmp_path: Path) -> None:
    second = {**NEW, "dst4_addr": OTHER}
    rows = flows(pretty(NEW, second), tmp_path)
    assert [flow.record for flow in rows] == [2, 2 + len(NEW) + 2]


def test_events(tmp_path: Path) -> None:
    event = {**NEW, "type": "EVENT", "first": "1970-01-01T00:00:00.000", "last": "1970-01-01T00:00:00.000"}
    event |= {"event_id": "3", "event": "DENIED", "t_event": "2026-11-21T10:00:00.0", "tcp_flags": "........"}
    (flow,) = flows(pretty(event), tmp_path)
    assert (flow.outcome, flow.direction, flow.first) == (Outcome.DENIED, Direction.OUT, START)


def test_sampling_is_said(tmp_path: Path) -> None:
    _, tally = read(NFDUMP_JSON, pretty({**NEW, "sampled": 1}).encode(), tmp_path)
    assert any("sampled" in note for note in tally.notes)


def test_what_is_damaged_is_counted(tmp_path: Path) -> None:
    whole = pretty(NEW)
    content = whole + "{\n" + "{}\n" + '{"first" : 3}\n' + '{"first" : {"a" : 1}}\n' + whole + "{\n\t" + '"type" : 1'
    items, tally = read(NFDUMP_JSON, content.encode(), tmp_path)
    assert (tally.records, len(items), tally.skipped) == (2, 1, {NO_JSON: 5})


def test_a_file_may_be_cut_anywhere(tmp_path: Path) -> None:
    whole = pretty(NEW, NEW).encode()
    for end in range(len(whole) // 2, len(whole)):
        _, tally = read(NFDUMP_JSON, whole[:end], tmp_path)
        assert tally.records <= 2


def test_an_object_that_never_ends_is_given_up(tmp_path: Path) -> None:
    content = pretty(NEW) + "{\n" + '"a" : "b",\n' * 20_000 + pretty(NEW)
    _, tally = read(NFDUMP_JSON, content.encode(), tmp_path)
    assert tally.records == 2
    assert tally.skipped[NO_JSON] >= 2


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text() | st.integers(), st.lists), st.text())
def test_any_json_is_survived(tmp_path_factory: pytest.TempPathFactory, value: object, text: str) -> None:
    rows = [{**NEW, name: value} for name in ("first", "src4_addr", "proto", "tcp_flags", "in_bytes", "icmp_type")]
    content = pretty(NEW) + text + "\n" + pretty(*rows)
    read(NFDUMP_JSON, content.encode("utf-8", "replace"), tmp_path_factory.mktemp("nfdump"))


@needs_nfdump
def test_what_nfdump_prints(tmp_path: Path) -> None:
    content = nfdump(collected(tmp_path, "-T", "ether"), "-o", "json").decode()
    found = flows(content, tmp_path)
    assert {(one.peer, one.port, one.direction.value, one.outcome.value) for one in found} == {
        (CLOUD, 443, "out", "allowed"), (OTHER, 8443, "out", "unanswered"), (RESOLVER, 53, "out", "allowed"),
        (CLOUD, 554, "in", "allowed"), (OTHER, 8800, "out", "unanswered"),
    }  # fmt: skip
    assert min(one.first for one in found) == START
