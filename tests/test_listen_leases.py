from ipaddress import IPv4Address

from dhcp_makers import message, option

from camscan.discover.dhcp import Kind, parse
from camscan.listen.leases import WAITING, Leases

FRAME = b"\x44\x19\xb6\0\0\1"
WANTED = option(50, bytes([10, 1, 0, 20]))


def take(leases: Leases, raw: bytes, at: float = 1.0) -> list[IPv4Address]:
    return [address for *_, address in leases.take(parse(raw), FRAME, at, 7)]


def test_what_is_wanted_counts_once_it_is_given() -> None:
    leases = Leases()
    assert take(leases, message(Kind.REQUEST, WANTED)) == []
    assert take(leases, message(Kind.ACKNOWLEDGE, given="10.1.0.21")) == [IPv4Address("10.1.0.21")]
    assert list(leases.finish()) == []


def test_the_answer_to_another_question_gives_nothing() -> None:
    leases = Leases()
    take(leases, message(Kind.REQUEST, WANTED))
    assert take(leases, message(Kind.ACKNOWLEDGE, given="10.1.0.21", transaction=b"\1\2\3\5")) == []


def test_what_is_held_counts_at_once() -> None:
    assert take(Leases(), message(Kind.REQUEST, held="10.1.0.20")) == [IPv4Address("10.1.0.20")]
    assert take(Leases(), message(Kind.INFORM, held="10.1.0.20")) == [IPv4Address("10.1.0.20")]


def test_what_is_only_looked_for_or_refused_does_not_count() -> None:
    leases = Leases()
    assert take(leases, message(Kind.DISCOVER, WANTED)) == []
    take(leases, message(Kind.REQUEST, WANTED))
    take(leases, message(Kind.REFUSE))
    assert list(leases.finish()) == []


def test_a_request_that_nobody_was_heard_to_answer_is_told_at_the_end() -> None:
    leases = Leases()
    take(leases, message(Kind.REQUEST, WANTED))
    ((mac, request, at, record),) = leases.finish()
    assert (mac, request.wanted, at, record) == (FRAME, IPv4Address("10.1.0.20"), 1.0, 7)


def test_requests_are_bounded() -> None:
    leases = Leases()
    for number in range(WAITING + 5):
        take(leases, message(Kind.REQUEST, WANTED, transaction=number.to_bytes(4, "big")))
    assert len(list(leases.finish())) == WAITING
