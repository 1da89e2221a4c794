"""Which conditions does one evidence value meet? Each distinct (field, value) is tried once.

Conditions are kept per field: whole values in a dictionary, everything else in one set of patterns that is searched
in one pass, so that a value costs one look-up and one search in linear time, however many signatures there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from camscan.identify.format import Condition, without_names
from camscan.safe.pattern import Pattern, PatternSet, compile_text

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
    tests: list[tuple[str, int, str]] = field(default_factory=list)
    """(pattern, condition, the pattern again with its named groups or an empty string), for the joined set"""
    joined: PatternSet | None = None
    capturing: dict[int, Pattern[str]] = field(default_factory=dict)


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

    def fields(self) -> Iterable[str]:
        """The fields that conditions are on."""
        return self._fields.keys()

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
        found = _search(index, value) if index is not None else ()
        return tuple(sorted(found, key=_number)) if found else ()


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
        bare = without_names(condition.regex)
        index.tests.append((f"(?:{flag}{bare})", number, "" if bare == condition.regex else flag + condition.regex))
        return
    start = "^" if condition.prefix is not None else ""
    index.tests.append((f"(?:{flag}{start}{_quoted(condition.prefix or condition.contains or '')})", number, ""))


def _quoted(text: str) -> str:
    return "".join(char if char.isalnum() or not char.isascii() else f"\\x{{{ord(char):x}}}" for char in text)


def _search(index: _FieldIndex, value: str) -> list[Hit]:
    found = [Hit(number) for number in index.equal.get(value, ())]
    if index.equal_folded:
        found += [Hit(number) for number in index.equal_folded.get(value.casefold(), ())]
    if not index.tests:
        return found
    if index.joined is None:
        index.joined = PatternSet([test for test, _, _ in index.tests])
    for place in index.joined.search(value):
        _, number, named = index.tests[place]
        if not named:
            found.append(Hit(number))
            continue
        pattern = index.capturing.get(number)
        if pattern is None:
            pattern = index.capturing[number] = compile_text(named)
        match = pattern.search(value)
        if match is not None:
            found.append(Hit(number, tuple((name, text) for name, text in match.groupdict().items() if text)))
    return found
