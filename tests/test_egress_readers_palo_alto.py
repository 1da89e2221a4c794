"""Rows in the order of "Traffic Log Fields" (docs.paloaltonetworks.com, PAN-OS 9.1)."""

from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, START, judged, read
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.flow import Direction, Flow, Outcome
from camscan.egress.readers.palo_alto import COLUMNS, PALO_ALTO
from camscan.egress.source import LONG_LINE
from camscan.errors import UsageError

HEAD = "Nov 21 10:00:00 pa "
ROW = (
    "1,2026/11/21 10:00:02,012501002341,TRAFFIC,{kind},2561,{at},{source},{target},198.51.100.2,203.0.113.9,"
    'Cameras out,"example\\a, user",,ssl,vsys1,trust,untrust,ethernet1/23,ethernet1/24,Log,2026/11/21 10:00:00,'
    "{session},1,49583,8666,50464,8666,0x40441a,{protocol},{action},7312,{sent},{got},22,2026/11/21 09:59:28,30,"
    "any,,7253419119627122716,0x8000000000000000,10.0.0.0-10.255.255.255,Japan,,12,10,aged-out,0,0,0,0,,fw"
)


def row(**changes: object) -> str:
    facts: dict[str, object] = {
        "kind": "end", "at": "2026/11/21 10:00:00", "source": CAMERA, "target": CLOUD, "session": 72568134,
        "protocol": "tcp", "action": "allow", "sent": 2228, "got": 5084,
    }  # fmt: skip
    return HEAD + ROW.format(**{**facts, **changes})


def flows(tmp_path: Path, *lines: str) -> list[Flow]:
    items, _ = read(PALO_ALTO, "\n".join(lines).encode(), tmp_path)
    return [item for item in items if isinstance(item, Flow)]


def one(tmp_path: Path, **changes: object) -> Flow:
    (flow,) = flows(tmp_path, row(**changes))
    return flow


def test_a_session(tmp_path: Path) -> None:
    assert one(tmp_path) == Flow(
        CAMERA, CLOUD, "tcp", 8666, Direction.OUT, Outcome.ALLOWED, START - 32, START, 1, 2228, 5084
    )


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"kind": "drop", "action": "deny"}, Outcome.DENIED),
        ({"kind": "deny", "action": "reset-both"}, Outcome.DENIED),
        ({"action": "drop-ICMP"}, Outcome.DENIED),
        ({"got": 0}, Outcome.UNANSWERED),
        ({"kind": "start", "got": 0}, Outcome.ALLOWED),
    ],
)
def test_what_became_of_it(changes: dict[str, object], outcome: Outcome, tmp_path: Path) -> None:
    assert one(tmp_path, **changes).outcome is outcome


def test_a_session_logged_at_its_start_too_is_counted_once(tmp_path: Path) -> None:
    told = flows(tmp_path, row(kind="start", sent=60, got=0), row(), row(kind="drop", action="deny"))
    assert [(flow.connections, flow.bytes_out) for flow in told] == [(1, 60), (0, 2168), (1, 2228)]


def test_an_incoming_session_is_seen_from_the_device(tmp_path: Path) -> None:
    flow = one(tmp_path, source=CLOUD, target=CAMERA)
    assert (flow.direction, flow.bytes_out, flow.bytes_in) == (Direction.IN, 5084, 2228)


def test_icmp_has_no_port(tmp_path: Path) -> None:
    flow = one(tmp_path, protocol="icmp6")
    assert (flow.protocol, flow.port) == ("icmp", None)


def test_an_export_with_its_heading(tmp_path: Path) -> None:
    heading = "Domain,Receive Time,Serial #,Type,Threat/Content Type,Config Version,Generate Time,Source address"
    _, tally = read(PALO_ALTO, f"{heading}\n{row().removeprefix(HEAD)}".encode(), tmp_path)
    assert (tally.records, tally.other) == (1, 1)


def test_damaged_lines_are_counted_and_other_logs_passed_over(tmp_path: Path) -> None:
    lines = [
        row(), row().replace("TRAFFIC", "THREAT"), row()[:150], row(at="yesterday"), row(source="nobody"),
        row() + '"x', row() + "x" * 70_000, row().replace(",Log,", ',"Log,'), "2026-11-21T10:00:00Z," + row(),
        row(at="2026-11-21T10:00:00Z"),
    ]  # fmt: skip
    _, tally = read(PALO_ALTO, "\n".join(lines).encode(), tmp_path)
    assert tally.other == 1
    assert tally.skipped[COLUMNS] == 2
    assert tally.skipped[LONG_LINE] == 1
    assert tally.skipped["not a row of CSV"] == 1
    assert tally.skipped["no time that can be read"] == 1
    assert tally.skipped["a time without a zone, though other lines have one"] == 1


def test_a_file_without_a_readable_record_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no record in it could be read"):
        judged(tmp_path, row(at="yesterday").encode())


def test_truncation_at_every_byte(tmp_path: Path) -> None:
    whole = row().encode()
    for end in range(len(whole)):
        items, _ = read(PALO_ALTO, whole + b"\n" + whole[:end], tmp_path)
        assert {flow.peer for flow in items if isinstance(flow, Flow)} == {CLOUD}


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=80))
def test_any_line_is_survived(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    lines = [row(), text, row(at=text), row(source=text, protocol=text), row(kind=text, action=text, sent=text)]
    read(PALO_ALTO, "\n".join([*lines, f",TRAFFIC,{text}" * 40]).encode(), tmp_path_factory.mktemp("palo"))
