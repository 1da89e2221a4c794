from dataclasses import replace
from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, OTHER, START, device
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from zeek_logs import CONN, tsv

from camscan.egress import engine, source
from camscan.egress.contacts import Gathering
from camscan.egress.flow import Direction, Flow, Item, Outcome
from camscan.egress.known import Known
from camscan.egress.readers import zeek_conn, zeek_tsv
from camscan.egress.readers.zeek_conn import COLUMNS, Connections
from camscan.egress.readers.zeek_tsv import ZEEK_TSV
from camscan.egress.source import Source, Tally

ROW: dict[str, object] = {
    "ts": START, "id.orig_h": CAMERA, "id.resp_h": CLOUD, "id.resp_p": 443, "proto": "tcp", "conn_state": "SF",
}  # fmt: skip
SIX = "2001:db8::20"


def known() -> Known:
    """A camera, one whose address was another's before, and one by IPv6."""
    before = device("10.1.0.21", "44:19:b6:00:00:01", last=START + 50)
    after = device("10.1.0.21", "44:19:b6:00:00:02", first=START + 100)
    return Known([device(), before, after, device(SIX)])


def told(content: bytes, folder: Path) -> tuple[list[Item], Tally, Gathering]:
    """What a log tells, and what it amounts to."""
    path = folder / "conn.log"
    path.write_bytes(content)
    tally, gathering = Tally(), Gathering(known())
    items = []
    with Source.open(path, tally) as opened:
        for item in ZEEK_TSV.read(opened, gathering.known):
            items.append(item)
            gathering.take([item], 0, tally)
    return items, tally, gathering


def both(content: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> tuple[list[Item], Tally]:
    """What a log tells line by line, which it must tell by way of the engine too."""
    monkeypatch.setattr(zeek_tsv, "SMALL", 1 << 60)
    by_line, tally, gathered = told(content, folder)
    monkeypatch.setattr(zeek_tsv, "SMALL", 0)
    monkeypatch.setattr(engine, "BLOCK", block)
    monkeypatch.setattr(source, "HEAD", 300)
    monkeypatch.setattr(source, "CHUNK", max(block // 2, 1))
    by_engine, other, gathered_so = told(content, folder)
    monkeypatch.undo()
    assert by_engine == by_line
    assert other == tally
    assert replace(gathered_so, known=gathered.known) == gathered
    return by_line, tally


FIELD = {
    "ts": st.one_of(
        st.floats(START, START + 200_000).map(lambda at: f"{at:.6f}"),
        st.sampled_from(["-", "", "nan", "1e9", "1_0", " 7", "-1", "5000000000", "9" * 400, "12.", ".5", "0"]),
    ),
    "id.orig_h": st.sampled_from(
        [CAMERA, "10.1.0.21", SIX, "10.1.0.99", "10.1.0.2", "-", "", "2001:db8::21", "2001:DB8::20", "2001:db8:0::20",
         "::ffff:10.1.0.20", CAMERA + "%1", CAMERA + " ", " " + CAMERA, "\x1c" + CAMERA, "#end", "10.1.0.020"]
    ),
    "id.resp_h": st.sampled_from([CLOUD, OTHER, CAMERA, SIX, "10.1.0.21", "x", "-", "2001:db8::9", "192.0.2.1"]),
    "id.resp_p": st.sampled_from(["443", "80", "-", "", "99999", "4_3"]),
    "proto": st.sampled_from(["tcp", "udp", "-", "", "(empty)", '"', "'"]),
    "conn_state": st.sampled_from(["SF", "S0", "REJ", "OTH", "-", ""]),
    "duration": st.one_of(
        st.floats(0, 1e5).map(str), st.sampled_from(["-", "", "1e3", "-1", "inf", "nan", "0.000001", "9" * 30])
    ),
    "orig_bytes": st.one_of(st.integers(0, 2**62).map(str), st.sampled_from(["-", "", "1.5", "-3", "+7", "1_000"])),
    "resp_bytes": st.one_of(st.integers(0, 2**30).map(str), st.sampled_from(["-", "(empty)"])),
}  # fmt: skip
USUAL = {
    "ts": st.floats(START, START + 200_000).map(lambda at: f"{at:.6f}"),
    "id.orig_h": st.sampled_from([CAMERA, "10.1.0.21", SIX, "10.1.0.99", "10.1.0.98", "2001:db8::21"]),
    "id.resp_h": st.sampled_from([CLOUD, OTHER, CAMERA, "10.1.0.97", "2001:db8::9"]),
    "id.resp_p": st.sampled_from(["443", "80"]),
    "proto": st.sampled_from(["tcp", "udp"]),
    "conn_state": st.sampled_from(["SF", "S0", "OTH"]),
    "duration": st.one_of(st.just("-"), st.floats(0, 1e4).map(lambda seconds: f"{seconds:.6f}")),
    "orig_bytes": st.one_of(st.just("-"), st.integers(0, 10**9).map(str)),
    "resp_bytes": st.one_of(st.just("-"), st.integers(0, 10**9).map(str)),
}
LINE = st.one_of(
    *[st.fixed_dictionaries(USUAL)] * 6,
    st.fixed_dictionaries(FIELD),
    st.sampled_from(
        [b"", b"\r", b"#close\t2026", b"# \t\t\t\t\t\t\t\t\t\t", b"half\ta\trow", b"\xff\xfe\0", b"x" * 70_000]
    ),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(LINE, max_size=60), st.permutations(list(FIELD)), st.integers(0, 3), st.integers(1, 4_000), st.data())
def test_by_line_and_by_engine_is_one(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[bytes | dict[str, str]],
    fields: list[str],
    left_out: int,
    block: int,
    data: st.DataObject,
) -> None:
    optional = ["duration", "orig_bytes", "resp_bytes", "proto", "id.resp_p"][:left_out]
    fields = [name for name in fields if name not in optional]
    head = tsv("conn", fields, []).rpartition(b"#close")[0]
    again = data.draw(st.sampled_from([b"", head, tsv("conn", fields[::-1], [])]))
    body = [
        line if isinstance(line, bytes) else "\t".join(line[name] for name in fields).encode("latin-1")
        for line in lines
    ]
    middle = len(body) // 2
    content = head + b"\n".join(body[:middle]) + b"\n" + again + b"\n".join(body[middle:])
    with pytest.MonkeyPatch.context() as monkeypatch:
        both(content, tmp_path_factory.mktemp("zeek"), monkeypatch, block)


def test_a_clean_log_is_the_engines_from_the_second_piece_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[int] = []
    added = Connections.add

    def add(self: Connections, first: int, count: int, groups: list[engine.Group]) -> None:
        lines.append(count)
        added(self, first, count, groups)

    monkeypatch.setattr(Connections, "add", add)
    rows = [{**ROW, "ts": START + number, "id.resp_p": number % 7} for number in range(2_000)]
    with pytest.MonkeyPatch.context() as inner:
        items, tally = both(tsv("conn", CONN, rows), tmp_path, inner, 20_000)
    assert (len(items), tally.records, tally.skipped) == (7, 2_000, {})
    assert sum(lines) > 1_500


def test_the_record_is_the_line_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{**ROW, "id.orig_h": "10.1.0.99"}] * 700 + [ROW] + [{**ROW, "id.orig_h": "10.1.0.99"}] * 700
    content = tsv("conn", CONN, rows)
    (flow,), _ = both(content, tmp_path, monkeypatch, 5_000)
    assert isinstance(flow, Flow)
    assert CAMERA.encode() in content.split(b"\n")[flow.record - 1]


def test_an_address_that_changed_hands_within_a_day_blames_each_for_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{**ROW, "id.orig_h": "10.1.0.21", "ts": START + shift} for shift in (0, 50, 60, 99, 100, 101)]
    both(tsv("conn", CONN, rows), tmp_path, monkeypatch, 10)
    _, _, gathering = told(tsv("conn", CONN, rows), tmp_path)
    assert {key.device: contact.connections for key, contact in gathering.contacts.items()} == {1: 2, 2: 2}
    assert sum(gathering.unattributed.values()) == 2


def test_an_unset_state_tells_nothing_and_an_unset_volume_is_none(tmp_path: Path) -> None:
    (flow,), _, _ = told(tsv("conn", CONN, [{**ROW, "conn_state": "-"}]), tmp_path)
    assert isinstance(flow, Flow)
    assert (flow.outcome, flow.direction) == (Outcome.UNKNOWN, Direction.UNKNOWN)
    assert (flow.bytes_out, flow.bytes_in) == (None, None)


def test_groups_are_bounded_and_none_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zeek_conn, "GROUPS", 4)
    items, _, _ = told(tsv("conn", CONN, [{**ROW, "id.resp_p": port} for port in range(1, 31)]), tmp_path)
    assert sum(item.connections for item in items if isinstance(item, Flow)) == 30


def test_a_torn_row_is_counted(tmp_path: Path) -> None:
    _, tally, _ = told(tsv("conn", CONN, [ROW]) + b"half\ta\trow\n", tmp_path)
    assert tally.skipped == {COLUMNS: 1}
