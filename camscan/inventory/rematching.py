"""Judges an inventory anew, the whole of it or what something was written of, without touching the network, and tells
what changed.

Every distinct value is matched once, and of the devices that said the same things of weight one is judged
(``identify.likeness``). What is concluded is what ``identify.assess`` concludes; a test compares the two.
"""

import gc
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from camscan import __version__
from camscan.identify import SignatureSet, assess
from camscan.identify.likeness import Likeness
from camscan.inventory import conclusions, doubts, outlines, reading
from camscan.inventory.conclusions import Conclusion
from camscan.inventory.database import Database
from camscan.inventory.outlines import Meanings
from camscan.inventory.saving import chunks
from camscan.inventory.schema import device

FEW = 20
"""Where less than one device in so many is to be judged, each is judged by itself: that is quicker then."""

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
        return self.before.answers() != self.after.answers()


@dataclass(frozen=True, slots=True)
class Rematch:
    """What came of it. ``devices`` is how many were judged; of the ``fresh`` ones nothing was concluded before;
    ``changes`` stand in the order of the devices' ids."""

    devices: int
    fresh: dict[int, Conclusion]
    changes: tuple[Change, ...]


def rematch(database: Database, signatures: SignatureSet, *, keep: bool) -> Rematch:
    """Judges every device anew and says what changed since the last time; ``keep`` makes this the last time."""
    with database.read() as connection:
        state = doubts.state(connection)
        before = conclusions.read(connection)
    found, judged = _compare(conclude(database, signatures), before)
    if keep:
        _keep(database, found, judged, _basis(signatures), state)
    return found


def catch_up(database: Database, signatures: SignatureSet) -> Rematch:
    """As ``rematch``, of the devices alone of which something else may be concluded than the last time: something
    was heard of them since, they were joined or parted, or signatures or camscan are others."""
    with database.read() as connection:
        state = doubts.state(connection)
        outdated = doubts.outdated(connection, _basis(signatures))
        before = conclusions.read(connection, outdated)
        everything = connection.execute(sa.select(sa.func.count()).select_from(device)).scalar_one()
    if len(outdated) * FEW > everything:
        return rematch(database, signatures, keep=True)
    found, judged = _compare(_conclude_each(database, signatures, outdated), before)
    _keep(database, found, judged, _basis(signatures), state)
    return found


def _keep(
    database: Database, found: Rematch, judged: Collection[int], basis: str, state: tuple[int | None, ...]
) -> None:
    new = found.fresh | {change.device_id: change.after for change in found.changes}
    with database.write() as connection:
        if doubts.state(connection) == state:
            conclusions.save(connection, new, basis)
            conclusions.confirm(connection, basis, judged)
        else:
            # Another process has written meanwhile, perhaps of these very devices.
            there = set(connection.execute(sa.select(device.c.id)).scalars())
            standing = {number: conclusion for number, conclusion in new.items() if number in there}
            conclusions.save(connection, standing, doubts.DOUBTED)


def _basis(signatures: SignatureSet) -> str:
    """What conclusions are drawn with, in as many characters as the column has: of the hash, enough."""
    return f"{__version__} {signatures.digest}"[:80]


def conclude(database: Database, signatures: SignatureSet) -> Iterator[Concluded]:
    """What the stored evidence of every device says today, by device id."""
    likeness = Likeness(signatures)
    meanings = Meanings(likeness)
    alike = _Alike(likeness)
    known: dict[Hashable, Conclusion] = {}
    more = True
    while more:
        with database.read() as connection:
            more = meanings.read(connection)
    last = 0
    while True:
        with database.read() as connection:
            while meanings.read(connection):
                """Another process has added values."""
            roots = outlines.devices(connection, last)
            page = outlines.outlines(connection, roots, meanings)
            keys = {one.device_id: alike.key(one.text) for one in page}
            new = {key: device_id for device_id, key in keys.items() if key not in known}
            records = reading.records(connection, list(new.values()))
        if not roots:
            break
        if len(known) >= REMEMBERED:
            known = {key: known[key] for key in keys.values() if key in known}
        for record in records:
            known[keys[record.device_id]] = Conclusion.of(assess(record.observations, signatures))
        for one in page:
            yield Concluded(one.device_id, one.site, one.ip, known[keys[one.device_id]])
        last = roots[-1]
    with database.read() as connection:
        meanings.drop(connection)


def _conclude_each(database: Database, signatures: SignatureSet, devices: Sequence[int]) -> Iterator[Concluded]:
    for some in chunks(devices, reading.PAGE):
        with database.read() as connection:
            records = reading.records(connection, some)
        for one in records:
            conclusion = Conclusion.of(assess(one.observations, signatures))
            yield Concluded(one.device_id, one.site, str(one.ip), conclusion)


class _Alike:
    """Keys of devices by the text of their outlines. Most texts come again, word for word."""

    def __init__(self, likeness: Likeness) -> None:
        self._likeness = likeness
        self._keys: dict[str, Hashable] = {}
        self._answers: dict[str, int] = {}

    def key(self, text: str) -> Hashable:
        """``Likeness.of_device`` of a text."""
        if text not in self._keys:
            for kept in (self._keys, self._answers):
                if len(kept) >= REMEMBERED:
                    kept.clear()
            told = [(ip, self._answer(rest)) for ip, rest in outlines.answers(text)]
            self._keys[text] = self._likeness.of_device(told)
        return self._keys[text]

    def _answer(self, rest: str) -> int:
        number = self._answers.get(rest)
        if number is None:
            number = self._answers[rest] = outlines.answer(rest, self._likeness)
        return number


def _compare(concluded: Iterator[Concluded], before: Mapping[int, Conclusion]) -> tuple[Rematch, list[int]]:
    """What changed against ``before``, and which devices were judged."""
    judged: list[int] = []
    fresh: dict[int, Conclusion] = {}
    changes: list[Change] = []
    with _without_collector():
        for one in concluded:
            judged.append(one.device_id)
            last = before.get(one.device_id)
            if last is None:
                fresh[one.device_id] = one.conclusion
            elif last != one.conclusion:
                changes.append(Change(one.device_id, one.site, one.ip, last, one.conclusion))
    return Rematch(len(judged), fresh, tuple(changes)), judged


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
