"""The findings of many periods as one report: bounded, however long the watch lasts."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from camscan.egress.finding import Finding
from camscan.egress.judge import FLEET, FLEET_RULES
from camscan.egress.known import Known
from camscan.egress.report import Input, Report
from camscan.egress.rules import Rule, Severity
from camscan.egress.sentences import Naming, told

ROWS = 2_000
"""Findings that are told apart. Past it new ones stand in the reports on their periods only."""

DEVICES = 500_000
"""Devices named in all findings together."""

NOTES = 50
"""Notes that are kept: the newest."""

BEYOND = "not in this summary: there were too many. The reports on the periods have them"

_RANK = {severity: rank for rank, severity in enumerate((Severity.HIGH, Severity.MEDIUM, Severity.LOW))}

Identity = tuple[object, ...]


def identity(finding: Finding) -> Identity:
    """What makes findings of two periods one."""
    goal = finding.destination
    # Whoever knocks from the internet, it is one finding about the door.
    place = finding.severity if finding.rule is Rule.INBOUND else goal.name or goal.ip
    return finding.rule, place, finding.protocol, finding.port


class Summary:
    """Everything since the watch began. ``add`` takes the report on a period that has ended; ``report`` is all of it,
    with ``current``, the period so far, on top."""

    def __init__(self, known: Known, naming: Naming) -> None:
        self._known, self._naming = known, naming
        self._rows: dict[Identity, Finding] = {}
        self._announced: set[Identity] = set()
        self._whole: Report | None = None
        self._beyond = 0

    def add(self, report: Report) -> None:
        """Takes in a period."""
        self._rows, beyond = _merged(self._rows, report.findings)
        self._beyond += beyond
        self._whole = report if self._whole is None else self._joined(self._whole, report)

    def report(self, current: Report | None = None) -> Report:
        """The whole report. At least one period must have been given."""
        rows, beyond = self._rows, self._beyond
        whole = self._whole
        if current is not None:
            rows, more = _merged(rows, current.findings)
            beyond += more
            whole = current if whole is None else self._joined(whole, current)
        if whole is None:
            raise ValueError("a summary of nothing")
        found = sorted(
            _reached(_fleets(rows.values())), key=lambda one: (_RANK[one.severity], -len(one.devices), -one.connections)
        )
        notes = (*whole.notes, f"{beyond:,} findings are {BEYOND}.") if beyond else whole.notes
        devices = tuple(self._known.devices)
        return replace(
            whole,
            devices=devices,
            findings=tuple(told(one, devices, self._naming) for one in found),
            destinations=(),
            notes=notes,
        )

    def news(self, report: Report) -> list[Finding]:
        """The findings in ``report`` that were not given out before."""
        new = []
        for finding in report.findings:
            what = identity(finding)
            if what not in self._announced and len(self._announced) < ROWS:
                self._announced.add(what)
                new.append(finding)
        return new

    @staticmethod
    def _joined(one: Report, other: Report) -> Report:
        """Two periods as one, but for their findings."""
        seen = tuple(sorted({*one.seen, *other.seen}))
        met = frozenset(seen)
        unattributed = Counter(dict(one.unattributed)) + Counter(dict(other.unattributed))
        return replace(
            other,
            inputs=(_input(one.inputs[0], other.inputs[0]),),
            seen=seen,
            silent=tuple(number for number in other.silent if number not in met),
            began=min((at for at in (one.began, other.began) if at is not None), default=None),
            ended=max((at for at in (one.ended, other.ended) if at is not None), default=None),
            unwatched=one.unwatched + other.unwatched,
            dns_visible=one.dns_visible or other.dns_visible,
            unattributed=tuple(sorted(unattributed.items())),
            notes=tuple(dict.fromkeys((*one.notes, *other.notes)))[-NOTES:],
        )


def _input(one: Input, other: Input) -> Input:
    skipped = Counter(dict(one.skipped)) + Counter(dict(other.skipped))
    return replace(
        other,
        records=one.records + other.records,
        other=one.other + other.other,
        skipped=tuple(sorted(skipped.items())),
        notes=tuple(dict.fromkeys((*one.notes, *other.notes)))[-NOTES:],
    )


def _merged(rows: dict[Identity, Finding], findings: Iterable[Finding]) -> tuple[dict[Identity, Finding], int]:
    """``rows`` with ``findings``, and how many of them there was no room for."""
    merged, beyond = dict(rows), 0
    room = DEVICES - sum(len(one.devices) for one in rows.values())
    for finding in findings:
        what = identity(finding)
        before = merged.get(what)
        more = len(finding.devices) if before is None else len(set(finding.devices) - set(before.devices))
        if (before is None and len(merged) >= ROWS) or more > room:
            beyond += 1
            continue
        room -= more
        merged[what] = finding if before is None else _both(before, finding)
    return merged, beyond


def _fleets(findings: Iterable[Finding]) -> Iterable[Finding]:
    """Tells places that a few devices went to in one period and a few in another as the fleet's that they are."""
    told: dict[Identity, Finding] = {}
    for one in findings:
        finding = one
        if one.rule in FLEET_RULES and len(one.devices) >= FLEET:
            because = f"{len(one.devices)} devices went to one place; {one.because}"
            finding = replace(one, rule=Rule.FLEET, severity=Severity.HIGH, because=because)
        before = told.get(identity(finding))
        told[identity(finding)] = finding if before is None else _both(before, finding)
    return told.values()


def _reached(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Leaves out names that were only looked up in one period, where the same devices connected to them in another."""
    connected: dict[str, set[int]] = {}
    given = list(findings)
    for one in given:
        if one.destination.ip and one.destination.name:
            connected.setdefault(one.destination.name, set()).update(one.devices)
    for one in given:
        if one.destination.ip or not connected.get(one.destination.name or "", set()).issuperset(one.devices):
            yield one


def _both(one: Finding, other: Finding) -> Finding:
    """Two findings of two periods as one. An upload's bytes are those of the day already, so the larger counts."""
    join: Callable[[Iterable[int]], int] = max if one.rule is Rule.UPLOAD else sum
    addresses = max(one.destination.addresses, other.destination.addresses)
    devices = tuple(sorted({*one.devices, *other.devices}))
    because = other.because
    if one.rule is Rule.FLEET:
        because = f"{len(devices)} devices went to one place;{because.partition(';')[2]}"
    return replace(
        other,
        because=because,
        severity=min(one.severity, other.severity, key=_RANK.__getitem__),
        devices=devices,
        destination=replace(other.destination, addresses=addresses),
        outcomes=one.outcomes + other.outcomes,
        bytes_out=_bytes(join, one.bytes_out, other.bytes_out),
        bytes_in=_bytes(join, one.bytes_in, other.bytes_in),
        first=min(one.first, other.first),
        last=max(one.last, other.last),
        evidence=one.evidence,
    )


def _bytes(join: Callable[[Iterable[int]], int], *given: int | None) -> int | None:
    figures = [one for one in given if one is not None]
    return join(figures) if figures else None
