"""Lines of the form of docs.fortinet.com, "Sample logs by log type" and "Traffic log support for CEF"."""

from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, START, judged, read
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.flow import Direction, Flow, Item, Outcome
from camscan.egress.readers.fortigate import FORTIGATE, NO_ENDS
from camscan.egress.source import LONG_LINE
from camscan.errors import UsageError

WHEN = f"eventtime={int(START)}369913239"
ADDRESSES = f'srcip={CAMERA} srcport=58012 srcintf="port12" dstip={CLOUD} dstport=8666 dstintf="port11"'
END = 'duration=116 sentbyte=1188 rcvdbyte=1224 sentpkt=17 rcvdpkt=16 appcat="unscanned"'


def line(
    action: str = "close", when: str = WHEN, ends: str = ADDRESSES, end: str = END, kind: str = "traffic",
    logid: str = "0000000013", proto: int = 6,
) -> str:  # fmt: skip
    head = f'date=2026-11-21 time=02:00:00 logid="{logid}" type="{kind}" subtype="forward" level="notice" vd="vdom1"'
    return f'{head} {when} {ends} sessionid=105048 proto={proto} action="{action}" policyid=1 service="a \\"b\\"" {end}'


def items(tmp_path: Path, *lines: str) -> list[Item]:
    return read(FORTIGATE, "\n".join(lines).encode(), tmp_path)[0]


def one(tmp_path: Path, text: str) -> Flow:
    (flow,) = items(tmp_path, text)
    assert isinstance(flow, Flow)
    return flow


def test_a_session(tmp_path: Path) -> None:
    assert one(tmp_path, line()) == Flow(
        CAMERA, CLOUD, "tcp", 8666, Direction.OUT, Outcome.ALLOWED, START - 116, START, 1, 1188, 1224
    )


def test_the_older_form_without_quotes_behind_a_syslog_head(tmp_path: Path) -> None:
    text = (
        "<189>date=2026-11-21 time=10:00:00 devname=FGT devid=FG100 logid=0000000013 type=traffic subtype=forward "
        f'level=notice vd=root srcip={CAMERA} srcport=45719 srcintf="port15" dstip={CLOUD} dstport=80 proto=6 '
        "action=close policyid=10 sessionid=56633 duration=7 sentbyte=398 rcvdbyte=1605"
    )
    flow = one(tmp_path, text)
    assert (flow.first, flow.bytes_out, flow.bytes_in, flow.port) == (START - 7, 398, 1605, 80)
    assert one(tmp_path, text.replace(" ", ",")) == flow


@pytest.mark.parametrize(
    ("when", "at"),
    [
        (f"eventtime={int(START)}", START),
        (f"eventtime={int(START)}369", START),
        ('tz="-0800"', START),
        ('eventtime=77 tz="+0000"', START - 8 * 3600),
        ("", START - 8 * 3600),
    ],
)
def test_times(when: str, at: float, tmp_path: Path) -> None:
    assert one(tmp_path, line(when=when)).last == at


@pytest.mark.parametrize(
    ("action", "end", "outcome"),
    [
        ("deny", "duration=0 sentbyte=0 rcvdbyte=0", Outcome.DENIED),
        ("ip-conn", "", Outcome.UNANSWERED),
        ("timeout", "sentbyte=120 rcvdbyte=0", Outcome.UNANSWERED),
        ("start", "sentbyte=0 rcvdbyte=0", Outcome.ALLOWED),
        ("server-rst", END, Outcome.ALLOWED),
    ],
)
def test_what_became_of_it(action: str, end: str, outcome: Outcome, tmp_path: Path) -> None:
    assert one(tmp_path, line(action, end=end)).outcome is outcome


def test_a_session_logged_while_it_lasts_is_counted_once(tmp_path: Path) -> None:
    flows = items(
        tmp_path,
        line("start", end="", logid="0000000015"),
        line("accept", end="duration=120 sentbyte=500 rcvdbyte=50", logid="0000000020"),
        line(end="duration=200 sentbyte=700 rcvdbyte=60"),
        line(),
    )
    told = [(flow.connections, flow.bytes_out, flow.bytes_in) for flow in flows if isinstance(flow, Flow)]
    assert told == [(1, None, None), (0, 500, 50), (0, 200, 10), (1, 1188, 1224)]


def test_an_incoming_session_is_seen_from_the_device(tmp_path: Path) -> None:
    flow = one(tmp_path, line(ends=f"srcip={CLOUD} srcport=58012 dstip={CAMERA} dstport=554"))
    assert (flow.direction, flow.port, flow.bytes_out, flow.bytes_in) == (Direction.IN, 554, 1224, 1188)


def test_icmp_has_no_port(tmp_path: Path) -> None:
    flow = one(tmp_path, line(proto=1))
    assert (flow.protocol, flow.port) == ("icmp", None)


def test_damaged_lines_are_counted_and_other_logs_passed_over(tmp_path: Path) -> None:
    lines = [
        line(), line(kind="utm"), "hello", line().partition(" sessionid")[0], line(when="", ends=ADDRESSES).replace(
            "time=02:00:00", "time=32:00:00"), line(ends="srcip=nobody dstip=1.2.3.4"), line() + "x" * 70_000,
        line(when='tz="+0000"'), line(when=""),
    ]  # fmt: skip
    _, tally = read(FORTIGATE, "\n".join(lines).encode(), tmp_path)
    assert (tally.records, tally.other) == (3, 2)
    assert tally.skipped == {
        NO_ENDS: 1, LONG_LINE: 1, "no time that can be read": 1, "not an address where one is expected": 1,
        "a time without a zone, though other lines have one": 1,
    }  # fmt: skip


def test_a_file_without_a_readable_record_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no record in it could be read"):
        judged(tmp_path, line(kind="utm").encode())


def test_an_address_at_the_end_of_a_line_may_be_cut_off(tmp_path: Path) -> None:
    row = f'logid="13" type="traffic" {WHEN} action="close" srcip={CAMERA} dstip='
    _, tally = read(FORTIGATE, f"{line()}\n{row}203.0.113.1".encode(), tmp_path)
    assert tally.skipped == {NO_ENDS: 1}


PLAIN = line().replace('a \\"b\\"', "a b")


def test_escaped_quotation_marks_make_no_difference(tmp_path: Path) -> None:
    assert "\\" in line()
    assert "\\" not in PLAIN
    assert one(tmp_path, PLAIN) == one(tmp_path, line())


@pytest.mark.parametrize("text", [line(), PLAIN])
def test_truncation_at_every_byte(text: str, tmp_path: Path) -> None:
    whole = text.encode()
    for end in range(len(whole)):
        flows, _ = read(FORTIGATE, whole + b"\n" + whole[:end], tmp_path)
        assert {flow.peer for flow in flows if isinstance(flow, Flow)} == {CLOUD}


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=80))
def test_any_line_is_survived(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    lines = [line(), text, line(text, f"eventtime={text}", f"srcip={text} dstip={CLOUD}", text, logid=text)]
    read(FORTIGATE, "\n".join([*lines, line(end=text, when=f"tz={text}")]).encode(), tmp_path_factory.mktemp("forti"))
