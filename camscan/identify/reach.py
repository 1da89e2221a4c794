"""Does a list bind this owner? From the jurisdiction and the sector of the scope file; unknown stays unknown.

Both settings are free text, so that nobody is refused a scan over them. What is understood stands in ``PLACES`` and
``SECTORS`` with the usual other spellings; anything else counts as not told.
"""

from enum import StrEnum


class Applies(StrEnum):
    """Whether the terms of a list bind this owner."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


WITHIN: dict[str, str] = {
    "england": "uk",
    "wales": "uk",
    "scotland": "uk",
    "northern-ireland": "uk",
    "quebec": "ca",
    **dict.fromkeys(("at", "be", "bg", "hr", "cy", "cz", "dk", "ee", "fi", "fr", "de", "gr", "hu", "ie"), "eu"),
    **dict.fromkeys(("it", "lv", "lt", "lu", "mt", "nl", "pl", "pt", "ro", "sk", "si", "es", "se"), "eu"),
}
"""A place to the place it is part of: nations of the United Kingdom, Quebec, the member states of the EU (2026)."""

PLACES: dict[str, str] = {
    **{name: name for name in ("uk", "us", "ca", "au", "nz", "eu", "tw", "in", "ua", "no", "ch", "jp", "kr")},
    **{name: name for name in WITHIN},
    "gb": "uk",
    "great britain": "uk",
    "britain": "uk",
    "united kingdom": "uk",
    "usa": "us",
    "united states": "us",
    "united states of america": "us",
    "canada": "ca",
    "ca-qc": "quebec",
    "australia": "au",
    "new zealand": "nz",
    "european union": "eu",
    "taiwan": "tw",
    "india": "in",
    "ukraine": "ua",
    "norway": "no",
    "switzerland": "ch",
    "northern ireland": "northern-ireland",
    "ireland": "ie",
    "lithuania": "lt",
    "denmark": "dk",
    "germany": "de",
    "france": "fr",
    "netherlands": "nl",
    "gb-eng": "england",
    "gb-wls": "wales",
    "gb-sct": "scotland",
    "gb-nir": "northern-ireland",
}
"""Spellings of jurisdictions (case ignored) to ours: ISO 3166 country codes, and the four nations."""

SECTORS: dict[str, str] = {
    "central-government": "central-government",
    "government-department": "central-government",
    "federal": "central-government",
    "federal-government": "central-government",
    "commonwealth": "central-government",
    "regional-government": "regional-government",
    "devolved-government": "regional-government",
    "state-government": "regional-government",
    "provincial-government": "regional-government",
    "local-government": "local-government",
    "local-authority": "local-government",
    "council": "local-government",
    "municipality": "local-government",
    "education": "education",
    "school": "education",
    "schools": "education",
    "college": "education",
    "university": "education",
    "health": "health",
    "healthcare": "health",
    "nhs": "health",
    "hospital": "health",
    "police": "police",
    "defence": "defence",
    "defense": "defence",
    "military": "defence",
    "private": "private",
    "business": "private",
    "company": "private",
    "commercial": "private",
    "retail": "private",
    "charity": "private",
}
"""Spellings of sectors (case ignored, blanks and underscores read as hyphens) to ours."""


def place(text: str | None) -> str | None:
    """The jurisdiction of a scope file as one of ours, or None where it is not told or not understood."""
    return PLACES.get(" ".join(text.casefold().split())) if text else None


def sector(text: str | None) -> str | None:
    """The sector of a scope file as one of ours, or None where it is not told or not understood."""
    return SECTORS.get("-".join(text.casefold().replace("_", " ").replace("-", " ").split())) if text else None


class Overlap(StrEnum):
    """How a scope's place lies to a list's."""

    INSIDE = "inside"  # the list's place holds it
    PART = "part"  # it holds the list's place: the owner may or may not be in that part
    OUTSIDE = "outside"


def overlap(own: str, places: tuple[str, ...]) -> Overlap:
    """How ``own`` lies to the places of a list."""
    if any(own == other or WITHIN.get(own) == other for other in places):
        return Overlap.INSIDE
    return Overlap.PART if any(WITHIN.get(other) == own for other in places) else Overlap.OUTSIDE
