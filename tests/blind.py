"""Answers gathered after the signatures were written: which may be used to write more, and which may not be looked at.

``tests/data/blind.jsonl`` holds them, in the form of answers.jsonl. Their first scoring, by the signatures of the
commit that split.toml names, is the blind trial of docs/accuracy.md; blind_trial.jsonl keeps what was said of each, so
that no later signature changes those figures. After it the sources are parted by a rule that was fixed before
anything was scored: ``design`` may be read by whoever writes signatures, ``held-out`` may not. ``known`` are answers
of sources that had been read before; they are no part of the trial.
"""

import hashlib
import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import split
from answer_evidence import JUDGED, OWNERS, heard_from, told_to_owner
from answers import UNSTATED, Answer, blind
from figures import Case, judged

from camscan.identify import SignatureSet, assess

PARTS = ("held-out", "design")
RECORD = Path(__file__).parent / "data" / "blind_trial.jsonl"
KINDS = ("answer", "device", "owner")
"""One answer alone; all answers of a device together; what a device tells its owner's credentials."""

_THREAD = re.compile(r"^\S+ (?:issues?|PR) #[\d/#]+|^public GitHub file id \d+")


def group(row: Answer) -> str:
    """What is parted as one: an issue thread or a file; of a repository or a site, what it shows of one maker.

    Files of one repository are often of one device, so a part that holds one of them must hold them all.
    """
    thread = _THREAD.match(row["source"])
    return thread[0] if thread else f"{row['source'].split()[0]} {row['maker']}"


def part(row: Answer) -> str:
    """``known`` by the list of split.toml; else by the parity of the SHA-256 of the group: even is ``design``."""
    if row["source"] in known():
        return "known"
    digest = hashlib.sha256(group(row).encode("utf-8")).digest()
    return "held-out" if digest[-1] % 2 else "design"


@cache
def known() -> frozenset[str]:
    """Sources of blind.jsonl that a signature names or the facts behind the signatures do."""
    return frozenset(tomllib.loads(split.PATH.read_text("utf-8"))["blind"]["known"])


def names(source: str, told: str) -> bool:
    """Whether a signature's own ``source`` names this one: by its thread, its file's id or name, its site and page."""
    told, (site, *rest) = told.casefold(), source.casefold().split()
    if handles := split.handles(source.casefold()):
        return any(re.search(rf"{re.escape(handle)}(?!\w)", told) for handle in handles)
    page = next((word for word in rest if "/" in word), rest[-1] if rest else site).rsplit("/", 1)[-1]
    return page in told and ("." in page or site.rsplit("/", 1)[-1] in told)


def lines(kind: str) -> tuple[tuple[int, ...], ...]:
    """The lines of blind.jsonl that are judged together, for each of KINDS. ``known`` ones are left out.

    Answers of one source and one stated model are one device; one without a model stands for itself.
    """
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for line, row in enumerate(blind(), 1):
        if part(row) == "known" or (kind == "owner") != (row["protocol"] in OWNERS):
            continue
        if kind == "owner" or row["protocol"] in JUDGED or row["protocol"].startswith("onvif-"):
            alone = kind == "answer" or row["model"] in UNSTATED
            groups[(row["source"], f"line {line}" if alone else row["model"])].append(line)
    return tuple(map(tuple, groups.values()))


def today(kind: str, signatures: SignatureSet) -> Iterator[Case]:
    """What these signatures say."""
    hear = told_to_owner if kind == "owner" else heard_from
    for some in lines(kind):
        rows = [blind()[line - 1] for line in some]
        device = assess([hear(row) for row in rows], signatures)
        first = rows[0]
        yield judged(device, truth=first["maker"], part=part(first), name=_name(some), source=first["source"])


def trial(kind: str) -> Iterator[Case]:
    """What the signatures of the trial said, as it was recorded."""
    for entry in map(json.loads, RECORD.read_text("utf-8").splitlines()):
        if entry["kind"] == kind:
            row = blind()[entry["lines"][0] - 1]
            signs = tuple((strength, maker) for strength, maker in entry["signs"])
            name = _name(entry["lines"])
            yield Case(row["maker"], "blind", name, row["source"], entry["maker"], entry["verdict"], signs)


def trial_makers() -> frozenset[str]:
    """The makers that the set of the trial could name."""
    return frozenset(json.loads(RECORD.read_text("utf-8").splitlines()[0])["makers"])


def record(signatures: SignatureSet) -> str:
    """The text of the record, for the one time it is written: the set, then what it said."""
    head = {"kind": "set", "digest": signatures.digest, "makers": sorted(signatures.makers)}
    return (
        json.dumps(head)
        + "\n"
        + "".join(
            json.dumps({"kind": kind, "lines": some, "maker": case.maker, "verdict": case.verdict, "signs": case.signs})
            + "\n"
            for kind in KINDS
            for some, case in zip(lines(kind), today(kind, signatures), strict=True)
        )
    )


def _name(some: tuple[int, ...]) -> str:
    row = blind()[some[0] - 1]
    return f"blind line {some[0]}: {row['protocol']} {row['maker']} {row['model']}"
