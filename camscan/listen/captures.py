"""Reads captures into a Listening, in the order of time, and keeps count of what was read and what was not."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from camscan.egress.inputs import EMPTY, NOTHING, STDIN, files_of
from camscan.egress.look import Look
from camscan.egress.readers import pcap, pcapng, reader_of
from camscan.egress.report import Input
from camscan.egress.source import InputError, Source, Tally
from camscan.listen.listening import Listening, Where
from camscan.safe.text import neutralise

NO_CAPTURE = "it is no capture; pcap and pcapng are listened to"
_STDIN_NAME = "standard input"

Each = Callable[[Source, Look[Any]], Iterator[Any]]
_FORMATS: tuple[tuple[str, Callable[[bytes], bool], Each], ...] = (
    (pcap.PCAP.name, pcap.PCAP.recognises, pcap.each),
    (pcapng.PCAPNG.name, pcapng.PCAPNG.recognises, pcapng.each),
)


def read_captures(
    paths: Iterable[Path | str], listening: Listening, stdin: BinaryIO | None = None
) -> tuple[Input, ...]:
    """Reads files, folders and ``-`` (standard input) into ``listening``, the oldest first whatever their names, and
    hands over what was heard at the end. One that cannot be read stands in the result with its error."""
    files = files_of(paths)
    done: dict[int, Input] = {}
    for number in sorted(range(len(files)), key=lambda number: (_began(files[number]), number)):
        done[number] = _read(files[number], listening, stdin)
    listening.save(last=True)
    return tuple(done[number] for number in range(len(files)))


class _First:
    """A Look that tells when its first packet was."""

    dull = False

    def packet(self, at: float, data: bytes, kind: int, start: int, mac: bytes, record: int) -> Sequence[float]:  # noqa: ARG002 - the shape of Look
        return (at,)

    def addresses_changed(self) -> bool:
        return False

    def finish(self) -> Sequence[float]:
        return ()


def _began(path: Path) -> float:
    """Time of the first packet. Standard input can be read only once, so it comes last."""
    if str(path) != STDIN:
        try:
            with Source.open(path, Tally()) as source:
                _, each = _format(source)
                return next(each(source, _First()), float("inf"))
        except InputError:
            pass
    return float("inf")


def _format(source: Source) -> tuple[str, Each]:
    for name, recognises, each in _FORMATS:
        if recognises(source.head):
            return name, each
    if not source.head:
        raise InputError(EMPTY)
    other = reader_of(source.head)
    raise InputError(f"{NO_CAPTURE} (this is {other.name}, for `camscan egress check`)" if other else NO_CAPTURE)


def _read(path: Path, listening: Listening, stdin: BinaryIO | None) -> Input:
    tally = Tally()
    given = (stdin or sys.stdin.buffer) if str(path) == STDIN else None
    name = _STDIN_NAME if given is not None else str(path)
    error = None
    try:
        with Source.open(path, tally, stdin=given) as source:
            tally.kind, each = _format(source)
            # A name may hold bytes that are no text, which no database takes.
            listening.begin(tally, Where(neutralise(name if given is not None else path.name)))
            for _ in each(source, listening):
                pass
        if not tally.records:
            error = NOTHING
    except InputError as problem:
        error = str(problem)
    return Input.of(name, tally, error)
