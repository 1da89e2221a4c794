"""The form of a CVE number."""

from camscan.errors import ParseError
from camscan.safe.pattern import Pattern, compile_text

_FORM: Pattern[str] = compile_text(r"^CVE-(?:1999|20\d{2})-\d{4,7}$")


def cve_id(text: object) -> str:
    """``text`` where it is a CVE number (``CVE-2021-36260``). Raises ParseError where it is none."""
    if not isinstance(text, str) or len(text) > 20 or _FORM.fullmatch(text) is None:
        raise ParseError("not a CVE number")
    return text
