import math
import os
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest
from egress_makers import CAMERA, CLOUD, START, device
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress import engine as module
from camscan.egress.addresses import canonical_text
from camscan.egress.engine import Engine, Group
from camscan.egress.known import Known

COLUMNS = {
    "time": 0, "source": 1, "destination": 2, "port": 3, "protocol": 4, "state": 5, "duration": 6, "sent": 7,
    "received": None,
}  # fmt: skip
ROW = f"{START}\t{CAMERA}\t{CLOUD}\t443\ttcp\tSF\t1.5\t10\n".encode()
STRANGER = ROW.replace(CAMERA.encode(), b"10.1.0.99")


def asked(*pieces: bytes, known: Known | None = None) -> list[tuple[bytes, list[Group] | None]]:
    with Engine(known or Known([device()]), COLUMNS, 8) as engine:
        return [(b"".join(block.pieces()), groups) for block, groups in engine.answers(pieces)]


def test_like_rows_are_one_group_with_the_number_of_the_first() -> None:
    ((_, groups),) = asked(STRANGER + ROW, ROW.replace(b"10\n", b"-\n"))
    assert groups == [
        Group(2, CAMERA, CLOUD, "tcp", "443", "SF", START // 86_400, 0, None, 2, START, START + 1.5, 10, None)
    ]


def test_the_end_of_the_last_line_may_be_missing() -> None:
    ((block, groups),) = asked(ROW, ROW[:-1])
    assert block == ROW + ROW[:-1]
    assert groups is not None
    assert groups[0].connections == 2


@pytest.mark.parametrize(
    "odd",
    [
        b"# a comment\n",
        b"\n",
        b"half\ta row\n",
        ROW[:-1] + b"\tmore\n",
        ROW[:-1] + b"\r\n",
        ROW.replace(b"tcp", b"t\0p"),
        ROW.replace(b"tcp", b"t\xc3\xa4p"),
        ROW.replace(str(START).encode(), b"yesterday"),
        ROW.replace(str(START).encode(), b"1e9"),
        ROW.replace(str(START).encode(), b" 5"),
        ROW.replace(str(START).encode(), b"4000000000"),
        ROW.replace(b"1.5", b"-1.5"),
        ROW.replace(b"\t10\n", b"\t1_0\n"),
        ROW.replace(b"\t10\n", b"\t\n"),
        ROW.replace(CAMERA.encode(), b"::FFFF:10.1.0.20"),
        ROW.replace(CAMERA.encode(), CAMERA.encode() + b"%eth0"),
        ROW.replace(b"tcp", b"t" * 70_000),
    ],
)
def test_no_answer_is_given_of_what_is_not_as_zeek_writes_it(odd: bytes) -> None:
    found = asked(ROW, odd, ROW)
    assert b"".join(block for block, _ in found) == ROW + odd + ROW
    assert [groups for block, groups in found if odd in block] == [None]


def test_blocks_are_bounded_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 3 * len(ROW))
    odd = b"# x\n"
    found = asked(*[ROW] * 20, odd, *[ROW] * 4, odd, odd)
    assert b"".join(block for block, _ in found) == ROW * 20 + odd + ROW * 4 + odd + odd
    assert [groups and groups[0].connections for _, groups in found] == [3, 3, 3, 3, 3, 3, 2, None, 3, 1, None, None]


def test_an_address_that_changed_hands_is_told_apart() -> None:
    first = device(mac="44:19:b6:00:00:01", last=START - 10)
    known = Known([first, device(mac="44:19:b6:00:00:02", first=START + 10)])
    rows = [ROW.replace(str(START).encode(), str(START + shift).encode()) for shift in (-20, -10, 0, 10, 20)]
    ((_, groups),) = asked(*rows, known=known)
    assert groups is not None
    who = [known.who(CAMERA, group.began) for group in groups]
    assert [(group.connections, device) for group, device in zip(groups, who, strict=True)] == [
        (2, 0), (1, known.who(CAMERA, START)), (2, 1),
    ]  # fmt: skip


def test_nothing_else_can_be_opened(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("secret\n")
    with Engine(Known([device()]), COLUMNS, 8) as engine:
        connection = engine._free[0].connection
        for question in (
            f"FROM read_csv('{other}')",
            f"COPY known TO '{tmp_path / 'out.csv'}'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(question)
    assert list(tmp_path.iterdir()) == [other]


def test_everything_is_closed_again() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    asked(ROW)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_where_it_cannot_be_started_everything_is_read_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_name: str) -> int:
        raise OSError("none")

    monkeypatch.setattr(os, "memfd_create", refused)
    assert asked(ROW, ROW) == [(ROW, None), (ROW, None)]


GROUP_OF_SIX = st.one_of(
    st.integers(0, 0xFFFF).map(lambda number: f"{number:x}"), st.sampled_from(["0", "00", "0a", "A"])
)


@st.composite
def spellings(draw: st.DrawFn) -> str:
    parts = draw(st.lists(GROUP_OF_SIX, min_size=1, max_size=8))
    text = ":".join(parts)
    cut = draw(st.integers(0, len(parts)))
    if len(parts) < 8:
        text = ":".join(parts[:cut]) + "::" + ":".join(parts[cut:])
    return text


@given(st.lists(spellings(), min_size=20, max_size=100))
def test_a_spelling_that_is_not_odd_is_the_canonical_one(texts: list[str]) -> None:
    with duckdb.connect() as connection:
        question = "FROM (SELECT unnest(?) AS x) WHERE NOT " + module._ODD.format("x")
        plain = [text for (text,) in connection.execute(question, [texts]).fetchall()]
    assert plain == [canonical_text(text) or text for text in plain]


def test_the_query_over_flows_is_plain_enough_for_another_database() -> None:
    ((_, groups),) = asked(ROW, STRANGER, ROW.replace(b"10\n", b"-\n"))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.create_function("FLOOR", 1, math.floor)  # not every build of SQLite has it
        connection.execute(
            "CREATE TABLE flows (record, time, duration, source, destination, port, protocol, state, bytes_sent, "
            "bytes_received)"
        )
        connection.execute("CREATE TABLE known (address, since, until, turn)")
        connection.execute("INSERT INTO known VALUES (?, ?, ?, 0)", [CAMERA, -math.inf, math.inf])
        connection.executemany(
            "INSERT INTO flows VALUES (?, ?, 1.5, ?, ?, '443', 'tcp', 'SF', ?, NULL)",
            [(1, START, CAMERA, CLOUD, 10), (2, START, "10.1.0.99", CLOUD, 10), (3, START, CAMERA, CLOUD, None)],
        )
        question = files("camscan.egress").joinpath("sql", "contacts.sql").read_text(encoding="utf-8")
        rows = connection.execute(question).fetchall()
    assert [Group(*row) for row in rows] == groups
