"""Which conditions does one evidence value meet? Each distinct (field, value) is tried once.

Conditions are kept per field: literals in a dictionary, everything else behind one joined pattern, so that a value
that means nothing (a serial number, an address) costs one look-up and one search in linear time.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from camscan.identify.format import Condition, without_names
from camscan.safe.pattern import Pattern, compile_text

Captures = tuple[tuple[str, str], ...]

REMEMBERED = 50_000
"""Results that are kept."""

REMEMBERED_CHARACTERS = 4_000_000
"""Characters of the values whose results are kept; with them, about 20 MB."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A condition, by its number, that a value meets, and what its named groups captured."""

    condition: int
    captures: Captures = ()


@dataclass(slots=True)
class _FieldIndex:
    equal: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    equal_folded: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    literals: list[tuple[bool, bool, str, int]] = field(default_factory=list)
    """(is a prefix, ignores case, text, condition)"""
    patterns: list[tuple[Pattern[str], int]] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    gate: Pattern[str] | None = None


class Matcher:
    """The conditions of a signature set, numbered in the order given."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self._fields: dict[str, _FieldIndex] = defaultdict(_FieldIndex)
        self._remembered: dict[tuple[str, str], tuple[Hit, ...]] = {}
        self._characters = 0
        for number, condition in enumerate(conditions):
            for name in condition.field:
                _add(self._fields[name], condition, number)
        self._fields.default_factory = None

    def hits(self, name: str, value: str) -> tuple[Hit, ...]:
        """All conditions on field ``name`` that ``value`` meets, in their order."""
        index = self._fields.get(name)
        if index is None:
            return ()
        key = (name, value)
        known = self._remembered.get(key)
        if known is None:
            known = tuple(sorted(_search(index, value), key=_number))
            self._characters += len(value)
            if len(self._remembered) >= REMEMBERED or self._characters > REMEMBERED_CHARACTERS:
                self._remembered.clear()
                self._characters = len(value)
            self._remembered[key] = known
        return known

    def hits_once(self, name: str, value: str) -> tuple[Hit, ...]:
        """As ``hits``, for a value that will not be asked for again: nothing is kept."""
        index = self._fields.get(name)
        return () if index is None else tuple(sorted(_search(index, value), key=_number))


def _number(hit: Hit) -> int:
    return hit.condition


def _add(index: _FieldIndex, condition: Condition, number: int) -> None:
    exact = (condition.equals,) if condition.equals is not None else condition.any_of
    if exact is not None:
        for text in exact:
            if condition.ignore_case:
                index.equal_folded[text.casefold()].append(number)
            else:
                index.equal[text].append(number)
        return
    flag = "(?i)" if condition.ignore_case else ""
    if condition.regex is not None:
        index.patterns.append((condition.compiled(), number))
        index.parts.append(f"(?:{flag}{without_names(condition.regex)})")
        return
    is_prefix = condition.prefix is not None
    text = condition.prefix or condition.contains or ""
    shown = text.casefold() if condition.ignore_case else text
    index.literals.append((is_prefix, condition.ignore_case, shown, number))
    index.parts.append(f"(?:{flag}{'^' if is_prefix else ''}{_quoted(text)})")


def _quoted(text: str) -> str:
    return "".join(char if char.isalnum() or not char.isascii() else f"\\x{{{ord(char):x}}}" for char in text)


def _search(index: _FieldIndex, value: str) -> Iterable[Hit]:
    found = [Hit(number) for number in index.equal.get(value, ())]
    folded = value.casefold() if index.equal_folded or index.literals else ""
    found += [Hit(number) for number in index.equal_folded.get(folded, ())]
    if not index.parts:
        return found
    if index.gate is None:
        index.gate = compile_text("|".join(index.parts))
    if index.gate.search(value) is None:
        return found
    for is_prefix, ignores_case, text, number in index.literals:
        where = folded if ignores_case else value
        if where.startswith(text) if is_prefix else text in where:
            found.append(Hit(number))
    for pattern, number in index.patterns:
        match = pattern.search(value)
        if match is not None:
            captured = match.groupdict()
            found.append(Hit(number, tuple((name, text) for name, text in captured.items() if text)))
    return found
