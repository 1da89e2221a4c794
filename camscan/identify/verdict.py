"""Rule 6 of the design: from signs to a verdict, one axis (maker, brand or kind) at a time.

The ladder: ``confirmed`` is a decisive sign, or two strong ones from different protocols; ``probable`` one strong, or
two independent medium; ``suspected`` a medium or weak one. Signs with one cause count once. A claim whose sender has
not completed a conversation is at most ``probable``. Where signs of weight name two answers, both are shown and the
verdict falls; where they weigh the same, there is no answer.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from camscan.device import Conflict, Sign, Strength, Verdict
from camscan.identify.format import OWN_BAND

_LADDER = (Verdict.UNKNOWN, Verdict.SUSPECTED, Verdict.PROBABLE, Verdict.CONFIRMED)
_HEIGHT = {verdict: height for height, verdict in enumerate(_LADDER)}
_WEIGHT = {Strength.WEAK: 1, Strength.MEDIUM: 2, Strength.STRONG: 3, Strength.DECISIVE: 4}


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer on one axis. ``only_claimed``: it would be confirmed, had the sender completed a conversation."""

    value: str | None
    verdict: Verdict
    conflict: Conflict | None = None
    only_claimed: bool = False


def decide(axis: str, signs: Sequence[Sign], proven: frozenset[int], protocols: Mapping[int, str]) -> Decision:
    """The answer that ``signs`` give on ``axis``.

    ``proven`` are the evidence numbers that are more than a claim, ``protocols`` the protocol of each number.
    """
    supporters: dict[str, list[Sign]] = defaultdict(list)
    for sign in signs:
        for point, value in sign.points_to:
            if point == axis:
                supporters[value].append(sign)
    own = {
        value: [sign for sign in several if sign.signature.startswith(OWN_BAND)]
        for value, several in supporters.items()
    }
    own = {value: several for value, several in own.items() if _heaviest(several) >= _WEIGHT[Strength.MEDIUM]}
    if own:
        # The owner's folder outranks ours: what ours says beside it is shown and does not count.
        others = [value for value in supporters if value not in own and _weighty(supporters[value])]
        decision = _decide(axis, own, proven, protocols)
        if others and decision.value and decision.conflict is None:
            return Decision(
                decision.value, decision.verdict, Conflict(axis, (decision.value, *others)), decision.only_claimed
            )
        return decision
    return _decide(axis, supporters, proven, protocols)


def _decide(
    axis: str, supporters: Mapping[str, Sequence[Sign]], proven: frozenset[int], protocols: Mapping[int, str]
) -> Decision:
    judged = {value: _judge(several, proven, protocols) for value, several in supporters.items()}
    order = sorted(
        judged,
        key=lambda value: (
            -_HEIGHT[judged[value][0]],
            -_heaviest(supporters[value]),
            -_total(supporters[value]),
            value,
        ),
    )
    if not order:
        return Decision(None, Verdict.UNKNOWN)
    best = order[0]
    verdict, only_claimed = judged[best]
    rivals = [value for value in order[1:] if _weighty(supporters[value])]
    tied = [value for value in order[1:] if judged[value][0] is verdict]
    if tied and (rivals or not _weighty(supporters[best])):
        shown = tuple(value for value in order if _weighty(supporters[value]))
        return Decision(None, Verdict.UNKNOWN, Conflict(axis, shown) if len(shown) > 1 else None)
    if rivals:
        return Decision(best, _lower(verdict), Conflict(axis, (best, *rivals)), only_claimed)
    return Decision(best, verdict, None, only_claimed)


def _judge(signs: Sequence[Sign], proven: frozenset[int], protocols: Mapping[int, str]) -> tuple[Verdict, bool]:
    everything = ladder(signs, protocols)
    if everything is not Verdict.CONFIRMED:
        return everything, False
    believed = ladder([sign for sign in signs if proven.intersection(sign.evidence)], protocols)
    return (everything, False) if believed is Verdict.CONFIRMED else (Verdict.PROBABLE, True)


def ladder(signs: Sequence[Sign], protocols: Mapping[int, str]) -> Verdict:
    """The verdict of signs that all say the same, by their strengths, causes and protocols alone."""
    if not signs:
        return Verdict.UNKNOWN
    if any(sign.strength is Strength.DECISIVE for sign in signs):
        return Verdict.CONFIRMED
    strong = [sign for sign in signs if sign.strength is Strength.STRONG]
    spoken = [frozenset(protocols[number] for number in sign.evidence) for sign in strong]
    for place, sign in enumerate(strong):
        for other in range(place):
            if sign.cause != strong[other].cause and not spoken[place] & spoken[other]:
                return Verdict.CONFIRMED
    medium = {sign.cause for sign in signs if sign.strength is Strength.MEDIUM}
    return Verdict.PROBABLE if strong or len(medium) > 1 else Verdict.SUSPECTED


def _heaviest(signs: Sequence[Sign]) -> int:
    return max((_WEIGHT[sign.strength] for sign in signs), default=0)


def _weighty(signs: Sequence[Sign]) -> bool:
    return _heaviest(signs) >= _WEIGHT[Strength.MEDIUM]


def _total(signs: Sequence[Sign]) -> int:
    causes: dict[str, int] = {}
    for sign in signs:
        causes[sign.cause] = max(causes.get(sign.cause, 0), _WEIGHT[sign.strength])
    return sum(causes.values())


def _lower(verdict: Verdict) -> Verdict:
    return _LADDER[max(_HEIGHT[verdict] - 1, _HEIGHT[Verdict.SUSPECTED])]
