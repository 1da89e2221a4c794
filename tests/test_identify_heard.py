from datetime import timedelta

import pytest
from answer_evidence import WHEN, arp, observation

from camscan.evidence import Outcome, Transport, Via
from camscan.identify.heard import hear

SADP = ("sadp.answer", "yes")


def proven(*others: object) -> bool:
    claim = observation(SADP, via=Via.MULTICAST, port=37020)
    heard = hear([claim, *others])  # type: ignore[list-item]
    number = next(item.id for item in heard.items if item.evidence.name == SADP[0])
    return number in heard.proven


def test_a_multicast_answer_alone_is_a_claim() -> None:
    assert not proven()


def test_a_conversation_with_its_sender_proves_it() -> None:
    assert proven(observation(("http.status", "200")))
    assert not proven(observation(("http.status", "200"), ip="192.0.2.99"))


@pytest.mark.parametrize(
    ("outcome", "spoke"),
    [
        (Outcome.OK, True),
        (Outcome.AUTH_REQUIRED, True),
        (Outcome.MALFORMED, True),
        (Outcome.TRUNCATED, True),
        (Outcome.NOT_THIS_PROTOCOL, True),
        (Outcome.CLOSED, True),
        (Outcome.REFUSED, False),
        (Outcome.TIMED_OUT, False),
        (Outcome.OUT_OF_SCOPE, False),
    ],
)
def test_what_counts_as_a_conversation(outcome: Outcome, spoke: bool) -> None:
    assert proven(observation(outcome=outcome)) is spoke


def test_a_unicast_answer_proves_only_with_arp_or_tcp() -> None:
    unicast = observation(SADP, via=Via.UNICAST, port=37020)
    assert not proven(unicast)
    assert proven(unicast, arp("44:19:b6:00:00:01"))
    assert proven(unicast, observation(outcome=Outcome.REFUSED))
    assert not proven(arp("44:19:b6:00:00:01"))


def test_one_side_of_a_conversation_that_was_overheard_is_no_proof() -> None:
    assert not proven(observation(("http.status", "200"), via=Via.PASSIVE, transport=Transport.TCP))


def test_imports_are_never_proof() -> None:
    imported = observation(("http.server", "x"), via=Via.IMPORTED, transport=Transport.TCP)
    assert not proven(imported)
    heard = hear([imported, observation(("http.status", "200"))])
    assert {item.evidence.name for item in heard.items if item.id in heard.proven} == {"http.status"}


def test_numbers_count_from_one_in_the_order_of_time() -> None:
    late = observation(("http.server", "late"), at=WHEN + timedelta(hours=1))
    early = observation(("http.server", "early"), ("http.title", "x"))
    heard = hear([late, early])
    assert [(item.id, item.evidence.value) for item in heard.items] == [(1, "early"), (2, "x"), (3, "late")]
    latest = heard.latest("http.server")
    assert latest is not None
    assert latest.evidence.value == "late"
    assert heard.latest("sadp.model") is None


def test_what_is_heard_again_is_numbered_once_as_heard_last() -> None:
    again = [observation(("http.server", "x"), at=WHEN + timedelta(days=day)) for day in range(5)]
    heard = hear(again)
    assert len(heard.items) == 1
    assert heard.items[0].observation is again[-1]
    assert len(heard.observations) == 5


def test_each_answer_keeps_all_that_it_said() -> None:
    first = observation(("http.server", "x"), ("http.title", "first"))
    second = observation(("http.server", "x"), ("http.title", "second"), at=WHEN + timedelta(seconds=1))
    heard = hear([first, second])
    said = [{heard.items[place].evidence.value for place in answer} for answer in heard.answers]
    assert said == [{"x", "first"}, {"x", "second"}]


def test_two_doors_are_two_pieces_of_evidence() -> None:
    heard = hear([observation(("http.server", "x"), port=80), observation(("http.server", "x"), port=8080)])
    assert len(heard.items) == 2
