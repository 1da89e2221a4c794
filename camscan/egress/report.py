"""What was watched, what was found, and what was not: contract ``camscan.egress/1``, and plain sentences."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from camscan.device import Device
from camscan.egress.baseline import Entry
from camscan.egress.finding import Finding
from camscan.egress.source import Tally
from camscan.safe.text import neutralise

SCHEMA = "camscan.egress/1"


@dataclass(frozen=True, slots=True)
class Input:
    """One file as it was read. ``skipped`` holds (reason, count); ``error`` is a sentence where none could be read.
    ``formats`` holds (format, records) where its lines are told apart by the program that wrote them."""

    file: str
    format: str | None
    records: int
    other: int
    skipped: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]
    error: str | None
    formats: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, file: str, tally: Tally, error: str | None = None, formats: tuple[tuple[str, int], ...] = ()) -> Self:
        """What the tally says of ``file``, as it is now."""
        return cls(
            file=file,
            format=tally.kind or None,
            records=tally.records,
            other=tally.other,
            skipped=tuple(sorted(tally.skipped.items())),
            notes=tuple(tally.notes),
            error=error,
            formats=formats,
        )

    @property
    def skipped_records(self) -> int:
        """Damaged records in all."""
        return sum(count for _, count in self.skipped)


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a check.

    ``devices`` are all that were judged; ``seen`` and ``silent`` are numbers in it, and so are a finding's. ``began``
    and ``ended`` are seconds since 1970 UTC, None where no record of a device was met; of ``unwatched`` seconds in
    between no input tells anything. ``unattributed`` holds (reason, connections). ``destinations`` is what a baseline
    would list.
    """

    inputs: tuple[Input, ...]
    devices: tuple[Device, ...]
    seen: tuple[int, ...]
    silent: tuple[int, ...]
    began: float | None
    ended: float | None
    dns_visible: bool
    findings: tuple[Finding, ...]
    unattributed: tuple[tuple[str, int], ...]
    destinations: tuple[Entry, ...]
    catalogue_date: str
    notes: tuple[str, ...] = ()
    unwatched: float = 0.0

    @property
    def watched(self) -> float:
        """Seconds that the inputs tell of, 0 where no record of a device was met."""
        return (self.ended or 0.0) - (self.began or 0.0) - self.unwatched

    @property
    def exit_code(self) -> int:
        """0, or 4 where an input or a record could not be read."""
        return 4 if any(one.error or one.skipped for one in self.inputs) else 0

    @property
    def quiet(self) -> tuple[int, ...]:
        """Devices that were seen and have no finding."""
        named = {number for finding in self.findings for number in finding.devices}
        return tuple(number for number in self.seen if number not in named)

    def to_json(self) -> dict[str, object]:
        """The document of the contract. Beyond it: ``notes``, ``unattributed``, and more of each input."""
        return {
            "schema": SCHEMA,
            "watched": {
                "from": _moment(self.began),
                "to": _moment(self.ended),
                "unwatched_seconds": round(self.unwatched),
                "inputs": [_input(one) for one in self.inputs],
                "devices_seen": [str(self.devices[number].ip) for number in self.seen],
                "devices_silent": [str(self.devices[number].ip) for number in self.silent],
                "dns_visible": self.dns_visible,
                "unattributed": [{"why": why, "connections": count} for why, count in self.unattributed],
                "notes": list(self.notes),
            },
            "findings": self.rows(),
        }

    def rows(self) -> list[dict[str, Any]]:
        """The findings as the contract writes them."""
        return [self._finding(one) for one in self.findings]

    def _finding(self, one: Finding) -> dict[str, Any]:
        goal = one.destination
        return {
            "rule": one.rule.value,
            "severity": one.severity.value,
            "devices": [_device(self.devices[number]) for number in one.devices],
            "destination": {
                "ip": goal.ip,
                "name": goal.name,
                "name_source": goal.name_source,
                "country": goal.country,
                "asn": goal.asn,
                "org": goal.org,
                "addresses": goal.addresses,
            },
            "protocol": one.protocol,
            "port": one.port,
            "direction": one.direction.value,
            "outcomes": {
                name: next((count for outcome, count in one.outcomes.items() if outcome.value == name), 0)
                for name in ("allowed", "denied", "unanswered", "name-only", "unknown")
            },
            "connections": one.connections,
            "bytes_out": one.bytes_out,
            "bytes_in": one.bytes_in,
            "first_seen": _moment(one.first),
            "last_seen": _moment(one.last),
            "sentence": one.sentence,
            "expected": list(one.expected),
            "new": one.new,
            "evidence": [{"file": self.inputs[file].file, "record": record} for file, record in one.evidence],
        }

    def summary(self) -> tuple[str, ...]:
        """What was watched and what was not, a sentence each."""
        records = sum(one.records for one in self.inputs)
        known = len(self.seen) + len(self.silent)
        skipped = sum(one.skipped_records for one in self.inputs)
        if self.began is None:
            watched = f"No record is of a device that is judged: {len(self.seen):,} of {known:,} seen."
        else:
            span = f"{_day(self.began)} to {_day(self.ended)} ({_length(self.watched)})"
            watched = f"Watched {span}: {len(self.seen):,} of {_devices(known)} seen, {len(self.silent):,} not."
        lines = [
            watched,
            *([f"Of {_length(self.unwatched)} in between the inputs tell nothing."] if self.unwatched else []),
            f"DNS visible: {'yes' if self.dns_visible else 'no'}. {records:,} records read, {skipped:,} skipped.",
        ]
        for one in self.inputs:
            shown = neutralise(one.file, 120)
            if one.error:
                lines.append(f"{shown}: {one.error}.")
            if len(one.formats) > 1:
                lines.append(f"{shown}: {', '.join(f'{count:,} records of {name}' for name, count in one.formats)}.")
            lines += [f"{shown}: {count:,} skipped: {reason}." for reason, count in one.skipped]
            lines += [f"{shown}: {note}" for note in one.notes]
        lines += [f"{count:,} connections could not be attributed: {why}." for why, count in self.unattributed]
        return (*lines, *self.notes)

    def absence(self) -> str:
        """The sentence about the devices of which there is nothing to report."""
        known = len(self.seen) + len(self.silent)
        if not known:
            return "No address of the scope had to do with a camera service in the catalogue."
        if self.began is None:
            return f"Nothing can be said: none of {_devices(known)} was seen."
        silent = f"; {len(self.silent):,} not seen" if self.silent else ""
        if not self.quiet:
            return f"Every device that was seen ({len(self.seen):,}) has a finding{silent}."
        return f"Nothing unexpected in {_length(self.watched)} for {len(self.quiet):,} of {_devices(known)}{silent}."

    def sentences(self) -> tuple[str, ...]:
        """The whole report in plain lines: what was watched, the findings, the absence."""
        return (*self.summary(), *self.told(), self.absence())

    def told(self) -> tuple[str, ...]:
        """The findings, a line each."""
        return tuple(f"{one.severity.value.upper():<6} {neutralise(one.sentence, 1_000)}" for one in self.findings)


def _devices(count: int) -> str:
    return f"{count:,} device" + ("" if count == 1 else "s")


def _input(one: Input) -> dict[str, object]:
    return {
        "file": one.file,
        "format": one.format,
        "formats": [
            {"format": name, "records": count}
            for name, count in one.formats or (((one.format, one.records),) if one.format else ())
        ],
        "records": one.records,
        "skipped": one.skipped_records,
        "skipped_why": [{"why": why, "records": count} for why, count in one.skipped],
        "other_lines": one.other,
        "notes": list(one.notes),
        "error": one.error,
    }


def _device(device: Device) -> dict[str, object]:
    return {"ip": str(device.ip), "mac": device.mac, "maker": device.maker}


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(seconds: float | None) -> str:
    if seconds is None:
        return "?"
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment.day} {moment:%b %Y %H:%M}"


def _length(seconds: float) -> str:
    """A length of time, in the largest unit of which there are two."""
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return "1 second" if round(seconds) == 1 else f"{seconds:.0f} seconds"
