"""Messages of the form of Cisco's "ASA Series Syslog Messages" and document 116149."""

from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, OTHER, RESOLVER, START, device, judged, read
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.flow import Direction, Flow, Outcome
from camscan.egress.readers import cisco_asa
from camscan.egress.readers.cisco_asa import CISCO_ASA, NO_FORM
from camscan.egress.source import LONG_LINE
from camscan.errors import UsageError

HEAD = "<166>Nov 21 2026 10:00:00 asa : "
LATER = "<166>Nov 21 2026 10:02:01 asa : "
ENDS = f"outside:{CLOUD}/8666 ({CLOUD}/8666) to inside:{CAMERA}/53496 (198.51.100.2/53496)"
BUILT = f"%ASA-6-302013: Built outbound TCP connection 9 for {ENDS}"
TEARDOWN = (
    f"%ASA-6-302014: Teardown TCP connection 9 for outside:{CLOUD}/8666 to inside:{CAMERA}/53496 "
    "duration 0:02:01 bytes 2436 TCP FINs"
)
DENY = (
    f"%ASA-4-106023: Deny udp src inside:{CAMERA}/40000 dst outside:{CLOUD}/8800 "
    'by access-group "CAMERAS" [0x8ed66b60, 0xf8852875]'
)
LISTED = (
    f"%ASA-6-106100: access-list CAMERAS denied tcp inside/{CAMERA}(40000) -> outside/{CLOUD}(8666) "
    "hit-cnt 12 300-second interval [0x1, 0x0]"
)


def flows(tmp_path: Path, *lines: str) -> list[Flow]:
    items, _ = read(CISCO_ASA, "\n".join(lines).encode(), tmp_path)
    return [item for item in items if isinstance(item, Flow)]


def one(tmp_path: Path, *lines: str) -> Flow:
    (flow,) = flows(tmp_path, *lines)
    return flow


def test_a_connection_is_told_once_at_its_end(tmp_path: Path) -> None:
    assert one(tmp_path, HEAD + BUILT, LATER + TEARDOWN) == Flow(
        CAMERA, CLOUD, "tcp", 8666, Direction.OUT, Outcome.ALLOWED, START, START + 121, 1
    )


def test_a_connection_whose_end_is_not_logged(tmp_path: Path) -> None:
    assert one(tmp_path, HEAD + BUILT).last == START
    again = BUILT.replace(CLOUD, OTHER)
    assert [flow.peer for flow in flows(tmp_path, HEAD + BUILT, HEAD + again)] == [CLOUD, OTHER]


def test_an_inbound_connection_is_told_from_its_beginners_side(tmp_path: Path) -> None:
    text = (
        f"%FTD-6-302015: Built inbound UDP connection 10 for outside:{CLOUD}/28218 ({CLOUD}/28218)(LOCAL\\user) "
        f"to inside:{CAMERA}/37777 (198.51.100.2/37777) (user)"
    )
    flow = one(tmp_path, HEAD + text)
    assert (flow.device, flow.peer, flow.port, flow.protocol) == (CAMERA, CLOUD, 37777, "udp")
    assert flow.direction is Direction.IN


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        ("bytes 0 SYN Timeout", Outcome.UNANSWERED),
        ("bytes 0 TCP Reset-O", Outcome.DENIED),
        ("bytes 968 TCP Reset-O", Outcome.ALLOWED),
        ("bytes 968", Outcome.ALLOWED),
    ],
)
def test_what_became_of_it(end: str, outcome: Outcome, tmp_path: Path) -> None:
    assert one(tmp_path, HEAD + BUILT, LATER + TEARDOWN.replace("bytes 2436 TCP FINs", end)).outcome is outcome


def test_an_end_without_its_beginning_does_not_tell_who_began(tmp_path: Path) -> None:
    flow = one(tmp_path, LATER + TEARDOWN)
    assert (flow.direction, flow.port, flow.first, flow.last) == (Direction.UNKNOWN, 8666, START, START + 121)


def test_a_denied_packet(tmp_path: Path) -> None:
    assert one(tmp_path, HEAD + DENY) == Flow(
        CAMERA, CLOUD, "udp", 8800, Direction.OUT, Outcome.DENIED, START, START, 1
    )
    icmp = (
        f'%ASA-4-106023: Deny icmp src inside:{CAMERA} dst outside:{CLOUD} (type 8, code 0) by access-group "CAMERAS"'
    )
    told = one(tmp_path, HEAD + icmp)
    assert (told.protocol, told.port) == ("icmp", None)
    other = one(tmp_path, HEAD + icmp.replace("icmp", "protocol 47").replace("(type 8, code 0) ", ""))
    assert (other.protocol, other.port) == ("47", None)


def test_a_denied_answer_does_not_tell_who_began(tmp_path: Path) -> None:
    text = DENY.replace(f"{CAMERA}/40000", f"{RESOLVER}/53").replace(f"{CLOUD}/8800", f"{CAMERA}/40000")
    flow = one(tmp_path, HEAD + text)
    assert (flow.peer, flow.port, flow.direction) == (RESOLVER, 53, Direction.UNKNOWN)


def test_what_a_list_counted(tmp_path: Path) -> None:
    flow = one(tmp_path, HEAD + LISTED)
    assert (flow.port, flow.outcome, flow.connections, flow.direction) == (8666, Outcome.DENIED, 12, Direction.OUT)
    permitted = LISTED.replace("denied", "permitted")
    assert one(tmp_path, HEAD + permitted).connections == 12
    both = flows(tmp_path, HEAD + BUILT, HEAD + permitted)
    assert sorted(flow.connections for flow in both) == [0, 1]
    assert one(tmp_path, HEAD + LISTED.replace("denied", "est-allowed")).direction is Direction.UNKNOWN


def test_ipv6(tmp_path: Path) -> None:
    text = DENY.replace(CAMERA, "2001:db8:1::20").replace(CLOUD, "2001:db8:9::1")
    (flow,), _ = read(CISCO_ASA, (HEAD + text).encode(), tmp_path, [device("2001:db8:1::20")])
    assert isinstance(flow, Flow)
    assert (flow.peer, flow.port) == ("2001:db8:9::1", 8800)


@pytest.mark.parametrize(
    "head",
    [
        "<166>1 2026-11-21T10:00:00Z asa : ",
        "Nov 21 10:00:00 asa CiscoASA[999]: ",
        "Nov 21 2026 10:00:00: ",
        "2026-11-21 10:00:00 Local4.Info 10.1.0.1 ",
    ],
)
def test_heads(head: str, tmp_path: Path) -> None:
    assert one(tmp_path, head + DENY).first == START


def test_the_oldest_connection_is_told_without_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cisco_asa, "OPEN_LIMIT", 1)
    assert [flow.record for flow in flows(tmp_path, HEAD + BUILT, HEAD + BUILT.replace("n 9", "n 8"))] == [1, 2]


def test_damaged_lines_are_counted_and_other_messages_passed_over(tmp_path: Path) -> None:
    lines = [
        HEAD + DENY, HEAD + "%ASA-6-305011: Built dynamic translation", "hello", HEAD + BUILT[:60],
        HEAD + TEARDOWN[:70],
        HEAD + "%ASA-4-106023: Deny", HEAD + "%ASA-6-106100: access-list", DENY,
        HEAD + DENY.replace(CAMERA, "camera-1"),
        HEAD + DENY + "x" * 70_000, "<166>1 2026-11-21T10:00:00Z asa : " + DENY, HEAD + LISTED,
    ]  # fmt: skip
    _, tally = read(CISCO_ASA, "\n".join(lines).encode(), tmp_path)
    assert (tally.records, tally.other) == (3, 2)
    assert tally.skipped == {
        NO_FORM: 4, LONG_LINE: 1, "no time that can be read": 1, "not an address where one is expected": 1,
        "a time without a zone, though other lines have one": 1,
    }  # fmt: skip


def test_a_file_without_a_readable_record_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no record in it could be read"):
        judged(tmp_path, (HEAD + BUILT[:60]).encode())


@pytest.mark.parametrize("message", [BUILT, TEARDOWN, DENY, LISTED])
def test_truncation_at_every_byte(message: str, tmp_path: Path) -> None:
    whole = (HEAD + message).encode()
    for end in range(len(whole)):
        items, _ = read(CISCO_ASA, whole + b"\n" + whole[:end], tmp_path)
        assert {flow.peer for flow in items if isinstance(flow, Flow)} == {CLOUD}


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=80))
def test_any_line_is_survived(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    lines = [HEAD + DENY, text, text + DENY, HEAD + DENY.replace(CLOUD, text), HEAD + LISTED.replace("12", text)]
    lines += [
        HEAD + BUILT.replace("9", text),
        LATER + TEARDOWN.replace("0:02:01", text),
        HEAD + "%ASA-6-302013: " + text,
    ]
    read(CISCO_ASA, "\n".join(lines).encode(), tmp_path_factory.mktemp("asa"))
