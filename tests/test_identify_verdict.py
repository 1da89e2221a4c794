import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.device import Conflict, Sign, Strength, Verdict
from camscan.identify.verdict import Decision, decide, ladder

PROTOCOLS = {1: "sadp", 2: "http", 3: "rtsp", 4: "wsd", 5: "link"}
ALL = frozenset(PROTOCOLS)
LADDER = [Verdict.UNKNOWN, Verdict.SUSPECTED, Verdict.PROBABLE, Verdict.CONFIRMED]


def sign(maker: str, strength: Strength, evidence: int, cause: str | None = None, name: str | None = None) -> Sign:
    return Sign(
        signature=name or f"{maker}.{PROTOCOLS[evidence]}.{strength.value}",
        strength=strength,
        points_to=(("maker", maker),),
        evidence=(evidence,),
        cause=cause or PROTOCOLS[evidence],
        reason="a sign",
        source="a test",
    )


D, S, M, W = Strength.DECISIVE, Strength.STRONG, Strength.MEDIUM, Strength.WEAK


@pytest.mark.parametrize(
    ("signs", "verdict"),
    [
        ([], Verdict.UNKNOWN),
        ([(W, 1)], Verdict.SUSPECTED),
        ([(M, 1)], Verdict.SUSPECTED),
        ([(W, 1), (W, 2), (W, 3)], Verdict.SUSPECTED),
        ([(M, 1), (W, 2)], Verdict.SUSPECTED),
        ([(M, 1), (M, 2)], Verdict.PROBABLE),
        ([(M, 1), (M, 1)], Verdict.SUSPECTED),  # one cause counts once
        ([(S, 1)], Verdict.PROBABLE),
        ([(S, 1), (S, 1)], Verdict.PROBABLE),
        ([(S, 1), (M, 2), (M, 3)], Verdict.PROBABLE),
        ([(S, 1), (S, 2)], Verdict.CONFIRMED),
        ([(D, 1)], Verdict.CONFIRMED),
    ],
)
def test_the_ladder(signs: list[tuple[Strength, int]], verdict: Verdict) -> None:
    assert ladder([sign("acme", strength, evidence) for strength, evidence in signs], PROTOCOLS) is verdict


def test_two_strong_signs_of_one_cause_or_one_protocol_do_not_confirm() -> None:
    one_cause = [sign("acme", S, 2, "body"), sign("acme", S, 3, "body")]
    one_protocol = [sign("acme", S, 2, "title"), sign("acme", S, 2, "realm")]
    assert ladder(one_cause, PROTOCOLS) is Verdict.PROBABLE
    assert ladder(one_protocol, PROTOCOLS) is Verdict.PROBABLE


def made(*signs: Sign, proven: frozenset[int] = ALL) -> Decision:
    return decide("maker", signs, proven, PROTOCOLS)


def test_nothing_heard_is_no_answer() -> None:
    assert made() == Decision(None, Verdict.UNKNOWN)


def test_a_claim_is_at_most_probable() -> None:
    claimed = made(sign("acme", D, 1), proven=frozenset())
    assert (claimed.value, claimed.verdict, claimed.only_claimed) == ("acme", Verdict.PROBABLE, True)
    assert made(sign("acme", D, 1)).verdict is Verdict.CONFIRMED


def test_a_claim_beside_weaker_proof_stays_a_claim() -> None:
    beside = made(sign("acme", D, 1), sign("acme", S, 2), proven=frozenset({2}))
    assert beside.verdict is Verdict.PROBABLE
    proven = made(sign("acme", D, 1), sign("acme", S, 2), sign("acme", S, 3), proven=frozenset({2, 3}))
    assert proven.verdict is Verdict.CONFIRMED


def test_a_claim_that_is_not_more_than_probable_is_not_called_one() -> None:
    assert not made(sign("acme", S, 4), proven=frozenset()).only_claimed


def test_weak_signs_of_others_disturb_nothing() -> None:
    assert made(sign("acme", M, 2), sign("other", W, 3)) == Decision("acme", Verdict.SUSPECTED)


def test_weak_signs_of_two_makers_name_neither() -> None:
    assert made(sign("acme", W, 2), sign("other", W, 3)) == Decision(None, Verdict.UNKNOWN)


def test_a_rival_of_weight_is_shown_and_lowers_the_verdict() -> None:
    conflict = Conflict("maker", ("acme", "other"))
    assert made(sign("acme", D, 1), sign("other", M, 5)) == Decision("acme", Verdict.PROBABLE, conflict)
    assert made(sign("acme", S, 1), sign("other", M, 5)) == Decision("acme", Verdict.SUSPECTED, conflict)


@pytest.mark.parametrize("strength", [M, S, D])
def test_equal_weight_gives_no_answer_and_shows_both(strength: Strength) -> None:
    decision = made(sign("acme", strength, 1), sign("other", strength, 2))
    assert (decision.value, decision.verdict) == (None, Verdict.UNKNOWN)
    assert decision.conflict == Conflict("maker", ("acme", "other"))


def test_three_weak_signs_do_not_beat_a_medium_one() -> None:
    decision = made(sign("acme", W, 1), sign("acme", W, 2), sign("acme", W, 3), sign("other", M, 5))
    assert (decision.value, decision.verdict, decision.conflict) == ("other", Verdict.SUSPECTED, None)


def test_the_owners_band_outranks_ours() -> None:
    own = sign("mine", S, 2, name="own.depot")
    ours = sign("acme", D, 1)
    assert made(own, ours) == Decision("mine", Verdict.PROBABLE, Conflict("maker", ("mine", "acme")))
    assert made(own, sign("acme", W, 1)) == Decision("mine", Verdict.PROBABLE)
    weak = sign("mine", W, 2, name="own.depot")
    assert made(weak, ours).value == "acme"


def test_other_axes_are_other_questions() -> None:
    assert decide("brand", [sign("acme", D, 1)], ALL, PROTOCOLS) == Decision(None, Verdict.UNKNOWN)


makers = st.sampled_from(["acme", "other", "third"])
signs = st.builds(sign, makers, st.sampled_from(list(Strength)), st.sampled_from(sorted(PROTOCOLS)))


@given(st.lists(signs, max_size=8), st.sets(st.sampled_from(sorted(PROTOCOLS))))
def test_signs_of_another_never_raise_a_verdict(several: list[Sign], proven: set[int]) -> None:
    mixed = made(*several, proven=frozenset(proven))
    if mixed.value is not None:
        alone = made(*(item for item in several if ("maker", mixed.value) in item.points_to), proven=frozenset(proven))
        assert LADDER.index(mixed.verdict) <= LADDER.index(alone.verdict)


@given(st.lists(signs, max_size=5))
def test_the_order_of_signs_changes_nothing(several: list[Sign]) -> None:
    answers = {made(*order) for order in itertools.islice(itertools.permutations(several), 24)}
    assert len(answers) == 1


@given(st.lists(signs, min_size=1, max_size=8))
def test_an_answer_always_has_a_sign(several: list[Sign]) -> None:
    decision = made(*several)
    assert decision.value is None or any(("maker", decision.value) in item.points_to for item in several)
    assert (decision.value is None) == (decision.verdict is Verdict.UNKNOWN)
