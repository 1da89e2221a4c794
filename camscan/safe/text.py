"""The one door through which text from a device reaches a screen, a CSV cell or a page."""

import unicodedata

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Starts of a formula in a spreadsheet; the last four are the full-width forms of the first four."""

_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def decode(raw: bytes) -> str:
    """Text of bytes a device sent: UTF-8, else GB18030 (common on Chinese firmware), else Latin-1. Never fails."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def neutralise(text: str, limit: int = 500) -> str:
    """``text`` with every control, format, bidirectional and line-break character made visible as an escape.

    The result is one printable line of at most ``limit`` characters (an ellipsis marks a cut), safe for a
    terminal and for a log line. HTML escaping is the page's own, later step.
    """
    shown = "".join(_visible(char) for char in text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _visible(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    if unicodedata.category(char) in _UNSAFE:
        return f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}"
    return char


def csv_cell(text: str) -> str:
    """``text`` neutralised, and kept by a leading apostrophe from being read as a formula by a spreadsheet."""
    shown = neutralise(text, limit=32_000)
    return f"'{shown}" if text.lstrip(" \u00a0\u3000").startswith(_FORMULA_STARTS) else shown
