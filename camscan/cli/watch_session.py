"""One run of `camscan egress watch`, between opening the interface and closing its files."""

import json
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from math import inf
from pathlib import Path
from typing import BinaryIO

import typer
from rich.live import Live

from camscan.cli.ending import Ending
from camscan.cli.options import Format
from camscan.cli.report_folder import ReportFolder
from camscan.cli.watch_screen import drawn
from camscan.egress.catalogue import shipped_catalogue
from camscan.egress.finding import Finding
from camscan.egress.places import shipped_places
from camscan.egress.report import Report
from camscan.egress.summary import Summary
from camscan.egress.watch import Terms, Watch
from camscan.net.mirror import Mirror, open_mirror
from camscan.net.privileges import drop_privileges, is_root, preload
from camscan.report.screen import out, silence, talk
from camscan.report.words import plural
from camscan.safe.text import neutralise
from camscan.scope import Scope

SLICE = 1.0
"""Seconds of packets taken in before the screen is drawn anew."""

LOOK, SHARE = 5.0, 20
"""The period so far is judged every so many seconds, and never for more than one part in SHARE of the time."""

LAYERS = (
    "camscan.egress.*",
    "camscan.egress.readers.*",
    "camscan.egress.netflow.*",
    "camscan.cli.*",
    "camscan.report.*",
)
"""What a process that gives up root must have loaded of the upper layers."""


@contextmanager
def listened(interface: str, scope: Scope | None, output: Path | None) -> Iterator[tuple[Mirror, str]]:
    """Listens to ``interface``, and gives up every right to listen to another. Also the name of the user this process
    became, empty where it was not root."""
    networks = [network for site in scope.sites for network in site.networks] if scope is not None else []
    with open_mirror(interface, local=[one for one in networks if not one.is_private]) as mirror:
        was_root = is_root()
        if was_root:
            preload(LAYERS)
        shipped_catalogue()
        shipped_places()
        identity = drop_privileges(() if output is None else (output,))
        yield mirror, identity.user if was_root else ""


class WatchSession:
    """``run`` does all of it."""

    def __init__(self, watch: Watch, terms: Terms, reports: ReportFolder, form: tuple[Format, BinaryIO | None]) -> None:
        self._watch, self._reports = watch, reports
        self._form, self._target = form
        self._summary = Summary(watch.known, terms.naming)
        self._talk, self._out = talk(), out()
        self._whole: Report | None = None
        self._next_look = 0.0
        self._ending = Ending()
        self._unwritten = False

    def _head(self, became: str, period: float, lasts: float | None) -> None:
        """Says what is about to happen."""
        watch, screen = self._watch, self._talk
        count = watch.known.listed
        whom = plural(count, "device") if count else "every address in scope"
        screen.say(
            f"Watching {watch.interface} for {whom}.",
            "Nothing is sent.",
            f"A report every {length(period).removeprefix('1 ')}, in {neutralise(str(self._reports.folder), 200)}.",
            *([f"Root was given up: this runs as {became}."] if became else []),
            f"It ends in {length(lasts)}." if lasts is not None else "Ctrl-C ends it.",
        )

    def run(self, became: str, period: float, lasts: float | None) -> int:
        """Watches until the time is over or somebody ends it, as the user ``became`` if root was given up. Returns the
        exit code."""
        watch = self._watch
        with self._ending.signals():
            self._head(became, period, lasts)
            self._until(time.time() + lasts if lasts is not None else inf, period)
            interrupted = self._ending.asked and lasts is not None
            # What came before the end may still wait in the kernel.
            watch.feed(time.time())
            began, report = watch.began, watch.end()
            self._announce(report)
            self._summary.add(report)
            self._reports.add(report, began)
            self._reports.close()
            return self._finish(self._summary.report(), interrupted=interrupted)

    def _until(self, over: float, period: float) -> None:
        """Watches until ``over``, in seconds since 1970, or until somebody ends it."""
        watch, clock = self._watch, time.time
        turns = _next(clock(), period)
        live = Live(console=self._talk, auto_refresh=False, transient=True) if self._shows else None
        with live or nullcontext():
            while not self._ending.asked and clock() < over:
                watch.feed(min(clock() + SLICE, turns, over))
                now = clock()
                if now >= turns or watch.full:
                    self._turn()
                    turns = _next(now, period)
                elif now >= self._next_look:
                    self._look(now)
                if live is not None:
                    live.update(drawn(self._talk, watch, self._whole, turns, self._reports.trouble), refresh=True)

    @property
    def _shows(self) -> bool:
        return self._talk.is_terminal

    @property
    def _table_only(self) -> bool:
        """Whether people see the table, so that findings are not told one by one beside it."""
        return self._shows and self._out.is_terminal

    def _look(self, now: float) -> None:
        began = time.monotonic()
        report = self._watch.look()
        self._announce(report)
        self._whole = self._summary.report(report)
        self._next_look = now + max(LOOK, (time.monotonic() - began) * SHARE)

    def _turn(self) -> None:
        began, report = self._watch.began, self._watch.turn()
        self._announce(report)
        self._summary.add(report)
        trouble = self._reports.trouble
        self._reports.add(report, began)
        if self._reports.trouble and not trouble and not self._shows:
            self._talk.tell(self._reports.trouble)
        self._whole = self._summary.report()

    def _announce(self, report: Report) -> None:
        """One line for each finding that was not told before: in a stream, and where there is no screen to draw on."""
        new = self._summary.news(report)
        if self._form is Format.JSONL:
            rows = dict(zip(map(id, report.findings), report.rows(), strict=True)) if new else {}
            self._write("".join(json.dumps(rows[id(one)]) + "\n" for one in new))
        elif self._form is Format.TABLE and self._target is None and not self._table_only:
            for one in new:
                self._out.verbatim(_line(one))

    def _write(self, text: str) -> None:
        """To standard output, or to the file. Neither a reader who has gone nor a full disk, which is told once, ends
        the watch: its reports go on."""
        if self._target is None:
            try:
                typer.echo(text, nl=False)
            except BrokenPipeError:
                silence(sys.stdout)
            return
        try:
            self._target.write(text.encode())
            self._target.flush()
        except OSError as error:
            if not self._unwritten:
                self._talk.tell(f"{self._target.name}: this file cannot be written: {error.strerror}.")
            self._unwritten = True

    def _finish(self, whole: Report, *, interrupted: bool) -> int:
        """Says what came of it."""
        for line in whole.summary():
            self._talk.tell(line)
        reports = self._reports
        self._talk.say(f"{plural(reports.written, 'report')} in {neutralise(str(reports.folder), 200)}.")
        if reports.lost:
            self._talk.tell(f"{plural(reports.lost, 'report')} could not be written. {reports.trouble}")
        if self._form is Format.JSON:
            self._replace(json.dumps(whole.to_json(), indent=1) + "\n")
        elif self._form is Format.TABLE and self._target is not None:
            self._replace("\n".join(whole.sentences()) + "\n")
        elif self._form is Format.TABLE:
            for line in (*(whole.told() if self._table_only else ()), whole.absence()):
                self._out.tell(line)
        if self._unwritten and self._target is not None:
            with suppress(OSError):  # it was told before
                self._target.close()
        if interrupted:
            return 130
        return 4 if reports.lost or self._unwritten else whole.exit_code

    def _replace(self, text: str) -> None:
        if self._target is not None and stat.S_ISREG(os.fstat(self._target.fileno()).st_mode):
            self._target.truncate(0)
        self._write(text)


def _line(finding: Finding) -> str:
    return f"{finding.severity.value.upper():<6} {finding.sentence}"


def _next(now: float, period: float) -> float:
    """The next end of a period: whole periods since 1970, so that hours end on the hour."""
    return (now // period + 1) * period


def length(seconds: float) -> str:
    """A length of time in words, in the largest unit that measures it."""
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size and seconds % size == 0:
            return plural(int(seconds / size), word)
    return f"{seconds:.0f} seconds"
