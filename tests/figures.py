"""Figures of accuracy: what was judged, how often it was right, and how wrong it may still be."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from camscan.device import Device, Strength, Verdict
from camscan.identify.check import ACCUSED

UNKNOWN = "unknown"
OTHERS = "(others)"
"""Stands for every maker that the signature set has no entry for: to name nobody is the right answer there."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was judged: an answer, or a device of several.

    ``signs`` holds (strength, maker) of each sign that names a maker; ``source`` is who published the answer.
    """

    truth: str
    part: str
    name: str
    source: str
    maker: str | None
    verdict: str
    signs: tuple[tuple[str, str], ...]

    @property
    def outcome(self) -> str:
        """right, wrong, none (no maker named), or unverifiable (nobody knows the truth, and no accused one named)."""
        if self.maker is None or self.verdict == Verdict.UNKNOWN:
            return "none"
        return _outcome(self.maker, self.truth)


def _outcome(said: str, truth: str) -> str:
    if truth == UNKNOWN:
        return "wrong" if said in ACCUSED else "unverifiable"
    return "right" if said == truth else "wrong"


def judged(device: Device, *, truth: str, part: str, name: str, source: str) -> Case:
    """What the signatures said of a device whose truth is known."""
    signs = tuple(
        (sign.strength.value, value) for sign in device.signs for axis, value in sign.points_to if axis == "maker"
    )
    return Case(truth, part, name, source, device.maker, device.verdict.value, signs)


def bound(cases: int, n: int) -> float:
    """The upper 95 % bound of a share of which ``cases`` of ``n`` were seen (Clopper and Pearson, one-sided)."""
    if n == 0 or cases >= n:
        return 1.0
    low, high = cases / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        tail = sum(math.comb(n, k) * middle**k * (1 - middle) ** (n - k) for k in range(cases + 1))
        low, high = (middle, high) if tail > 0.05 else (low, middle)
    return high


def table(title: str, cases: Sequence[Case], parts: Sequence[str], makers: Collection[str]) -> Iterator[str]:
    """Lines of figures per maker, the parts side by side. ``makers`` are those that the signature set can name; recall
    is of their answers only."""
    yield f"\n{title}"
    head = f"{'n':>4} {'right':>5} {'none':>4} {'wrong':>5} {'recall':>6} {'precis.':>7} {'wrong <':>7}"
    yield f"  {'':<10} " + " | ".join(f"{part:^44}" for part in parts)
    yield f"  {'maker':<10} " + " | ".join(head for _ in parts)
    rows = {case: case.truth if case.truth in makers or case.truth == UNKNOWN else OTHERS for case in cases}
    last = (OTHERS, UNKNOWN)
    names = sorted(set(rows.values()), key=lambda name: (name in last, name not in ACCUSED, name))
    for name in (*names, None):
        some = [case for case in cases if name in (None, rows[case])]
        yield f"  {name or 'all':<10} " + " | ".join(_row(name, some, cases, part, makers) for part in parts)
    for part in parts:
        innocent = [case for case in cases if case.part == part and case.truth not in ACCUSED]
        harm = sum(case.outcome != "none" and case.maker in ACCUSED for case in innocent)
        n = len(innocent)
        if n:
            yield f"  {part}: {harm} of {n} innocent called Hikvision or Dahua (under {bound(harm, n):.0%})"


def _row(name: str | None, some: Sequence[Case], cases: Sequence[Case], part: str, makers: Collection[str]) -> str:
    mine = [case for case in some if case.part == part]
    if not mine:
        return f"{0:>4}{'':40}"
    count = Counter(case.outcome for case in mine)
    called = [case.outcome for case in cases if case.part == part and (name is None or case.maker == name)]
    right, wrong = called.count("right"), called.count("wrong")
    nameable = sum(case.truth in makers for case in mine)
    recall = f"{count['right'] / nameable:>6.0%}" if nameable else f"{'-':>6}"
    precision = f"{right / (right + wrong):>7.0%}" if right + wrong else f"{'-':>7}"
    none = count["none"] + count["unverifiable"]
    worst = f"{bound(count['wrong'], len(mine)):>7.0%}"
    return f"{len(mine):>4} {count['right']:>5} {none:>4} {count['wrong']:>5} {recall} {precision} {worst}"


def strengths(cases: Iterable[Case]) -> Iterator[str]:
    """A line of calibration per strength: how often a sign of it that names a maker names the right one.

    Signs are counted with the sources they come from: the answers of one source are often one device's, so the
    number of sources says more about how much the figure rests on than the number of signs.
    """
    cases = tuple(cases)
    for strength in Strength:
        told = [(case, maker) for case in cases for rung, maker in case.signs if rung == strength]
        yield _line(strength.value, [(case.source, _outcome(maker, case.truth)) for case, maker in told])


def rungs(cases: Iterable[Case]) -> Iterator[str]:
    """A line per rung of the verdict ladder: how often a maker named with that verdict is the right one."""
    cases = tuple(cases)
    for verdict in (Verdict.CONFIRMED, Verdict.PROBABLE, Verdict.SUSPECTED):
        yield _line(
            verdict.value, [(case.source, case.outcome) for case in cases if case.maker and case.verdict == verdict]
        )


def _line(rung: str, outcomes: Sequence[tuple[str, str]]) -> str:
    counted = [(source, outcome) for source, outcome in outcomes if outcome in {"right", "wrong"}]
    if not counted:
        return f"  {rung:<9} none"
    wrong = sum(outcome == "wrong" for _, outcome in counted)
    n, sources = len(counted), len({source for source, _ in counted})
    return f"  {rung:<9} {n - wrong} of {n} right, of {sources} sources; wrong under {bound(wrong, n):.0%}"
