"""The one door for regular expressions: RE2, whose matching time is linear in the text, whatever the pattern."""

from collections.abc import Sequence
from functools import cached_property
from typing import AnyStr, Protocol, cast

import re2

from camscan.errors import ParseError


class Match(Protocol[AnyStr]):
    """What a successful search returns (the subset of ``re.Match`` that RE2 offers)."""

    def group(self, group: int | str = 0, /) -> AnyStr | None:
        """Text of a group, or None when it took no part."""
        ...

    def groupdict(self) -> dict[str, AnyStr | None]:
        """Named groups and their text."""
        ...

    def start(self) -> int:
        """Where the match starts."""
        ...

    def end(self) -> int:
        """Where the match ends."""
        ...


class Pattern(Protocol[AnyStr]):
    """A compiled pattern (the subset of ``re.Pattern`` that RE2 offers)."""

    def search(self, text: AnyStr, /) -> Match[AnyStr] | None:
        """First match anywhere."""
        ...

    def fullmatch(self, text: AnyStr, /) -> Match[AnyStr] | None:
        """Match of the whole text."""
        ...

    def sub(self, repl: AnyStr, text: AnyStr, /) -> AnyStr:
        """``text`` with every match replaced."""
        ...

    def findall(self, text: AnyStr, /) -> list[AnyStr]:
        """All matches that do not overlap."""
        ...


def _options(encoding: object) -> object:
    options = re2.Options()
    options.log_errors = False
    options.encoding = encoding
    return options


def _compile(source: str | bytes, encoding: object) -> object:
    try:
        return re2.compile(source, _options(encoding))
    except re2.error as error:
        reason = error.args[0] if error.args else "not a pattern"
        shown = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ParseError(f"not a valid pattern: {shown}") from None


def compile_text(source: str) -> Pattern[str]:
    """A pattern over text. Raises ParseError where RE2 refuses it (back-references and look-around are refused)."""
    return cast("Pattern[str]", _compile(source, re2.Options.Encoding.UTF8))


def compile_bytes(source: bytes) -> Pattern[bytes]:
    """A pattern over bytes, each byte one character. Raises ParseError where RE2 refuses it."""
    return cast("Pattern[bytes]", _compile(source, re2.Options.Encoding.LATIN1))


class PatternSet:
    """Many patterns over text, searched for in one pass."""

    def __init__(self, sources: Sequence[str]) -> None:
        """Raises ParseError where RE2 refuses one of ``sources``."""
        self._sources = tuple(sources)
        self._always = len(self._sources)
        self._set = re2.Set.SearchSet(_options(re2.Options.Encoding.UTF8))
        try:
            # The last one always matches: an answer without it is no answer (RE2 gives up in silence where its
            # memory does not suffice).
            for source in (*self._sources, ""):
                self._set.Add(source)
            self._set.Compile()
        except re2.error as error:
            raise ParseError(f"not a valid pattern: {error}") from None

    @cached_property
    def _each(self) -> tuple[Pattern[str], ...]:
        return tuple(compile_text(source) for source in self._sources)

    def search(self, text: str) -> list[int]:
        """The places in ``sources`` of all patterns that match anywhere in ``text``, lowest first."""
        found: list[int] = self._set.Match(text) or []
        if self._always not in found:
            return [place for place, pattern in enumerate(self._each) if pattern.search(text)]
        if len(found) == 1:
            return []
        found.sort()
        return found[:-1]
