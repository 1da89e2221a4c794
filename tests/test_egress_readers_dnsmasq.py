from datetime import UTC, datetime
from pathlib import Path

import pytest
from egress_makers import CAMERA, CLOUD, START, read
from hypothesis import given
from hypothesis import strategies as st

from camscan.egress.flow import Answer, Flow, Mark, Outcome
from camscan.egress.readers import dnsmasq
from camscan.egress.readers.dnsmasq import DNSMASQ


def log(*messages: str, head: str = "2026-11-21T10:00:00+00:00 gw dnsmasq[88]: ") -> bytes:
    return "\n".join(head + message for message in messages).encode() + b"\n"


def test_a_query_and_the_answer_that_follows(tmp_path: Path) -> None:
    text = log(
        "query[A] Dev.Hik-Connect.com from 10.1.0.20",
        "forwarded dev.hik-connect.com to 9.9.9.9",
        f"reply dev.hik-connect.com is {CLOUD}",
    )
    (flow, answer), tally = read(DNSMASQ, text, tmp_path)
    assert isinstance(flow, Flow)
    assert (flow.device, flow.name, flow.outcome, flow.record) == (CAMERA, "dev.hik-connect.com", Outcome.NAME_ONLY, 1)
    assert answer == Answer(CAMERA, "dev.hik-connect.com", (CLOUD,), START)
    assert (tally.records, tally.other) == (2, 1)


def test_an_alias_leads_back_to_the_name_that_was_asked(tmp_path: Path) -> None:
    text = log(
        f"query[A] a.example.com from {CAMERA}", "reply a.example.com is <CNAME>", f"reply edge.example.net is {CLOUD}",
        "reply edge.example.net is 198.51.100.8",
    )  # fmt: skip
    items, _ = read(DNSMASQ, text, tmp_path)
    assert [item.name for item in items if isinstance(item, Answer)] == ["a.example.com", "a.example.com"]


@pytest.mark.parametrize(
    "line", ["gravity blocked a.example.com is 0.0.0.0", "/etc/hosts.blocked a.example.com is 0.0.0.0"]
)
def test_what_pi_hole_blocked_is_marked(line: str, tmp_path: Path) -> None:
    items, _ = read(DNSMASQ, log(f"query[A] a.example.com from {CAMERA}", line), tmp_path)
    assert [item.marks for item in items if isinstance(item, Flow)] == [frozenset(), {Mark.DNS_BLOCKED}]


def test_extra_logging_with_serial_numbers(tmp_path: Path) -> None:
    text = log(
        f"45 {CAMERA}/50000 query[AAAA] a.example.com from {CAMERA}",
        f"45 {CAMERA}/50000 reply a.example.com is {CLOUD}",
    )
    assert len(read(DNSMASQ, text, tmp_path)[0]) == 2


def test_other_peoples_queries_leave_nothing(tmp_path: Path) -> None:
    text = log(
        f"query[A] shared.example.com from {CAMERA}", "query[A] shared.example.com from 10.1.0.99",
        f"reply shared.example.com is {CLOUD}", "query[A] private.example.com from 10.1.0.99",
        f"reply private.example.com is {CLOUD}",
    )  # fmt: skip
    items, _ = read(DNSMASQ, text, tmp_path)
    assert [item.name for item in items] == ["shared.example.com"]  # type: ignore[union-attr]  # both kinds have a name


def test_pi_holes_own_file_without_host_or_year(tmp_path: Path) -> None:
    head = f"{datetime.now(UTC):%b %d %H:%M:%S} dnsmasq[88]: "
    (flow,), tally = read(DNSMASQ, log(f"query[A] a.example.com from {CAMERA}", head=head), tmp_path)
    assert isinstance(flow, Flow)
    assert abs(flow.first - datetime.now(UTC).timestamp()) < 200_000
    assert len(tally.notes) == 2


def test_what_is_asked_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dnsmasq, "PENDING", 2)
    text = log(
        *(f"query[A] n{number}.example.com from {CAMERA}" for number in range(9)), f"reply n0.example.com is {CLOUD}"
    )
    assert len(read(DNSMASQ, text, tmp_path)[0]) == 9


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=60), max_size=5))
def test_any_lines_are_survived(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    text = log(f"query[A] a.example.com from {CAMERA}", "query[A] x from y", "reply a is", *lines)
    read(DNSMASQ, text, tmp_path_factory.mktemp("dnsmasq"))
