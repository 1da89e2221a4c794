"""Firmware versions as makers write them, and which of two is the later one.

Hikvision writes ``V5.7.17 build 240606``, ``V5.6.2build 190701``, ``V1.4.0_build221212``, ``V5.7.13_230822`` (recorders
``V4.74.210 build 240108``): a dotted version and a build date, year first. Its fixes go to old branches as well, so
that a lower version may be the later build: the build date decides, then the version. Dahua writes
``2.800.0000000.13.R,build:2020-11-17``; its advisories go by the build date alone.
"""

from dataclasses import dataclass
from datetime import date

from camscan.errors import ParseError
from camscan.safe.pattern import Pattern, compile_text

TEXT_LIMIT = 120
"""Characters of a firmware text that are looked at."""

_FORM: Pattern[str] = compile_text(
    r"(?i)^\s*(?:V\s*)?(?P<version>\d{1,9}(?:[.-]\d{1,9}){0,7})?(?P<rest>.*?)"
    r"(?:[\s,_]*build[\s:_]*(?P<iso>\d{4}-\d{2}-\d{2}|\d{6})|_(?P<bare>\d{6}))?\s*$"
)
_DAHUA_REST: Pattern[str] = compile_text(r"^[.0-9A-Za-z-]*$")


@dataclass(frozen=True, slots=True)
class Firmware:
    """A version as numbers (trailing zeros cut, so that 5.7 and 5.7.0 are one) and a build date; either may lack."""

    version: tuple[int, ...]
    build: date | None


def parse_firmware(text: str, built: str | None = None) -> Firmware:
    """The version in ``text``; ``built`` is the build date (ISO 8601) where it is known apart from it.

    Raises ParseError where neither a version nor a date can be read. What follows the numbers of a version (letters,
    as in Dahua's) is not compared: such a text has no version, though it may have a build date.
    """
    found = _FORM.search(text[:TEXT_LIMIT])
    version: tuple[int, ...] = ()
    told: str | None = None
    if found is not None:
        rest = (found.group("rest") or "").strip()
        told = found.group("iso") or found.group("bare")
        if found.group("version") and not rest:
            version = _numbers(found.group("version") or "")
        elif rest and not _DAHUA_REST.search(rest):
            told = None
    build = _date(built) if built else _date(told)
    if not version and build is None:
        raise ParseError("neither a version nor a build date")
    return Firmware(version, build)


def _numbers(text: str) -> tuple[int, ...]:
    numbers = [int(part) for part in text.replace("-", ".").split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        if len(text) == 6:
            return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
        return date.fromisoformat(text)
    except ValueError:
        return None


def compare(one: Firmware, other: Firmware) -> int | None:
    """-1, 0 or 1 as ``one`` is earlier than, the same as or later than ``other``; None where that cannot be told.

    The build date decides where both have one and they differ, else the version where both have one. A version of its
    own decides only where it differs: the same version may have been built twice.
    """
    if one.build is not None and other.build is not None and one.build != other.build:
        return -1 if one.build < other.build else 1
    if one.version and other.version and one.version != other.version:
        return -1 if one.version < other.version else 1
    same_build = one.build is not None and one.build == other.build
    return 0 if same_build else None
