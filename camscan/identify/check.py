"""Does the signature set hold together? Every example and counter-example is run, and every maker against the rest."""

from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import IPv4Address

from camscan.evidence import Evidence, Observation, Outcome, Transport, Via
from camscan.identify.format import Example
from camscan.identify.heard import hear
from camscan.identify.signature_set import Loaded, Problem, SignatureSet, structure
from camscan.identify.signs import Matched, match

ACCUSED = frozenset({"hikvision", "dahua"})
"""Makers whose signatures are tried on every other maker's examples: to name them wrongly does harm."""


def check(signatures: SignatureSet) -> list[Problem]:
    """All that is wrong with the set, in the order of the files; an empty list where nothing is."""
    problems = structure(signatures.signatures, signatures.makers, signatures.brands)
    for item in signatures.signatures:
        problems.extend(_check_one(item, signatures))
    problems.extend(_check_tables(signatures))
    return problems


def _check_one(item: Loaded, signatures: SignatureSet) -> Iterator[Problem]:
    signature = item.signature
    captured: set[str] = set()
    for number, example in enumerate(signature.examples, 1):
        found = _match(example, signatures)
        if signature.id not in {sign.signature for sign in found.signs}:
            yield Problem(item.where, signature.id, f"example {number} does not match")
            continue
        got = {capture.name: capture.value for capture in found.captures if capture.signature == signature.id}
        captured |= set(got)
        for name, value in example.expect.items():
            if got.get(name) != value:
                yield Problem(item.where, signature.id, f"example {number}: {name} is {got.get(name)!r}, not {value!r}")
        yield from _check_innocent(item, number, found)
    for name in sorted(signature.captures() - captured):
        yield Problem(item.where, signature.id, f"no example fills the named group {name!r}")
    for number, example in enumerate(signature.counter_examples, 1):
        found = _match(example, signatures)
        if signature.id in {sign.signature for sign in found.signs}:
            yield Problem(item.where, signature.id, f"counter-example {number} matches")


def _check_innocent(item: Loaded, number: int, found: Matched) -> Iterator[Problem]:
    """An example of another maker's is a counter-example for every signature of an accused one."""
    maker = item.signature.points_to.maker
    if maker is None:
        return
    for sign in found.signs:
        for axis, value in sign.points_to:
            if axis == "maker" and value in ACCUSED and value != maker:
                reason = f"example {number}, which is {maker}'s, matches {sign.signature}"
                yield Problem(item.where, item.signature.id, reason)


def _check_tables(signatures: SignatureSet) -> Iterator[Problem]:
    known = set(signatures.makers) | set(signatures.brands)
    for row in signatures.oui.rows():
        if row.maker is not None and row.maker not in signatures.makers:
            yield Problem("oui_cameras.tsv", "", f"{row.prefix}: no [maker] declares the slug {row.maker!r}")
        if row.brand is not None and row.brand not in known:
            yield Problem("oui_cameras.tsv", "", f"{row.prefix}: no [[brand]] declares the slug {row.brand!r}")
    for number, rule in enumerate(signatures.models.rules, 1):
        if rule.maker is not None and rule.maker not in signatures.makers:
            yield Problem("models.toml", "", f"rule {number}: no [maker] declares the slug {rule.maker!r}")
        if rule.brand is not None and rule.brand not in known:
            yield Problem("models.toml", "", f"rule {number}: no [[brand]] declares the slug {rule.brand!r}")


def _match(example: Example, signatures: SignatureSet) -> Matched:
    evidence = tuple(Evidence(name, value) for name, value in example.evidence)
    observation = Observation(
        at=datetime(2026, 1, 1, tzinfo=UTC),
        ip=IPv4Address("192.0.2.1"),
        port=0,
        transport=Transport.FILE,
        via=Via.IMPORTED,
        probe="example",
        outcome=Outcome.OK,
        evidence=evidence,
    )
    return match(hear((observation,)), signatures)
