"""Finds the inputs, gives each to the reader that recognises it, and keeps count of what was read and what was not."""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from pathlib import Path
from typing import BinaryIO

from camscan.egress.contacts import Gathering
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
    """Reads every file into ``gathering``; those first that may tell who holds an address."""
    files = files_of(paths)
    first = [number for number, path in enumerate(files) if str(path) != STDIN and _binds(path)]
    done = {}
    for number in [*first, *(number for number in range(len(files)) if number not in first)]:
        done[number] = _read_one(files[number], number, gathering, stdin, zone)
    return tuple(done[number] for number in range(len(files)))


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


def _binds(path: Path) -> bool:
    """Whether a file may tell who holds an address. Standard input is not asked: it can be read only once."""
    try:
        with Source.open(path, Tally()) as source:
            reader = reader_of(source.head)
    except InputError:
        return False
    return reader is not None and reader.binds


def _read_one(path: Path, number: int, gathering: Gathering, stdin: BinaryIO | None, zone: tzinfo) -> Input:
    tally = Tally()
    given = (stdin or sys.stdin.buffer) if str(path) == STDIN else None
    try:
        with Source.open(path, tally, stdin=given, zone=zone) as source:
            error = _read(source, number, gathering)
    except InputError as problem:
        error = str(problem)
    if error is None and not tally.inside:
        tally.note(OUTSIDE)
    return Input(
        file="standard input" if given is not None else str(path),
        format=tally.kind or None,
        records=tally.records,
        other=tally.other,
        skipped=tuple(sorted(tally.skipped.items())),
        notes=tuple(tally.notes),
        error=error,
    )


def _read(source: Source, number: int, gathering: Gathering) -> str | None:
    """Reads one input; the sentence that says why nothing in it could be used, or None."""
    if not source.head:
        return EMPTY
    reader = reader_of(source.head)
    if reader is None:
        return UNKNOWN
    source.tally.kind = reader.name
    gathering.take(reader.read(source, gathering.known), number, source.tally)
    return None if source.tally.records else NOTHING
