"""Finds the inputs, gives each to the reader that recognises it, and keeps count of what was read and what was not."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
from typing import BinaryIO

from camscan.egress.contacts import Gathering
from camscan.egress.copies import Copy, copies
from camscan.egress.programs import Again, Programs
from camscan.egress.readers import reader_of
from camscan.egress.report import Input
from camscan.egress.source import InputError, Source, Tally

STDIN = "-"

OUTSIDE = (
    "No record names an inside address: it was probably taken outside address translation, so nothing in it can be "
    "attributed to a device (cannot attribute)."
)

EMPTY = "it is empty"
UNKNOWN = "its content is none of the formats that are read (docs/egress.md lists them)"
NOTHING = "no record in it could be read"


def read_all(
    paths: Iterable[Path | str], gathering: Gathering, stdin: BinaryIO | None = None, zone: tzinfo = UTC
) -> tuple[Input, ...]:
    """Reads every file into ``gathering``; those first that may tell who holds an address. What was given twice is read
    once."""
    files = files_of(paths)
    heads = [_head(path) for path in files]
    spare = copies(files, heads)
    binding = [number for number, head in enumerate(heads) if head is not None and _binds(head)]
    done: dict[int, Input] = {}
    for number in dict.fromkeys((*binding, *range(len(files)))):
        if number not in spare:
            done[number] = _read_one(files[number], number, gathering, stdin, zone)
    for number, copy in spare.items():
        done[number] = Input(str(files[number]), None, 0, 0, (), (copy.why,), _kept(done, spare, number).error)
    return tuple(done[number] for number in range(len(files)))


def _kept(done: Mapping[int, Input], spare: Mapping[int, Copy], number: int) -> Input:
    """The input that was read in place of a copy: a copy may be one of a copy."""
    while number in spare:
        number = spare[number].of
    return done[number]


def files_of(paths: Iterable[Path | str]) -> Sequence[Path]:
    """The files to read; a folder stands for all files below it, in the order of their names."""
    found: list[Path] = []
    for given in paths:
        path = Path(given)
        if path.is_dir():
            found += sorted(inner for inner in path.rglob("*") if inner.is_file() and not inner.name.startswith("."))
        else:
            found.append(path)
    return found


def _head(path: Path) -> bytes | None:
    """The first bytes of a file, unpacked; None of what can be read only once, or not at all."""
    if str(path) == STDIN or not path.is_file():
        return None
    try:
        with Source.open(path, Tally()) as source:
            return source.head
    except InputError:
        return None


def _binds(head: bytes) -> bool:
    """Whether a file may tell who holds an address."""
    reader = reader_of(head)
    return reader is not None and reader.binds


def _read_one(path: Path, number: int, gathering: Gathering, stdin: BinaryIO | None, zone: tzinfo) -> Input:
    tally, shares = Tally(), []
    given = (stdin or sys.stdin.buffer) if str(path) == STDIN else None
    again = partial(Source.open, path, Tally(), zone=zone) if given is None and path.is_file() else None
    try:
        with Source.open(path, tally, stdin=given, zone=zone) as source:
            shares = _read(source, number, gathering, again)
            error = _without_records(source) if not tally.records else None
    except InputError as problem:
        error = str(problem)
    if error is None and not tally.inside:
        tally.note(OUTSIDE)
    formats = tuple((one.kind, one.records) for one in shares if one.records)
    return Input.of("standard input" if given is not None else str(path), tally, error, formats)


def _read(source: Source, number: int, gathering: Gathering, again: Again | None) -> list[Tally]:
    """Reads one input, by one reader or by those of the programs that wrote it; a tally for each of these."""
    reader, tally = reader_of(source.head), source.tally
    if reader is not None and reader.claims is None:
        tally.kind = reader.name
        gathering.take(reader.read(source, gathering.known), number, tally)
        return []
    if reader is None and b"\0" in source.head:
        return []
    shares = Programs(reader).read(source, number, gathering, again)
    for one in shares:
        tally.add(one)
    tally.kind = ", ".join(one.kind for one in shares if one.records) or (reader.name if reader is not None else "")
    return shares


def _without_records(source: Source) -> str:
    """The sentence that says why nothing in an input could be used."""
    if not source.head:
        return EMPTY
    return NOTHING if source.tally.kind else UNKNOWN
