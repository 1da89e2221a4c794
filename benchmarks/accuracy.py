"""How often is the maker right? All recorded answers against the whole signature set.

    python benchmarks/accuracy.py            every part below
    python benchmarks/accuracy.py --rows     also every answer that is not named

First the blind trial: answers gathered after the signatures had been written, as the set of that day judged them
(recorded once; docs/accuracy.md tells what it may prove). Then the same answers by the signatures of today, with the
half that nobody who writes signatures may look at apart. Then the answers that were at hand when the first signatures
were written: none of them is unseen, and "held-out" says only that no signature was written from them
(tests/data/split.toml). "Without its source" leaves out, for each of those, every signature that has nothing but the
answer's own source to stand on: no answer of another source matches it, and its examples are all repeated by this one.
Last, what devices tell their owner's credentials, which a scan without them never hears.
"(others)" are makers that the set has no entry for: there the right answer is nobody.
The bound is Clopper and Pearson's, one-sided, 95 %; with no case in n it is about 3 / n.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import blind
import split
from answer_evidence import OWNERS, heard_from, told_to_owner
from answers import UNSTATED, Answer, answers
from figures import Case, judged, rungs, strengths, table

from camscan.identify import SignatureSet, assess, load

TITLES = {
    "answer": "One answer alone",
    "device": "All answers of a device together",
    "owner": "With the owner's credentials: what ISAPI and the Dahua CGI tell",
}
OLD = ("held-out", "design")


def main() -> int:
    """Prints the figures; 1 where an answer leads to the wrong maker today."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", action="store_true", help="also list every answer that is not named or wrong")
    arguments = parser.parse_args()
    signatures = load()
    makers = frozenset(signatures.makers)
    print(f"Signatures {signatures.digest[:19]}, {len(signatures.signatures)} of them.")
    wrong: list[Case] = []

    print("\n=== The blind trial of 2026-11-22, as recorded ===")
    trial = {kind: tuple(blind.trial(kind)) for kind in blind.KINDS}
    _part(trial, ("blind",), blind.trial_makers(), rows=arguments.rows)
    print("\n=== The same answers by the signatures of today ===")
    today = {kind: tuple(blind.today(kind, signatures)) for kind in blind.KINDS}
    wrong += _part(today, blind.PARTS, makers, rows=arguments.rows)
    print("\n=== The answers at hand when the first signatures were written ===")
    parts = split.split()
    heard = len(split.readable())
    print(f"{heard} answers of {len(parts)} sources; {len(answers()) - heard} more are not heard without credentials.")
    single = tuple(_case([(line, row)], parts[row["source"]], signatures) for line, row in split.readable())
    old = {"answer": single, "device": _combined(signatures, parts), "owner": _owners(signatures)}
    wrong += _part(old, OLD, makers, rows=arguments.rows)
    without = _without_source(signatures, parts)
    print(*table("One answer alone, without its source", without, OLD, makers), sep="\n")
    for case in (*wrong, *(case for case in without if case.outcome == "wrong")):
        print(f"WRONG: {case.name} was called {case.maker}")
    return 1 if wrong else 0


def _part(
    cases: dict[str, tuple[Case, ...]], parts: Sequence[str], makers: frozenset[str], *, rows: bool
) -> list[Case]:
    """Prints the tables and the calibration of one collection; its wrong cases."""
    for kind, some in cases.items():
        if some:
            print(*table(TITLES[kind], some, parts, makers), sep="\n")
        if rows:
            _list(some)
    print("\nCalibration: how often the maker named is the right one, one answer at a time")
    for part in parts:
        mine = [case for case in cases["answer"] if case.part == part]
        print(f" {part}, by the strength of a sign")
        print(*strengths(mine), sep="\n")
        print(f" {part}, by the verdict")
        print(*rungs(mine), sep="\n")
    return [case for some in cases.values() for case in some if case.outcome == "wrong"]


def _case(some: Sequence[tuple[int, Answer]], part: str, signatures: SignatureSet) -> Case:
    (line, first), rows = some[0], [row for _, row in some]
    hear = told_to_owner if first["protocol"] in OWNERS else heard_from
    name = f"line {line}: {first['protocol']} {first['maker']} {first['model']}"
    device = assess([hear(row) for row in rows], signatures)
    return judged(device, truth=first["maker"], part=part, name=name, source=first["source"])


def _groups(rows: Iterable[tuple[int, Answer]]) -> list[list[tuple[int, Answer]]]:
    """Answers of one source and one stated model are one device; one without a model stands for itself."""
    groups: dict[tuple[str, str], list[tuple[int, Answer]]] = defaultdict(list)
    for line, row in rows:
        model = f"line {line}" if row["model"] in UNSTATED else row["model"]
        groups[(row["source"], model)].append((line, row))
    return list(groups.values())


def _combined(signatures: SignatureSet, parts: dict[str, str]) -> tuple[Case, ...]:
    return tuple(_case(some, parts[some[0][1]["source"]], signatures) for some in _groups(split.readable()))


def _owners(signatures: SignatureSet) -> tuple[Case, ...]:
    """All count as design: nobody wrote down which of them were used."""
    rows = [(line, row) for line, row in enumerate(answers(), 1) if row["protocol"] in OWNERS]
    return tuple(_case(some, "design", signatures) for some in _groups(rows))


def _without_source(signatures: SignatureSet, parts: dict[str, str]) -> list[Case]:
    cases = []
    met: dict[str, set[str]] = defaultdict(set)
    for _, row in split.readable():
        for sign in assess([heard_from(row)], signatures).signs:
            met[sign.signature].add(row["source"])
    for source, lines in split.by_source().items():
        kept = tuple(
            item
            for item in signatures.signatures
            if met[item.signature.id] - {source}
            or not all(split.from_source(at, item.signature, lines) for at in range(len(item.signature.examples)))
        )
        poorer = replace(signatures, signatures=kept)
        cases += [_case([(line, answers()[line - 1])], parts[source], poorer) for line in lines]
    return cases


def _list(cases: Iterable[Case]) -> None:
    for case in cases:
        if case.outcome != "right":
            print(f"    {case.outcome:<12} {case.part:<8} {case.name}: {case.maker or 'nobody'}")


if __name__ == "__main__":
    sys.exit(main())
