from collections import Counter

import pytest
from egress_makers import CAMERA, CLOUD, RESOLVER, START, a_scope, device, flow

from camscan.egress import contacts as module
from camscan.egress.addresses import Place
from camscan.egress.contacts import Gathering
from camscan.egress.flow import Answer, Binding, Direction, Flow, Mark, Outcome
from camscan.egress.known import Known
from camscan.egress.source import Tally


def gathered(*flows: Flow, kinds: tuple[str, ...] = ("csv",)) -> Gathering:
    gathering = Gathering(Known([device()]), a_scope())
    for kind in kinds:
        gathering.take(flows, 0, Tally(kind=kind))
    return gathering


def test_like_flows_are_added_up() -> None:
    found = gathered(
        flow(bytes_out=10, bytes_in=1), flow(bytes_out=5, first=START + 90_000, last=START + 90_001, record=9)
    )
    (contact,) = found.contacts.values()
    assert (contact.connections, contact.bytes_out, contact.bytes_in) == (2, 15, 1)
    assert (contact.first, contact.last) == (START, START + 90_001)
    assert sorted(contact.days.values()) == [5, 10]
    assert contact.evidence == [(0, 1)]


def test_two_kinds_of_input_that_saw_the_same_are_not_added_up() -> None:
    (contact,) = gathered(flow(bytes_out=10), kinds=("pcap", "zeek-conn")).contacts.values()
    assert (contact.connections, contact.bytes_out) == (1, 10)


def test_the_firewalls_word_counts_over_silence_in_a_capture() -> None:
    gathering = gathered()
    gathering.take([flow(outcome=Outcome.UNANSWERED)] * 3, 0, Tally(kind="pcap"))
    gathering.take([flow(outcome=Outcome.DENIED)] * 2, 1, Tally(kind="filterlog"))
    gathering.take([flow(outcome=Outcome.UNKNOWN)] * 2, 2, Tally(kind="csv"))
    (contact,) = gathering.contacts.values()
    assert contact.outcomes == Counter({Outcome.DENIED: 2, Outcome.UNANSWERED: 1})
    assert contact.evidence == [(0, 1), (1, 1), (2, 1)]


def test_local_contacts_only_show_that_the_device_is_there() -> None:
    found = gathered(flow("10.1.0.5", 554), flow("239.255.255.250", 3702))
    assert not found.contacts
    assert found.seen[0].records == 2


def test_local_name_servers_and_signs_are_kept() -> None:
    found = gathered(flow(RESOLVER, 53), flow("10.1.0.1", 5000, marks=frozenset({Mark.PORT_MAPPING})))
    assert len(found.contacts) == 2


def test_an_attempt_from_outside_does_not_show_that_a_device_is_there() -> None:
    assert not gathered(flow(direction=Direction.IN, outcome=Outcome.DENIED)).seen
    assert gathered(flow(direction=Direction.IN)).seen


def test_what_a_site_declares_is_local_whatever_its_number() -> None:
    gathering = gathered()
    assert gathering.place("10.1.0.1") is Place.LOCAL
    assert gathering.place(CLOUD) is Place.INTERNET
    public = Gathering(Known([device()]), None)
    assert public.place("100.64.0.1") is Place.CARRIER


def test_destinations_of_one_device_are_bounded_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PEERS", 5)
    found = gathered(*(flow(f"192.0.2.{number}") for number in range(9)))
    assert len(found.contacts) == 5
    assert found.not_told_apart == 4


def test_answers_and_bindings_are_taken_in() -> None:
    gathering = gathered()
    gathering.take(
        [Answer(CAMERA, "a.example.com", (CLOUD,), START), Answer("", "b.example.com", ("192.0.2.1",), START)],
        0,
        Tally(),
    )
    gathering.take([Binding(CAMERA, "02:00:00:00:00:01", START)], 0, Tally())
    assert gathering.names.of(0, CLOUD, START) == ("a.example.com", "dns")
    assert gathering.names.of(0, "192.0.2.1", START) == ("b.example.com", "dns-other")
    assert gathering.dns_records == 2
    assert gathering.seen[0].records == 1


def test_what_cannot_be_attributed_is_counted() -> None:
    gathering = Gathering(Known([device(mac="44:19:b6:00:00:01")]))
    gathering.take([Binding(CAMERA, "02:00:00:00:00:77", START), flow()], 0, Tally())
    assert sum(gathering.unattributed.values()) == 1
    assert not gathering.contacts
