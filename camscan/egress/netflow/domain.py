"""What one exporter has told of itself: its templates, its samplers, when it started. Bounded."""

from dataclasses import dataclass, field

from camscan.egress.netflow.template import Template

TEMPLATES = 1_000
SAMPLERS = 256
"""Remembered of one exporter; past it the oldest is forgotten."""

LATE, RESTARTED = 8, 1_000_000
"""A message that is at most so many messages behind was overtaken by others. After a larger leap back, or a leap ahead
of so many, the exporter has begun anew."""

_ROUND = 1 << 32


@dataclass(slots=True)
class Domain:
    """An observation domain of an exporter (RFC 7011, 2), source of NetFlow v9, or engine of v5."""

    started_ms: int | None = None
    templates: dict[int, Template] = field(default_factory=dict)
    samplers: dict[int, int] = field(default_factory=dict)
    rate: int = 1
    """One in how many packets counts, of records that do not say it themselves."""

    _expected: int | None = None

    def missing(self, sequence: int, count: int) -> int:
        """How many the exporter counted between its last message and this one, which has the number ``sequence`` and
        counts ``count``. Less than nought where an earlier one comes late after all."""
        expected, after = self._expected, (sequence + count) % _ROUND
        gap = 0 if expected is None else (sequence - expected) % _ROUND
        if gap >= _ROUND - LATE * count:
            return -count
        self._expected = after
        return gap if gap < RESTARTED else 0

    def keep(self, number: int, template: Template) -> bool:
        """Takes a template, in place of an older one of that number; whether that was another one."""
        older = self.templates.pop(number, None)
        if len(self.templates) >= TEMPLATES:
            del self.templates[next(iter(self.templates))]
        self.templates[number] = template
        return older is not None and older.fields != template.fields

    def learn(self, values: dict[str, int]) -> None:
        """Takes a record of options."""
        if "started_ms" in values:
            self.started_ms = values["started_ms"]
        rate = rate_of(values)
        if rate:
            number = values.get("sampler", 0)
            if len(self.samplers) >= SAMPLERS:
                del self.samplers[next(iter(self.samplers))]
            self.samplers[number] = rate
            self.rate = rate if len(self.samplers) == 1 else self.samplers.get(0, 1)

    def sampled(self, values: dict[str, int]) -> int:
        """One in how many packets a flow record was made from."""
        told = rate_of(values)
        if told:
            return told
        number = values.get("sampler")
        if number is not None:
            return self.samplers.get(number, 1)
        return self.rate


def rate_of(values: dict[str, int]) -> int:
    """One in how many packets is looked at, or 0 where a record does not say. Where only samplingPacketInterval is
    told it is that (so softflowd writes it); with samplingPacketSpace both make up the rate (RFC 5477, 8.2)."""
    rate = values.get("sampling") or values.get("sampling_random") or 0
    taken, passed = values.get("sampling_taken", 0), values.get("sampling_passed")
    if not rate and taken:
        rate = taken if passed is None else (taken + passed) // taken
    return min(rate, 1 << 24)
