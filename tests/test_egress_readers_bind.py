from pathlib import Path

import pytest
from egress_makers import CAMERA, START, read
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.flow import Flow
from camscan.egress.readers.bind import BIND

QUERY = f"client @0x7f3a10 {CAMERA}#50123 (dev.hik-connect.com): query: Dev.Hik-Connect.com IN A +E(0)K (10.1.0.2)"


@pytest.mark.parametrize(
    "line",
    [
        f"21-Nov-2026 10:00:00.000 queries: info: {QUERY}",
        f"2026-11-21T10:00:00.000Z queries: info: {QUERY}",
        f"2026-11-21T10:00:00+00:00 ns1 named[77]: {QUERY}",
        f"<30>1 2026-11-21T10:00:00+00:00 ns1 named 77 - - {QUERY}",
        f"21-Nov-2026 10:00:00.000 {QUERY.replace('@0x7f3a10 ', '').replace('): query', '): view internal: query')}",
    ],
)
def test_a_query_is_read(line: str, tmp_path: Path) -> None:
    (flow,), tally = read(BIND, line.encode() + b"\n", tmp_path)
    assert isinstance(flow, Flow)
    assert (flow.device, flow.name, flow.first, tally.records) == (CAMERA, "dev.hik-connect.com", START, 1)


def test_other_types_and_other_clients_leave_nothing(tmp_path: Path) -> None:
    head = "21-Nov-2026 10:00:00.000 queries: info: "
    lines = [
        head + QUERY.replace("IN A", "IN PTR"),
        head + QUERY.replace(CAMERA, "10.1.0.99"),
        "21-Nov-2026 something else",
    ]
    items, tally = read(BIND, "\n".join(lines).encode(), tmp_path)
    assert (items, tally.records, tally.other) == ([], 2, 1)


def test_damaged_lines_are_counted(tmp_path: Path) -> None:
    lines = [f"21-Nov-2026 10:00:00.000 {QUERY}", "client query: what", f"99-Nov-2026 10:00:00.000 {QUERY}"]
    _, tally = read(BIND, "\n".join(lines).encode(), tmp_path)
    assert tally.records == 1
    assert sum(tally.skipped.values()) == 2


@given(st.binary(max_size=120))
def test_any_line_is_survived(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    good = f"21-Nov-2026 10:00:00.000 {QUERY}\n".encode()
    read(BIND, good + data + b" query: " + data, tmp_path_factory.mktemp("bind"))
