"""The one door through which text from a device reaches a screen, a CSV cell or a page."""

import unicodedata

_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Starts of a formula in a spreadsheet; the last four are the full-width forms of the first four."""

_CELL_BREAKS = frozenset("\t\r\n")
"""White space that some spreadsheets take as the start of a new cell, and so of a formula."""

_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that are shown as escapes. Unassigned (Cn) is among them: a newer terminal may know them as
format characters."""

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters of harmless categories that show nothing (fillers, joiners), so that two names may look alike."""

_SELECTORS = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
"""Variation selectors: they too show nothing."""

_ACCENTS = 4
"""Combining marks in a row that are shown; more would pile up over neighbouring lines."""


def decode(raw: bytes) -> str:
    """Text of bytes a device sent: UTF-8, else GB18030 (common on Chinese firmware), else Latin-1. Never fails."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def neutralise(text: str, limit: int = 500) -> str:
    """``text`` with every control, format, bidirectional, invisible and line-break character made visible as an
    escape, the way Python writes it.

    The result is one printable line of at most ``limit`` characters (an ellipsis marks a cut), safe for a
    terminal and for a log line. HTML escaping is the page's own, later step.
    """
    if text.isascii() and text.isprintable():
        shown = text
    else:
        parts: list[str] = []
        accents = 0
        for char in text[: limit + 1]:
            accents = accents + 1 if unicodedata.combining(char) else 0
            parts.append(char if _is_plain(char) and accents <= _ACCENTS else _escape(char))
        shown = "".join(parts)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _is_plain(char: str) -> bool:
    if char.isascii():
        return char.isprintable()
    if unicodedata.category(char) in _UNSAFE or char in _INVISIBLE:
        return False
    return not any(first <= ord(char) <= last for first, last in _SELECTORS)


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def csv_cell(text: str) -> str:
    """``text`` neutralised, and kept by a leading apostrophe from being read as a formula by a spreadsheet."""
    shown = neutralise(text, limit=32_000)
    stripped = text.lstrip()
    blanks = text[: len(text) - len(stripped)]
    risky = stripped.startswith(_FORMULA_STARTS) or not _CELL_BREAKS.isdisjoint(blanks)
    return f"'{shown}" if risky else shown
