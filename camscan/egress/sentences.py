"""A finding in one plain sentence, or two: where it went, not why."""

from collections.abc import Callable, Sequence
from heapq import nsmallest
from itertools import groupby

from camscan.device import Device, Kind, Verdict
from camscan.egress.expected import KINDS
from camscan.egress.finding import Finding
from camscan.egress.flow import Direction, Outcome
from camscan.egress.rules import Rule

Naming = Callable[[str], str]
"""Gives a maker's written name for its slug."""

NAMED, EXPECTED = 3, 6
"""Devices, and expectations, that a sentence names; the JSON has them all."""

_SURE = (Verdict.CONFIRMED, Verdict.PROBABLE)


def told(finding: Finding, devices: Sequence[Device], naming: Naming) -> Finding:
    """``finding`` with its sentence."""
    subject = _subject([devices[number] for number in finding.devices], naming)
    what = _SAYING.get(finding.rule, _outward)(finding, subject)
    because = f" {_capital(finding.because)}." if finding.because and finding.rule is not Rule.INBOUND else ""
    expected = f" Expected: {_joined(finding.expected)}." if finding.expected else ""
    return finding.saying(f"{what}{because}{expected}")


def volume(count: int) -> str:
    """Bytes as people read them, in powers of a thousand: ``950 bytes``, ``1.2 kB``, ``2.1 GB``."""
    if count < 1_000:
        return f"{count} byte{'' if count == 1 else 's'}"
    figure, unit = float(count), "bytes"
    for unit in ("kB", "MB", "GB", "TB"):  # noqa: B007 - the unit reached is what is wanted
        figure /= 1_000
        if figure < 999.5:
            break
    return f"{figure:.1f} {unit}" if figure < 9.95 else f"{figure:,.0f} {unit}"


def _subject(devices: Sequence[Device], naming: Naming) -> str:
    if len(devices) == 1:
        return str(devices[0].ip)
    kind = {device.kind for device in devices}
    noun = "cameras" if kind == {Kind.CAMERA} else "recorders" if kind == {Kind.RECORDER} else "devices"
    makers = {device.maker for device in devices}
    maker = makers.pop() if len(makers) == 1 and all(device.verdict in _SURE for device in devices) else None
    some = ", ".join(
        str(ip) for ip in nsmallest(NAMED, (device.ip for device in devices), key=lambda ip: (ip.version, int(ip)))
    )
    more = f" and {len(devices) - NAMED:,} more" if len(devices) > NAMED else ""
    return f"{len(devices):,} {f'{naming(maker)} ' if maker else ''}{noun} ({some}{more})"


def _place(finding: Finding) -> str:
    goal = finding.destination
    port = f" {finding.protocol}/{finding.port}" if finding.port is not None else f" {finding.protocol}"
    if goal.ip is None:
        return goal.name or "?"
    more = f" and {goal.addresses - 1:,} other addresses" if goal.addresses > 2 else ""
    more = " and one other address" if goal.addresses == 2 else more
    notes = [part for part in (goal.name, goal.org, goal.country) if part]
    return f"{goal.ip}{more}{port}" + (f" ({', '.join(notes)})" if notes else "")


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _outward(finding: Finding, subject: str) -> str:
    known = {outcome for outcome, count in finding.outcomes.items() if count}
    place, many, data = _place(finding), _times(finding.connections), _volume(finding, ", ")
    every = "" if finding.connections == 1 else " every time"
    if known == {Outcome.NAME_ONLY}:
        return f"{subject} looked up {place} {many} and {_were(finding)} not seen to connect to it."
    if finding.direction is Direction.UNKNOWN and not known & {Outcome.DENIED, Outcome.UNANSWERED}:
        return f"{subject} and {place} were in contact {many}{data}; it is not recorded who began."
    said = {
        Outcome.ALLOWED: f"connected to {place} {many}{data}.",
        Outcome.DENIED: f"tried {place} {many}, blocked{every}.",
        Outcome.UNANSWERED: f"tried {place} {many}, without an answer.",
        Outcome.UNKNOWN: f"called {place} {many}{data}; whether it was let through is not recorded.",
    }
    if len(known) == 1:
        return f"{subject} {said[known.pop()]}"
    parts = ", ".join(f"{finding.outcomes[one]:,} {word}" for one, word in _FATES.items() if finding.outcomes[one])
    return f"{subject} tried {place} {many}: {parts}{_volume(finding, '; ')}."


_FATES = {
    Outcome.ALLOWED: "got through",
    Outcome.DENIED: "blocked",
    Outcome.UNANSWERED: "unanswered",
    Outcome.NAME_ONLY: "only looked up",
    Outcome.UNKNOWN: "not told",
}


def _were(finding: Finding) -> str:
    return "was" if len(finding.devices) == 1 else "were"


def _volume(finding: Finding, before: str) -> str:
    if finding.bytes_out is None and finding.bytes_in is None:
        return ""
    return f"{before}{volume(finding.bytes_out or 0)} out, {volume(finding.bytes_in or 0)} in"


def _inbound(finding: Finding, subject: str) -> str:
    sources = finding.destination.addresses
    who = _place_without_port(finding) if sources == 1 else f"{sources:,} addresses on the internet"
    door = f"{finding.protocol}/{finding.port}" if finding.port is not None else finding.protocol
    many = _times(finding.connections)
    if finding.outcomes[Outcome.ALLOWED]:
        return f"{who} connected to {subject} {door} {many}{_volume(finding, ', ')}: the connection began outside."
    end = "without an answer" if not finding.outcomes[Outcome.UNKNOWN] else "it is not recorded whether it was let in"
    return f"{who} tried {subject} {door} {many}, {end}."


def _place_without_port(finding: Finding) -> str:
    goal = finding.destination
    return f"{goal.ip} ({goal.name})" if goal.name else str(goal.ip)


def _mapping(finding: Finding, subject: str) -> str:
    place = finding.destination.ip or "the network"
    return f"{subject} sent {_times(finding.connections)} to {place} {finding.protocol}/{finding.port}."


def _dns(finding: Finding, subject: str) -> str:
    return f"{subject} asked {_place(finding)} for names {_times(finding.connections)}{_fate(finding)}."


def _ntp(finding: Finding, subject: str) -> str:
    if set(finding.outcomes) == {Outcome.NAME_ONLY}:
        return _outward(finding, subject)
    return f"{subject} asked {_place(finding)} for the time {_times(finding.connections)}{_fate(finding)}."


def _fate(finding: Finding) -> str:
    known = {outcome for outcome, count in finding.outcomes.items() if count}
    return {frozenset({Outcome.DENIED}): ", blocked", frozenset({Outcome.UNANSWERED}): ", without an answer"}.get(
        frozenset(known), ""
    )


def _upload(finding: Finding, subject: str) -> str:
    many = "each " if len(finding.devices) > 1 else ""
    out, back = volume(finding.bytes_out or 0), volume(finding.bytes_in or 0)
    return f"{subject} sent {out} in all to {_place(finding)} and got {back} back, {many}past the day's limit."


_SAYING: dict[Rule, Callable[[Finding, str], str]] = {
    Rule.INBOUND: _inbound,
    Rule.PORT_MAPPING: _mapping,
    Rule.WRONG_DNS: _dns,
    Rule.WRONG_NTP: _ntp,
    Rule.UPLOAD: _upload,
}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _joined(words: Sequence[str]) -> str:
    shown = []
    for kind, group in groupby(words[:EXPECTED], _kind):
        several = [word.removeprefix(kind).lstrip() for word in group]
        shown.append(f"{kind}{'s' if kind and len(several) > 1 else ''} {', '.join(several)}".lstrip())
    return ", ".join(shown) + (f" and {len(words) - EXPECTED} more" if len(words) > EXPECTED else "")


def _kind(word: str) -> str:
    """What an expectation is of, where it says so."""
    return next((kind for kind in KINDS if word.startswith(f"{kind} ")), "")
