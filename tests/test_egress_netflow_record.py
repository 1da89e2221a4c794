from camscan.egress.netflow.domain import Domain
from camscan.egress.netflow.exported import Exported
from camscan.egress.netflow.moments import Header
from camscan.egress.netflow.record import plain_record_of, record_of

HEADER = Header("10.1.0.1", 10, 0, 1_000.0, None)


def told(**values: int) -> Exported:
    return record_of({"protocol": 6, **values}, ("10.1.0.20", "203.0.113.9"), (HEADER, Domain(), 1), 5)


def test_ports_belong_to_protocols_that_have_them() -> None:
    one = told(protocol=47, source_port=5, target_port=6)
    assert (one.source_port, one.target_port, one.flags, one.icmp) == (None, None, None, None)
    assert told(protocol=17, source_port=5, target_port=53).target_port == 53
    assert record_of({}, ("a", "b"), (HEADER, Domain(), 1), 1).protocol == -1


def test_the_kind_of_an_icmp_message() -> None:
    assert told(protocol=1, target_port=2048).icmp == 2048
    assert told(protocol=58, icmp=0x8000).icmp == 0x8000
    assert told(protocol=1, icmp_type=3, icmp_code=1).icmp == 0x0301
    assert told(protocol=1).icmp is None


def test_a_record_of_both_directions() -> None:
    one = told(octets=10, back_octets=20, back_packets=2, flags=0x1B, back_flags=0x1A)
    assert (one.both, one.back_octets, one.back_flags) == (True, 20, 0x1A)
    one = told(octets=10, back_octets=0, back_packets=0)
    assert (one.both, one.back_octets) == (True, None)
    assert told(octets=10, back_packets=2).back_octets == 0
    assert not told(octets=10).both


def test_who_began_where_the_record_says_it() -> None:
    assert told().by_source is None
    assert told(biflow=0).by_source is None
    assert told(biflow=1).by_source is True
    assert told(biflow=2).by_source is False
    assert told(first_ms=5, back_first_ms=7).by_source is True
    assert told(first_s=9, back_first_s=7).by_source is False
    assert told(first_ms=7, back_first_ms=7).by_source is None
    assert told(octets_initiator=5, octets_responder=6).by_source is True


def test_what_was_stopped() -> None:
    assert [told(forwarding=status).denied for status in (0, 64, 128, 191, 192)] == [False, False, True, True, False]
    assert told(firewall_event=3).denied
    assert not told(firewall_event=1).denied
    assert [told(nat_event=event).denied for event in (3, 4, 12, 13)] == [True, False, True, True]


def test_events_of_firewalls_and_translators() -> None:
    created, ended = told(firewall_event=1), told(firewall_event=2, octets_initiator=5, octets_responder=6)
    assert (created.event, created.begins, created.by_source) == (True, True, True)
    assert (ended.event, ended.begins, ended.octets, ended.back_octets) == (True, False, 5, 6)
    nat = told(nat_event=4)
    assert (nat.event, nat.begins, nat.by_source) == (True, True, None)


def test_an_event_in_an_ordinary_record_is_no_event() -> None:
    """PAN-OS tells each direction by itself, and firewallEvent with it."""
    one = told(firewall_event=2, octets=500)
    assert (one.event, one.by_source, one.octets) == (False, None, 500)


def test_a_sum_of_both_directions_is_nobodys_volume() -> None:
    one = told(firewall_event=2, octets_total=500)
    assert (one.event, one.by_source, one.octets) == (True, True, None)
    assert told(octets_total=500).octets == 500


def test_sampled_counters_are_scaled() -> None:
    one = record_of({"octets": 3, "back_octets": 2}, ("a", "b"), (HEADER, Domain(), 100), 1)
    assert (one.octets, one.back_octets, one.sampled) == (300, 200, 100)


def test_a_plain_record_is_read_as_any_other() -> None:
    ends, more = ("10.1.0.20", "203.0.113.9"), (HEADER, Domain(), 10)
    for protocol in (6, 17, 1, 58, 47, -1):
        values = {"protocol": protocol, "source_port": 5, "target_port": 2048, "octets": 7, "flags": 2, "first_s": 9}
        assert plain_record_of(values, ends, more, 1) == record_of(values, ends, more, 1)
    assert plain_record_of({}, ends, more, 1) == record_of({}, ends, more, 1)
