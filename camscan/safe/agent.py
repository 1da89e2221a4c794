"""How we introduce ourselves: a surprised colleague shall know whom to call."""

from camscan import __version__


def user_agent(contact: str) -> str:
    """The User-Agent of every request. ``contact`` is the scope file's; what could end a header is left out of it."""
    plain = "".join(char for char in contact if " " <= char <= "~" and char not in "()\\")
    return f"camscan/{__version__} (authorised audit; contact {plain})"
