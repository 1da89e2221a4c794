"""Which recorded answers were used to write signatures, by their source: the rule behind tests/data/split.toml.

``design``: a signature names the source or the model of a device in it, or an example of one holds a text of weight
that an answer of this source says. ``held-out``: everything else. Held out is not unseen: all answers were at hand
when the signatures were written, and the tests ran over every one of them.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from answer_evidence import JUDGED, evidence_of
from answers import Answer, answers

from camscan.identify import SignatureSet
from camscan.identify.format import Signature

PATH = Path(__file__).parent / "data" / "split.toml"

LEAST = 8
"""Characters of a text that nobody writes by chance; shorter ones (a port, a status) prove no use."""

COMMON = frozenset({"type/video_encoder", "type/audio_encoder", "location/city/hangzhou", "location/country/china"})
"""Texts of weight that many makers' answers hold."""

_COMMON_FIELDS = ("status", "path", "port", "version", "header_names", "types")


def readable() -> tuple[tuple[int, Answer], ...]:
    """Answers that a scan without credentials understands, with their lines in answers.jsonl."""
    rows = enumerate(answers(), 1)
    return tuple((line, row) for line, row in rows if row["protocol"] in JUDGED or row["protocol"].startswith("onvif-"))


@cache
def texts(line: int) -> frozenset[tuple[str, str]]:
    """What one answer says that is a text of weight."""
    row = answers()[line - 1]
    return frozenset((item.name, item.value) for item in evidence_of(row) if _weighty(item.name, item.value))


def _weighty(name: str, value: str) -> bool:
    return len(value) >= LEAST and value not in COMMON and not name.endswith(_COMMON_FIELDS)


def by_source() -> dict[str, list[int]]:
    """The lines of each source."""
    found: dict[str, list[int]] = defaultdict(list)
    for line, row in readable():
        found[row["source"]].append(line)
    return dict(found)


def uses(signature: Signature, source: str, lines: Iterable[int]) -> bool:
    """Whether a signature was written from this source: it names it or its device, or an example repeats it."""
    lines = tuple(lines)
    return names(signature, source, lines) or any(
        from_source(number, signature, lines) for number in range(len(signature.examples))
    )


def names(signature: Signature, source: str, lines: Iterable[int]) -> bool:
    """Whether a signature's own source names this one (by its number, its repository with an issue, its test) or the
    model of a device in it."""
    told = f"{signature.source.casefold().translate(_MARKS)} "
    models = [answers()[line - 1]["model"].casefold() for line in lines]
    return any(
        f"{word} " in told for word in (*handles(source.casefold()), *(one for one in models if len(one) >= LEAST))
    )


_MARKS = str.maketrans(";,:()[]", "       ")


def handles(source: str) -> list[str]:
    """``alexxit/go2rtc issue #2232`` is told as ``go2rtc #2232``; a file id by its digits; a test by its name."""
    words = source.replace("(", " ").replace(")", " ").replace("/#", " #").split()
    repository = next((word.rsplit("/", 1)[1] for word in words if word.count("/") == 1), "")
    numbers = [word for word in words if word.startswith("#") and word[1:].isdigit()]
    tests = [word for word in words if word.startswith("test") and len(word) > 6 and "/" not in word]
    ids = [word for word in words if word.isdigit() and len(word) > 6]
    return [*(f"{repository} {number}" for number in numbers if repository), *tests, *ids]


def from_source(number: int, signature: Signature, lines: Iterable[int]) -> bool:
    """Whether an example of a signature repeats a text of weight of these answers."""
    example = {pair for pair in signature.examples[number].evidence if _weighty(*pair)}
    return any(example & texts(line) for line in lines)


def rule(signatures: SignatureSet) -> dict[str, str]:
    """Each source as ``design`` or ``held-out``."""
    written = [item.signature for item in signatures.signatures]
    return {
        source: "design" if any(uses(one, source, lines) for one in written) else "held-out"
        for source, lines in by_source().items()
    }


def split() -> dict[str, str]:
    """Each source as the file marks it."""
    data = tomllib.loads(PATH.read_text("utf-8"))
    return {source: part for part in ("design", "held-out") for source in data[part]["sources"]}
