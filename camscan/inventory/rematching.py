"""Judges a whole inventory anew with another signature set, without touching the network, and tells what changed.

Every distinct value is matched once, and of the devices that said the same things of weight one is judged
(``identify.likeness``). What is concluded is what ``identify.assess`` concludes; a test compares the two.
"""

import gc
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from camscan.identify import SignatureSet, assess
from camscan.identify.likeness import Likeness
from camscan.inventory import outlines
from camscan.inventory.conclusions import Conclusion
from camscan.inventory.database import Database

REMEMBERED = 50_000
"""Conclusions that are kept for devices that are alike; about 60 MB."""


@dataclass(frozen=True, slots=True)
class Concluded:
    """A device, by its id, its site and the first of its addresses, and what was concluded of it."""

    device_id: int
    site: str
    ip: str
    conclusion: Conclusion


@dataclass(frozen=True, slots=True)
class Change:
    """A device of which something else is concluded than the last time. ``gained`` and ``lost`` are the ids of
    signatures that match now, or did: empty where the same signatures say something else."""

    device_id: int
    site: str
    ip: str
    before: Conclusion
    after: Conclusion

    @property
    def gained(self) -> tuple[str, ...]:
        """Signatures that match now and did not."""
        return tuple(name for name in self.after.signs if name not in self.before.signs)

    @property
    def lost(self) -> tuple[str, ...]:
        """Signatures that matched and do not now."""
        return tuple(name for name in self.before.signs if name not in self.after.signs)

    @property
    def matters(self) -> bool:
        """Whether maker, brand, kind, model or a verdict changed, and not only a reason."""
        return _answers(self.before) != _answers(self.after)


@dataclass(frozen=True, slots=True)
class Rematch:
    """What came of it. ``fresh`` are devices of which nothing was concluded before; ``changes`` stand in the order of
    the devices' ids."""

    devices: int
    fresh: dict[int, Conclusion]
    changes: tuple[Change, ...]


def conclude(database: Database, signatures: SignatureSet) -> Iterator[Concluded]:
    """What the stored evidence of every device says today, by device id."""
    likeness = Likeness(signatures)
    told: dict[int, int] = {}
    for number, field, text in outlines.values(database, likeness.fields):
        meaning = likeness.of_value(field, text)
        if meaning is not None:
            told[number] = meaning
    known: dict[Hashable, Conclusion] = {}
    for outline in outlines.outlines(database, told):
        if not outline.lines:
            continue
        key = likeness.of_device(outline.lines)
        conclusion = known.get(key)
        if conclusion is None:
            conclusion = Conclusion.of(assess(outlines.observations(database, outline), signatures))
            if len(known) >= REMEMBERED:
                known.clear()
            known[key] = conclusion
        yield Concluded(outline.device_id, outline.site, outline.ip, conclusion)


def compare(concluded: Iterator[Concluded], before: dict[int, Conclusion]) -> Rematch:
    """What changed against ``before``."""
    count = 0
    fresh: dict[int, Conclusion] = {}
    changes: list[Change] = []
    with _without_collector():
        for one in concluded:
            count += 1
            last = before.get(one.device_id)
            if last is None:
                fresh[one.device_id] = one.conclusion
            elif last != one.conclusion:
                changes.append(Change(one.device_id, one.site, one.ip, last, one.conclusion))
    return Rematch(count, fresh, tuple(changes))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Without Python's search for cycles: millions of rows come and go, none is part of one, and the search would
    take a third of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _answers(one: Conclusion) -> tuple[object, ...]:
    return one.maker, one.verdict, one.brand, one.brand_verdict, one.kind, one.kind_verdict, one.model
