"""Series of models as advisories write them: ``DS-2CD2xx2F-I*``, ``DS-76xxNI-Qx(/xP)``, ``iDS-71xxHQHI-M1/S``.

- A lower-case ``x``, or each of two and more capital ones in a row, is one letter or digit. A single ``x`` at the end
  of a part (or before ``P``, the number of PoE ports) may be two: ``DS-96xxxNI-Ix`` holds DS-96128NI-I16.
- What stands in round brackets may be left out, and the brackets too.
- Before a stroke the number of PoE ports may stand (``/16P``), which advisories leave out.
- ``*`` at the end is anything; without it the name may go on only with a character that is no letter or digit
  (``-IZS``, ``(2.8mm)``).
"""

from camscan.errors import ParseError
from camscan.safe.pattern import Pattern, compile_text

GLOB_LIMIT = 80
"""Characters of a glob; the longest in an advisory that was read has 30."""

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwyz0123456789-_./ ")
_ONE = "[0-9A-Za-z]"
_END = r"(?:$|[^0-9A-Za-z])"
_POE = r"(?:/[0-9]{1,2}P)?"
_OPTIONAL_ORIGIN = r"(?:DHI?-)?"


def compile_glob(glob: str) -> Pattern[str]:
    """A pattern that matches the model names of a series, case ignored. Raises ParseError for what is no such series.

    A glob must begin with two plain characters at least, so that none matches every name.
    """
    text = glob.strip()
    if not 3 <= len(text) <= GLOB_LIMIT or not (text[:2].isascii() and text[:2].isalnum()):
        raise ParseError("not a series of models")
    starred = text.endswith("*")
    body = text.removesuffix("*")
    return compile_text(f"(?i)^{_OPTIONAL_ORIGIN}{_translated(body)}{'' if starred else _END}")


def _translated(body: str) -> str:
    parts: list[str] = []
    place = depth = 0
    while place < len(body):
        char = body[place]
        run = _run(body, place)
        if run:
            parts.append(_wild(body, place, run))
        elif char == "(" and not depth:
            parts.append(r"(?:\(?")
            depth = 1
        elif char == ")" and depth:
            parts.append(r"\)?)?")
            depth = 0
        elif char == "/":
            parts.append("/" if depth else f"{_POE}/")
        elif char in _PLAIN:
            parts.append(rf"\x{ord(char):02x}")
        else:
            raise ParseError(f"{char!r} in a series of models")
        place += run or 1
    if depth:
        raise ParseError("a bracket is not closed in a series of models")
    return "".join(parts)


def _run(body: str, place: int) -> int:
    """How many characters from ``place`` on are wild: any lower-case x, or capital ones where there are several."""
    end = place
    while end < len(body) and body[end] == body[place]:
        end += 1
    count = end - place
    if body[place] == "x" or (body[place] == "X" and count > 1):
        return count
    return 0


def _wild(body: str, place: int, run: int) -> str:
    following = body[place + run : place + run + 1]
    if run == 1 and (not following.isalnum() or following == "P"):
        return f"{_ONE}{{1,2}}"
    return f"{_ONE}{{{run}}}"
