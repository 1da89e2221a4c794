"""Answers gathered after the signatures were written: which may be used to write more, and which may not be looked at.

``tests/data/blind.jsonl`` holds them, in the form of answers.jsonl. Their first scoring, by the signatures of the
commit that split.toml names, is the blind trial of docs/accuracy.md. After it the sources are parted by a rule that
was fixed before anything was scored: ``design`` may be read by whoever writes signatures, ``held-out`` may not.
``known`` are answers of sources that had been read before; they are no part of the trial.
"""

import hashlib
import re
import tomllib
from functools import cache

from answer_evidence import JUDGED
from answers import Answer, blind
from split import PATH

PARTS = ("held-out", "design", "known")

OWNER = frozenset({"isapi-deviceInfo", "isapi-adminAccesses", "dahua-cgi"})
"""Answers that a device gives to its owner's credentials only."""

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
    return frozenset(tomllib.loads(PATH.read_text("utf-8"))["blind"]["known"])


def heard() -> tuple[tuple[int, Answer], ...]:
    """What a scan without credentials understands, with its lines in blind.jsonl."""
    rows = enumerate(blind(), 1)
    return tuple((line, row) for line, row in rows if row["protocol"] in JUDGED or row["protocol"].startswith("onvif-"))


def of_owners() -> tuple[tuple[int, Answer], ...]:
    """What a device tells its owner, with its lines in blind.jsonl."""
    return tuple((line, row) for line, row in enumerate(blind(), 1) if row["protocol"] in OWNER)
