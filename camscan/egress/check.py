"""Reads inputs of any mixture, judges every known device, and says what was not seen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from camscan.device import Device
from camscan.egress.addresses import canonical_text
from camscan.egress.baseline import Baseline
from camscan.egress.catalogue import shipped_catalogue
from camscan.egress.contacts import Gathering, Seen
from camscan.egress.expected import Expected
from camscan.egress.inputs import read_all
from camscan.egress.judge import Judge, Sent
from camscan.egress.known import History, Known
from camscan.egress.places import Gazetteer, Places, shipped_places
from camscan.egress.report import Input, Report
from camscan.egress.sentences import Naming, told
from camscan.errors import UsageError
from camscan.scope import Expects, Limits, Scope

FORMER = 20
"""Earlier addresses that a report names."""

PAUSE = 3_600
"""Seconds between two inputs that need not be told: rotated files join, and devices may be quiet for a while."""


def check(  # noqa: PLR0913 - each is one thing that the operator may say
    paths: Sequence[Path | str],
    devices: Sequence[Device],
    scope: Scope | None = None,
    *,
    everything: bool = False,
    baseline: Baseline | None = None,
    naming: Naming = str.capitalize,
    zone: tzinfo = UTC,
    stdin: BinaryIO | None = None,
    places: Gazetteer | None = None,
    history: History = (),
) -> Report:
    """The report on ``paths``: files, folders (gone through in the order of their names), or ``-`` for ``stdin``.

    ``devices`` are judged; with ``everything`` also each address of ``scope``, of which only contacts with catalogued
    services are told. ``naming`` gives makers' written names, ``zone`` is that of log times without one. ``places``
    takes the place of the shipped table of countries and networks; ``history`` says which device had which address
    when. A file that cannot be read stands in the report with its error. Raises UsageError where none could be read,
    or where there is no device to judge.
    """
    if not devices and not (everything and scope is not None):
        raise UsageError("There is no device to judge. Scan first, or name some with --device ADDRESS.")
    known = Known(devices, scope if everything else None, history)
    gathering = Gathering(known, scope)
    inputs = read_all(paths, gathering, stdin, zone)
    if all(one.error for one in inputs):
        raise UsageError("\n".join(f"{one.file}: {one.error}." for one in inputs) or "There is no file to read.")
    return report_of(judge_of(gathering, baseline, places), inputs, naming)


def judge_of(
    gathering: Gathering,
    baseline: Baseline | None = None,
    places: Gazetteer | None = None,
    earlier: Mapping[tuple[int, str], Sent] = MappingProxyType({}),
) -> Judge:
    """The judge of what was gathered, by the scope that it was gathered for."""
    scope = gathering.scope
    return Judge(
        gathering=gathering,
        catalogue=shipped_catalogue(),
        expected_of=_expectations(gathering, scope),
        upload_alert_bytes=(scope.limits if scope is not None else Limits()).upload_alert_bytes,
        baseline=baseline,
        places=places or shipped_places(),
        earlier=earlier,
    )


def report_of(judge: Judge, inputs: tuple[Input, ...], naming: Naming) -> Report:
    """The report on ``inputs``, which the judge's gathering was read from."""
    gathering, known = judge.gathering, judge.gathering.known
    findings = tuple(told(one, known.devices, naming) for one in judge.findings())
    seen = gathering.seen
    # Of the addresses that --all met, only those with a finding are told.
    told_of = {number for finding in findings for number in finding.devices} | set(range(known.listed))
    seen = {number: one for number, one in seen.items() if number in told_of}
    notes = []
    if gathering.not_told_apart:
        notes.append(f"{gathering.not_told_apart:,} connections of devices with too many destinations are not judged.")
    if gathering.names.dropped:
        notes.append(f"{gathering.names.dropped:,} name answers were left out: there were too many.")
    notes += _former(known)
    told_where = any(one.destination.country or one.destination.asn for one in findings)
    # Of the owner's own files it is told even that they said nothing.
    if judge.places is not None and (told_where or not isinstance(judge.places, Places)):
        notes.append(judge.places.note(datetime.now(UTC).date()))
    began = min((one.first for one in seen.values()), default=None)
    ended = max((one.last for one in seen.values()), default=None)
    return Report(
        inputs=inputs,
        devices=tuple(known.devices),
        seen=tuple(sorted(seen)),
        silent=tuple(number for number in range(known.listed) if number not in seen),
        began=began,
        ended=ended,
        unwatched=0.0 if began is None or ended is None else _unwatched(gathering.spans.values(), began, ended),
        dns_visible=gathering.dns_records > 0,
        findings=findings,
        unattributed=tuple(sorted(gathering.unattributed.items())),
        destinations=judge.entries(),
        catalogue_date=judge.catalogue.date.isoformat(),
        notes=tuple(notes),
    )


def _unwatched(spans: Iterable[Seen], began: float, ended: float) -> float:
    """Seconds from ``began`` to ``ended`` of which no input tells anything, in pauses longer than PAUSE."""
    missing, reached = 0.0, began
    for span in sorted(spans, key=lambda one: one.first):
        pause = min(span.first, ended) - reached
        missing += pause if pause > PAUSE else 0.0
        reached = max(reached, span.last)
    return missing


def _former(known: Known) -> list[str]:
    """Which addresses in the inputs are not those that the report names."""
    told = [
        f"{address} was an earlier address of {known.devices[number].ip}." for address, number in sorted(known.former)
    ]
    more = [f"So were {len(told) - FORMER:,} more."] if len(told) > FORMER else []
    return told[:FORMER] + more


def _expectations(gathering: Gathering, scope: Scope | None) -> Callable[[int], Expected]:
    """Gives the expectations of the site that a device belongs to."""
    by_site = {site.name: Expected(site.expects) for site in scope.sites} if scope is not None else {}
    none = Expected(Expects())

    def of(number: int) -> Expected:
        site = scope.site_of(gathering.known.devices[number].ip) if scope is not None else None
        return by_site[site.name] if site is not None else none

    return of


def device_of(address: str) -> Device:
    """A device of which nothing but its address is known, for ``--device``. Raises UsageError for no address."""
    text = canonical_text(address)
    if not text:
        raise UsageError(f'"{address}" is not an address. Write for example 10.1.0.20; names are not looked up.')
    return Device(ip=ip_address(text))
