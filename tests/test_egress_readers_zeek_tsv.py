from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, RESOLVER, START, read
from hypothesis import given
from hypothesis import strategies as st
from zeek_logs import CONN, DNS, SSL, tsv

from camscan.egress.flow import Answer, Direction, Flow, Outcome
from camscan.egress.readers import zeek_conn
from camscan.egress.readers.zeek_conn import COLUMNS
from camscan.egress.readers.zeek_tsv import ZEEK_TSV
from camscan.egress.source import InputError

ROW: dict[str, object] = {
    "ts": START, "id.orig_h": CAMERA, "id.orig_p": 40_000, "id.resp_h": CLOUD, "id.resp_p": 443, "proto": "tcp",
    "conn_state": "SF", "duration": 2.0, "orig_bytes": 10, "resp_bytes": 3,
}  # fmt: skip


def test_like_connections_are_added_up_and_strangers_dropped(tmp_path: Path) -> None:
    rows = [ROW, {**ROW, "ts": START + 5, "duration": "-", "orig_bytes": "-"}, {**ROW, "id.orig_h": "10.1.0.99"}]
    (flow,), tally = read(ZEEK_TSV, tsv("conn", CONN, rows), tmp_path)
    assert isinstance(flow, Flow)
    assert (flow.connections, flow.bytes_out, flow.bytes_in, flow.record) == (2, 10, 6, 8)
    assert (flow.first, flow.last) == (START, START + 5)
    assert (tally.records, tally.kind, tally.inside) == (3, "zeek-conn", True)


def test_other_fates_other_days_and_the_other_direction_stand_apart(tmp_path: Path) -> None:
    inward = {**ROW, "id.orig_h": CLOUD, "id.resp_h": CAMERA, "id.resp_p": 80}
    rows = [ROW, {**ROW, "conn_state": "S0"}, {**ROW, "ts": START + 86_400}, inward, {**ROW, "conn_state": "OTH"}]
    items, _ = read(ZEEK_TSV, tsv("conn", CONN, rows), tmp_path)
    found = {(item.direction, item.outcome, item.port) for item in items if isinstance(item, Flow)}
    assert len(items) == 5
    assert (Direction.IN, Outcome.ALLOWED, 80) in found
    assert (Direction.OUT, Outcome.UNANSWERED, 443) in found
    assert (Direction.UNKNOWN, Outcome.UNKNOWN, 443) in found


def test_groups_are_bounded_and_none_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zeek_conn, "GROUPS", 4)
    rows = [{**ROW, "id.resp_p": port} for port in range(1, 31)]
    items, _ = read(ZEEK_TSV, tsv("conn", CONN, rows), tmp_path)
    assert sum(item.connections for item in items if isinstance(item, Flow)) == 30


def test_dns_and_ssl_logs_are_read(tmp_path: Path) -> None:
    asked = {
        **ROW,
        "id.resp_h": RESOLVER,
        "id.resp_p": 53,
        "query": "a.example.com",
        "qtype_name": "A",
        "answers": CLOUD,
        "rcode": 0,
    }
    items, tally = read(ZEEK_TSV, tsv("dns", DNS, [asked]), tmp_path)
    assert Answer(CAMERA, "a.example.com", (CLOUD,), START) in items
    assert tally.kind == "zeek-dns"
    (flow,), tally = read(
        ZEEK_TSV, tsv("ssl", SSL, [{**ROW, "server_name": "a.example.com", "established": "T"}]), tmp_path
    )
    assert isinstance(flow, Flow)
    assert flow.name == "a.example.com"


def test_logs_that_were_put_together_are_read_on(tmp_path: Path) -> None:
    fewer = [name for name in CONN if name != "service"]
    items, tally = read(ZEEK_TSV, tsv("conn", CONN, [ROW]) + tsv("conn", fewer, [ROW]), tmp_path)
    assert (len(items), tally.records, tally.skipped) == (2, 2, {})


def test_damaged_rows_are_counted(tmp_path: Path) -> None:
    broken = tsv("conn", CONN, [ROW, {**ROW, "ts": "yesterday"}]) + b"half\ta\trow\n\xff\xfe\n"
    items, tally = read(ZEEK_TSV, broken, tmp_path)
    assert (len(items), tally.records) == (1, 1)
    assert tally.skipped == {COLUMNS: 2, "no time that can be read": 1}
    _, tally = read(ZEEK_TSV, tsv("dns", DNS, [{"ts": START}, {"ts": "x", "id.orig_h": CAMERA}]) + b"x\n", tmp_path)
    assert sum(tally.skipped.values()) == 3


def test_another_log_of_zeek_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="conn, dns or ssl"):
        read(ZEEK_TSV, tsv("http", ["ts", "uri"], [{"ts": START, "uri": "/"}]), tmp_path)
    with pytest.raises(InputError, match="conn, dns or ssl"):
        read(ZEEK_TSV, tsv("conn", CONN, []) + b"#fields\tts\turi\n", tmp_path)


@given(st.binary(max_size=200))
def test_any_lines_are_survived(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("zeek")
    for path, fields in (("conn", CONN), ("dns", DNS)):
        read(ZEEK_TSV, tsv(path, fields, []) + data.replace(b"#fields", b""), folder)
