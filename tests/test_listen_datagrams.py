from egress_makers import packed
from listen_makers import ASKER, OTHER

from camscan.discover import dhip, mdns, sadp
from camscan.listen.datagrams import ANSWER_SECONDS, QUESTIONS, Questions, is_question, probe_of


def test_the_protocol_of_a_datagram_by_its_ports() -> None:
    assert probe_of(50_000, 37810) is dhip.PROBE
    assert probe_of(37020, 50_000) is sadp.PROBE
    assert probe_of(5353, 5353) is mdns.PROBE
    assert probe_of(53, 50_000) is None
    assert is_question(sadp.PROBE, 37020)
    assert not is_question(sadp.PROBE, 50_000)


def test_who_asked_gets_an_answer_for_a_while() -> None:
    questions = Questions()
    questions.note(packed(ASKER), 50_000, sadp.PROBE, 100.0)
    assert questions.by(packed(ASKER), 50_000, 100.0 + ANSWER_SECONDS) is sadp.PROBE
    assert questions.by(packed(ASKER), 50_000, 101.0 + ANSWER_SECONDS) is None
    assert questions.by(packed(ASKER), 50_000, 99.0) is None
    assert questions.by(packed(ASKER), 50_001, 100.0) is None
    assert questions.by(packed(OTHER), 50_000, 100.0) is None


def test_questions_are_bounded() -> None:
    questions = Questions()
    for number in range(QUESTIONS + 1):
        questions.note(number.to_bytes(4, "big"), 50_000, sadp.PROBE, 100.0)
    assert questions.by((0).to_bytes(4, "big"), 50_000, 100.0) is None
    assert questions.by((1).to_bytes(4, "big"), 50_000, 100.0) is sadp.PROBE
