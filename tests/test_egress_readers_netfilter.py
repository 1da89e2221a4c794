"""Lines of the form that the makers' manuals and users' questions show, with documentation addresses."""

from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, RESOLVER, START, device, judged, read
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.flow import Direction, Flow, Outcome
from camscan.egress.readers.netfilter import NETFILTER, NO_ENDS, NOTE_PREFIX
from camscan.egress.source import LONG_LINE
from camscan.errors import UsageError

HEAD = "2026-11-21T10:00:00+00:00 gw kernel: [71910.873115] "
MAC = "MAC=a6:8d:e2:51:62:4c:44:19:b6:00:00:01:08:00"
TAIL = "LEN=40 TOS=0x00 PREC=0x00 TTL=63 ID=62215 DF"


def tcp(prefix: str = "[UFW BLOCK] ", source: str = CAMERA, target: str = CLOUD, flags: str = "SYN") -> str:
    ends = f"SRC={source} DST={target}"
    return (
        f"{prefix}IN=br0 OUT=eth8 {MAC} {ends} {TAIL} PROTO=TCP SPT=40000 DPT=8666 WINDOW=1024 RES=0x00 {flags} URGP=0"
    )


def one(line: str, tmp_path: Path) -> Flow:
    (flow,), _ = read(NETFILTER, line.encode(), tmp_path)
    assert isinstance(flow, Flow)
    return flow


@pytest.mark.parametrize(
    ("prefix", "outcome"),
    [
        ("[UFW BLOCK] ", Outcome.DENIED),
        ("[UFW ALLOW] ", Outcome.ALLOWED),
        ("[UFW AUDIT] ", Outcome.UNKNOWN),
        ("[WAN_LOCAL-default-D]", Outcome.DENIED),
        ("[LAN_IN-2000-A]", Outcome.ALLOWED),
        ("[LAN_IN-2001-R]", Outcome.DENIED),
        ('[LAN_IN-2002-A] DESCR="not what the drop rule takes" ', Outcome.ALLOWED),
        ('[LAN_IN-RET-1] DESCR="[LAN_IN]Block cameras" ', Outcome.DENIED),
        ("REJECT wan in: ", Outcome.DENIED),
        ("Shorewall:net-fw:DROP:", Outcome.DENIED),
        ("FINAL_REJECT: ", Outcome.DENIED),
        ("camscan ", Outcome.DENIED),
        ("cameras ", Outcome.UNKNOWN),
        ("accept or drop: ", Outcome.UNKNOWN),
        ("", Outcome.UNKNOWN),
    ],
)
def test_the_prefix_tells_what_became_of_it(prefix: str, outcome: Outcome, tmp_path: Path) -> None:
    assert one(HEAD + tcp(prefix), tmp_path) == Flow(
        CAMERA, CLOUD, "tcp", 8666, Direction.OUT, outcome, START, START, 1
    )


@pytest.mark.parametrize(
    "head",
    [
        "<4>1 2026-11-21T10:00:00Z gw kernel - - - ",
        "Nov 21 10:00:00 gw kernel: ",
        "<4>Nov 21 10:00:00 Dream-Machine-Drop ",
        "Sat Nov 21 10:00:00 2026 kern.warn kernel: [ 1234.5] ",
        "\ufeffNov 21 2026 10:00:00 gw : ",
    ],
)
def test_heads(head: str, tmp_path: Path) -> None:
    flow = one(head + tcp("[LAN_IN-3-A]"), tmp_path)
    assert (flow.first, flow.outcome) == (START, Outcome.ALLOWED)


def test_peplink(tmp_path: Path) -> None:
    line = f"Nov 21 10:00:00 Denied CONN=WAN1 SRC={CAMERA} DST={CLOUD} LEN=48 PROTO=TCP SPT=2260 DPT=80"
    assert one(line, tmp_path) == Flow(CAMERA, CLOUD, "tcp", 80, Direction.OUT, Outcome.DENIED, START, START, 1)


def test_what_does_not_begin_a_connection(tmp_path: Path) -> None:
    late = one(HEAD + tcp(flags="ACK FIN"), tmp_path)
    assert (late.direction, late.port) == (Direction.UNKNOWN, 8666)
    answer = one(HEAD + tcp(source=CLOUD, target=CAMERA, flags="ACK SYN"), tmp_path)
    assert (answer.direction, answer.port) == (Direction.UNKNOWN, 40000)
    udp = f"IN=br0 OUT= {MAC} SRC={RESOLVER} DST={CAMERA} {TAIL} PROTO=UDP SPT=53 DPT=50000 LEN=60"
    told = one(HEAD + udp, tmp_path)
    assert (told.peer, told.protocol, told.port, told.direction) == (RESOLVER, "udp", 53, Direction.UNKNOWN)


def test_an_incoming_connection(tmp_path: Path) -> None:
    flow = one(HEAD + tcp(source=CLOUD, target=CAMERA), tmp_path)
    assert (flow.device, flow.direction, flow.port) == (CAMERA, Direction.IN, 8666)


def test_icmp_and_what_it_quotes(tmp_path: Path) -> None:
    head = f"{HEAD}IN=br0 OUT= SRC={CAMERA} DST={CLOUD} {TAIL} PROTO=ICMP"
    assert one(f"{head} TYPE=8 CODE=0 ID=1 SEQ=1", tmp_path).direction is Direction.OUT
    quoted = one(f"{head} TYPE=3 CODE=3 [SRC={CLOUD} DST={CAMERA} PROTO=UDP SPT=53 DPT=9 ]", tmp_path)
    assert (quoted.direction, quoted.peer, quoted.port) == (Direction.UNKNOWN, CLOUD, None)


def test_ipv6_written_in_full(tmp_path: Path) -> None:
    ends = "SRC=2001:0db8:0001:0000:0000:0000:0000:0020 DST=2001:0db8:0009:0000:0000:0000:0000:0001"
    line = f"{HEAD}[UFW BLOCK] IN=br0 OUT=eth0 {ends} LEN=80 PROTO=UDP SPT=40000 DPT=8800 LEN=40"
    (flow,), _ = read(NETFILTER, line.encode(), tmp_path, [device("2001:db8:1::20")])
    assert isinstance(flow, Flow)
    assert (flow.peer, flow.port, flow.outcome) == ("2001:db8:9::1", 8800, Outcome.DENIED)


def test_damaged_lines_are_counted_and_lines_of_others_passed_over(tmp_path: Path) -> None:
    lines = [
        HEAD + tcp("cameras "),
        HEAD + tcp()[:70],
        HEAD + tcp().partition(" LEN")[0],
        "gw kernel: " + tcp(),
        HEAD + tcp(source="nobody"),
        "Nov 21 10:00:00 " + tcp(),
        HEAD + tcp() + "x" * 70_000,
        "Nov 21 10:00:00 gw sshd[1]: hello",
        " ",
    ]
    _, tally = read(NETFILTER, "\n".join(lines).encode(), tmp_path)
    assert (tally.records, tally.other, NOTE_PREFIX in tally.notes) == (2, 1, True)
    assert tally.skipped == {
        NO_ENDS: 2, LONG_LINE: 1, "no time that can be read": 1, "not an address where one is expected": 1,
        "a time without a zone, though other lines have one": 1,
    }  # fmt: skip


def test_a_missing_year_and_zone_are_noted(tmp_path: Path) -> None:
    _, tally = read(NETFILTER, f"Nov 21 10:00:00 gw kernel: {tcp()}".encode(), tmp_path)
    assert len(tally.notes) == 2


def test_a_file_without_a_time_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no record in it could be read"):
        judged(tmp_path, f"[  12.5] {tcp()}".encode())


def test_truncation_at_every_byte(tmp_path: Path) -> None:
    line = (HEAD + tcp()).encode()
    for end in range(len(line)):
        flows, tally = read(NETFILTER, (line + b"\n" + line[:end]), tmp_path)
        assert {flow.peer for flow in flows if isinstance(flow, Flow)} == {CLOUD}
        assert tally.records + tally.other + sum(tally.skipped.values()) >= 1 + bool(end)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=80))
def test_any_line_is_survived(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    lines = [HEAD + tcp(), text, f"{text} SRC={text} DST={text}", HEAD + tcp(text, text, CLOUD, text), text + tcp()]
    read(NETFILTER, "\n".join(lines).encode(), tmp_path_factory.mktemp("netfilter"))
