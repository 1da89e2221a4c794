"""Events of the form of docs.suricata.io, "Eve JSON Format", with documentation addresses."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, RESOLVER, START, judged, read
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.flow import Answer, Direction, Flow, Item, Outcome
from camscan.egress.readers.suricata import NO_JSON, NO_PART, SURICATA
from camscan.egress.source import LONG_LINE
from camscan.errors import UsageError

AT = "2026-11-21T11:00:00.000000+0100"
NAME = "litedev.hik-connect.com"
ENDS = {"src_ip": CAMERA, "src_port": 40000, "dest_ip": CLOUD, "dest_port": 443, "proto": "TCP"}
TO_SERVER = {"src_ip": CAMERA, "src_port": 50000, "dest_ip": RESOLVER, "dest_port": 53, "proto": "UDP"}
BODY = {
    "pkts_toserver": 23, "pkts_toclient": 21, "bytes_toserver": 4884, "bytes_toclient": 7392, "start": AT,
    "end": "2026-11-21T11:02:59.000000+0100", "age": 179, "state": "closed", "reason": "timeout", "alerted": False,
}  # fmt: skip
TCP = {"tcp_flags": "1b", "tcp_flags_ts": "1b", "tcp_flags_tc": "1b", "syn": True, "state": "closed"}


def event(kind: str, body: object, ends: Mapping[str, object] | None = None, /, **more: object) -> str:
    head = {"timestamp": AT, "flow_id": 586497171462735, "event_type": kind}
    return json.dumps({**head, **(ends or ENDS), **more, kind: body})


def items(tmp_path: Path, *lines: str) -> list[Item]:
    return read(SURICATA, "\n".join(lines).encode(), tmp_path)[0]


def one(tmp_path: Path, body: dict[str, object], **more: object) -> Flow:
    (flow,) = items(tmp_path, event("flow", {**BODY, **body}, **more))
    assert isinstance(flow, Flow)
    return flow


def test_a_flow(tmp_path: Path) -> None:
    assert one(tmp_path, {}, tcp=TCP) == Flow(
        CAMERA, CLOUD, "tcp", 443, Direction.OUT, Outcome.ALLOWED, START, START + 179, 1, 4884, 7392
    )


@pytest.mark.parametrize(
    ("body", "more", "outcome"),
    [
        ({"pkts_toclient": 0, "state": "new"}, {}, Outcome.UNANSWERED),
        ({"action": "drop"}, {}, Outcome.DENIED),
        ({}, {"tcp": {**TCP, "tcp_flags_tc": "14"}}, Outcome.DENIED),
        ({"pkts_toclient": None}, {}, Outcome.UNKNOWN),
    ],
)
def test_what_became_of_it(body: dict[str, object], more: dict[str, object], outcome: Outcome, tmp_path: Path) -> None:
    assert one(tmp_path, body, **more).outcome is outcome


def test_a_flow_picked_up_in_the_middle_does_not_tell_who_began(tmp_path: Path) -> None:
    assert one(tmp_path, {}, tcp={**TCP, "tcp_flags_ts": "18"}).direction is Direction.UNKNOWN


def test_an_incoming_flow_is_seen_from_the_device(tmp_path: Path) -> None:
    flow = one(tmp_path, {}, src_ip=CLOUD, dest_ip=CAMERA, dest_port=554)
    assert (flow.device, flow.direction, flow.port) == (CAMERA, Direction.IN, 554)
    assert (flow.bytes_out, flow.bytes_in) == (7392, 4884)


ANSWERS = [
    {"type": "answer", "version": 2, "rrname": NAME, "rrtype": "A", "rcode": "NOERROR", "answers": [
        {"rrname": NAME, "rrtype": "CNAME", "ttl": 60, "rdata": "a.example.com"},
        {"rrname": "a.example.com", "rrtype": "A", "ttl": 60, "rdata": CLOUD}]},
    {"type": "answer", "version": 2, "rrname": NAME, "rrtype": "A", "grouped": {"A": [CLOUD], "CNAME": ["a.b"]}},
    {"type": "answer", "id": 1, "rcode": "NOERROR", "rrname": NAME, "rrtype": "A", "ttl": 4, "rdata": CLOUD},
    {"type": "response", "version": 3, "queries": [{"rrname": NAME, "rrtype": "A"}],
     "answers": [{"rrname": NAME, "rrtype": "A", "rdata": CLOUD}]},
]  # fmt: skip


@pytest.mark.parametrize("body", ANSWERS)
@pytest.mark.parametrize("turned", [False, True])
def test_an_answer(body: dict[str, object], turned: bool, tmp_path: Path) -> None:
    ends = TO_SERVER
    if turned:
        ends = {"src_ip": RESOLVER, "src_port": 53, "dest_ip": CAMERA, "dest_port": 50000, "proto": "UDP"}
    flow, answer = items(tmp_path, event("dns", body, ends))
    assert answer == Answer(CAMERA, NAME, (CLOUD,), START)
    assert isinstance(flow, Flow)
    assert (flow.peer, flow.port, flow.outcome, flow.connections) == (RESOLVER, 53, Outcome.ALLOWED, 0)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "query", "id": 1, "rrname": NAME, "rrtype": "A", "tx_id": 0},
        {"type": "request", "version": 3, "queries": [{"rrname": NAME, "rrtype": "AAAA"}]},
    ],
)
def test_a_question(body: dict[str, object], tmp_path: Path) -> None:
    flow, asked = items(tmp_path, event("dns", body, TO_SERVER))
    assert isinstance(flow, Flow)
    assert (flow.peer, flow.protocol, flow.port, flow.connections) == (RESOLVER, "udp", 53, 1)
    assert asked == Flow(CAMERA, "", "dns", None, Direction.OUT, Outcome.NAME_ONLY, START, START, 1, name=NAME)


def test_other_questions_tell_no_name(tmp_path: Path) -> None:
    assert len(items(tmp_path, event("dns", {"type": "query", "rrname": NAME, "rrtype": "PTR"}, TO_SERVER))) == 1
    assert items(tmp_path, event("dns", {"type": "query", "rrname": NAME}, {**TO_SERVER, "dest_port": 5353})) == []


def test_a_server_name(tmp_path: Path) -> None:
    (flow,) = items(tmp_path, event("tls", {"sni": NAME, "version": "TLS 1.2"}))
    assert isinstance(flow, Flow)
    assert (flow.peer, flow.port, flow.name, flow.outcome) == (CLOUD, 443, NAME, Outcome.ALLOWED)


def test_a_connection_in_two_events_counts_once(tmp_path: Path) -> None:
    lines = [event("flow", BODY, tcp=TCP), event("tls", {"sni": NAME})]
    report = judged(tmp_path, "\n".join(lines).encode())
    (finding,) = report.findings
    assert finding.connections == 1
    assert report.inputs[0].format == "suricata"


def test_damaged_lines_are_counted_and_other_events_passed_over(tmp_path: Path) -> None:
    lines = [
        event("flow", BODY), event("alert", {}), event("stats", {}), "{", "[1]", "{}", event("flow", 3), "[" * 20_000,
        event("flow", {**BODY, "start": "yesterday"}), event("tls", {}, src_ip="a name"),
        event("flow", {**BODY, "start": "2026-11-21T11:00:00"}), "{" + " " * 70_000,
    ]  # fmt: skip
    _, tally = read(SURICATA, "\n".join(lines).encode(), tmp_path)
    assert (tally.records, tally.other) == (2, 2)
    assert tally.skipped == {
        NO_JSON: 4, NO_PART: 1, LONG_LINE: 1, "no time that can be read": 1, "not an address where one is expected": 1,
        "a time without a zone, though other lines have one": 1,
    }  # fmt: skip


def test_a_file_of_alerts_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no record in it could be read"):
        judged(tmp_path, event("alert", {}).encode())


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["rrname", "rdata", "A", "start"]), inner),
    )
)
def test_any_json_is_survived(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    lines = [event("flow", BODY, tcp=value), json.dumps(value), *(event(kind, value) for kind in ("flow", "dns"))]
    lines += [event("dns", {"type": "answer", "grouped": value, "answers": value, "queries": value, "rrname": value})]
    lines += [event("flow", {**BODY, "end": value}, proto=value, src_ip=value, dest_port=value)]
    read(SURICATA, "\n".join(lines).encode(), tmp_path_factory.mktemp("suricata"))
