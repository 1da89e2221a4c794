import json
from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, START, read
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.flow import Flow
from camscan.egress.readers.zeek_json import ZEEK_JSON

DOTTED = {
    "ts": START, "id.orig_h": CAMERA, "id.orig_p": 40_000, "id.resp_h": CLOUD, "id.resp_p": 443, "proto": "tcp",
    "conn_state": "SF", "orig_bytes": 10, "resp_bytes": 3, "local_orig": True,
}  # fmt: skip
UNDERSCORES = {name.replace(".", "_"): value for name, value in DOTTED.items()}
NESTED = {
    "@timestamp": "2026-11-21T10:00:00Z",
    "proto": "tcp",
    "conn_state": "SF",
    "orig_bytes": 10,
    "resp_bytes": 3,
} | {"id": {"orig_h": CAMERA, "orig_p": 1, "resp_h": CLOUD, "resp_p": 443}}


@pytest.mark.parametrize("row", [DOTTED, UNDERSCORES, NESTED])
def test_the_names_of_shippers_are_understood(row: dict[str, object], tmp_path: Path) -> None:
    (flow,), tally = read(ZEEK_JSON, json.dumps(row).encode() + b"\n", tmp_path)
    assert isinstance(flow, Flow)
    assert (flow.first, flow.port, flow.bytes_out, tally.kind) == (START, 443, 10, "zeek-conn")


def test_answers_may_be_a_list_and_logs_may_be_mixed(tmp_path: Path) -> None:
    asked = {**DOTTED, "query": "a.example.com", "answers": [CLOUD], "rcode": 0, "qtype_name": "A"}
    del asked["conn_state"]
    items, tally = read(ZEEK_JSON, b"\n".join(json.dumps(row).encode() for row in (DOTTED, asked)), tmp_path)
    assert (len(items), tally.records) == (4, 2)


def test_damaged_lines_are_counted(tmp_path: Path) -> None:
    lines = [json.dumps(DOTTED), "{", "[1]", '{"a": 1}', "", json.dumps({**DOTTED, "ts": "x"}), "[" * 20_000]
    _, tally = read(ZEEK_JSON, "\n".join(lines).encode(), tmp_path)
    assert tally.records == 1
    assert sum(tally.skipped.values()) == 5


@given(
    st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.dictionaries(st.text(), inner))
)
def test_any_json_is_survived(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    folder = tmp_path_factory.mktemp("zeek")
    read(ZEEK_JSON, "\n".join(json.dumps(row) for row in (DOTTED, value, {**DOTTED, "proto": value})).encode(), folder)
