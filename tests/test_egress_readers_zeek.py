from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, RESOLVER, START, device

from camscan.egress.clock import Clock
from camscan.egress.flow import Answer, Direction, Flow, Item, Outcome
from camscan.egress.known import Known
from camscan.egress.readers import zeek
from camscan.egress.source import Source, Tally

ENDS = {
    "ts": str(START),
    "id.orig_h": CAMERA,
    "id.orig_p": "40000",
    "id.resp_h": CLOUD,
    "id.resp_p": "443",
    "proto": "tcp",
}


def items(kind: str, tmp_path: Path, **changes: str) -> list[Item]:
    path = tmp_path / "x"
    path.write_bytes(b"x")
    source = Source.open(path, Tally())
    row = {**ENDS, **{name.replace("__", "."): value for name, value in changes.items()}}
    found = list(zeek.items(kind, row, 7, source, Clock(source), Known([device()])))
    source.close()
    return found


def test_each_log_is_told_by_its_fields() -> None:
    base = {"ts", "id.orig_h", "id.resp_h"}
    assert zeek.kind_of(base | {"conn_state"}) == "conn"
    assert zeek.kind_of(base | {"query"}) == "dns"
    assert zeek.kind_of(base | {"server_name"}) == "ssl"
    assert zeek.kind_of(base) is None
    assert zeek.kind_of({"conn_state"}) is None


@pytest.mark.parametrize(
    ("state", "outcome", "direction"),
    [
        ("SF", Outcome.ALLOWED, Direction.OUT),
        ("S1", Outcome.ALLOWED, Direction.OUT),
        ("RSTO", Outcome.ALLOWED, Direction.OUT),
        ("S0", Outcome.UNANSWERED, Direction.OUT),
        ("REJ", Outcome.DENIED, Direction.OUT),
        ("OTH", Outcome.UNKNOWN, Direction.UNKNOWN),
    ],
)
def test_conn_state_tells_the_outcome(state: str, outcome: Outcome, direction: Direction, tmp_path: Path) -> None:
    (flow,) = items("conn", tmp_path, conn_state=state, duration="2.5", orig_bytes="100", resp_bytes="7")
    assert isinstance(flow, Flow)
    assert (flow.outcome, flow.direction, flow.bytes_out, flow.bytes_in) == (outcome, direction, 100, 7)
    assert flow.last == START + 2.5


def test_a_connection_to_the_device_is_inbound(tmp_path: Path) -> None:
    (flow,) = items(
        "conn", tmp_path, id__orig_h=CLOUD, id__resp_h=CAMERA, id__resp_p="80", conn_state="SF", orig_bytes="9"
    )
    assert isinstance(flow, Flow)
    assert (flow.direction, flow.port, flow.bytes_in) == (Direction.IN, 80, 9)


def test_a_lookup_gives_the_name_the_server_and_the_answers(tmp_path: Path) -> None:
    given = {"id__resp_h": RESOLVER, "id__resp_p": "53", "proto": "udp", "qtype_name": "A", "rcode": "0"}
    found = items("dns", tmp_path, query="Dev.Hik-Connect.com", answers=f"cname.example.com,{CLOUD}", **given)
    server, name, answer = found
    assert isinstance(server, Flow)
    assert (server.peer, server.port, server.outcome) == (RESOLVER, 53, Outcome.ALLOWED)
    assert isinstance(name, Flow)
    assert (name.name, name.outcome) == ("dev.hik-connect.com", Outcome.NAME_ONLY)
    assert answer == Answer(CAMERA, "dev.hik-connect.com", (CLOUD,), START)
    assert len(items("dns", tmp_path, query="4.3.2.1.in-addr.arpa", **{**given, "qtype_name": "PTR"})) == 1
    assert not items("dns", tmp_path, query="x.local", id__resp_h="224.0.0.251", id__resp_p="5353")


def test_ssl_names_the_destination(tmp_path: Path) -> None:
    (flow,) = items("ssl", tmp_path, server_name="dev.hik-connect.com", established="T")
    assert isinstance(flow, Flow)
    assert (flow.name, flow.outcome) == ("dev.hik-connect.com", Outcome.ALLOWED)
