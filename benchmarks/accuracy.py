"""How often is the maker right? All recorded answers against the whole signature set.

    python benchmarks/accuracy.py            singly, and combined per device
    python benchmarks/accuracy.py --rows     also every answer that is not named

Each figure stands for held-out sources first, with the design sources beside it (tests/data/split.toml says what that
means: none of the answers is unseen). "Without its source" leaves out, for each answer, every signature that has
nothing but the answer's own source to stand on: no answer of another source matches it, and its examples are all
repeated by this one. The bound is Clopper and Pearson's, one-sided, 95 %; with no case in n
it is about 3 / n.
"""

import argparse
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import split
from answer_evidence import heard_from
from answers import Answer, answers

from camscan.device import Device, Strength, Verdict
from camscan.identify import SignatureSet, assess, load
from camscan.identify.check import ACCUSED

PARTS = ("held-out", "design")
UNSTATED = {"(not stated)", "(multiple)"}


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was judged: an answer, or a device of several."""

    truth: str
    part: str
    name: str
    said: Device

    @property
    def outcome(self) -> str:
        """right, wrong, none (no maker named), or unverifiable (nobody knows the truth, and no accused one named)."""
        if self.said.maker is None or self.said.verdict is Verdict.UNKNOWN:
            return "none"
        if self.truth == "unknown":
            return "wrong" if self.said.maker in ACCUSED else "unverifiable"
        return "right" if self.said.maker == self.truth else "wrong"


def main() -> int:
    """Prints the figures; 1 where an answer accuses the wrong maker."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", action="store_true", help="also list every answer that is not named or wrong")
    arguments = parser.parse_args()
    signatures, parts = load(), split.split()
    rows = split.readable()
    left_out = len(answers()) - len(rows)
    print(f"{len(rows)} answers of {len(parts)} sources; {left_out} more are not heard by a scan without credentials.")
    print(f"Signatures {signatures.digest[:19]}, {len(signatures.signatures)} of them.")
    single = [
        Case(row["maker"], parts[row["source"]], _name(line, row), _judge([row], signatures)) for line, row in rows
    ]
    without = _without_source(signatures, parts)
    devices = _combined(signatures, parts)
    for title, cases in (
        ("One answer alone", single),
        ("One answer alone, without its source", without),
        ("All answers of a device together", devices),
    ):
        _report(title, cases)
        if arguments.rows:
            _list(cases)
    _strengths(signatures, parts)
    wrong = [case for cases in (single, without, devices) for case in cases if case.outcome == "wrong"]
    for case in wrong:
        print(f"WRONG: {case.name} was called {case.said.maker}")
    return 1 if wrong else 0


def _name(line: int, row: Answer) -> str:
    return f"line {line}: {row['protocol']} {row['maker']} {row['model']}"


def _judge(rows: Sequence[Answer], signatures: SignatureSet) -> Device:
    return assess([heard_from(row) for row in rows], signatures)


def _without_source(signatures: SignatureSet, parts: dict[str, str]) -> list[Case]:
    cases = []
    met: dict[str, set[str]] = defaultdict(set)
    for _, row in split.readable():
        for sign in _judge([row], signatures).signs:
            met[sign.signature].add(row["source"])
    for source, lines in split.by_source().items():
        kept = tuple(
            item
            for item in signatures.signatures
            if met[item.signature.id] - {source}
            or not all(split.from_source(at, item.signature, lines) for at in range(len(item.signature.examples)))
        )
        poorer = replace(signatures, signatures=kept)
        for line in lines:
            row = answers()[line - 1]
            cases.append(Case(row["maker"], parts[source], _name(line, row), _judge([row], poorer)))
    return cases


def _combined(signatures: SignatureSet, parts: dict[str, str]) -> list[Case]:
    """Answers of one source and one stated model are one device; one without a model stands for itself."""
    groups: dict[tuple[str, str], list[tuple[int, Answer]]] = defaultdict(list)
    for line, row in split.readable():
        model = f"line {line}" if row["model"] in UNSTATED else row["model"]
        groups[(row["source"], model)].append((line, row))
    return [
        Case(some[0][1]["maker"], parts[source], _name(*some[0]), _judge([row for _, row in some], signatures))
        for (source, _), some in groups.items()
    ]


def _report(title: str, cases: Sequence[Case]) -> None:
    print(f"\n{title}")
    head = f"{'n':>4} {'right':>5} {'none':>4} {'wrong':>5} {'recall':>6} {'precis.':>7} {'wrong <':>7}"
    print(f"  {'':<10} {'held-out':^44} | {'design':^44}")
    print(f"  {'maker':<10} {head} | {head}")
    makers = sorted({case.truth for case in cases}, key=lambda maker: (maker == "unknown", maker not in ACCUSED, maker))
    for maker in makers:
        print(f"  {maker:<10} " + " | ".join(_figures(maker, cases, part) for part in PARTS))
    print(f"  {'all':<10} " + " | ".join(_figures(None, cases, part) for part in PARTS))
    accused = [case for case in cases if case.truth not in ACCUSED]
    for part in PARTS:
        mine = [case for case in accused if case.part == part]
        harm = sum(case.said.maker in ACCUSED for case in mine)
        print(
            f"  {part}: {harm} of {len(mine)} innocent called Hikvision or Dahua (under {_bound(harm, len(mine)):.0%})"
        )


def _figures(maker: str | None, cases: Sequence[Case], part: str) -> str:
    mine = [case for case in cases if case.part == part and maker in (None, case.truth)]
    if not mine:
        return f"{0:>4}{'':40}"
    count = Counter(case.outcome for case in mine)
    called = [case for case in cases if case.part == part and (maker is None or case.said.maker == maker)]
    named = [case for case in called if case.outcome in {"right", "wrong"}]
    known = [case for case in mine if case.truth != "unknown"]
    recall = f"{count['right'] / len(known):>6.0%}" if known else f"{'-':>6}"
    right = sum(case.outcome == "right" for case in named)
    precision = f"{right / len(named):>7.0%}" if named and maker != "unknown" else f"{'-':>7}"
    none = count["none"] + count["unverifiable"]
    bound = f"{_bound(count['wrong'], len(mine)):>7.0%}"
    return f"{len(mine):>4} {count['right']:>5} {none:>4} {count['wrong']:>5} {recall} {precision} {bound}"


def _list(cases: Iterable[Case]) -> None:
    for case in cases:
        if case.outcome != "right":
            said = case.said.maker or "nobody"
            print(f"    {case.outcome:<12} {case.part:<8} {case.name}: {said}")


def _strengths(signatures: SignatureSet, parts: dict[str, str]) -> None:
    """How often a sign of each strength that names a maker names the right one, one answer at a time."""
    told: dict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
    for _, row in split.readable():
        if row["maker"] == "unknown":
            continue
        for sign in _judge([row], signatures).signs:
            for axis, value in sign.points_to:
                if axis == "maker":
                    told[(sign.strength.value, parts[row["source"]])][value == row["maker"]] += 1
    print("\nSigns that name a maker, by strength: how many name the right one (of answers whose maker is known)")
    for strength in Strength:
        cells = []
        for part in PARTS:
            count = told[(strength.value, part)]
            n, right = count.total(), count[True]
            cells.append(f"{part} {right} of {n}, wrong under {_bound(n - right, n):.0%}" if n else f"{part} none")
        print(f"  {strength.value:<9} {'; '.join(cells)}")


def _bound(cases: int, n: int) -> float:
    """The upper 95 % bound of a share of which ``cases`` of ``n`` were seen (Clopper and Pearson, one-sided)."""
    if n == 0 or cases >= n:
        return 1.0
    low, high = cases / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        tail = sum(math.comb(n, k) * middle**k * (1 - middle) ** (n - k) for k in range(cases + 1))
        low, high = (middle, high) if tail > 0.05 else (low, middle)
    return high


if __name__ == "__main__":
    sys.exit(main())
