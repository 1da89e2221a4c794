"""The few things read from a page's markup: its title, where it sends the browser, and its icon.

No HTML parser: pages of cameras are seldom well-formed, and these patterns are linear whatever the page holds.
"""

from camscan.interrogate.body import fold
from camscan.safe.pattern import compile_text

PAGE_LIMIT = 64 * 1024
"""Characters of a page that are searched."""

_SCRIPT_LIMIT = 8 * 1024
"""A page that only sends on is short; in a long one an assignment to location is part of a program."""

_TITLE = compile_text(r"(?is)<title(?:\s[^>]*)?>(.*?)</title")
_META = compile_text(r"(?is)<meta\s[^>]*>")
_REFRESH = compile_text(r"(?i)http-equiv\s*=\s*[\"']?\s*refresh")
_REFRESH_URL = compile_text(r"(?i)url\s*=\s*[\"']?\s*([^\"'\s>;]+)")
_SCRIPT = compile_text(
    r"(?i)(?:^|[^\w.-])(?:(?:window|document|self|top|parent)\.)*location"
    r"(?:(?:\.href)?\s*=|\.(?:replace|assign)\s*\()\s*[\"']([^\"'<>\s]+)[\"']"
)
_LINK = compile_text(r"(?is)<link\s[^>]*>")
_ICON = compile_text(r"(?i)rel\s*=\s*[\"']?\s*(?:shortcut\s+)?icon\b")
_HREF = compile_text(r"(?i)href\s*=\s*(?:[\"']\s*([^\"'<>]+)[\"']|([^\"'\s>]+))")


def title(page: str) -> str:
    """Text of the first title element, white space folded; empty where there is none or it does not end."""
    found = _TITLE.search(page[:PAGE_LIMIT])
    return fold(found.group(1) or "") if found else ""


def sends_to(page: str) -> str:
    """Target of the page's meta refresh or, in a short page, of its script's redirect; empty where it has none."""
    for tag in _META.findall(page[:PAGE_LIMIT]):
        found = _REFRESH_URL.search(tag) if _REFRESH.search(tag) else None
        if found:
            return found.group(1) or ""
    script = _SCRIPT.search(page) if len(page) <= _SCRIPT_LIMIT else None
    return (script.group(1) or "") if script else ""


def icon(page: str) -> str:
    """``href`` of the page's icon link; empty where it has none."""
    for tag in _LINK.findall(page[:PAGE_LIMIT]):
        found = _HREF.search(tag) if _ICON.search(tag) else None
        if found:
            return (found.group(1) or found.group(2) or "").strip()
    return ""
