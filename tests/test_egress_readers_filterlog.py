from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, START, device, read
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.flow import Direction, Flow, Outcome
from camscan.egress.readers.filterlog import COLUMNS, FILTERLOG

HEAD = "2026-11-21T10:00:00+00:00 fw filterlog[31337]: "
FOUR = (
    "5,,,1000000103,igb1,match,{action},in,4,0x0,,64,4242,0,DF,6,tcp,60,{source},{target},40000,8666,0,{flags},123,,,"
)
SIX = "5,,,1000000105,igb1,match,block,in,6,0x00,0x12345,64,UDP,17,60,{source},{target},40000,8800,20"
ICMP = "5,,,1000000103,igb1,match,pass,in,4,0x0,,64,4242,0,none,1,icmp,84,{source},{target},request,1,2"


def four(action: str = "block", source: str = CAMERA, target: str = CLOUD, flags: str = "S") -> str:
    return HEAD + FOUR.format(action=action, source=source, target=target, flags=flags)


def one(line: str, tmp_path: Path) -> Flow:
    (flow,), _ = read(FILTERLOG, line.encode(), tmp_path)
    assert isinstance(flow, Flow)
    return flow


@pytest.mark.parametrize(
    ("action", "outcome"), [("block", Outcome.DENIED), ("pass", Outcome.ALLOWED), ("nat", Outcome.UNKNOWN)]
)
def test_an_ipv4_line(action: str, outcome: Outcome, tmp_path: Path) -> None:
    flow = one(four(action), tmp_path)
    assert (flow.peer, flow.protocol, flow.port, flow.outcome, flow.first) == (CLOUD, "tcp", 8666, outcome, START)
    assert (flow.direction, flow.bytes_out) == (Direction.OUT, None)


def test_an_ipv6_line_has_its_own_columns(tmp_path: Path) -> None:
    line = HEAD + SIX.format(source="2001:db8:1::20", target="2001:db8:9::1")
    (flow,), _ = read(FILTERLOG, line.encode(), tmp_path, [device("2001:db8:1::20")])
    assert isinstance(flow, Flow)
    assert (flow.peer, flow.protocol, flow.port, flow.outcome) == ("2001:db8:9::1", "udp", 8800, Outcome.DENIED)


def test_icmp_has_no_port(tmp_path: Path) -> None:
    flow = one(HEAD + ICMP.format(source=CAMERA, target=CLOUD), tmp_path)
    assert (flow.protocol, flow.port) == ("icmp", None)


def test_a_packet_from_the_middle_does_not_tell_who_began(tmp_path: Path) -> None:
    assert one(four(flags="PA"), tmp_path).direction is Direction.UNKNOWN
    assert one(four(flags="SA"), tmp_path).direction is Direction.UNKNOWN
    assert one(four(source=CLOUD, target=CAMERA), tmp_path).direction is Direction.IN


def test_syslog_of_the_newer_form_and_lines_of_others(tmp_path: Path) -> None:
    new = "<134>1 2026-11-21T10:00:00+00:00 fw filterlog 31337 - - " + four().partition("]: ")[2]
    items, tally = read(FILTERLOG, f"{new}\nNov 21 10:00:00 fw sshd[1]: hello\n\n".encode(), tmp_path)
    assert (len(items), tally.records, tally.other) == (1, 1, 1)


def test_damaged_lines_are_counted(tmp_path: Path) -> None:
    lines = [
        four(),
        HEAD + "5,,,1",
        HEAD + FOUR.replace(",4,0x0", ",9,0x0"),
        four().replace("2026-11-21T10", "2026-99-99T10"),
    ]
    _, tally = read(FILTERLOG, "\n".join(lines).encode(), tmp_path)
    assert (tally.records, tally.skipped) == (1, {COLUMNS: 2, "no time that can be read": 1})


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=80))
def test_any_line_is_survived(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    lines = [
        four(),
        HEAD + text,
        HEAD + ",".join([text] * 30),
        HEAD + FOUR.format(action=text, source=text, target=CLOUD, flags=text),
    ]
    read(FILTERLOG, "\n".join(lines).encode(), tmp_path_factory.mktemp("filterlog"))
