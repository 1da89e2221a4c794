"""The form of a reader: one file, one format, recognised by content, yielding flows of known devices only."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from camscan.egress.flow import Item
from camscan.egress.known import Known
from camscan.egress.source import Source

Recognises = Callable[[bytes], bool]
"""Whether the first bytes of an input (unpacked, at most 64 KiB) are of this format."""

Claims = Callable[[bytes], bool]
"""Whether a line is of this format, in a log into which other programs write too. Quick: it is asked of each line."""

Reads = Callable[[Source, Known], Iterator[Item]]
"""Goes through an input. Counts every record in ``source.tally``, drops what belongs to no known device, skips what is
damaged with its reason. Raises InputError only for an input that cannot be used at all."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One format. ``binds`` says that it may tell which MAC holds an address, so it is read before the others. One with
    ``claims`` may share a log with others that have it; it goes through ``source.lines()`` and nothing else."""

    name: str
    recognises: Recognises
    read: Reads
    binds: bool = False
    claims: Claims | None = None
