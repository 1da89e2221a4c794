"""Collects the evidence of one answer, so that every parser keeps the same bounds."""

from camscan.evidence import VALUE_LIMIT, Evidence
from camscan.safe.redact import redact_text

PER_FIELD = 64
"""Values of one field that one answer may yield. A real camera has at most some twenty scopes."""


class Gather:
    """Evidence of one answer: empty values are left out, repeated ones kept once, each field bounded, and
    credentials that a value carries are removed."""

    def __init__(self) -> None:
        self._found: dict[Evidence, None] = {}
        self._counts: dict[str, int] = {}

    def add(self, name: str, value: str | None, limit: int = PER_FIELD) -> None:
        """Adds ``value``, white space at its ends removed, unless ``limit`` values of this field are there already."""
        text = (value or "").strip()
        if not text or self._counts.get(name, 0) >= limit:
            return
        item = Evidence(name, redact_text(text[:VALUE_LIMIT]))
        if item not in self._found:
            self._found[item] = None
            self._counts[name] = self._counts.get(name, 0) + 1

    def __contains__(self, name: object) -> bool:
        return name in self._counts

    def evidence(self) -> tuple[Evidence, ...]:
        """What was collected, in the order it came."""
        return tuple(self._found)
