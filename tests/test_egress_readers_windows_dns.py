"""Lines of the form that the log's own key and administrators' published samples show."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from egress_makers import CAMERA, START, device, judged, read
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.flow import Direction, Flow, Outcome
from camscan.egress.known import Known
from camscan.egress.readers.windows_dns import NO_FORM, NOTE_ORDER, WINDOWS_DNS
from camscan.egress.source import LONG_LINE, Source, Tally
from camscan.errors import UsageError

KEY = "DNS Server log file creation at 21/11/2026 09:59:00\r\nMessage logging key (for packets):\r\n\tField #\r\n"
NAME = "(7)litedev(11)hik-connect(3)com(0)"


def line(
    when: str = "21/11/2026 10:00:00", way: str = "Rcv", client: str = CAMERA, reply: str = " ", kind: str = "A",
    name: str = NAME,
) -> str:  # fmt: skip
    flags = "[8081   DR  NOERROR]" if reply == "R" else "[0001   D   NOERROR]"
    return f"{when} 0E70 PACKET  00000000033397A0 UDP {way} {client:<15} 5b47 {reply} Q {flags} {kind:<6} {name}"


def flows(tmp_path: Path, *lines: str) -> list[Flow]:
    items, _ = read(WINDOWS_DNS, (KEY + "\r\n".join(lines)).encode(), tmp_path)
    return [item for item in items if isinstance(item, Flow)]


def test_a_question(tmp_path: Path) -> None:
    assert flows(tmp_path, line()) == [
        Flow(
            CAMERA, "", "dns", None, Direction.OUT, Outcome.NAME_ONLY, START, START, 4, name="litedev.hik-connect.com"
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [line(way="Snd", reply="R"), line(way="Snd"), line(reply="R"), line(kind="PTR"), line(client="10.1.0.99")],
)
def test_what_is_no_question_of_a_device(text: str, tmp_path: Path) -> None:
    assert flows(tmp_path, line(), text)[1:] == []


@pytest.mark.parametrize(
    "when",
    [
        "11/21/2026 10:00:00 AM", "21/11/2026 10:00:00", "2026/11/21 10:00:00", "21.11.2026 10:00:00",
        "2026-11-21 10:00:00", "21-11-26 10:00:00",
    ],
)  # fmt: skip
def test_dates_of_many_regions(when: str, tmp_path: Path) -> None:
    assert flows(tmp_path, line(when))[0].first == START


def test_noon_and_midnight(tmp_path: Path) -> None:
    told = flows(
        tmp_path, line("11/21/2026 12:00:00 PM"), line("11/21/2026 12:00:00 AM"), line("11/21/2026 1:00:00 PM")
    )
    assert [flow.first - START for flow in told] == [2 * 3600, -10 * 3600, 3 * 3600]


@pytest.mark.parametrize(
    ("written", "month"), [(datetime(2026, 11, 5, tzinfo=UTC), 11), (datetime(2026, 5, 11, tzinfo=UTC), 5)]
)
def test_a_date_that_can_be_read_in_two_ways(written: datetime, month: int, tmp_path: Path) -> None:
    path = tmp_path / "dns.log"
    path.write_text(line("05/11/2026 10:00:00"))
    os.utime(path, (written.timestamp(), written.timestamp()))
    tally = Tally()
    with Source.open(path, tally) as source:
        (flow,) = WINDOWS_DNS.read(source, Known([device()]))
    assert isinstance(flow, Flow)
    assert datetime.fromtimestamp(flow.first, UTC).month == month
    assert NOTE_ORDER in tally.notes


def test_one_date_settles_the_order_of_the_others(tmp_path: Path) -> None:
    told = flows(tmp_path, line("05/11/2026 10:00:00"), line())
    assert datetime.fromtimestamp(told[0].first, UTC).month == 11
    _, tally = read(WINDOWS_DNS, line().encode(), tmp_path)
    assert NOTE_ORDER not in tally.notes


def test_damaged_lines_are_counted_and_others_passed_over(tmp_path: Path) -> None:
    lines = [
        line(), line()[:80], line("21/13/2026 10:00:00"), line("21/11/2026 13:00:00 PM"), line(client="1.2.3"),
        line() + "x" * 70_000, "21/11/2026 10:00:00 0E70 EVENT   The DNS server has started.", "",
    ]  # fmt: skip
    _, tally = read(WINDOWS_DNS, "\n".join(lines).encode(), tmp_path)
    assert (tally.records, tally.other) == (2, 1)
    assert tally.skipped == {
        NO_FORM: 1, LONG_LINE: 1, "no time that can be read": 2, "not an address where one is expected": 1
    }  # fmt: skip


def test_a_file_without_a_readable_record_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no record in it could be read"):
        judged(tmp_path, line("41/41/2026 10:00:00").encode())


def test_truncation_at_every_byte(tmp_path: Path) -> None:
    whole = line().encode()
    for end in range(len(whole)):
        items, _ = read(WINDOWS_DNS, whole + b"\n" + whole[:end], tmp_path)
        assert len(items) == 1


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=80))
def test_any_line_is_survived(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    lines = [line(), text, line(text), line(client=text), line(name=text), line(kind=text), f"{text} PACKET {text}"]
    read(WINDOWS_DNS, "\n".join(lines).encode(), tmp_path_factory.mktemp("windns"))


@given(st.integers(0, 9999), st.integers(0, 99), st.integers(0, 9999), st.integers(0, 99))
def test_any_numbers_are_survived(
    tmp_path_factory: pytest.TempPathFactory, one: int, two: int, three: int, hour: int
) -> None:
    lines = [line(), line(f"{one}/{two}/{three} {hour}:00:00"), line(f"{one}.{two}.{three} {hour}:99:99 PM")]
    read(WINDOWS_DNS, "\n".join(lines).encode(), tmp_path_factory.mktemp("windns"))
