"""Lines as output_csv.c of nfdump 1.6.25, 1.7.1 and 1.7.8 prints them, with documentation addresses."""

from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, OTHER, RESOLVER, START, judged, read
from hypothesis import given
from hypothesis import strategies as st
from nfdump_makers import collected, needs_nfdump, nfdump

from camscan.egress.flow import Direction, Flow, Outcome
from camscan.egress.readers.nfdump_csv import NFDUMP_CSV
from camscan.errors import UsageError

OLD = (
    "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt,in,out,sas,das,smk,dmk,dtos,dir,nh,nhb,svln,dvln,ismc,"
    "odmc,idmc,osmc,mpls1,mpls2,mpls3,mpls4,mpls5,mpls6,mpls7,mpls8,mpls9,mpls10,cl,sl,al,ra,eng,exid,tr"
)
OLD_TAIL = (
    ",0,0,0,0,0,0,0,0,0,0.0.0.0,0.0.0.0,0,0,44:19:b6:00:00:01,02:00:00:00:00:09,00:00:00:00:00:00,00:00:00:00:00:00,"
    "0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,    0.000,    0.000,    0.000,10.1.0.1,0/0,1,"
    "2026-11-21 10:05:00.000"
)
FAST = (
    "cnt,af,firstSeen,lastSeen,proto,srcAddr,srcPort,dstAddr,dstPort,srcAS,dstAS,input,output,flags,srcTos,packets,"
    "bytes"
)
SUMMARY = "Summary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n24,2776,32,1417,2,86"


def old(start: str = "2026-11-21 10:00:00,2026-11-21 10:00:02,2.000", ends: str = f"{CAMERA},{CLOUD},40000,443") -> str:
    return f"{start},{ends},TCP,...AP.SF,0,0,3,500,0" + OLD_TAIL


def flows(folder: Path, *lines: str) -> list[Flow]:
    return [item for item in read(NFDUMP_CSV, "\n".join(lines).encode(), folder)[0] if isinstance(item, Flow)]


EXPECTED = Flow(CAMERA, CLOUD, "tcp", 443, Direction.OUT, Outcome.ALLOWED, START, START + 2, 2, 500, None)


def test_the_columns_up_to_version_1_7_3(tmp_path: Path) -> None:
    assert flows(tmp_path, OLD, old()) == [EXPECTED]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        # 1.7.4 to 1.7.8 without a protocol's name; -o "csv:..." with chosen columns; -o csv-fast.
        (
            "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows",
            f"2026-11-21 10:00:00.000,2.000,6,{CAMERA},40000,{CLOUD},443,3,500,1",
        ),
        (
            "firstSeen,lastSeen,proto,srcAddr,srcPort,dstAddr,dstPort,flags,inPackets,inBytes,srcGeo",
            f"1795255200.000,1795255202.000,6,{CAMERA},40000,{CLOUD},443,...AP.SF,3,500,GB",
        ),
        (
            FAST,
            f"1,2,1795255200000,1795255202000,6,{CAMERA},40000,{CLOUD},443,0,0,1,2,...AP.SF,0,3,500",
        ),
    ],
)
def test_the_columns_of_later_versions(head: str, line: str, tmp_path: Path) -> None:
    (flow,) = flows(tmp_path, head, line)
    assert (flow.peer, flow.port, flow.first, flow.last, flow.bytes_out, flow.direction) == (
        CLOUD, 443, START, START + 2, 500, Direction.OUT,
    )  # fmt: skip


def test_the_summary_and_repeated_headings_are_passed_over(tmp_path: Path) -> None:
    part = f"{OLD}\n{old()}\n{SUMMARY}\n"
    _, tally = read(NFDUMP_CSV, (part * 2).encode(), tmp_path)
    assert (tally.records, tally.other, tally.skipped) == (2, 7, {})
    assert any("zone" in note for note in tally.notes)


def test_what_is_damaged_is_counted(tmp_path: Path) -> None:
    lines = [OLD, old(), "a,b", old(start="x,x,x"), old(ends=f"name,{CLOUD},1,2"), "", old()]
    _, tally = read(NFDUMP_CSV, "\n".join(lines).encode(), tmp_path)
    assert (tally.records, sum(tally.skipped.values())) == (2, 3)


def test_a_heading_alone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no record in it could be read"):
        judged(tmp_path, f"{OLD}\n{SUMMARY}\n".encode())


@given(st.lists(st.text(max_size=60)), st.text(max_size=40))
def test_any_text_is_survived(tmp_path_factory: pytest.TempPathFactory, lines: list[str], word: str) -> None:
    content = "\n".join([OLD, *lines, old(start=f"{word},{word},{word}"), ",".join([word] * 48)])
    read(NFDUMP_CSV, content.encode("utf-8", "replace"), tmp_path_factory.mktemp("nfdump"))


@needs_nfdump
def test_what_nfdump_prints(tmp_path: Path) -> None:
    content = nfdump(collected(tmp_path), "-o", "csv")
    found = [item for item in read(NFDUMP_CSV, content, tmp_path)[0] if isinstance(item, Flow)]
    assert {(one.peer, one.port, one.direction.value, one.outcome.value) for one in found} == {
        (CLOUD, 443, "out", "allowed"), (OTHER, 8443, "out", "unanswered"), (RESOLVER, 53, "out", "allowed"),
        (CLOUD, 554, "in", "allowed"), (OTHER, 8800, "out", "unanswered"),
    }  # fmt: skip
    assert min(one.first for one in found) == START
