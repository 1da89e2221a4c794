"""A log into which several programs write, such as a router's whole syslog: each line is read by the first reader that
claims it, the one that recognised the log before all others.

The log is gone through once for each reader that has lines in it. Standard input cannot be: of it the other readers'
lines are held until their turn comes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from camscan.egress.contacts import Gathering
from camscan.egress.readers import READERS
from camscan.egress.readers.shape import Reader
from camscan.egress.source import Source, Tally

HELD = 64 * 1024 * 1024
"""Bytes of lines of standard input that are held."""

_EACH = 120
"""Bytes that Python takes for a line beside its text."""

TOO_MANY = "line of another program in standard input, past the 64 MiB that are held; give it as a file"

Line = tuple[int, bytes]
Again = Callable[[], Source]
"""Opens the same input once more."""


@dataclass(slots=True)
class Programs:
    """The readers of one log. ``first`` recognised it; None: no reader did, by its first lines."""

    first: Reader | None
    held: dict[str, list[Line]] = field(default_factory=dict)
    _size: int = 0

    def owner(self, line: bytes) -> Reader | None:
        """The reader of a line, None where none claims it."""
        if self.first is not None and self.first.claims is not None and self.first.claims(line):
            return self.first
        return next((one for one in READERS if one.claims is not None and one.claims(line)), None)

    def read(self, source: Source, number: int, gathering: Gathering, again: Again | None) -> list[Tally]:
        """Reads the log into ``gathering``, by ``again`` as often as there are programs. A tally for each of them."""
        tallies = []
        mine = self._sorted(source, keep=again is None)
        if self.first is None:
            source.tally.other += sum(1 for _ in mine)
        else:
            tallies.append(_take(self.first, source.showing(mine, Tally()), number, gathering))
        for reader in READERS:
            if reader.name not in self.held:
                continue
            if again is None:
                tallies.append(_take(reader, source.showing(self.held.pop(reader.name), Tally()), number, gathering))
                continue
            with again() as opened:
                lines = (line for line in opened.lines() if self.owner(line[1]) is reader)
                tallies.append(_take(reader, opened.showing(lines, Tally()), number, gathering))
        return tallies

    def _sorted(self, source: Source, *, keep: bool) -> Iterator[Line]:
        """The lines of the first reader, and those that nobody claims."""
        for line in source.lines():
            reader = self.owner(line[1])
            if reader is None or reader is self.first:
                yield line
                continue
            held = self.held.setdefault(reader.name, [])
            if keep and self._size < HELD:
                held.append(line)
                self._size += len(line[1]) + _EACH
            elif keep:
                source.tally.skip(TOO_MANY)


def _take(reader: Reader, source: Source, number: int, gathering: Gathering) -> Tally:
    source.tally.kind = reader.name
    gathering.take(reader.read(source, gathering.known), number, source.tally)
    return source.tally
