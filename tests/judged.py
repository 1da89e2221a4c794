"""Judged devices for the tests of what is said about them: lists, advisories, leads, analytics."""

from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from camscan.device import Device, HeardEvidence, Sign, Strength, Verdict
from camscan.evidence import Evidence, Outcome, Transport, Via, observe

MORNING = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def device(maker: str | None = None, verdict: Verdict = Verdict.CONFIRMED, **facts: Any) -> Device:
    """A device of this maker; a brand that is given without its verdict is probable."""
    if facts.get("brand") is not None:
        facts.setdefault("brand_verdict", Verdict.PROBABLE)
    known = verdict if maker is not None else Verdict.UNKNOWN
    return Device(ip=ip_address("10.1.0.20"), maker=maker, verdict=known, **facts)


def heard(*pairs: tuple[str, str]) -> tuple[HeardEvidence, ...]:
    """Evidence of one answer, numbered from 1."""
    evidence = tuple(Evidence(name, value) for name, value in pairs)
    answer = observe(
        ip_address("10.1.0.20"), 80, Transport.TCP, Via.CONVERSATION, "test", Outcome.OK, evidence=evidence, at=MORNING
    )
    return tuple(HeardEvidence(number, item, answer) for number, item in enumerate(evidence, 1))


def sign(axis: str, value: str, cause: str = "http", strength: Strength = Strength.WEAK) -> Sign:
    """A sign that points to one value."""
    return Sign(f"test.{axis}.{value}", strength, ((axis, value),), (1,), cause, "a test says so", "a test")
