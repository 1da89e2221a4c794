"""When a firmware was built, as makers write it."""

from datetime import date

from camscan.safe.pattern import Pattern, compile_text

_FORMS: tuple[Pattern[str], ...] = (
    compile_text(r"(?i)build[ :]*(\d{4})-(\d{2})-(\d{2})"),  # Dahua: version=4.001.0000005.0,build:2020-11-17
    compile_text(r"(?i)(?:^|build[ :]*)(\d{2})(\d{2})(\d{2})\b"),  # Hikvision: build 210628, or 100316 alone
)


def build_date(text: str) -> str | None:
    """ISO date of a firmware's build, or None where ``text`` names none that exists."""
    for form in _FORMS:
        found = form.search(text.strip())
        if found is None:
            continue
        year, month, day = (int(found.group(part) or 0) for part in (1, 2, 3))
        try:
            return date(year if year > 99 else 2000 + year, month, day).isoformat()
        except ValueError:
            continue
    return None
